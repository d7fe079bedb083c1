//! Work as it happens: one state for the whole tab, fed by the event stream (see `connection`) or by polling.

mod connection;

use crate::browser::{self, Stream, Timer};
use crate::language::t;
use crate::model::{
    credits::Balance,
    generation::{Card, Charge, State},
    ids::GenerationId,
    live::{LiveEvent, Snapshot},
};
use leptos::prelude::*;

/// A provider that has been silent for so many milliseconds is asked after.
const SILENT: i64 = 4_000;

/// One generation that changes while it is looked at.
#[derive(Clone)]
pub struct LiveCard {
    /// Which one.
    pub id: GenerationId,
    /// As it is now.
    pub card: ArcRwSignal<Card>,
}

impl PartialEq for LiveCard {
    /// The same signal; what stands in it is not compared.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.card == other.card
    }
}

/// How the tab hears about changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not asked for yet, or fine.
    Fine,
    /// Neither the stream nor polling gets through.
    Broken,
}

/// The live state of this tab.
#[derive(Clone, Copy)]
pub struct Live {
    /// Work that has not ended, oldest first, then what ended most lately, newest first.
    pub cards: RwSignal<Vec<LiveCard>>,
    /// The credits, once the live part knows them better than the page did.
    pub balance: RwSignal<Option<Balance>>,
    /// The server's clock in unix milliseconds; moves every second while something runs.
    pub clock: RwSignal<i64>,
    /// What a screen reader is told, politely.
    pub said: RwSignal<String>,
    /// Whether changes come through.
    pub link: RwSignal<Link>,
    inner: StoredValue<Inner>,
}

/// What no view reads.
#[derive(Default)]
struct Inner {
    /// The last event that the state contains.
    seq: Option<i64>,
    /// The last of them that moved credits: a snapshot from then on has the right balance.
    money: i64,
    /// The server's clock minus the browser's. Everything heard from the server is in its past, so the largest is the best.
    offset: Option<i64>,
    /// Cards of pages that no snapshot listed when the page was loaded.
    followed: Vec<LiveCard>,
    started: bool,
    /// The tab is not looked at: it has no stream until it is.
    asleep: bool,
    fetching: bool,
    /// When a snapshot was last asked for, by the server's clock.
    asked: i64,
    fetch_again: bool,
    /// Until the next try without a stream, in milliseconds.
    wait: u32,
    stream: Option<Stream>,
    watchdog: Option<Timer>,
    retry: Option<Timer>,
    tick: Option<Timer>,
    places: Option<Timer>,
    sleep: Option<Timer>,
}

impl Live {
    /// An empty state that every component below shares.
    pub fn provide() {
        provide_context(Self {
            cards: RwSignal::new(Vec::new()),
            balance: RwSignal::new(None),
            clock: RwSignal::new(0),
            said: RwSignal::new(String::new()),
            link: RwSignal::new(Link::Fine),
            inner: StoredValue::new(Inner::default()),
        });
    }

    /// The live state of this tab.
    #[must_use]
    pub fn here() -> Self {
        expect_context()
    }

    /// The live form of a card that a page has loaded.
    #[must_use]
    pub fn follow(&self, card: Card) -> ArcRwSignal<Card> {
        if let Some(known) = self.find(card.id) {
            return known;
        }
        let followed = LiveCard {
            id: card.id,
            card: ArcRwSignal::new(card),
        };
        let card = followed.card.clone();
        self.inner.update_value(|inner| inner.followed.push(followed));
        self.keep_time();
        card
    }

    fn find(&self, id: GenerationId) -> Option<ArcRwSignal<Card>> {
        let card = |cards: &Vec<LiveCard>| {
            cards
                .iter()
                .find(|known| known.id == id)
                .map(|known| known.card.clone())
        };
        self.cards
            .with_untracked(card)
            .or_else(|| self.inner.with_value(|inner| card(&inner.followed)))
    }

    /// The server's clock as well as this tab knows it, in unix milliseconds.
    #[must_use]
    pub fn server_now(&self) -> i64 {
        browser::now_ms() + self.inner.with_value(|inner| inner.offset.unwrap_or_default())
    }

    /// Takes in the newest form of one card.
    pub fn see(&self, card: Card) {
        self.refresh(card);
        self.refetch();
    }

    /// Takes over a snapshot. While work goes on, events often overtake it: then they know the cards better, and only what
    /// events do not carry is taken from it.
    pub fn adopt(&self, snapshot: Snapshot) {
        let (stale, paid) = self.inner.with_value(|inner| {
            let stale = inner.seq.is_some_and(|seq| snapshot.seq < seq);
            (stale, snapshot.seq >= inner.money)
        });
        self.heard_at(snapshot.now);
        if paid && self.balance.get_untracked() != Some(snapshot.balance) {
            self.balance.set(Some(snapshot.balance));
        }
        if stale {
            let alive = |card: &Card| !card.state.is_terminal();
            return self.insert(snapshot.cards.into_iter().filter(alive).collect());
        }
        self.inner.update_value(|inner| inner.seq = Some(snapshot.seq));
        let cards: Vec<LiveCard> = snapshot
            .cards
            .into_iter()
            .map(|card| self.refresh(card))
            .collect();
        let same = self.cards.with_untracked(|known| {
            known
                .iter()
                .map(|card| card.id)
                .eq(cards.iter().map(|card| card.id))
        });
        if !same {
            self.cards.set(cards);
        }
        self.keep_time();
    }

