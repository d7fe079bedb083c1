//! `/account/webhooks`: where events of the person's videos go. Plain forms; a new secret is shown once, in answer to its
//! form.

pub mod endpoint;

use crate::api::webhooks::endpoints;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, waiting};
use crate::components::field::{Field, FormMessage, returned_form};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::t;
use crate::model::person::{FRESH_SECRET, FormState};
use crate::model::webhooks::{Endpoint, EventKind};
use leptos::prelude::*;
use leptos_meta::Title;

/// The endpoints.
#[component]
pub fn Webhooks() -> impl IntoView {
    let form = returned_form();
    let fresh = form.value(FRESH_SECRET);
    let answer = ask(|| (), |()| endpoints());
    let list = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(endpoints) => table(&endpoints),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Webhooks") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Webhooks")}</h1></header>
            <p class="hint">
                {t!("Your own programs hear it when a video has ended: a signed event is posted to an address of yours, and again for a \
                 day until it is taken. Events carry no prompts.")}
                " "
                <a href="/docs/api#webhooks" rel="external">{t!("How it works")}</a>
            </p>
            {fresh.map(shown_once)}
            {new(form)}
            {list}
            <p>
                <a href="/account/keys">{t!("API keys")}</a> " · " <a href="/account">{t!("Back to your account")}</a>
            </p>
        </div>
    }
    .into_any()
}

/// A secret, in the one answer that shows it.
fn shown_once(secret: String) -> AnyView {
    view! {
        <section class="sheet fresh-key" role="status">
            <h2>{t!("The signing secret")}</h2>
            <p>{t!("Copy it now. It is shown this once; your program checks with it that events come from here.")}</p>
            <code>{secret}</code>
        </section>
    }
    .into_any()
}

fn new(form: FormState) -> AnyView {
    // On a first visit both are chosen; a form that came back shows what was chosen.
    let came_back = !form.errors.is_empty();
    let chosen = |field: &str| !came_back || form.values.contains_key(field);
    let (completed, failed) = (chosen("completed"), chosen("failed"));
    let wrong = form.error("events");
    view! {
        <form class="sheet key-form" method="post" action="/account/webhooks" novalidate>
            <h2>{t!("Add an endpoint")}</h2>
            <FormMessage form=form.clone() />
            <Field
                form
                name="url"
                label=t!("Address")
                kind="url"
                hint=t!("A public https address that answers with 2xx, like https://example.org/hooks.")
            />
            <fieldset class="scopes">
                <legend>{t!("What it hears of")}</legend>
                <label class="switch">
                    <input type="checkbox" name="completed" value="on" checked=completed />
                    {t!("Videos that are ready")}
                </label>
                <label class="switch">
                    <input type="checkbox" name="failed" value="on" checked=failed />
                    {t!("Videos that were not made")}
                </label>
                <p class="field-error" id="events-error">{wrong.map(|wrong| view! { <Icon name="note" />{wrong} })}</p>
            </fieldset>
            <button class="button primary">{t!("Add the endpoint")}</button>
        </form>
    }
    .into_any()
}

fn table(endpoints: &[Endpoint]) -> AnyView {
    if endpoints.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="sheet">
            <h2 id="endpoints-head">{t!("Your endpoints")}</h2>
            <ul class="keys" aria-labelledby="endpoints-head">{endpoints.iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What an endpoint hears of.
fn hears_of(events: &[EventKind]) -> &'static str {
    match events {
        [EventKind::Completed] => t!("hears of videos that are ready"),
        [EventKind::Failed] => t!("hears of videos that were not made"),
        _ => t!("hears of every video that has ended"),
    }
}

fn line(endpoint: &Endpoint) -> AnyView {
    let address = format!("/account/webhooks/{}", endpoint.id);
    let label = t!("Deliveries to {address}", address = endpoint.url);
    let state = endpoint.off.map(|(_, why)| {
        view! { <p class="off-note"><Icon name="note" />{t!("Off")} ". " {why.in_words()}</p> }
    });
    view! {
        <li>
            <div>
                <a class="endpoint-url" dir="auto" href=address.clone()>{endpoint.url.clone()}</a>
                <p class="hint">{hears_of(&endpoint.events)} " · " {t!("added")} " " <Moment at=endpoint.created_at /></p>
                {state}
            </div>
            <a class="button small" href=address aria-label=label>{t!("Deliveries")}</a>
        </li>
    }
    .into_any()
}
