//! Moments and durations in words.

use super::dynamic::{effect, text};
use crate::browser;
use crate::language::{language, t};
use leptos::prelude::*;
use std::fmt::Write as _;

const DAY_MS: i64 = 86_400_000;

/// Becomes true once the page is awake: from then on times are told in the person's own zone. The first rendering in the
/// browser must equal the server's, which tells UTC.
#[derive(Clone, Copy)]
pub struct Awake(pub RwSignal<bool>);

impl Awake {
    /// Lets every component below know.
    pub fn provide() {
        let awake = RwSignal::new(false);
        provide_context(Self(awake));
        effect(move || awake.set(true));
    }
}

/// A moment: `23 Nov 2026, 14:02`.
#[component]
pub fn Moment(
    /// Unix milliseconds.
    at: i64,
    /// With seconds, for receipts.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let awake = use_context::<Awake>();
    let words = move || {
        if awake.is_some_and(|awake| awake.0.get()) {
            in_words(at + browser::zone_offset_ms(at), exact)
        } else {
            in_words(at, exact) + " UTC"
        }
    };
    view! { <time datetime=machine(at)>{text(words)}</time> }
}

struct Civil {
    year: i64,
    month: usize,
    day: i64,
    second_of_day: i64,
}

/// The proleptic Gregorian calendar, after Howard Hinnant's `civil_from_days`.
fn civil(at: i64) -> Civil {
    let days = at.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil {
        year,
        month: usize::try_from(month).unwrap_or(1),
        day,
        second_of_day: at.rem_euclid(DAY_MS) / 1_000,
    }
}

/// A day of UTC: `23 Nov 2026`.
#[must_use]
pub fn day_in_words(at: i64) -> String {
    let Civil { year, month, day, .. } = civil(at);
    let month = month_in_words(month);
    t!("{day} {month} {year}", day = day, month = month, year = year)
}

/// The short name of a month from 1 to 12.
fn month_in_words(month: usize) -> &'static str {
    let months = t!("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
    months.split(' ').nth(month - 1).unwrap_or_default()
}

fn in_words(at: i64, exact: bool) -> String {
    let Civil {
        year,
        month,
        day,
        second_of_day,
    } = civil(at);
    let month = month_in_words(month);
    let time = clock(second_of_day, exact);
    t!(
        "{day} {month} {year}, {time}",
        day = day,
        month = month,
        year = year,
        time = time
    )
}

fn clock(second_of_day: i64, exact: bool) -> String {
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    let mut time = format!("{hour:02}:{minute:02}");
    if exact {
        let _ = write!(time, ":{second:02}");
    }
    time
}

/// The time of day in UTC: `14:02:11`.
#[must_use]
pub fn time_in_words(at: i64) -> String {
    clock(civil(at).second_of_day, true)
}

/// Whether two moments are of one day of UTC.
#[must_use]
pub const fn is_same_day(one: i64, other: i64) -> bool {
    one.div_euclid(DAY_MS) == other.div_euclid(DAY_MS)
}

/// A moment for a `datetime`.
#[must_use]
pub fn machine(at: i64) -> String {
    let Civil {
        year,
        month,
        day,
        second_of_day,
    } = civil(at);
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A duration as it passed: `12 s`, `1 min 12 s`, `1 h 3 min`.
#[must_use]
pub fn duration(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 if seconds % 60 == 0 => format!("{} min", seconds / 60),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A duration as exactly as it matters: `40 ms`, `12.3 s`, `1 min 12 s`.
#[must_use]
pub fn brief(ms: i64) -> String {
    match ms.max(0) {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms @ 1_000..60_000 => format!("{}{}{} s", ms / 1_000, language().decimal(), ms / 100 % 10),
        ms => duration(ms),
    }
}

/// A duration that is only guessed, in round steps so that it does not flicker: `a moment`, `40 s`, `3 min`.
#[must_use]
pub fn about(ms: i64) -> String {
    let seconds = (ms.max(0) + 500) / 1_000;
    match seconds {
        0..3 => t!("a moment").into(),
        3..10 => format!("{seconds} s"),
        10..90 => format!("{} s", (seconds + 4) / 5 * 5),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h", (seconds + 1_800) / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_off_the_calendar() {
        assert_eq!(in_words(0, false), "1 Jan 1970, 00:00");
        assert_eq!(in_words(1_795_442_531_000, true), "23 Nov 2026, 14:02:11");
        assert_eq!(machine(1_709_164_800_000), "2024-02-29T00:00:00Z");
        assert_eq!(in_words(-1_000, true), "31 Dec 1969, 23:59:59");
        assert_eq!(time_in_words(1_795_442_531_000), "14:02:11");
        assert!(is_same_day(0, DAY_MS - 1) && !is_same_day(-1, 0));
    }

    #[test]
    fn durations_are_told_in_the_two_largest_units() {
        assert_eq!(
            [900, 12_000, 60_000, 72_000, 3_780_000].map(duration),
            ["0 s", "12 s", "1 min", "1 min 12 s", "1 h 3 min"]
        );
        assert_eq!([40, 3_290, 72_000].map(brief), ["40 ms", "3.2 s", "1 min 12 s"]);
        assert_eq!(
            [1_000, 9_000, 38_000, 100_000, 7_200_000].map(about),
            ["a moment", "9 s", "40 s", "2 min", "2 h"]
        );
    }
}
