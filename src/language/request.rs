//! The language of a request, and the catalogue of the server.

use super::Language;
use axum::http::{HeaderMap, header};
use leptos::prelude::use_context;
use std::{collections::HashMap, future::Future, sync::LazyLock};

tokio::task_local! {
    static SPOKEN: Language;
}

/// A future in whose course a language is spoken.
pub fn speaking<F: Future>(language: Language, future: F) -> impl Future<Output = F::Output> {
    SPOKEN.scope(language, future)
}

/// Work for another thread, with the language that is spoken here.
pub fn carried<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let language = spoken();
    move || within(language, work)
}

/// What work says in a language.
pub fn within<T>(language: Language, work: impl FnOnce() -> T) -> T {
    SPOKEN.sync_scope(language, work)
}

/// Leptos loads on tasks of its own: there the page's context knows the language.
pub fn spoken() -> Language {
    SPOKEN
        .try_with(|language| *language)
        .unwrap_or_else(|_| use_context().unwrap_or_default())
}

/// What a browser asks for: the best of ours by the header's weights, the first among equals.
#[must_use]
pub fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter();
    let ranges = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let mut best = (None, 0);
    for (language, weight) in ranges.filter_map(range) {
        if weight > best.1 {
            best = (Some(language), weight);
        }
    }
    best.0
}

/// One range (`de-AT;q=0.8`) with its weight in thousandths; nothing when it is none, or of no language of ours.
fn range(text: &str) -> Option<(Language, u32)> {
    let (range, weight) = text.split_once(';').unwrap_or((text, "q=1"));
    let language = match range.trim().split('-').next()? {
        // Whoever takes anything gets what most can read.
        "*" => Language::English,
        tag => Language::from_tag(&tag.to_ascii_lowercase())?,
    };
    let weight: f64 = weight
        .trim()
        .strip_prefix(['q', 'Q'])?
        .trim_start()
        .strip_prefix('=')?
        .trim()
        .parse()
        .ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to 1,000"
    )]
    (0.0..=1.0)
        .contains(&weight)
        .then_some((language, (weight * 1_000.0).round() as u32))
}

type Words = HashMap<String, String>;

static GERMAN: LazyLock<Words> = LazyLock::new(|| {
    let mut words = read(include_str!("../../public/words/de.json"));
    words.extend(read(include_str!("de.json")));
    words
});

fn read(file: &str) -> Words {
    serde_json::from_str(file).expect("a catalogue is an object of texts")
}

/// A text in German; what is missing stays English.
pub fn translated(key: &'static str) -> &'static str {
    GERMAN.get(key).map_or(key, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[&str]) -> Option<Language> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_LANGUAGE, line.parse().unwrap());
        }
        asked_for(&headers)
    }

    #[test]
    fn the_heaviest_language_of_ours_wins() {
        let (english, german) = (Some(Language::English), Some(Language::German));
        for (header, language) in [
            ("de", german),
            ("de-AT,de;q=0.9,en;q=0.8", german),
            ("en-US,en;q=0.9,de;q=0.8", english),
            ("fr-FR, fr;q=0.9, en;q=0.5, de;q=0.7", german),
            ("DE-ch ; q = 0.5 , en;q=0.4", german),
            ("en;q=0, de;q=0.001", german),
            ("fr, *;q=0.1", english),
            ("*", english),
            ("de;q=0", None),
            ("fr", None),
            ("", None),
            (";;;,,=q,de;q=x,de;q=7,de;q=-1,de;q=NaN,q=1", None),
            ("deutsch, den, -de", None),
        ] {
            assert_eq!(asked(&[header]), language, "{header}");
        }
        assert_eq!(asked(&["fr", "de;q=0.2"]), german);
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[&"de;q=0.1,".repeat(10_000)]), german);
    }

    #[test]
    fn what_another_thread_says_is_in_the_same_language() {
        assert_eq!(spoken(), Language::English);
        let work = within(Language::German, || carried(spoken));
        assert_eq!(std::thread::spawn(work).join().unwrap(), Language::German);
    }
}
