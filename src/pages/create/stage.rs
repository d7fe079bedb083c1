//! What is being made and what was made lately, with one piece of work in the middle.

use crate::browser;
use crate::components::composer::Composer;
use crate::components::dynamic::{Item, each, flag, maybe, memo, on, part, text};
use crate::components::fact::fact;
use crate::components::icon::Icon;
use crate::components::live::{Live, LiveCard};
use crate::components::making::{Advance, Cancel};
use crate::components::screen::{Phase, Screen};
use crate::components::tile::tile;
use crate::components::words;
use crate::language::t;
use crate::model::credits::Credits;
use crate::model::generation::{Card, Charge};
use crate::model::ids::{GenerationId, QuoteId};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::sync::Arc;

/// Whose takes stand in the middle: what was picked or created last, else the newest there is.
fn watched(composer: Composer) -> Memo<Option<QuoteId>> {
    let live = Live::here();
    memo(move || {
        let picked = composer.watched.get();
        live.cards.with(|cards| {
            let quote = |card: &LiveCard| card.card.with_untracked(|card| card.quote);
            picked
                .filter(|picked| cards.iter().any(|card| quote(card) == *picked))
                .or_else(|| cards.iter().max_by_key(|card| card.id).map(quote))
        })
    })
}

/// Whether a card belongs to a part of the page, given whose takes are watched.
type Rule = fn(&Card, Option<QuoteId>) -> bool;

/// The cards that a rule chooses, in their order.
fn chosen(rule: Rule, composer: Composer) -> Memo<Vec<LiveCard>> {
    let live = Live::here();
    let watched = watched(composer);
    memo(move || {
        let watched = watched.get();
        let fits = |known: &&LiveCard| known.card.with(|card| rule(card, watched));
        live.cards
            .with(|cards| cards.iter().filter(fits).cloned().collect())
    })
}

/// What shows one card.
type OneView = Arc<dyn Fn(LiveCard) -> AnyView + Send + Sync>;

/// One view for each card; it stays while its card does.
fn shown(cards: Memo<Vec<LiveCard>>, view: OneView) -> AnyView {
    let item = move |known: LiveCard| {
        let view = view.clone();
        Item::new(known.id, move || view(known))
    };
    each(move || cards.get().into_iter().map(&item).collect())
}

/// The work that is watched, in the middle of the room.
#[component]
pub fn Stage(composer: Composer) -> impl IntoView {
    let takes = chosen(|card, watched| Some(card.quote) == watched, composer);
    let takes = memo(move || {
        // Sorted by hand: they are few, and the library's way of sorting is heavy in the browser.
        let mut sorted: Vec<LiveCard> = Vec::new();
        for known in takes.get() {
            let place = sorted.iter().filter(|before| before.id < known.id).count();
            sorted.insert(place, known);
        }
        sorted
    });
    let several = memo(move || takes.with(Vec::len) > 1);
    let class = text(move || match takes.with(Vec::len) {
        0 | 1 => "screens",
        2..=4 => "screens several",
        _ => "screens several many",
    });
    let screen = move |known: LiveCard| {
        let label = memo(move || takes.with(|takes| told_apart(known.id, takes)));
        view! { <Screen card=known.card next="/create" label /> }.into_any()
    };
    let screens = shown(takes, Arc::new(screen));
    let ways = maybe(move || several.get().then(|| takes.with(|takes| ways_to(takes))));
    let about = maybe(move || {
        let takes = takes.get();
        let first = takes.first()?.clone();
        Some(view! { <About first takes /> })
    });
    view! {
        <section class="stage" aria-label=t!("Watched now")>
            <div class=class>{screens}</div>
            {ways}
            {about}
        </section>
    }
}

/// In a hand the takes stand side by side, and these lead from one to the next (`public/js/swipe.js`).
fn ways_to(takes: &[LiveCard]) -> AnyView {
    let ways = takes.iter().enumerate().map(|(place, take)| {
        let name = t!("Show: {what}", what = told_apart(take.id, takes));
        view! { <button type="button" data-take=place.to_string() aria-label=name aria-current=(place == 0).then_some("true")></button> }.into_any()
    });
    let ways: Vec<AnyView> = ways.collect();
    view! { <div class="take-dots needs-script" role="group" aria-label=t!("Takes")>{ways}</div> }.into_any()
}

