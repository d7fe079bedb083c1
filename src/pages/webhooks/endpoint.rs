//! `/account/webhooks/{id}`: one endpoint, what can be done with it, and how each delivery went.

use super::{hears_of, shown_once};
use crate::api::webhooks::endpoint;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, waiting};
use crate::components::field::{FormMessage, returned_form};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::{t, tn};
use crate::model::error::AppError;
use crate::model::ids::{DeliveryId, EndpointId};
use crate::model::person::{FRESH_SECRET, FormState};
use crate::model::webhooks::{Delivery, Endpoint, EndpointPage as Found, EventKind, Heard, Progress};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page of one endpoint.
#[component]
pub fn EndpointPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id =
        memo(move || params.with(|params| params.get("id").and_then(|id| id.parse::<EndpointId>().ok())));
    let after =
        memo(move || query.with(|query| query.get("after").and_then(|id| id.parse::<DeliveryId>().ok())));
    let form = StoredValue::new(returned_form());
    let page = ask(
        move || (id.get(), after.get()),
        |(id, after)| async move {
            match id {
                Some(id) => endpoint(id, after).await,
                None => Err(AppError::not_found()),
            }
        },
    );
    awaited(waiting, move || async move {
        match page.answer().await {
            Ok(found) => shown(found, form.get_value(), after.get_untracked().is_some()),
            Err(error) => did_not_come(error),
        }
    })
}

fn shown(found: Found, form: FormState, further: bool) -> AnyView {
    let Found {
        endpoint,
        deliveries,
        next,
    } = found;
    let fresh = form.value(FRESH_SECRET);
    let id = endpoint.id;
    let on = endpoint.off.is_none();
    let older = next.map(|next| {
        view! { <p class="older"><a class="button" href=format!("/account/webhooks/{id}?after={next}")>{t!("Older deliveries")}</a></p> }
    });
    let list = if deliveries.is_empty() {
        let empty = if further {
            t!("There are no older deliveries.")
        } else {
            t!("Nothing has been sent yet. Send a test event to see how it goes.")
        };
        view! { <p class="hint">{empty}</p> }.into_any()
    } else {
        let lines = deliveries.into_iter().map(|delivery| line(id, on, &delivery));
        view! { <ul class="keys" aria-labelledby="deliveries-head">{lines.collect_view()}</ul> }.into_any()
    };
    view! {
        <Title text=t!("Webhook endpoint") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Webhook endpoint")}</h1></header>
            <FormMessage form />
            {fresh.map(shown_once)}
            {facts(&endpoint)}
            {acts(id, on)}
            <section class="sheet">
                <h2 id="deliveries-head">{t!("Deliveries")}</h2>
                <p class="hint">{t!("Of the last 30 days, newest first. Each event keeps its id, however often it is sent.")}</p>
                {further.then(|| view! { <p><a href=format!("/account/webhooks/{id}")>{t!("Back to the newest")}</a></p> })}
                {list}
                {older}
            </section>
            <p><a href="/account/webhooks">{t!("All endpoints")}</a></p>
        </div>
    }
    .into_any()
}

fn facts(endpoint: &Endpoint) -> AnyView {
    let old = endpoint.old_secret_until.map(|until| {
        view! { <div><dt>{t!("Old secret")}</dt><dd>{t!("signs too until")} " " <Moment at=until /></dd></div> }
    });
    let state = match endpoint.off {
        Some((at, why)) => view! { {t!("Off since")} " " <Moment at /> ". " {why.in_words()} }.into_any(),
        None => view! { {t!("On")} ": " {hears_of(&endpoint.events)} }.into_any(),
    };
    view! {
        <section class="sheet">
            <dl class="facts endpoint-facts">
                <div><dt>{t!("Address")}</dt><dd dir="auto">{endpoint.url.clone()}</dd></div>
                <div><dt>{t!("State")}</dt><dd>{state}</dd></div>
                <div><dt>{t!("Added")}</dt><dd><Moment at=endpoint.created_at /></dd></div>
                {old}
            </dl>
        </section>
    }
    .into_any()
}

fn acts(id: EndpointId, on: bool) -> AnyView {
    let action = |what: &str| format!("/account/webhooks/{id}/{what}");
    let first = if on {
        view! { <form method="post" action=action("test")><button class="button">{t!("Send a test event")}</button></form> }
    } else {
        view! { <form method="post" action=action("turn-on")><button class="button primary">{t!("Turn on again")}</button></form> }
    };
    view! {
        <section class="sheet">
            <h2>{t!("What you can do")}</h2>
            <div class="acts">
                {first}
                <form method="post" action=action("rotate")><button class="button">{t!("New secret")}</button></form>
                <form method="post" action=action("remove")><button class="button danger">{t!("Remove")}</button></form>
            </div>
            <p class="hint">{t!("After a new secret, the old one signs too for a day. Removing forgets the deliveries as well.")}</p>
        </section>
    }
    .into_any()
}

fn line(endpoint: EndpointId, on: bool, delivery: &Delivery) -> AnyView {
    let what = match delivery.kind {
        EventKind::Completed => t!("Video ready"),
        EventKind::Failed => t!("Video not made"),
        EventKind::Test => t!("Test"),
    };
    let about = delivery.generation.map(|video| {
        view! { " · " <a href=format!("/v/{video}")>{t!("the video")}</a> }
    });
    let (class, state) = match delivery.progress {
        Progress::Delivered(at) => (
            "good",
            view! { <Icon name="check" />{t!("Delivered")} " " <Moment at /> }.into_any(),
        ),
        Progress::GivenUp(at) => {
            // A test is tried once: nothing of it was given up.
            let words = if delivery.kind == EventKind::Test {
                t!("Not taken")
            } else {
                t!("Given up")
            };
            (
                "bad",
                view! { <Icon name="note" />{words} " " <Moment at /> }.into_any(),
            )
        }
        Progress::Waiting(at) if delivery.attempts > 0 => {
            ("", view! { {t!("Next try")} " " <Moment at /> }.into_any())
        }
        Progress::Waiting(_) => ("", t!("On its way").into_any()),
    };
    let tries = match delivery.attempts {
        0 => String::new(),
        tries => " · ".to_owned() + &tn!(tries, "1 try", "{n} tries"),
    };
    let heard = delivery.heard.map(|heard| match heard {
        Heard::Status(status @ 300..=399) => {
            t!("answered {status}: redirects are not followed", status = status)
        }
        Heard::Status(status) => t!("answered {status}", status = status),
        Heard::Nothing(trouble) => trouble.in_words().to_owned(),
    });
    let again = on.then(|| {
        let action = format!("/account/webhooks/{endpoint}/deliveries/{}/resend", delivery.id);
        let label = t!("Send again: {what}, {id}", what = what, id = delivery.id);
        view! {
            <form method="post" action=action>
                <button class="button small" aria-label=label>{t!("Send again")}</button>
            </form>
        }
    });
    view! {
        <li>
            <div>
                <b>{what}</b>
                <span class=format!("delivery-state {class}")>{state}</span>
                <p class="hint"><Moment at=delivery.created_at exact=true />{tries}{heard.map(|heard| " · ".to_owned() + &heard)}{about}</p>
            </div>
            {again}
        </li>
    }
    .into_any()
}
