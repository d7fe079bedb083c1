//! `/account`: who is signed in, the theme, the way out.

use crate::components::icon::Icon;
use crate::components::person::Who;
use crate::components::theme::ThemeSwitch;
use crate::model::person::Viewer;
use leptos::prelude::*;
use leptos_meta::Title;

/// The account.
#[component]
pub fn Account() -> impl IntoView {
    let who = move || Suspend::new(async move { Who::is_there().await.map(person) });
    view! {
        <Title text="Account" />
        <div class="page narrow">
            <header class="page-head"><h1>"Account"</h1></header>
            <Suspense fallback=|| view! { <div class="wait-room" aria-busy="true"></div> }>{who}</Suspense>
            <section class="sheet">
                <h2>"Look"</h2>
                <p class="hint">"The theme of this browser."</p>
                <ThemeSwitch />
            </section>
            <section class="sheet">
                <h2>"Yours"</h2>
                <p class="hint">"Everything you make is private. You can download or delete it at any time."</p>
                <p class="acts">
                    <a class="button" href="/library"><Icon name="film" />"Library"</a>
                    <a class="button" href="/credits"><Icon name="coin" />"Statement"</a>
                </p>
            </section>
            <form class="sheet" method="post" action="/sign-out">
                <button class="button"><Icon name="leave" />"Sign out"</button>
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
                <div><dt>"E-mail"</dt><dd>{viewer.email}</dd></div>
                <div><dt>"Credits"</dt><dd>{viewer.balance.available.to_string()}</dd></div>
            </dl>
        </section>
    }
}
