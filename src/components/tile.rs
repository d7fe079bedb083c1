//! A generation in a grid. Finished ones are plain markup without signals: the library renders 48 of them per request.

use super::dynamic::part;
use super::live::Live;
use super::making::Advance;
use super::screen::{Phase, phase_of};
use super::{icon::Icon, words};
use crate::browser::{self, Timer};
use crate::model::generation::{Card, Charge};
use leptos::prelude::*;

/// The pointer must rest so long on a tile before its video is fetched, in milliseconds.
const REST: u32 = 120;

/// What plays under the pointer or the focus, for all the tiles of a wall.
#[derive(Clone, Copy)]
pub struct Preview(StoredValue<Option<Timer>>);

impl Preview {
    /// A preview that shows nothing yet.
    #[must_use]
    pub fn quiet() -> Self {
        Self(StoredValue::new(None))
    }

    /// The pointer or the focus came upon something in the wall.
    pub fn at(self, event: &leptos::web_sys::Event) {
        let id = browser::attribute_at(event, "data-video");
        let rested = browser::after(REST, move || browser::preview(id.as_deref()));
        self.0.set_value(Some(rested));
    }

    /// The pointer or the focus left the wall.
    pub fn leave(self) {
        self.0.set_value(None);
        browser::preview(None);
    }
}

/// A tile; alive while the work has not ended.
pub fn tile(card: Card) -> AnyView {
    if card.state.is_terminal() {
        return still(card);
    }
    let card = Live::here().follow(card);
    let phase = phase_of(&card);
    part(move || match phase.get() {
        Phase::Making => making(&card),
        Phase::Ready | Phase::NotMade => still(card.get_untracked()),
    })
    .into_any()
}

fn still(card: Card) -> AnyView {
    let id = card.id.to_string();
    let page = ["/v/", &id].concat();
    let acts = match Phase::from(card.state) {
        Phase::Ready => {
            let download = ["/media/", &id, "/video.mp4?download"].concat();
            view! { <a class="icon-button" href=download download aria-label="Download"><Icon name="download" /></a> }.into_any()
        }
        _ => ().into_any(),
    };
    let screen = ["screen-", &id].concat();
    let none = if Phase::from(card.state) == Phase::Ready {
        ""
    } else {
        " tile-none"
    };
    let class = ["tile-screen ", words::shape_class(card.size), none].concat();
    let delete = [&page, "#delete"].concat();
    view! {
        <a class="tile-link" href=page data-video=card.poster.then(|| id.clone())>
            <span class=class id=screen>
                {picture(&card)}
            </span>
            <span class="tile-words" dir="auto">{card.prompt}</span>
        </a>
        <div class="tile-acts">
            {acts}
            <a class="icon-button" href=delete data-delete=id aria-label="Delete"><Icon name="trash" /></a>
        </div>
    }
    .into_any()
}

fn picture(card: &Card) -> AnyView {
    match card.poster() {
        Some(poster) if card.reason.is_none() => view! {
            <img src=poster alt="" loading="lazy" decoding="async" />
            <span class="tile-length">{words::length(card.seconds)}</span>
        }
        .into_any(),
        _ => {
            let money = (card.charge == Charge::NotCharged)
                .then(|| view! { <span class="tile-money">"Not charged"</span> });
            view! {
                <span class="tile-state">{card.state.in_words()}</span>
                {money}
            }
            .into_any()
        }
    }
}

fn making(card: &ArcRwSignal<Card>) -> AnyView {
    let (page, shape, prompt) =
        card.with_untracked(|card| (card.page(), words::shape_class(card.size), card.prompt.clone()));
    view! {
        <a class="tile-link" href=page>
            <span class=["tile-screen tile-making ", shape].concat()></span>
            <span class="tile-words" dir="auto">{prompt}</span>
        </a>
        <div class="tile-advance">
            <Advance card=card.clone() />
        </div>
    }
    .into_any()
}
