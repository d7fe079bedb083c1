//! Parts of a video's page: the bar under its player, its family, its receipt.

use super::{
    Section, section,
    work::{LONG, card},
};
use crate::components::video_sheet::{bar::Bar, family::Family, receipt::Receipt};
use crate::model::{
    credits::{Credits, PostingKind},
    generation::{Card, Charge, Extended, Extending, HistoryLine, Reason, State, VideoPage, VideoPosting},
    ids::GenerationId,
    library::About,
    lineage::{DerivedBy, Family as Kinship, Kin},
};
use leptos::prelude::*;
use uuid::Uuid;

/// The videos of the receipts, whose ids are read on them: the first one is this, the others come after it.
const FIRST: u128 = 0x019a_bcde_f000_7000_8000_0000_0000_0000;

/// 25 November 2026, 23:58, in unix milliseconds: two minutes on, another day begins.
const ASKED: i64 = 1_795_651_080_000;

pub fn all() -> Vec<Section> {
    vec![
        section(
            "player bar",
            &[
                ("rest", || bar(false)),
                ("hover", || bar(false)),
                ("focus", || bar(false)),
                ("with sound, frames of use", || bar(true)),
            ],
        ),
        section(
            "family",
            &[
                ("rest", || family(1, "A paper boat")),
                ("long text", || family(11, LONG)),
            ],
        ),
        section(
            "receipt",
            &[
                ("running", running),
                ("charged", charged),
                ("not charged", not_charged),
            ],
        ),
    ]
}

fn bar(everything: bool) -> AnyView {
    let page = VideoPage {
        sound: everything,
        takes_picture: everything,
        ..page(ready())
    };
    view! { <div class="video-main"><Bar page /></div> }.into_any()
}

/// A video that came from another one, with a sister and what came from it: made, being made, failed, deleted.
fn family(first: u128, name: &str) -> AnyView {
    let kin = |number: u128, take, state, derived_by, children| Kin {
        id: GenerationId(Uuid::from_u128(first + number)),
        name: name.into(),
        take,
        state,
        derived_by,
        poster: false,
        deleted: false,
        more: 0,
        children,
    };
    let children = vec![
        Kin {
            more: 3,
            ..kin(3, 1, State::Succeeded, Some(DerivedBy::Variation), Vec::new())
        },
        kin(4, 1, State::Running, Some(DerivedBy::Extend), Vec::new()),
        kin(5, 1, State::Failed, Some(DerivedBy::LastFrame), Vec::new()),
        Kin {
            deleted: true,
            ..kin(6, 1, State::Succeeded, Some(DerivedBy::Frame), Vec::new())
        },
    ];
    let takes = vec![
        kin(1, 1, State::Succeeded, Some(DerivedBy::Remix), children),
        kin(2, 2, State::Succeeded, Some(DerivedBy::Remix), Vec::new()),
    ];
    let family = Kinship {
        roots: vec![kin(0, 1, State::Succeeded, None, takes)],
        earlier: true,
    };
    let of = GenerationId(Uuid::from_u128(first + 1));
    view! { <div class="video-about"><Family family of ready=true /></div> }.into_any()
}

fn running() -> AnyView {
    receipt(VideoPage {
        history: vec![
            line(State::Queued, 0),
            line(State::Submitting, 4_000),
            HistoryLine {
                reports: 6,
                progress: 42,
                ..line(State::Running, 5_200)
            },
        ],
        postings: vec![posting(PostingKind::Hold, 0)],
        ..page(shown(card(State::Running, 42, None, "A paper boat"), 0))
    })
}

fn charged() -> AnyView {
    let history = vec![
        line(State::Queued, 0),
        line(State::Submitting, 4_000),
        HistoryLine {
            reports: 12,
            progress: 99,
            ..line(State::Running, 5_200)
        },
        line(State::Storing, 128_000),
        line(State::Succeeded, 131_500),
    ];
    receipt(VideoPage {
        history,
        postings: vec![
            posting(PostingKind::Hold, 0),
            posting(PostingKind::Capture, 131_500),
        ],
        extended: Some(Extended { of: None, added: 4 }),
        ..page(shown(ready(), 1))
    })
}

fn not_charged() -> AnyView {
    let reason = Some(Reason::ProviderFailed);
    receipt(VideoPage {
        history: vec![
            line(State::Queued, 0),
            line(State::Submitting, 4_000),
            line(State::Queued, 9_000),
            line(State::Submitting, 70_000),
            HistoryLine {
                reason,
                ..line(State::Failed, 75_000)
            },
        ],
        postings: vec![
            posting(PostingKind::Hold, 0),
            posting(PostingKind::Release, 75_000),
        ],
        ..page(shown(card(State::Failed, 0, reason, "A paper boat"), 2))
    })
}

fn receipt(page: VideoPage) -> AnyView {
    view! { <div class="video-about"><Receipt page /></div> }.into_any()
}

fn line(state: State, after: i64) -> HistoryLine {
    HistoryLine {
        state,
        at: ASKED + after,
        reports: 0,
        progress: 0,
        reason: None,
    }
}

const fn posting(kind: PostingKind, after: i64) -> VideoPosting {
    VideoPosting {
        kind,
        credits: Credits(40),
        at: ASKED + after,
    }
}

fn ready() -> Card {
    Card {
        charge: Charge::Charged(Credits(40)),
        started_at: Some(ASKED + 4_000),
        finished_at: Some(ASKED + 131_500),
        created_at: ASKED,
        ..card(State::Succeeded, 100, None, "A paper boat")
    }
}

fn shown(card: Card, place: u128) -> Card {
    let id = GenerationId(Uuid::from_u128(FIRST + place));
    Card { id, ..card }
}

fn page(card: Card) -> VideoPage {
    VideoPage {
        card,
        model_id: "builtin".into(),
        provider: "builtin".into(),
        offered: true,
        variation: None,
        extending: Extending::Not(String::new()),
        extended: None,
        takes_picture: false,
        caption: false,
        input_reference: None,
        quoted: Credits(40),
        bytes: None,
        rate: 30_000,
        sound: false,
        trash: None,
        history: Vec::new(),
        postings: Vec::new(),
        takes: Vec::new(),
        family: Kinship::default(),
        about: About::default(),
    }
}
