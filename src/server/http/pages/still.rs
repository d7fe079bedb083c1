//! Pages in answer to a form, at an address that is not their own. In the browser the router would look there for another
//! page, so these carry no script: they are read and posted, as everything here can be, and the next page wakes up again.

use crate::{
    app::App,
    components::{chrome::Chrome, live::Live, person::Who, theme::ThemeInForce},
    model::error::{AppError, Code},
    pages::not_found::NotFound,
};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::Router;

/// The page of the request's address.
pub fn page(css: &str, theme: Option<String>) -> impl IntoView + use<> {
    document(css, theme, Box::new(|| view! { <App /> }.into_any()))
}

/// An error in the frame of the other pages.
pub fn error(css: &str, theme: Option<String>, error: AppError) -> impl IntoView + use<> {
    let body = move || {
        provide_meta_context();
        Who::provide();
        Live::provide();
        view! {
            <Title formatter=|page: String| page + " · AiSora" text="" />
            <Router>
                <Chrome>{told(error)}</Chrome>
            </Router>
        }
        .into_any()
    };
    document(css, theme, Box::new(body))
}

/// Made when its context is there.
pub type Body = Box<dyn FnOnce() -> AnyView>;

/// A document without scripts.
pub fn document(css: &str, theme: Option<String>, body: Body) -> impl IntoView + use<> {
    provide_context(ThemeInForce(theme.clone()));
    let css = css.to_owned();
    let body = body();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="dark light" />
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/mark.svg" type="image/svg+xml" />
                <MetaTags />
            </head>
            <body>{body}</body>
        </html>
    }
}

fn told(error: AppError) -> AnyView {
    match error.code {
        Code::NotFound => view! { <NotFound /> }.into_any(),
        Code::SignInNeeded => view! {
            <Title text="Sign in" />
            <section class="blank" role="alert">
                <h1>"Please sign in"</h1>
                <p>{error.message}</p>
                <p class="blank-ways"><a class="button primary" href="/sign-in">"Sign in"</a></p>
            </section>
        }
        .into_any(),
        _ => view! {
            <Title text="Not done" />
            <section class="blank" role="alert">
                <h1>"This was not done"</h1>
                <p>{error.message}</p>
                <p>"Go back in your browser to find the page as you left it."</p>
                <p class="blank-ways">
                    <a class="button" href="/create">"Create a video"</a>
                    <a class="button" href="/library">"Library"</a>
                </p>
            </section>
        }
        .into_any(),
    }
}
