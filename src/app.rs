//! The html document around every page, and what all pages share.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

use crate::components::chrome::Chrome;
use crate::components::{icon::SPRITE, live::Live, notice::NoticePlace, person::Who, theme::ThemeInForce};
use crate::language::{language, t};
use crate::pages::table::Table;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::Router;

/// What the server knows about the document before a page is rendered.
pub struct ShellData {
    /// Address of the style sheet, stamped with its hash.
    pub css: String,
    /// What wakes up.
    pub script: Script,
    /// Address of the module of such pages (`public/js`).
    pub module: String,
    /// Address of the words of the page's language; none for English.
    pub words: Option<String>,
    /// The id of who is signed in, empty when nobody is; none when that is not known.
    pub person: Option<String>,
    /// `dark` or `light` when the person chose one; none follows the system.
    pub theme: Option<String>,
    /// What stands below the application in the document, and does not wake up.
    pub foot: Body,
    /// For the developer's automatic reload.
    pub options: LeptosOptions,
}

/// The program of a page. Addresses are stamped with their hash.
#[derive(Clone)]
pub enum Script {
    /// The studio.
    Live {
        /// Address of its script.
        js: String,
        /// Address of its wasm.
        wasm: String,
    },
    /// Nothing but the module.
    Still,
}

/// The html document around the application. Fully readable before any script has run: the wasm loads after
/// what is seen, and nothing waits for it.
pub fn shell(data: ShellData) -> impl IntoView {
    document(data, Box::new(|| view! { <App /> }.into_any()))
}

/// What stands in a document; made when its context is there.
pub type Body = Box<dyn FnOnce() -> AnyView + Send>;

/// The html document around a body.
pub fn document(data: ShellData, body: Body) -> impl IntoView {
    let ShellData {
        css,
        script,
        module,
        words,
        person,
        theme,
        foot,
        options,
    } = data;
    provide_context(ThemeInForce(theme.clone()));
    let (body, foot) = (body(), foot());
    view! {
        <!DOCTYPE html>
        <html lang=language().tag() data-theme=theme data-person=person>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="description" content=t!("Type a shot, see the price, watch it being made, own the video. An AI video studio that anyone can run.") />
                <meta name="color-scheme" content="dark light" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0b0a10" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f6f8" />
                <link rel="stylesheet" id="leptos" href=css />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/mark.svg" type="image/svg+xml" />
                <link rel="manifest" href=language().manifest() />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <AutoReload options />
                {words.clone().map(|words| {
                    view! { <link rel="preload" id="words" href=words r#as="fetch" crossorigin="anonymous" /> }
                })}
                {program(script, words)}
                <script type="module" src=module nonce=leptos::nonce::use_nonce()></script>
                <MetaTags />
            </head>
            <body>{body} {foot} <div hidden inner_html=SPRITE></div></body>
        </html>
    }
}

/// The program is large, and the page can be read and used without it: on a slow line it leaves the pictures so long a head
/// start, in milliseconds, unless all is there before.
const PICTURES_FIRST: u32 = 600;

fn program(script: Script, words: Option<String>) -> AnyView {
    let (js, wasm) = match script {
        Script::Still => return ().into_any(),
        Script::Live { js, wasm } => (js, wasm),
    };
    // Not `HydrationScripts`: the names carry a hash of the contents as a query, which it cannot write. What the browser says
    // first must be what the server said, so the words come before it wakes up.
    let words = words.map_or_else(
        || String::from("undefined"),
        |words| format!("fetch({words:?}).then(w=>w.json())"),
    );
    let start = format!(
        "let begun;const begin=async()=>{{if(begun)return;begun=true;const wasm=fetch({wasm:?});\
         const [program,words]=await Promise.all([import({js:?}),{words}]);\
         await program.default({{module_or_path:wasm}});program.hydrate(words)}};\
         document.readyState==='complete'?begin():(addEventListener('load',begin),setTimeout(begin,{PICTURES_FIRST}))"
    );
    view! { <script type="module" nonce=leptos::nonce::use_nonce()>{start}</script> }.into_any()
}

/// The whole application: frame, pages, and what all pages share.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Who::provide();
    Live::provide();
    view! {
        <Title formatter=|page: String| if page.is_empty() { "AiSora".into() } else { page + " · AiSora" } text="" />
        <Router>
            <Chrome>
                <Table />
            </Chrome>
            <NoticePlace />
        </Router>
    }
}
