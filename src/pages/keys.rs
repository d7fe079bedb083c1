//! `/account/keys`: the keys of the person's programs. Plain forms; a new key is shown once, in answer to its form.

use crate::api::account::keys;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, waiting};
use crate::components::field::{Field, FormMessage, returned_form};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::t;
use crate::model::keys::{ApiKey, Scope};
use crate::model::person::{FRESH_KEY, FormState};
use leptos::prelude::*;
use leptos_meta::Title;

/// The keys.
#[component]
pub fn Keys() -> impl IntoView {
    let form = returned_form();
    let fresh = form.value(FRESH_KEY);
    let answer = ask(|| (), |()| keys());
    let list = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(keys) => table(keys),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("API keys") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("API keys")}</h1></header>
            <p class="hint">
                {t!("With a key, a program makes videos with your credits, over the Videos protocol: the official OpenAI clients work \
                 with this server's address and a key. Everybody who has a key can spend what it may spend.")}
                " "
                <a href="/docs/api" rel="external">{t!("How it works")}</a>
            </p>
            {fresh.map(shown_once)}
            {new(form)}
            {list}
            <p>
                <a href="/account/webhooks">{t!("Webhooks: hear when a video is ready")}</a> " · "
                <a href="/account">{t!("Back to your account")}</a>
            </p>
        </div>
    }
    .into_any()
}

fn shown_once(key: String) -> AnyView {
    view! {
        <section class="sheet fresh-key" role="status">
            <h2>{t!("Your new key")}</h2>
            <p>{t!("Copy it now. It is shown this once, and kept nowhere.")}</p>
            <code>{key}</code>
        </section>
    }
    .into_any()
}

fn new(form: FormState) -> AnyView {
    // On a first visit both are chosen; a form that came back shows what was chosen.
    let came_back = !form.errors.is_empty();
    let chosen = |field: &str| !came_back || form.values.contains_key(field);
    let (create, read) = (chosen("create"), chosen("read"));
    let wrong = form.error("scopes");
    view! {
        <form class="sheet key-form" method="post" action="/account/keys" novalidate>
            <h2>{t!("Make a key")}</h2>
            <FormMessage form=form.clone() />
            <Field form=form.clone() name="name" label=t!("Name") hint=t!("What you recognise it by, like the program that uses it.") />
            <fieldset class="scopes">
                <legend>{t!("What it may do")}</legend>
                <label class="switch">
                    <input type="checkbox" name="create" value="on" checked=create />
                    {t!("Create, remix, cancel and delete videos")}
                </label>
                <label class="switch">
                    <input type="checkbox" name="read" value="on" checked=read />
                    {t!("See and download videos")}
                </label>
                <p class="field-error" id="scopes-error">{wrong.map(|wrong| view! { <Icon name="note" />{wrong} })}</p>
            </fieldset>
            <Field
                form
                name="monthly_cap"
                label=t!("Most credits in a month")
                hint=t!("Counted by calendar months in UTC. Empty means no cap but your balance.")
                optional=true
            />
            <button class="button primary">{t!("Make the key")}</button>
        </form>
    }
    .into_any()
}

fn table(keys: Vec<ApiKey>) -> AnyView {
    if keys.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="sheet">
            <h2 id="keys-head">{t!("Your keys")}</h2>
            <ul class="keys" aria-labelledby="keys-head">{keys.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn line(key: ApiKey) -> AnyView {
    let may = match key.scopes.as_slice() {
        [Scope::Create] => t!("may create"),
        [Scope::Read] => t!("may see"),
        _ => t!("may create and see"),
    };
    let spent = match key.monthly_cap {
        Some(cap) => t!(
            "{spent} of {cap} credits this month",
            spent = key.spent,
            cap = cap
        ),
        None => t!("{credits} this month", credits = key.spent.in_words()),
    };
    let used = match key.last_used_at {
        Some(at) => view! { {t!("last used")} " " <Moment at /> }.into_any(),
        None => t!("never used").into_any(),
    };
    let end = if let Some(at) = key.revoked_at {
        view! { <p class="hint">{t!("Revoked")} " " <Moment at /></p> }.into_any()
    } else {
        let action = format!("/account/keys/{}/revoke", key.id);
        let label = t!("Revoke {name}", name = key.name);
        view! {
            <form method="post" action=action>
                <button class="button small danger" aria-label=label>{t!("Revoke")}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class:ended=key.revoked_at.is_some()>
            <div>
                <b dir="auto">{key.name}</b>
                <code>{key.prefix} "…"</code>
                <p class="hint">{may} " · " {spent} " · " {t!("made")} " " <Moment at=key.created_at /> " · " {used}</p>
            </div>
            {end}
        </li>
    }
    .into_any()
}
