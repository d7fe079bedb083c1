//! Parts of the library: what narrows it, its tiles and rows, and what is done with many of them.

use super::{
    Section, section,
    work::{LONG, card},
};
use crate::model::{
    credits::Credits,
    generation::{Card, Charge, Reason, State},
    ids::CollectionId,
    library::{Collection, LibraryQuery, Shelves},
    person::FormState,
};
use crate::pages::library::{bar::bar, tiles, tools};
use leptos::prelude::*;
use uuid::Uuid;

pub fn all() -> Vec<Section> {
    vec![
        section(
            "search",
            &[
                ("empty", || tools::search(&asked(""))),
                ("filled", || tools::search(&asked("paper boat"))),
                ("focus", || tools::search(&asked("paper boat"))),
            ],
        ),
        section(
            "filters",
            &[
                ("rest", || tools::states(&asked(""))),
                ("hover", || tools::states(&asked(""))),
                ("focus", || tools::states(&asked(""))),
            ],
        ),
        section(
            "shelf and tools",
            &[
                ("shelf", || {
                    within(tools::shelf(&asked(""), &shelves(), &FormState::default()))
                }),
                ("rest", || within(tools::tools(&asked(""), &shelves()))),
                ("in force", || {
                    let asked = asked("").with("tag", "sea").with("shape", "wide");
                    within(tools::tools(&asked, &shelves()))
                }),
            ],
        ),
        section(
            "library tile",
            &[
                ("ready", || hung(&ready(), false, false)),
                ("hover", || hung(&ready(), false, false)),
                ("focus", || hung(&ready(), false, false)),
                ("selected", || hung(&ready(), false, true)),
                ("running", || {
                    hung(&card(State::Running, 64, None, "A paper boat"), false, false)
                }),
                ("failed", || {
                    let failed = card(State::Failed, 10, Some(Reason::ProviderFailed), "A paper boat");
                    hung(&failed, false, false)
                }),
                ("long text", || {
                    hung(&card(State::Cancelled, 0, None, LONG), false, false)
                }),
            ],
        ),
        section(
            "library row",
            &[
                ("ready", || hung(&ready(), true, false)),
                ("long text", || {
                    hung(&card(State::Cancelled, 0, None, LONG), true, false)
                }),
            ],
        ),
        section(
            "selection bar",
            &[("some selected", || {
                let bar = bar(&asked(""), &shelves(), &FormState::default());
                view! { <form class="choose" data-some="">{bar}</form> }.into_any()
            })],
        ),
    ]
}

/// As the library's page has it.
fn within(part: AnyView) -> AnyView {
    view! { <div class="library" data-awake="">{part}</div> }.into_any()
}

fn asked(search: &str) -> LibraryQuery {
    LibraryQuery::default().with("search", search)
}

fn shelves() -> Shelves {
    let collection = |id, name: &str, videos| Collection {
        id: CollectionId(Uuid::from_u128(id)),
        name: name.into(),
        videos,
    };
    Shelves {
        collections: vec![
            collection(1, "Harbour film", 12),
            collection(2, "Zur Ansicht für Frau Grünewald", 3),
        ],
        tags: vec!["sea".into()],
        models: vec![("builtin".into(), "AiSora Preview".into())],
    }
}

fn ready() -> Card {
    Card {
        poster: true,
        favourite: true,
        charge: Charge::Charged(Credits(40)),
        ..card(State::Succeeded, 100, None, "First light over a glass sea")
    }
}

/// Its still is one that every installation has.
fn hung(card: &Card, is_list: bool, is_chosen: bool) -> AnyView {
    let still = format!("/media/{}/tile.jpg", card.id);
    let tile = tiles::one(card, is_list, is_chosen, true).replace(&still, "/showcase/1.jpg");
    let class = if is_list { "wall rows" } else { "wall" };
    view! { <div class="walls"><ul class=class inner_html=tile></ul></div> }.into_any()
}
