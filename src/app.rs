//! The html document around every page, and the table of pages.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

use crate::components::chrome::Chrome;
use crate::components::{live::Live, person::Who, theme::ThemeInForce};
use crate::pages;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

/// What the server knows about the document before a page is rendered.
#[derive(Clone)]
pub struct ShellData {
    /// Address of the style sheet, stamped with its hash.
    pub css: String,
    /// Address of the script, stamped with its hash.
    pub js: String,
    /// Address of the wasm, stamped with its hash.
    pub wasm: String,
    /// `dark` or `light` when the person chose one; none follows the system.
    pub theme: Option<String>,
    /// For the developer's automatic reload.
    pub options: LeptosOptions,
}

/// The html document. Fully readable before any script has run: the wasm loads at low priority, and nothing waits for it.
pub fn shell(data: ShellData) -> impl IntoView {
    let ShellData {
        css,
        js,
        wasm,
        theme,
        options,
    } = data;
    provide_context(ThemeInForce(theme.clone()));
    // Not `HydrationScripts`: the names carry a hash of the contents as a query, which it cannot write.
    let start = format!("import s,{{hydrate}} from {js:?};s({{module_or_path:{wasm:?}}}).then(hydrate)");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="dark light" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0b0a10" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f6f8" />
                <link rel="stylesheet" id="leptos" href=css />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/mark.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="modulepreload" href=js.clone() fetchpriority="low" />
                <link
                    rel="preload"
                    href=wasm.clone()
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                    fetchpriority="low"
                />
                <AutoReload options />
                <script type="module" nonce=leptos::nonce::use_nonce()>{start}</script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
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
                <FlatRoutes fallback=pages::not_found::NotFound>
                    <Route path=path!("/") view=pages::landing::Landing ssr=SsrMode::Async />
                    <Route path=path!("/create") view=pages::create::Create ssr=SsrMode::Async />
                    <Route path=path!("/library") view=pages::library::Library ssr=SsrMode::Async />
                    <Route path=path!("/v/:id") view=pages::video::Video ssr=SsrMode::Async />
                    <Route path=path!("/credits") view=pages::credits::CreditsPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=pages::account::Account ssr=SsrMode::Async />
                    <Route path=path!("/account/keys") view=pages::keys::Keys ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=pages::sign_in::SignIn ssr=SsrMode::Async />
                    <Route path=path!("/sign-up") view=pages::sign_up::SignUp ssr=SsrMode::Async />
                </FlatRoutes>
            </Chrome>
        </Router>
    }
}
