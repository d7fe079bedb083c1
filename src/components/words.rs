//! Short pieces of text about a generation.

use super::time::{about, duration};
use crate::language::{t, tn};
use crate::model::{
    catalogue::{Doing, Size},
    generation::{Card, Charge, Estimate, State},
    ids::GenerationId,
};

/// `1280 × 720`.
#[must_use]
pub fn pixels(size: Size) -> String {
    format!("{} × {}", size.width, size.height)
}

/// `1280 × 720, 16:9`.
#[must_use]
pub fn picture(size: Size) -> String {
    format!("{}, {}", pixels(size), size.shape())
}

/// `8 s`.
#[must_use]
pub fn seconds(seconds: u32) -> String {
    format!("{seconds} s")
}

/// The address of the page of a video.
#[must_use]
pub fn page(id: GenerationId) -> String {
    format!("/v/{id}")
}

/// The address of the composer with everything of a video filled in.
#[must_use]
pub fn another(id: GenerationId) -> String {
    format!("/create?from={id}")
}

/// The class that gives a frame the shape of a size. Ratios without a class of their own are shown inside 16:9.
#[must_use]
pub fn shape_class(size: Size) -> &'static str {
    match size.width.cmp(&size.height) {
        std::cmp::Ordering::Greater => "wide",
        std::cmp::Ordering::Less => "tall",
        std::cmp::Ordering::Equal => "square",
    }
}

/// `0:08`, as players write it.
#[must_use]
pub fn length(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What it did to the credits.
#[must_use]
pub fn charge(charge: Charge) -> String {
    match charge {
        Charge::Held(credits) => t!("{n} on hold", n = credits.in_words()),
        Charge::Charged(credits) => t!("Charged {credits}", credits = credits.in_words()),
        Charge::NotCharged => t!("Not charged").into(),
    }
}

/// `usually 40 s`, `usually 20 to 40 s`: half are ready by the first, nine of ten by the second.
#[must_use]
pub fn usually(estimate: Estimate) -> String {
    t!("usually {time}", time = span(estimate))
}

/// `40 s`, `20 to 40 s`.
#[must_use]
pub fn span(estimate: Estimate) -> String {
    let late = about(estimate.p90_ms);
    let soon = match estimate.p50_ms {
        // `1 to 2 min`, not `60 s to 2 min`.
        45_000..90_000 if estimate.p90_ms >= 90_000 => "1 min".to_owned(),
        soon => about(soon),
    };
    if soon == late {
        return soon;
    }
    match (soon.split_once(' '), late.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => {
            t!("{time} to {longer}", time = number, longer = late)
        }
        _ => t!("{time} to {longer}", time = soon, longer = late),
    }
}

/// `97 of the last 100 worked`.
#[must_use]
pub fn doing_in_words(doing: Doing) -> String {
    if doing.of == 1 {
        return if doing.worked == 1 {
            t!("the last one worked")
        } else {
            t!("the last one failed")
        }
        .into();
    }
    tn!(
        doing.worked,
        "1 of the last {of} worked",
        "{n} of the last {of} worked",
        of = doing.of
    )
}

/// How far work is, without the percent: `place 2 · usually 40 s`, `12 s · about 8 s left`. What it usually takes is left
/// out where `promised` says it.
#[must_use]
pub fn timing(card: &Card, now: i64, promised: bool) -> String {
    let usually = card.estimate.filter(|_| !promised).map(usually);
    if card.state == State::Queued {
        return match (card.place.map(|n| t!("place {n}", n = n)), usually) {
            (Some(place), Some(usually)) => [&place, " · ", &usually].concat(),
            (Some(words), None) | (None, Some(words)) => words,
            (None, None) => t!("Starts as soon as there is room").into(),
        };
    }
    if now == 0 {
        // The clock is not known before the page is awake.
        return usually.unwrap_or_default();
    }
    let passed = now - card.started_at.unwrap_or(card.created_at);
    let mut words = duration(passed);
    if let Some(left) = left(card, passed) {
        words.push_str(" · ");
        words.push_str(&left);
    }
    words
}

/// The rest, from how far it is once that says something, else from history.
fn left(card: &Card, passed: i64) -> Option<String> {
    if card.state == State::Storing {
        return Some(t!("nearly there").into());
    }
    let progress = i64::from(card.progress.min(100));
    let from_history = card.estimate.map(|estimate| estimate.p50_ms - passed);
    let from_progress = (progress >= 8 && passed >= 1_500).then(|| passed * (100 - progress) / progress);
    match (from_progress.or(from_history), card.estimate) {
        (Some(left), _) if left >= 3_000 => Some(t!("about {time} left", time = about(left))),
        (Some(_), Some(estimate)) if passed > estimate.p90_ms => Some(t!("longer than usual").into()),
        // A few percent are not nearly all, whatever others took.
        (Some(_), _) if from_progress.is_some() || progress == 0 => Some(t!("nearly there").into()),
        _ => None,
    }
}

/// How long the making took, of what was made.
#[must_use]
pub fn made_in(card: &Card) -> Option<String> {
    if card.state != State::Succeeded {
        return None;
    }
    let (started, finished) = (card.started_at?, card.finished_at?);
    let took = finished - started;
    Some(if took < 1_000 {
        t!("under a second").into()
    } else {
        duration(took)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_share_their_unit() {
        let usually = |p50_ms, p90_ms| {
            usually(Estimate {
                p50_ms,
                p90_ms,
                of: 9,
            })
        };
        assert_eq!(usually(20_000, 40_000), "usually 20 to 40 s");
        assert_eq!(usually(20_000, 120_000), "usually 20 s to 2 min");
        assert_eq!(usually(60_000, 120_000), "usually 1 to 2 min");
        assert_eq!(usually(60_000, 80_000), "usually 60 to 80 s");
        assert_eq!(usually(800, 900), "usually a moment");
    }

    #[test]
    fn shapes_are_told_apart() {
        assert_eq!(shape_class(Size::new(1280, 720)), "wide");
        assert_eq!(shape_class(Size::new(720, 1280)), "tall");
        assert_eq!(shape_class(Size::new(1024, 1024)), "square");
    }
}
