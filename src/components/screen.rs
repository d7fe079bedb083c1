//! One generation in its own shape: while it is made, when it plays, and when there is no video.

use super::dynamic::{flag, memo, part, text};
use super::{icon::Icon, making::Making, words};
use crate::language::t;
use crate::model::generation::{Card, State};
use leptos::prelude::*;

/// What a screen shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It is being made.
    Making,
    /// The video is there.
    Ready,
    /// There is no video, and there will be none.
    NotMade,
}

impl From<State> for Phase {
    fn from(state: State) -> Self {
        match state {
            State::Succeeded => Self::Ready,
            state if state.is_terminal() => Self::NotMade,
            _ => Self::Making,
        }
    }
}

/// The phase of a card that changes.
pub fn phase_of(card: &ArcRwSignal<Card>) -> Memo<Phase> {
    let card = card.clone();
    memo(move || card.with(|card| Phase::from(card.state)))
}

/// The screen of one generation.
#[component]
pub fn Screen(
    /// The generation.
    card: ArcRwSignal<Card>,
    /// Where a cancel without JavaScript comes back to.
    next: &'static str,
    /// What tells it from those beside it; nothing where it is alone.
    #[prop(optional, into)]
    label: Signal<String>,
    /// The video has sound: its prompt can be shown as captions.
    #[prop(optional)]
    sound: bool,
) -> impl IntoView {
    let phase = phase_of(&card);
    let (shape, page) = card.with_untracked(|card| (words::shape_class(card.size), card.page()));
    let picture = part(move || match phase.get() {
        Phase::Making => view! { <Making card=card.clone() next /> }.into_any(),
        Phase::Ready => view! { <Player card=card.get_untracked() sound /> }.into_any(),
        Phase::NotMade => card.with_untracked(not_made).into_any(),
    });
    view! {
        <div class=["screen ", shape].concat()>
            {picture}
            <a class="screen-take" href=page hidden=flag(move || label.with(String::is_empty))>
                <span dir="auto">{text(move || label.get())}</span>
            </a>
        </div>
    }
}

/// The video. It plays by itself while it is in view (`films.js`).
#[component]
fn Player(card: Card, sound: bool) -> impl IntoView {
    // No model hands over what is heard in words: what was asked for is all there is, and the label says so.
    let track = sound.then(|| {
        let src = ["/media/", &card.id.to_string(), "/words.vtt"].concat();
        view! { <track kind="captions" src=src label=t!("What was asked for (no transcript)") srclang="" /> }
            .into_any()
    });
    let beginning: String = card.prompt.chars().take(120).collect();
    let label = t!("Video: {prompt}", prompt = beginning);
    view! {
        <video
            id=["play-", &card.id.to_string()].concat()
            class="player"
            data-in-view
            src=card.video()
            poster=card.poster()
            width=card.size.width
            height=card.size.height
            aria-label=label
            controls
            loop
            playsinline
            muted
            preload="metadata"
        >
            {track}
        </video>
    }
}

/// Why there is no video, what it cost (nothing), and the way on.
fn not_made(card: &Card) -> impl IntoView + use<> {
    let (id, state, reason) = (card.id, card.state, card.reason);
    view! {
        <div class="not-made">
            <p class="not-made-state">{state.in_words()}</p>
            {reason.map(|reason| view! { <p class="not-made-why">{reason.in_words()}</p> }.into_any())}
            <p class="not-made-money">
                <Icon name="check" />
                {t!("Not charged")}
            </p>
            <a class="button small" href=words::another(id)>
                <Icon name="again" />
                {t!("Try again")}
            </a>
        </div>
    }
}
