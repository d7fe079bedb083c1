//! What follows a try: delivered, again later, or given up.

use crate::model::webhooks::{EventKind, Heard};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// How long an event is tried, in milliseconds.
pub const DAY: i64 = 24 * HOUR;
/// How long to wait after each try that failed, in milliseconds: a little less than a day in all.
const PAUSES: [i64; 7] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    8 * HOUR,
    8 * HOUR,
];
/// The longest pause that an endpoint may ask for with `Retry-After`, in milliseconds.
const LONGEST: i64 = 12 * HOUR;
/// A job that starts later than this was put off by a clock that went backwards since.
pub const LONGEST_PAUSE: i64 = DAY;
/// For so long every try must have failed before an endpoint is turned off, in milliseconds.
pub const FAILING: i64 = 5 * DAY;

/// A try that ended.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    /// What was sent.
    pub kind: EventKind,
    /// How it ended.
    pub heard: Heard,
    /// What the endpoint asked to wait, in milliseconds.
    pub wait: Option<i64>,
    /// Which try it was since the event was sent (again), from 1.
    pub number: i64,
    /// When that was, in unix milliseconds.
    pub began_at: i64,
    /// Unix milliseconds.
    pub now: i64,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it was taken.
    Delivered,
    /// Another try at this time, in unix milliseconds.
    Again(i64),
    /// Nothing: it was tried for long enough.
    GivenUp,
    /// Nothing, ever: the endpoint wants no more events.
    Gone,
}

/// What follows a try. `percent` of the usual pause, from 80 to 100, so that what failed together does not come back
/// together.
#[must_use]
pub fn verdict(tried: &Try, percent: i64) -> Verdict {
    match tried.heard {
        Heard::Status(200..=299) => return Verdict::Delivered,
        Heard::Status(410) => return Verdict::Gone,
        _ => {}
    }
    // Who presses "test" looks at the answer; nobody waits for a test for a day.
    let index = usize::try_from(tried.number - 1).unwrap_or_default();
    let Some(pause) = PAUSES.get(index).filter(|_| tried.kind != EventKind::Test) else {
        return Verdict::GivenUp;
    };
    let asked = tried.wait.unwrap_or_default().min(LONGEST);
    let at = tried.now + (pause * percent / 100).max(asked);
    if at > tried.began_at + DAY {
        Verdict::GivenUp
    } else {
        Verdict::Again(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::webhooks::Trouble;

    const FIRST: Try = Try {
        kind: EventKind::Completed,
        heard: Heard::Status(500),
        wait: None,
        number: 1,
        began_at: 0,
        now: 0,
    };

    #[test]
    fn an_event_is_tried_eight_times_in_a_day() {
        for percent in [80, 100] {
            let mut tried = FIRST;
            let mut tries = 1;
            while let Verdict::Again(at) = verdict(&tried, percent) {
                tried.now = at;
                tried.number += 1;
                tries += 1;
            }
            assert_eq!(tries, 8);
            assert!((18 * HOUR..DAY).contains(&tried.now), "{}", tried.now);
        }
    }

    #[test]
    fn every_answer_has_its_verdict() {
        let with = |heard| verdict(&Try { heard, ..FIRST }, 100);
        for status in [200, 202, 204, 299] {
            assert_eq!(with(Heard::Status(status)), Verdict::Delivered);
        }
        for status in [100, 199, 300, 302, 400, 404, 429, 500, 503] {
            assert_eq!(
                with(Heard::Status(status)),
                Verdict::Again(5 * SECOND),
                "{status}"
            );
        }
        assert_eq!(with(Heard::Status(410)), Verdict::Gone);
        assert_eq!(
            with(Heard::Nothing(Trouble::TimedOut)),
            Verdict::Again(5 * SECOND)
        );
        let test = Try {
            kind: EventKind::Test,
            ..FIRST
        };
        assert_eq!(verdict(&test, 100), Verdict::GivenUp);
    }

    #[test]
    fn an_endpoint_may_ask_to_wait_within_bounds() {
        let with = |wait| {
            verdict(
                &Try {
                    wait: Some(wait),
                    ..FIRST
                },
                100,
            )
        };
        assert_eq!(with(MINUTE), Verdict::Again(MINUTE));
        assert_eq!(with(SECOND), Verdict::Again(5 * SECOND), "never less than usual");
        assert_eq!(with(i64::MAX), Verdict::Again(LONGEST));
        let late = Try {
            wait: Some(LONGEST),
            now: 13 * HOUR,
            ..FIRST
        };
        assert_eq!(verdict(&late, 100), Verdict::GivenUp, "a day is a day");
    }
}
