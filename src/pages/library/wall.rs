//! The tiles: preview under the pointer, more at the lower edge, delete into the trash, which can be undone.

use crate::api::gallery::{library, restore_videos, trash_videos};
use crate::browser;
use crate::components::dynamic::{Item, each, effect, flag, maybe, on, text};
use crate::components::live::Live;
use crate::components::notice::Notices;
use crate::components::outcome::sign_in_again;
use crate::components::tile::{Preview, tile};
use crate::model::error::{AppError, Code};
use crate::model::generation::{Card, LibraryPage, LibraryQuery};
use crate::model::ids::GenerationId;
use crate::model::trash::{Notice, What};
use leptos::ev::{FocusEvent, PointerEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is on the wall now.
#[derive(Clone, Copy)]
struct Hanging {
    asked: StoredValue<LibraryQuery>,
    cards: RwSignal<Vec<Card>>,
    next: RwSignal<Option<GenerationId>>,
    busy: RwSignal<bool>,
    trouble: RwSignal<Option<String>>,
    live: Live,
    notices: Notices,
}

impl Hanging {
    /// Appends the next page; does nothing while one is on its way.
    fn more(self) {
        let Some(after) = self.next.get_untracked() else {
            return;
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let query = LibraryQuery {
            after: Some(after),
            ..self.asked.get_value()
        };
        spawn_local(async move {
            let answer = library(query).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    let _ = self.trouble.try_set(None);
                    let _ = self.cards.try_update(|cards| cards.extend(page.cards));
                    let _ = self.next.try_set(page.next);
                }
                Err(error) => self.told(error),
            }
        });
    }

    /// Nothing hangs here any more, and nothing is to come.
    fn is_bare(self) -> bool {
        self.cards.with(Vec::is_empty) && self.next.with(Option::is_none)
    }

    /// Takes a card off the wall at once. It hangs there again when the server does not agree, or when it is undone.
    fn trash(self, id: GenerationId) {
        let (mut place, mut down) = (0, None);
        self.cards.update(|cards| {
            place = cards.iter().position(|card| card.id == id).unwrap_or(cards.len());
            down = (place < cards.len()).then(|| cards.remove(place));
        });
        let Some(card) = down else {
            return;
        };
        spawn_local(async move {
            match trash_videos(vec![id]).await {
                Ok(moved) => {
                    let words = Notice::of(What::Trashed, &moved).in_words();
                    if moved.ids.is_empty() {
                        self.hang_back(place, card);
                        return self.notices.say(words);
                    }
                    self.live.forget(id);
                    self.notices
                        .offer_undo(words, id, move || self.restore(place, card.clone()));
                }
                Err(error) => {
                    self.hang_back(place, card);
                    self.told(error);
                }
            }
        });
    }

    fn restore(self, place: usize, card: Card) {
        let id = card.id;
        self.hang_back(place, card);
        spawn_local(async move {
            match restore_videos(vec![id]).await {
                Ok(moved) => self.notices.say(Notice::of(What::Restored, &moved).in_words()),
                Err(error) => {
                    let _ = self.cards.try_update(|cards| cards.retain(|card| card.id != id));
                    self.told(error);
                }
            }
        });
    }

    fn hang_back(self, place: usize, card: Card) {
        let _ = self
            .cards
            .try_update(|cards| cards.insert(place.min(cards.len()), card));
    }

    fn told(self, error: AppError) {
        if error.code == Code::SignInNeeded {
            sign_in_again();
        }
        let _ = self.trouble.try_set(Some(error.message));
    }
}

/// The wall.
#[component]
pub fn Wall(asked: LibraryQuery, page: LibraryPage) -> impl IntoView {
    let hanging = Hanging {
        asked: StoredValue::new(asked),
        cards: RwSignal::new(page.cards),
        next: RwSignal::new(page.next),
        busy: RwSignal::new(false),
        trouble: RwSignal::new(None),
        live: Live::here(),
        notices: Notices::here(),
    };
    let pressed = move |event: leptos::ev::MouseEvent| {
        let id = browser::attribute_at(&event, "data-delete").and_then(|id| id.parse().ok());
        if let Some(id) = id {
            event.prevent_default();
            hanging.trash(id);
        }
    };
    let preview = Preview::quiet();
    view! {
        <ul
            class="wall"
            on:pointerover=on(move |event: PointerEvent| preview.at(&event))
            on:focusin=on(move |event: FocusEvent| preview.at(&event))
            on:pointerleave=on(move |_| preview.leave())
            on:focusout=on(move |_| preview.leave())
            on:click=on(pressed)
        >
            {each(move || hanging.cards.get().into_iter().map(hung).collect())}
        </ul>
        {maybe(move || hanging.is_bare().then(|| hanging.asked.with_value(super::bare)))}
        <Older hanging />
    }
}

fn hung(card: Card) -> Item {
    Item::new(card.id, || {
        view! { <li class="tile">{tile(card)}</li> }.into_any()
    })
}

/// The way to older videos: a link without JavaScript, and a place that loads them when it comes near with it.
#[component]
fn Older(hanging: Hanging) -> impl IntoView {
    let place = NodeRef::<leptos::html::P>::new();
    let sight = StoredValue::new(None);
    effect(move || {
        // Anew after every page: the place may still be in view, and only a change is told.
        let (Some(place), Some(_)) = (place.get(), hanging.next.get()) else {
            return sight.set_value(None);
        };
        sight.set_value(browser::watch_sight(&place, "800px", move |seen| {
            if seen {
                hanging.more();
            }
        }));
    });
    let address = text(move || {
        let after = hanging.next.get().map(|id| id.to_string()).unwrap_or_default();
        let (search, show) = hanging
            .asked
            .with_value(|asked| (asked.search.clone(), asked.show.clone()));
        [super::address(&search, &show), "&after=".into(), after].concat()
    });
    let older = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        hanging.more();
    };
    view! {
        <p class="older" node_ref=place hidden=flag(move || hanging.next.get().is_none())>
            <a class="button" href=address on:click=on(older)>
                {text(move || if hanging.busy.get() { "Loading…" } else { "Older videos" })}
            </a>
        </p>
        <div role="alert">
            {maybe(move || hanging.trouble.get().map(|words| view! { <p class="form-message">{words}</p> }))}
        </div>
    }
}
