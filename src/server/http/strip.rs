//! The strip at the lower edge of every page of somebody who is signed in: what is being made for them. It stands outside
//! of what the browser's program wakes up, as plain markup that works by itself; `public/js/strip.js` keeps it up to date.

use super::pages::wants_page;
use crate::language::{t, tn};
use crate::{
    components::{
        bells::{bells, letters},
        icon::Icon,
        words,
    },
    model::{
        generation::{Card, State},
        live::Snapshot,
    },
    server::{
        router::Web,
        web::{self, SignedIn},
    },
};
use axum::{
    extract::{Request, State as Shared},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use leptos::prelude::*;
use std::sync::Arc;

/// What ended stays for so long, in milliseconds, unless it is looked at before.
const NEWS: i64 = 300_000;
/// How much of a prompt is told, in characters.
const WORDS: usize = 160;

/// The work of the person who asks for a page.
#[derive(Clone)]
struct Work(Arc<Snapshot>);

/// Finds out what is being made for the person who asks for a page.
pub async fn layer(Shared(web): Shared<Web>, mut request: Request, next: Next) -> Response {
    // A form that comes back with its errors is a page too; a video that is saved is none.
    let is_page = wants_page(request.headers()) && !request.uri().path().starts_with("/media/");
    let person = request
        .extensions()
        .get::<SignedIn>()
        .and_then(|signed_in| signed_in.0.as_ref())
        .map(|person| person.id)
        .filter(|_| is_page);
    if let Some(person) = person {
        match web.app.generations.snapshot(person).await {
            Ok(mut work) => {
                for card in &mut work.cards {
                    card.prompt = card.prompt.chars().take(WORDS).collect();
                }
                request.extensions_mut().insert(Work(Arc::new(work)));
            }
            Err(error) => tracing::warn!(%error, "a page goes without the strip"),
        }
    }
    next.run(request).await
}

/// The strip of the page that is being rendered, for pages of somebody who is signed in.
#[must_use]
pub fn strip() -> AnyView {
    let parts = use_context::<Parts>();
    let Some(Work(work)) = parts.as_ref().and_then(|parts| parts.extensions.get::<Work>()) else {
        return ().into_any();
    };
    let next = parts.as_ref().map_or("/create", |parts| parts.uri.path());
    let (going, news): (Vec<&Card>, Vec<&Card>) = work
        .cards
        .iter()
        .filter(|card| is_shown(card, work.now))
        .partition(|card| !card.state.is_terminal());
    let nothing = going.is_empty() && news.is_empty();
    let only_news = going.is_empty();
    let line = summed(&going, &news);
    let far = far(&going);
    let rows: Vec<AnyView> = going
        .into_iter()
        .chain(news)
        .map(|card| row(Some(card), work.now, next))
        .collect();
    let mail = web::context().ok().and_then(|context| context.mail_choice());
    let letters = mail.map(|choice| letters(choice, next));
    // `<` would let a prompt end the element.
    let paper = serde_json::to_string(work.as_ref()).unwrap_or_default();
    view! {
        <aside class="strip" id="strip" aria-label=t!("Work in progress") hidden=nothing data-news=only_news>
            <details class="strip-more">
                <summary>
                    <span class="strip-dot" aria-hidden="true"></span>
                    <span class="strip-line">{line}</span>
                    <b class="strip-far">{far.map(|far| format!("{far} %"))}</b>
                    <span class="strip-left"></span>
                    <Icon name="up" />
                    <progress aria-hidden="true" aria-label=t!("How far it is") max="100" value=far.unwrap_or(100)></progress>
                </summary>
                <div class="strip-panel">
                    <ul class="strip-rows">{rows}</ul>
                    {bells()} {letters}
                </div>
            </details>
            <button class="icon-button strip-away needs-script" aria-label=t!("Put away")>
                <Icon name="cross" />
            </button>
            <template id="strip-row">{row(None, 0, next)}</template>
        </aside>
        <script type="application/json" id="work" inner_html=paper.replace('<', "\\u003c")></script>
    }
    .into_any()
}

fn is_shown(card: &Card, now: i64) -> bool {
    match card.state {
        // Who stopped it knows.
        State::Cancelled => false,
        state if state.is_terminal() => card.finished_at.is_some_and(|at| now - at < NEWS),
        _ => true,
    }
}

/// How far all of it is together, in percent.
fn far(going: &[&Card]) -> Option<u32> {
    let percent = |card: &&Card| match card.state {
        State::Queued => 0,
        _ => card.progress.min(100),
    };
    let sum: u32 = going.iter().map(percent).sum();
    sum.checked_div(u32::try_from(going.len()).ok()?)
}

/// The one line of all work, as in `public/js/words.js`.
fn summed(going: &[&Card], news: &[&Card]) -> String {
    let waiting = going.iter().filter(|card| card.state == State::Queued).count();
    let made = going.len() - waiting;
    let being_made = tn!(made, "1 video is being made", "{n} videos are being made");
    match (made, waiting) {
        (0, 0) => {}
        (0, _) => return tn!(waiting, "1 video waits in line", "{n} videos wait in line"),
        (_, 0) => return being_made,
        _ => return [being_made, t!("{n} in line", n = waiting)].join(", "),
    }
    let ready = news.iter().filter(|card| card.state == State::Succeeded).count();
    let not_made = news.len() - ready;
    let is_ready = tn!(ready, "1 video is ready", "{n} videos are ready");
    let was_not = tn!(not_made, "1 was not made", "{n} were not made");
    match (ready, not_made) {
        (0, _) => was_not,
        (_, 0) => is_ready,
        _ => [is_ready, was_not].join(", "),
    }
}

/// One piece of work; an empty one is what the script copies.
fn row(card: Option<&Card>, now: i64, next: &str) -> AnyView {
    let id = card.map(|card| card.id.to_string());
    let state = card.map_or(State::Queued, |card| card.state);
    let ends = state.is_terminal();
    let ready = state == State::Succeeded;
    let to = |before: &str, after: &str| id.as_ref().map(|id| [before, id, after].concat());
    let percent = card.filter(|card| !ends && card.state != State::Queued);
    let times = card.map(|card| match card.state {
        State::Succeeded => String::new(),
        state if state.is_terminal() => t!("Not charged").into(),
        _ => words::timing(card, now),
    });
    let far = card.map_or(0, |card| card.progress.min(100)).to_string();
    view! {
        <li class="strip-row" data-id=id.clone() data-state=state.as_str()>
            <a class="strip-words" dir="auto" href=to("/v/", "") rel="external">{card.map(|card| card.prompt.clone())}</a>
            <p class="strip-state">
                <span>{state.in_words()}</span>
                <b>{percent.map(|card| format!("{} %", card.progress.min(100)))}</b>
                <small>{times}</small>
            </p>
            <form class="strip-cancel" method="post" action=to("/v/", "/cancel") hidden=ends>
                <input type="hidden" name="next" value=next.to_owned() />
                <button class="button small" title=t!("Cancelling is free")>{t!("Cancel")}</button>
            </form>
            <a class="button small strip-open" href=to("/v/", "") rel="external" hidden=!ready>{t!("Open")}</a>
            <a
                class="button small strip-again"
                href=to("/create?from=", "")
                rel="external"
                hidden=!ends || ready
                title=t!("Opens the composer with everything filled in. You see the price before anything starts.")
            >
                {t!("Try again")}
            </a>
            <progress max="100" value=far aria-label=t!("How far it is") hidden=ends></progress>
        </li>
    }
    .into_any()
}