/// What tells one of several from the others: which line of the prompts it is, and which take of that; its model where there
/// are two; then its prompt, where there are several.
fn told_apart(id: GenerationId, takes: &[LiveCard]) -> String {
    let Some(own) = takes.iter().find(|known| known.id == id) else {
        return String::new();
    };
    own.card.with_untracked(|own| {
        let (mut lines, mut alike, mut place) = (Vec::new(), 0, 0);
        for known in takes {
            known.card.with_untracked(|card| {
                if !lines.contains(&card.prompt) {
                    lines.push(card.prompt.clone());
                }
                alike += usize::from(card.prompt == own.prompt);
                place += usize::from(card.prompt == own.prompt && known.id <= id);
            });
        }
        let mut words: Vec<String> = Vec::new();
        let line = lines.iter().position(|line| *line == own.prompt);
        let line = line.filter(|_| lines.len() > 1);
        words.extend(line.map(|line| t!("Line {n}", n = line + 1)));
        if alike > 1 {
            words.push(t!("Take {n}", n = place));
        }
        if other_model(takes).is_some() {
            words.push(own.model.clone());
        }
        if line.is_some() {
            words.push(own.prompt.chars().take(120).collect());
        }
        words.join(" · ")
    })
}

/// The first that another model makes than the first of all.
fn other_model(takes: &[LiveCard]) -> Option<&LiveCard> {
    let model = |known: &LiveCard| known.card.with_untracked(|card| card.model.clone());
    let first = model(takes.first()?);
    takes.iter().find(|known| model(known) != first)
}

/// How many other prompts there are than that of the first.
fn more_prompts(takes: &[LiveCard]) -> usize {
    let mut known: Vec<String> = Vec::new();
    for take in takes {
        let prompt = take.card.with_untracked(|card| card.prompt.clone());
        if !known.contains(&prompt) {
            known.push(prompt);
        }
    }
    known.len().saturating_sub(1)
}

/// Words, facts, money, and what to do next.
#[component]
fn About(first: LiveCard, takes: Vec<LiveCard>) -> impl IntoView {
    let card = first.card.get_untracked();
    let single = takes.len() == 1;
    let page = card.page();
    let (ready, made, money) = (first.card.clone(), first.card.clone(), takes.clone());
    let ready = memo(move || single && ready.with(|card| Phase::from(card.state) == Phase::Ready));
    let made = move || made.with(words::made_in).filter(|_| single);
    let download = card.download();
    let more = more_prompts(&takes);
    let mut model = card.model;
    if let Some(other) = other_model(&takes) {
        let label = other.card.with_untracked(|card| card.model.clone());
        model = t!("{one} and {other}", one = model, other = label);
    }
    let compare = comparable(takes);
    view! {
        <div class="about">
            <h2 class="about-words" dir="auto">{card.prompt}</h2>
            {(more > 0).then(|| view! { <p class="hint">{t!("and {n} more", n = more)}</p> }.into_any())}
            <dl class="facts">
                {fact(t!("Model"), model)}
                {fact(t!("Picture"), words::picture(card.size))}
                {fact(t!("Length"), words::seconds(card.seconds))}
                {single.then(|| fact(t!("Seed"), card.seed.to_string()))}
                {maybe(move || made().map(|made| fact(t!("Made in"), made)))}
                {part(move || fact(t!("Credits"), money_of(&money)))}
            </dl>
            <div class="acts">
                <a class="button" href=words::another(card.id)><Icon name="again" />{t!("Make another")}</a>
                {maybe(move || ready.get().then(|| view! {
                    <a class="button" href=download.clone() download><Icon name="download" />{t!("Download")}</a>
                }))}
                {maybe(move || compare.get().map(|href| view! { <a class="button" href=href rel="external"><Icon name="compare" />{t!("Compare")}</a> }))}
                {single.then(|| view! { <a class="button" href=page><Icon name="open" />{t!("Open")}</a> }.into_any())}
            </div>
        </div>
    }
}

