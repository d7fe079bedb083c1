//! Errors as pages, in the frame of the others.

use crate::{
    app::{Body, ShellData, document},
    components::{chrome::Chrome, live::Live, person::Who},
    model::error::{AppError, Code},
    pages::not_found::NotFound,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;

/// An error in the frame of the other pages.
pub fn error(data: ShellData, error: AppError) -> impl IntoView + use<> {
    let body: Body = Box::new(move || {
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
    });
    document(data, body)
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
