//! `/create`: compose, see the price, watch it being made, play it. The main room of the house.

mod stage;

use crate::api::generation::studio;
use crate::browser;
use crate::components::asked::ask;
use crate::components::composer::{Composer, Desk, PROMPT};
use crate::components::dynamic::{awaited, memo, on, part, waiting};
use crate::components::live::Live;
use crate::components::outcome::did_not_come;
use crate::language::{self, key, t};
use crate::model::live::{Start, Studio};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use stage::{Jobs, Lately, Stage};

const IDEAS: [&str; 4] = [
    key!("A paper boat crossing a storm drain at dusk, low camera, rain"),
    key!("Neon rain on a night market, slow push-in, steam rising"),
    key!("First light over a glass sea, one lantern boat, low fog"),
    key!("Embers over a pine forest at midnight, wind in the branches"),
];

/// The studio.
#[component]
pub fn Create() -> impl IntoView {
    let query = use_query_map();
    let start = memo(move || {
        query.with(|query| Start {
            from: query.get("from").and_then(|id| id.parse().ok()),
            input_reference: query.get("input_reference").and_then(|id| id.parse().ok()),
            derived_by: query.get("by").unwrap_or_default(),
        })
    });
    let answer = ask(move || start.get(), studio);
    let view = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(studio) => room(studio),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Create") />
        <h1 class="unseen">{t!("Create")}</h1>
        {view}
    }
    .into_any()
}

fn room(studio: Studio) -> AnyView {
    let live = Live::here();
    live.adopt(studio.snapshot);
    let composer = Composer::new(studio.catalogue, studio.form, studio.quote, studio.errors);
    let empty = memo(move || live.cards.with(Vec::is_empty));
    let screening = part(move || {
        if empty.get() {
            view! { <Empty /> }.into_any()
        } else {
            view! {
                <Jobs composer />
                <Stage composer />
                <Lately composer />
            }
            .into_any()
        }
    });
    view! {
        <div class="studio-room">
            <div class="screening">{screening}</div>
            // A part of its own, so that another form comes with fields of its own: those of the one before keep what was
            // typed there.
            <div class="desk">{part(move || view! { <Desk composer /> }.into_any())}</div>
        </div>
    }
    .into_any()
}

/// Before the first video: what to do, and something to start from.
#[component]
fn Empty() -> impl IntoView {
    let ideas = IDEAS.map(|idea| {
        let idea = language::text(idea);
        let take = move |_| {
            browser::fill(PROMPT, idea);
            browser::focus(PROMPT, false);
        };
        view! { <li><button type="button" class="idea" on:click=on(take)>{idea}</button></li> }.into_any()
    });
    view! {
        <section class="empty-room">
            <svg class="empty-sun" viewBox="0 0 32 32" aria-hidden="true"><use href="#icon-mark"></use></svg>
            <h2>{t!("What should be seen?")}</h2>
            <p>{t!("Describe a shot below. You see the price before anything starts, and you pay only for a video that plays.")}</p>
            <ul class="ideas needs-script" aria-label=t!("Ideas to start from")>{ideas}</ul>
        </section>
    }
}
