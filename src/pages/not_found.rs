//! There is nothing at this address, or it is not yours to see: the answer is the same.

use crate::components::status::respond_with;
use crate::language::t;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page for what is not there.
#[component]
pub fn NotFound() -> impl IntoView {
    respond_with(404);
    view! {
        <Title text=t!("Not found") />
        <section class="blank">
            <h1>{t!("Nothing is playing here")}</h1>
            <p>{t!("There is nothing at this address, or it is not yours to see.")}</p>
            <p class="blank-ways">
                <a class="button" href="/create">{t!("Create a video")}</a>
                <a class="button" href="/" rel="external">{t!("Go to the start")}</a>
            </p>
        </section>
    }
    .into_any()
}
