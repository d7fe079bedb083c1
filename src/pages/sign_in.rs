//! `/sign-in`: a plain form post, with JavaScript and without.

use crate::components::field::{Field, FormMessage, returned_form};
use crate::components::language::LanguageSwitch;
use crate::language::t;
use crate::model::person::{carried, held};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The way in.
#[component]
pub fn SignIn() -> impl IntoView {
    let form = returned_form();
    let (asked, ended) =
        use_query_map().with_untracked(|query| (query.get("next"), query.get("ended").is_some()));
    let ended = ended && form.message.is_none() && form.errors.is_empty();
    let next = form.value("next").or(asked).unwrap_or_else(|| "/create".into());
    let brought: Vec<AnyView> = carried(&form.values)
        .into_iter()
        .chain(held(&form.values))
        .map(|(field, value)| view! { <input type="hidden" name=field value=value /> }.into_any())
        .collect();
    view! {
        <Title text=t!("Sign in") />
        <section class="door">
            <h1>{t!("Sign in")}</h1>
            <form method="post" action="/sign-in" novalidate>
                {ended.then(|| view! { <p class="hint" role="status">{t!("Your session has ended. Sign in, and you are back where you were.")}</p> })}
                <FormMessage form=form.clone() />
                <Field form=form.clone() name="email" label=t!("E-mail") kind="email" autocomplete="username" />
                <Field form name="password" label=t!("Password") kind="password" autocomplete="current-password" />
                <input type="hidden" name="next" value=next />
                {brought}
                <button class="button primary wide">{t!("Sign in")}</button>
            </form>
            <p class="door-other">{t!("New here?")} " " <a href="/sign-up">{t!("Create an account")}</a></p>
            <LanguageSwitch />
        </section>
    }
    .into_any()
}