    /// Puts a card's newest form into the signal that views already hold.
    fn refresh(&self, card: Card) -> LiveCard {
        let id = card.id;
        let Some(known) = self.find(id) else {
            return LiveCard {
                id,
                card: ArcRwSignal::new(card),
            };
        };
        let mut card = card;
        if card.state == State::Running {
            // Events bring it faster than the snapshot.
            card.answered_at = card
                .answered_at
                .max(known.with_untracked(|known| known.answered_at));
        }
        let before = known.with_untracked(|known| known.state);
        if known.with_untracked(|known| *known != card) {
            if before != card.state {
                self.say(&card);
            }
            known.set(card);
        }
        LiveCard { id, card: known }
    }

    /// Takes in work that this tab has just started.
    pub fn add(&self, cards: Vec<Card>) {
        self.insert(cards);
        self.refetch();
    }

    /// Work that goes on, among what else goes on; what is known stays as it is.
    fn insert(&self, cards: Vec<Card>) {
        let new: Vec<LiveCard> = cards
            .into_iter()
            .filter(|card| self.find(card.id).is_none())
            .map(|card| self.refresh(card))
            .collect();
        if !new.is_empty() {
            self.cards.update(|known| {
                let unfinished = known
                    .iter()
                    .take_while(|known| !known.card.with_untracked(|card| card.state.is_terminal()));
                let place = unfinished.count();
                known.splice(place..place, new);
            });
        }
        self.keep_time();
    }

    /// Forgets a card, because it was deleted.
    pub fn forget(&self, id: GenerationId) {
        self.cards.update(|known| known.retain(|known| known.id != id));
    }

    /// One event of the stream. A hole in the numbers, an unknown card or an end asks for a fresh snapshot.
    fn take(&self, event: &LiveEvent) {
        let seq = self.inner.with_value(|inner| inner.seq).unwrap_or_default();
        if event.seq <= seq {
            return;
        }
        self.inner.update_value(|inner| {
            inner.seq = Some(event.seq);
            if event.state == State::Queued || event.state.is_terminal() {
                inner.money = event.seq;
            }
        });
        self.heard_at(event.at);
        let known = self.find(event.id);
        if let Some(card) = &known {
            let changed = card.with_untracked(|card| card.state != event.state);
            card.update(|card| apply(card, event));
            if changed {
                card.with_untracked(|card| self.say(card));
            }
        }
        if known.is_none() || event.seq != seq + 1 || event.state.is_terminal() {
            self.refetch();
        }
        self.keep_time();
    }

    fn heard_at(&self, server: i64) {
        let offset = server - browser::now_ms();
        self.inner.update_value(|inner| {
            inner.offset = Some(inner.offset.map_or(offset, |known| known.max(offset)));
        });
        if self.clock.get_untracked() < server {
            self.clock.set(server);
        }
    }

    /// The clock ticks while something runs; places are asked for while something waits.
    fn keep_time(&self) {
        let live = *self;
        let (mut runs, mut waits) = (false, false);
        let mut look = |cards: &Vec<LiveCard>| {
            for known in cards {
                let state = known.card.with_untracked(|card| card.state);
                runs |= !state.is_terminal();
                waits |= state == State::Queued;
            }
        };
        self.cards.with_untracked(&mut look);
        self.inner.with_value(|inner| look(&inner.followed));
        let awake = self.inner.with_value(|inner| !inner.asleep);
        let (runs, waits) = (runs && awake, waits && awake);
        self.inner.update_value(|inner| {
            inner.tick = runs.then(|| {
                inner
                    .tick
                    .take()
                    .unwrap_or_else(|| browser::every(1_000, move || live.tick()))
            });
            inner.places = waits.then(|| {
                inner
                    .places
                    .take()
                    .unwrap_or_else(|| browser::every(5_000, move || live.refetch()))
            });
        });
    }

    fn tick(&self) {
        let now = self.server_now();
        self.clock.set(now);
        // A provider that answers without getting on makes no event: the snapshot tells when it did.
        let silent = |cards: &Vec<LiveCard>| {
            cards.iter().any(|known| {
                known.card.with_untracked(|card| {
                    // Before its first report, what it took over is the last that was heard.
                    let heard = card.answered_at.or(card.started_at);
                    card.state == State::Running && heard.is_some_and(|at| now - at >= SILENT)
                })
            })
        };
        let again = self.inner.with_value(|inner| now - inner.asked >= SILENT);
        if again && self.cards.with_untracked(silent) {
            self.refetch();
        }
    }

    /// Tells a change of state; percents are left to the bar.
    fn say(&self, card: &Card) {
        let mut words = String::from(card.state.in_words());
        if card.charge == Charge::NotCharged && card.state.is_terminal() {
            words.push_str(", ");
            words.push_str(t!("not charged"));
        }
        words.push_str(": ");
        words.extend(card.name().chars().take(80));
        self.said.set(words);
    }
}

fn apply(card: &mut Card, event: &LiveEvent) {
    card.state = event.state;
    card.progress = event.progress;
    card.reason = event.reason;
    card.answered_at = (event.state == State::Running).then_some(event.at);
    if event.state == State::Queued {
        card.started_at = None;
    } else {
        card.place = None;
        card.started_at.get_or_insert(event.at);
    }
    if event.state.is_terminal() {
        card.finished_at = Some(event.at);
        if event.state == State::Succeeded {
            if let Charge::Held(credits) = card.charge {
                card.charge = Charge::Charged(credits);
            }
            card.poster = true;
        } else {
            card.charge = Charge::NotCharged;
        }
    }
}
