//! `/account`: who is signed in, the theme, the way out.

use crate::api::account::mail_choice;
use crate::components::bells::{bells, letters};
use crate::components::dynamic::{awaited, waiting};
use crate::components::fact::fact;
use crate::components::language::LanguageSwitch;
use crate::components::person::Who;
use crate::components::theme::ThemeSwitch;
use crate::language::t;
use crate::model::person::{MailChoice, Viewer};
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
    let told = awaited(waiting, || async { told(mail_choice().await.ok().flatten()) });
    view! {
        <Title text=t!("Account") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Account")}</h1></header>
            {who}
            <section class="sheet">
                <h2>{t!("Appearance")}</h2>
                <p class="hint">{t!("The theme of this browser.")}</p>
                <ThemeSwitch />
                <p class="hint">{t!("The language that the studio speaks with you.")}</p>
                <LanguageSwitch />
            </section>
            {told}
            <section class="sheet">
                <h2>{t!("Yours")}</h2>
                <p class="hint">{t!("Everything you make is private. You can download or delete it at any time.")}</p>
                <p class="acts">
                    <a class="button" href="/library"><svg class="icon" aria-hidden="true"><use href="#icon-film"></use></svg>{t!("Library")}</a>
                    <a class="button" href="/credits"><svg class="icon" aria-hidden="true"><use href="#icon-coin"></use></svg>{t!("Statement")}</a>
                    <a class="button" href="/account/spending">{t!("Spending")}</a>
                    <a class="button" href="/account/presets">{t!("Presets")}</a>
                </p>
            </section>
            <section class="sheet">
                <h2>{t!("Programs")}</h2>
                <p class="hint">{t!("Let your own programs make videos with your credits, and hear when one is ready.")}</p>
                <p class="acts">
                    <a class="button" href="/account/keys">{t!("API keys")}</a>
                    <a class="button" href="/account/webhooks">{t!("Webhooks")}</a>
                </p>
            </section>
            <form class="sheet" method="post" action="/sign-out">
                <button class="button"><svg class="icon" aria-hidden="true"><use href="#icon-leave"></use></svg>{t!("Sign out")}</button>
            </form>
        </div>
    }
    .into_any()
}

/// How one is told that a video is ready. Without a script there are letters, where there are.
fn told(mail: Option<MailChoice>) -> AnyView {
    let class = if mail.is_some() {
        "sheet"
    } else {
        "sheet needs-script"
    };
    let letters = mail.map(|choice| letters(choice, "/account"));
    view! {
        <section class=class>
            {bells()} {letters}
            <p class="acts needs-script">
                <button class="button" data-opens="keys"><svg class="icon" aria-hidden="true"><use href="#icon-keys"></use></svg>{t!("Keyboard shortcuts")}</button>
            </p>
        </section>
    }
    .into_any()
}

fn person(viewer: Viewer) -> impl IntoView {
    view! {
        <section class="sheet">
            <h2>{viewer.name.unwrap_or_else(|| t!("You").into())}</h2>
            <dl class="facts">
                {fact(t!("E-mail"), viewer.email)} {fact(t!("Credits"), viewer.balance.available.to_string())}
            </dl>
        </section>
    }
}
