//! The strip at the lower edge of every page of somebody who is signed in: what is being made for them. It stands outside
//! of what the browser's program wakes up, as plain markup that works by itself; `public/js/strip.js` keeps it up to date,
//! and `public/js/said.js` says the same as this: a test compares them.

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
    let none_made = only_news && news.iter().all(|card| card.state != State::Succeeded);
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
        <aside class="strip" id="strip" aria-label=t!("Work in progress") hidden=nothing data-news=only_news data-none-made=none_made>
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

/// What stands beside the state: place or times; the money when it ended badly.
fn times(card: &Card, now: i64) -> String {
    match card.state {
        State::Succeeded => String::new(),
        state if state.is_terminal() => t!("Not charged").into(),
        _ => words::timing(card, now, false),
    }
}

/// The one line of all work.
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
        (0, _) => tn!(not_made, "1 video was not made", "{n} videos were not made"),
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
    let times = card.map(|card| times(card, now));
    let far = card.map_or(0, |card| card.progress.min(100)).to_string();
    view! {
        <li class="strip-row" data-id=id.clone() data-state=state.as_str()>
            <a class="strip-words" dir="auto" href=to("/v/", "") rel="external">{card.map(|card| card.name().to_owned())}</a>
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, within};
    use crate::model::{
        catalogue::Size,
        credits::Credits,
        generation::{Charge, Estimate},
        ids::{GenerationId, QuoteId},
    };
    use serde_json::{Value, json};
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    const NOW: i64 = 1_800_000_000_000;

    fn card(state: State, progress: u32, passed: i64, p50_ms: Option<i64>, place: Option<u32>) -> Card {
        Card {
            id: GenerationId(uuid::Uuid::nil()),
            quote: QuoteId(uuid::Uuid::nil()),
            take: 1,
            prompt: "p".into(),
            title: String::new(),
            favourite: false,
            model: "m".into(),
            size: Size::new(1280, 720),
            seconds: 4,
            seed: 1,
            state,
            progress,
            reason: None,
            charge: Charge::Held(Credits(40)),
            place: place.filter(|_| state == State::Queued),
            poster: false,
            estimate: p50_ms.map(|p50_ms| Estimate {
                p50_ms,
                p90_ms: p50_ms * 2,
                of: 9,
            }),
            answered_at: None,
            deadline_at: None,
            created_at: NOW - passed - 700,
            started_at: (state != State::Queued).then_some(NOW - passed),
            finished_at: None,
        }
    }

    /// Every state at every stage: a place in line, an estimate, a progress, and so long at it.
    fn cases() -> Vec<Card> {
        let mut cards = Vec::new();
        let places = [
            None,
            Some(1),
            Some(2),
            Some(3),
            Some(11),
            Some(12),
            Some(21),
            Some(112),
        ];
        let estimates = [
            None,
            Some(900),
            Some(7_400),
            Some(38_000),
            Some(70_000),
            Some(3_000_000),
        ];
        let stages = [
            (0, 0),
            (5, 4_000),
            (8, 1_499),
            (33, 61_000),
            (64, 600_000),
            (99, 7_300_000),
        ];
        for state in State::ALL {
            for (n, place) in places.into_iter().enumerate() {
                for estimate in estimates {
                    let (progress, passed) = stages[n % stages.len()];
                    cards.push(card(state, progress, passed, estimate, place));
                }
            }
        }
        cards
    }

    /// What the page's modules say.
    fn said(language: Language, cards: &[Card], groups: &[&[Card]]) -> Value {
        let german = include_str!("../../../public/words/de.json");
        let words = (language == Language::German).then_some(german);
        let asked =
            json!({ "lang": language.tag(), "words": words, "now": NOW, "cards": cards, "groups": groups });
        let mut node = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/said.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut asking = node.stdin.take().unwrap();
        asking.write_all(asked.to_string().as_bytes()).unwrap();
        drop(asking);
        let out = node.wait_with_output().unwrap();
        assert!(out.status.success());
        serde_json::from_slice(&out.stdout).unwrap()
    }

    #[test]
    fn the_scripts_say_the_same_as_the_server_in_every_language() {
        let cards = cases();
        let mut groups: Vec<&[Card]> = cards.chunks(7).chain(cards.chunks(1).step_by(11)).collect();
        groups.push(&cards[40..160]);
        for language in Language::ALL {
            let theirs = said(language, &cards, &groups);
            within(language, || {
                for (n, card) in cards.iter().enumerate() {
                    assert_eq!(theirs["states"][n], card.state.in_words());
                    assert_eq!(theirs["times"][n], times(card, NOW), "{card:?}");
                }
                for (n, group) in groups.iter().enumerate() {
                    let (news, going): (Vec<&Card>, Vec<&Card>) =
                        group.iter().partition(|card| card.state.is_terminal());
                    assert_eq!(theirs["lines"][n], summed(&going, &news));
                    assert_eq!(theirs["far"][n], json!(far(&going)));
                }
            });
        }
    }
}
