//! Errors as pages, in the frame of the others.

use super::framed::framed;
use crate::language::t;
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
            <Title text=t!("Sign in") />
            <section class="blank" role="alert">
                <h1>{t!("Please sign in")}</h1>
                <p>{error.message}</p>
                <p class="blank-ways"><a class="button primary" href="/sign-in">{t!("Sign in")}</a></p>
            </section>
        }
        .into_any(),
        _ => view! {
            <Title text=t!("Not done") />
            <section class="blank" role="alert">
                <h1>{t!("This was not done")}</h1>
                <p>{error.message}</p>
                <p>{t!("Go back in your browser to find the page as you left it.")}</p>
                <p class="blank-ways">
                    <a class="button" href="/create">{t!("Create a video")}</a>
                    <a class="button" href="/library">{t!("Library")}</a>
                </p>
            </section>
        }
        .into_any(),
    }
}
