//! Errors as pages, in the frame of the others.

use super::framed::framed;
use crate::{
    app::ShellData,
    model::error::{AppError, Code},
    pages::not_found::NotFound,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// An error in the frame of the other pages.
pub fn error(data: ShellData, error: AppError) -> impl IntoView + use<> {
    framed(data, Box::new(move || told(error)))
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
