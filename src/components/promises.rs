//! Honest words about work that somebody waits for: when its provider was last heard, how long such work usually takes,
//! and when it is given up.

use super::dynamic::{flag, memo, text};
use super::live::Live;
use super::time::duration;
use super::words::{length, span};
use crate::language::t;
use crate::model::generation::{Card, Estimate, State};
use leptos::prelude::*;

/// A provider that has been silent for less, in milliseconds, is not worth a word. What is known of a provider that answers
/// all the time is never as old: a third of a lease until it is written, and then until the live state asks again.
const SILENCE: i64 = 9_000;

/// What is promised about running work, below its times.
#[component]
pub fn Promises(
    /// The work.
    card: ArcRwSignal<Card>,
) -> impl IntoView {
    let clock = Live::here().clock;
    let words = memo(move || card.with(|card| promises(card, clock.get()).join(" · ")));
    view! {
        <p class="making-promises" hidden=flag(move || words.with(String::is_empty))>{text(move || words.get())}</p>
    }
}

/// `Usually ready in 1 to 2 min (of the last 40)`, `Provider last answered 8 s ago`, `Gives up and refunds in 6:12`; what is
/// not known is not said.
#[must_use]
pub fn promises(card: &Card, now: i64) -> Vec<String> {
    if card.state.is_terminal() || card.state == State::Storing {
        return Vec::new();
    }
    let usually = card.estimate.map(usually);
    if now == 0 || card.state == State::Queued {
        // The clock is not known before the page is awake.
        return usually.into_iter().collect();
    }
    let silent = card.answered_at.map(|at| now - at).filter(|ms| *ms >= SILENCE);
    let left = card.deadline_at.map(|at| at - now).filter(|ms| *ms > 0);
    let answered = silent.map(|ms| t!("Provider last answered {time} ago", time = duration(ms)));
    let gives_up = left.and_then(|ms| u32::try_from(ms / 1_000).ok());
    let gives_up = gives_up.map(|seconds| t!("Gives up and refunds in {time}", time = length(seconds)));
    answered.into_iter().chain(usually).chain(gives_up).collect()
}

/// `Usually ready in 20 to 40 s (of the last 9)`: half by the first, nine of ten by the second.
fn usually(estimate: Estimate) -> String {
    t!(
        "Usually ready in {time} (of the last {n})",
        time = span(estimate),
        n = estimate.of
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        catalogue::Size,
        credits::Credits,
        generation::Charge,
        ids::{GenerationId, QuoteId},
    };

    fn running() -> Card {
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
            state: State::Running,
            progress: 10,
            reason: None,
            charge: Charge::Held(Credits(40)),
            place: None,
            poster: false,
            estimate: Some(Estimate {
                p50_ms: 60_000,
                p90_ms: 120_000,
                of: 40,
            }),
            answered_at: Some(100_000),
            deadline_at: Some(480_000),
            created_at: 0,
            started_at: Some(0),
            finished_at: None,
        }
    }

    #[test]
    fn a_silent_provider_the_usual_time_and_the_end_of_patience_are_told() {
        assert_eq!(
            promises(&running(), 112_000),
            [
                "Provider last answered 12 s ago",
                "Usually ready in 1 to 2 min (of the last 40)",
                "Gives up and refunds in 6:08",
            ]
        );
    }

    #[test]
    fn what_is_not_known_or_over_is_not_said() {
        let known = |change: fn(&mut Card), now| {
            let mut card = running();
            card.estimate = None;
            change(&mut card);
            promises(&card, now)
        };
        assert_eq!(
            known(|_| (), 108_999).len(),
            1,
            "an answer of just now is no news"
        );
        assert!(known(|card| card.answered_at = None, 480_000).is_empty());
        assert!(known(|card| card.state = State::Storing, 108_000).is_empty());
        assert!(known(|_| (), 0).is_empty(), "before the clock is known");
    }
}
