//! Parts that show work: bars, screens, tiles.

use super::{Section, section};
use crate::components::{icon::Icon, screen::Screen, tile::tile};
use crate::model::{
    catalogue::Size,
    credits::Credits,
    generation::{Card, Charge, Estimate, Reason, State},
    ids::{GenerationId, QuoteId},
};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Each specimen has an id of its own: the page follows work by its id, and would show all of it in one state.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(super) const LONG: &str = "A very long shot over a wet market at night, the camera drifts between umbrellas and finds a lantern, then another one, then a \
                    cat that looks back, and it goes on and on, because people write long prompts";

pub fn all() -> Vec<Section> {
    vec![
        section(
            "progress",
            &[
                ("none", || bar("0")),
                ("some", || bar("42")),
                ("all", || bar("100")),
            ],
        ),
        section(
            "screen",
            &[
                ("queued", || screen(State::Queued, 0, None)),
                ("running", || screen(State::Running, 42, None)),
                ("storing", || screen(State::Storing, 99, None)),
                ("failed", || {
                    screen(State::Failed, 42, Some(Reason::ProviderFailed))
                }),
                ("blocked", || {
                    screen(State::Blocked, 0, Some(Reason::ProviderBlocked))
                }),
                ("cancelled", || screen(State::Cancelled, 10, None)),
            ],
        ),
        section(
            "tile",
            &[
                ("queued", || hung(State::Queued, 0, "A paper boat")),
                ("running", || {
                    hung(State::Running, 64, "A paper boat crossing a storm drain")
                }),
                ("failed", || hung(State::Failed, 10, "A paper boat")),
                ("long text", || hung(State::Cancelled, 0, LONG)),
            ],
        ),
        section(
            "loading",
            &[("loading", || {
                view! { <div class="wall-wait"><span class="tile-screen"></span></div> }.into_any()
            })],
        ),
        section("note", &[("rest", note), ("connection lost", lost)]),
    ]
}

pub(super) fn card(state: State, progress: u32, reason: Option<Reason>, prompt: &str) -> Card {
    Card {
        id: GenerationId(Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into())),
        quote: QuoteId(Uuid::nil()),
        take: 1,
        prompt: prompt.into(),
        title: String::new(),
        favourite: false,
        model: "AiSora Preview".into(),
        size: Size::new(1280, 720),
        seconds: 4,
        seed: 4711,
        state,
        progress,
        reason,
        charge: if state.is_terminal() {
            Charge::NotCharged
        } else {
            Charge::Held(Credits(40))
        },
        place: (state == State::Queued).then_some(2),
        poster: false,
        estimate: Some(Estimate {
            p50_ms: 38_000,
            p90_ms: 70_000,
            of: 40,
        }),
        created_at: 0,
        started_at: None,
        finished_at: None,
        answered_at: None,
        deadline_at: None,
    }
}

fn bar(percent: &'static str) -> AnyView {
    view! { <progress max="100" value=percent aria-label="How far it is"></progress> }.into_any()
}

fn screen(state: State, progress: u32, reason: Option<Reason>) -> AnyView {
    let card = ArcRwSignal::new(card(state, progress, reason, "A paper boat"));
    view! { <Screen card next="/dev/components" /> }.into_any()
}

fn hung(state: State, progress: u32, prompt: &str) -> AnyView {
    let reason = (state == State::Failed).then_some(Reason::ProviderFailed);
    let view = tile(card(state, progress, reason, prompt));
    view! { <div class="tile">{view}</div> }.into_any()
}

fn note() -> AnyView {
    view! { <p class="composer-message"><Icon name="note" />"The price has changed. It is 60 credits now."</p> }.into_any()
}

fn lost() -> AnyView {
    view! { <p class="broken-link specimen-still"><span class="dot"></span>"Connection lost. Your work goes on; trying again."</p> }.into_any()
}