/// Where two takes of one prompt stand side by side, once two are ready: of different models, where there are.
fn comparable(takes: Vec<LiveCard>) -> Memo<Option<String>> {
    memo(move || {
        let is_ready = |take: &&LiveCard| take.card.with(|card| Phase::from(card.state) == Phase::Ready);
        let ready: Vec<LiveCard> = takes.iter().filter(is_ready).cloned().collect();
        let prompt = |take: &LiveCard| take.card.with_untracked(|card| card.prompt.clone());
        ready.iter().find_map(|one| {
            let of_it = |other: &&LiveCard| other.id != one.id && prompt(other) == prompt(one);
            let alike: Vec<LiveCard> = ready.iter().filter(of_it).cloned().collect();
            let both: Vec<LiveCard> = [vec![one.clone()], alike].concat();
            let beside = other_model(&both).or_else(|| both.get(1))?;
            let page = one.card.with_untracked(Card::page);
            Some([page.as_str(), "/compare/", &beside.id.to_string()].concat())
        })
    })
}

/// `Charged 80 credits`, `40 charged, 40 on hold`, `Not charged`.
fn money_of(takes: &[LiveCard]) -> String {
    if let [only] = takes {
        return only.card.with(|card| words::charge(card.charge));
    }
    let (mut charged, mut held) = (0, 0);
    for take in takes {
        match take.card.with(|card| card.charge) {
            Charge::Held(credits) => held += credits.0,
            Charge::Charged(credits) => charged += credits.0,
            Charge::NotCharged => {}
        }
    }
    match (charged, held) {
        (0, 0) => t!("Not charged").into(),
        (charged, 0) => words::charge(Charge::Charged(Credits(charged))),
        (0, held) => words::charge(Charge::Held(Credits(held))),
        (charged, held) => t!(
            "{charged} charged, {held} on hold",
            charged = Credits(charged),
            held = Credits(held)
        ),
    }
}

/// Other work that has not ended, in one row.
#[component]
pub fn Jobs(composer: Composer) -> impl IntoView {
    let jobs = chosen(
        |card, watched| !card.state.is_terminal() && Some(card.quote) != watched,
        composer,
    );
    let none = flag(move || jobs.with(Vec::is_empty));
    let jobs = shown(
        jobs,
        Arc::new(move |known| view! { <Job known composer /> }.into_any()),
    );
    view! {
        <section class="jobs" aria-label=t!("Also being made") hidden=none>
            <ul>{jobs}</ul>
        </section>
    }
}

#[component]
fn Job(known: LiveCard, composer: Composer) -> impl IntoView {
    let (prompt, page, quote) = known
        .card
        .with_untracked(|card| (card.prompt.clone(), card.page(), card.quote));
    let id = known.id;
    view! {
        <li class="job">
            <a class="job-words" dir="auto" href=page on:click=on(move |event| watch(composer, quote, &event))>{prompt}</a>
            <Cancel id next="/create" />
            <Advance card=known.card />
        </li>
    }
}

/// Puts work in the middle, unless the click wants a new tab.
fn watch(composer: Composer, quote: QuoteId, event: &MouseEvent) {
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
        return;
    }
    event.prevent_default();
    composer.watched.set(Some(quote));
    browser::to_top();
}

/// How many tiles of it stand there.
const LATELY: usize = 12;

/// What ended lately.
#[component]
pub fn Lately(composer: Composer) -> impl IntoView {
    let cards = chosen(
        |card, watched| card.state.is_terminal() && Some(card.quote) != watched,
        composer,
    );
    let cards = memo(move || {
        let mut cards = cards.get();
        cards.truncate(LATELY);
        cards
    });
    let none = flag(move || cards.with(Vec::is_empty));
    let hung = move |known: LiveCard| {
        let quote = known.card.with_untracked(|card| card.quote);
        let pressed = move |event: MouseEvent| watch(composer, quote, &event);
        view! { <li class="tile" on:click=on(pressed)>{tile(known.card.get_untracked())}</li> }.into_any()
    };
    let tiles = shown(cards, Arc::new(hung));
    view! {
        <section class="lately" hidden=none>
            <h2>{t!("Lately")}</h2>
            <ul class="wall">{tiles}</ul>
            <p class="lately-all"><a href="/library" rel="external">{t!("All in the library")}</a></p>
        </section>
    }
}
