//! `/account`: who is signed in, the theme, the way out.

use crate::components::bells::bells;
use crate::components::dynamic::{awaited, waiting};
use crate::components::fact::fact;
use crate::components::person::Who;
use crate::components::theme::ThemeSwitch;
use crate::model::person::Viewer;
use leptos::prelude::*;
use leptos_meta::Title;

/// The account.
#[component]
pub fn Account() -> impl IntoView {
    let who = awaited(waiting, || async {
        match Who::is_there().await {
            Some(viewer) => person(viewer).into_any(),
            None => ().into_any(),
        }
    });
    view! {
        <Title text="Account" />
        <div class="page narrow">
            <header class="page-head"><h1>"Account"</h1></header>
            {who}
            <section class="sheet">
                <h2>"Look"</h2>
                <p class="hint">"The theme of this browser."</p>
                <ThemeSwitch />
            </section>
            <section class="sheet needs-script">
                {bells()}
                <p class="acts"><button class="button" data-opens="keys"><svg class="icon" aria-hidden="true"><use href="/icons.svg#keys"></use></svg>"Keyboard shortcuts"</button></p>
            </section>
            <section class="sheet">
                <h2>"Yours"</h2>
                <p class="hint">"Everything you make is private. You can download or delete it at any time."</p>
                <p class="acts">
                    <a class="button" href="/library"><svg class="icon" aria-hidden="true"><use href="/icons.svg#film"></use></svg>"Library"</a>
                    <a class="button" href="/credits"><svg class="icon" aria-hidden="true"><use href="/icons.svg#coin"></use></svg>"Statement"</a>
                    <a class="button" href="/account/spending">"Spending"</a>
                    <a class="button" href="/account/presets">"Presets"</a>
                </p>
            </section>
            <section class="sheet">
                <h2>"Programs"</h2>
                <p class="hint">"Let your own programs make videos with your credits, and hear when one is ready."</p>
                <p class="acts">
                    <a class="button" href="/account/keys">"API keys"</a>
                    <a class="button" href="/account/webhooks">"Webhooks"</a>
                </p>
            </section>
            <form class="sheet" method="post" action="/sign-out">
                <button class="button"><svg class="icon" aria-hidden="true"><use href="/icons.svg#leave"></use></svg>"Sign out"</button>
            </form>
        </div>
    }
    .into_any()
}

fn person(viewer: Viewer) -> impl IntoView {
    view! {
        <section class="sheet">
            <h2>{viewer.name.unwrap_or_else(|| "You".into())}</h2>
            <dl class="facts">
                {fact("E-mail", viewer.email)} {fact("Credits", viewer.balance.available.to_string())}
            </dl>
        </section>
    }
}
