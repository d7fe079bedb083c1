//! Work that has not ended: first light comes up as it gets on.

use super::dynamic::{memo, on, text, word};
use super::outcome::sign_in_again;
use super::promises::Promises;
use super::{live::Live, words};
use crate::api::generation::cancel_generation;
use crate::language::t;
use crate::model::error::Code;
use crate::model::generation::{Card, State};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The whole view of running work: state, bar, times, cancel.
#[component]
pub fn Making(
    /// The work.
    card: ArcRwSignal<Card>,
    /// Where a cancel without JavaScript comes back to.
    next: &'static str,
) -> impl IntoView {
    let id = card.with_untracked(|card| card.id);
    view! {
        <div class="making">
            <Dawn card=card.clone() />
            <div class="making-words">
                <Advance card=card.clone() promised=true />
                <Promises card />
                <Cancel id next />
            </div>
        </div>
    }
}

/// State, percent, bar and times.
#[component]
pub fn Advance(
    /// The work.
    card: ArcRwSignal<Card>,
    /// How long such work usually takes is said beside it.
    #[prop(optional)]
    promised: bool,
) -> impl IntoView {
    let live = Live::here();
    let state = {
        let card = card.clone();
        memo(move || card.with(|card| card.state))
    };
    let percent = {
        let card = card.clone();
        memo(move || card.with(|card| card.progress.min(100)))
    };
    let times = move || {
        let now = live.clock.get();
        card.with(|card| words::timing(card, now, promised))
    };
    let number = move || {
        if state.get() == State::Queued {
            String::new()
        } else {
            percent.get().to_string() + " %"
        }
    };
    view! {
        <p class="making-state">
            <span>{text(move || state.get().in_words())}</span>
            <b>{text(number)}</b>
        </p>
        <progress max="100" value=text(move || percent.get().to_string()) aria-label=t!("How far it is")></progress>
        <p class="making-times">{text(times)}</p>
    }
}

/// A horizon: night while it waits, and the sun rises with the percent. Attributes only, because the policy forbids styles.
#[component]
fn Dawn(card: ArcRwSignal<Card>) -> impl IntoView {
    let glow = card.with_untracked(|card| ["glow-", &card.id.to_string()].concat());
    let light = memo(move || {
        card.with(|card| {
            if card.state == State::Queued {
                0
            } else {
                card.progress.min(100)
            }
        })
    });
    let height = move || text(move || (62 - light.get() * 34 / 100).to_string());
    let day = move || text(move || hundredths(light.get()));
    let night = text(move || hundredths(100 - light.get() * 92 / 100));
    view! {
        <svg class="dawn" viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
            <rect class="dawn-night" x="-80" y="-70" width="320" height="120" opacity=night />
            <radialGradient id=glow.clone()>
                <stop class="dawn-glow" offset=".3" />
                <stop class="dawn-glow" offset="1" stop-opacity="0" />
            </radialGradient>
            <circle class="dawn-halo" fill=["url(#", &glow, ")"].concat() cx="80" cy=height() r="46" opacity=day() />
            <circle class="dawn-sun" cx="80" cy=height() r="12" />
            <rect class="dawn-sea" x="-80" y="50" width="320" height="120" />
            <path class="dawn-path" d="M64 51.5h32M69 54.5h22M73 57.5h14M76 60.5h8M78 63.5h4" opacity=day() />
        </svg>
    }
}

/// `0.62` for 62 of 100, without the weight of floats.
fn hundredths(of_hundred: u32) -> String {
    if of_hundred >= 100 {
        "1".into()
    } else {
        format!("0.{of_hundred:02}")
    }
}

/// The way out, and what it costs: nothing. A plain form post without JavaScript.
#[component]
pub fn Cancel(
    /// What to stop.
    id: crate::model::ids::GenerationId,
    /// Where a post without JavaScript comes back to.
    next: &'static str,
) -> impl IntoView {
    let live = Live::here();
    let busy = RwSignal::new(false);
    let cancel = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match cancel_generation(id).await {
                Ok(card) => live.see(card),
                Err(error) if error.code == Code::SignInNeeded => sign_in_again(),
                // It ended while the hand was on the button, or the line is down: the snapshot tells.
                Err(error) => {
                    live.said.set(error.message);
                    live.refetch();
                }
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <form class="cancel" method="post" action=format!("/v/{id}/cancel") on:submit=on(cancel)>
            <input type="hidden" name="next" value=next />
            <button class="button small" aria-disabled=word(move || busy.get().then_some("true")) title=t!("Cancelling is free")>
                {text(move || if busy.get() { t!("Cancelling…") } else { t!("Cancel") })}
            </button>
            <small>{t!("Cancelling is free")}</small>
        </form>
    }
}
