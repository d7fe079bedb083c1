//! The languages of the studio. The English sentence in the code is the key ([`t!`], [`tn!`]); a catalogue has the others.
//!
//! `public/words/de.json` has what a browser can come to say too, `language/de.json` what only the server says. Every
//! language says `{name}` where a value stands. A test keeps both complete (`tests/suite/languages.rs`).
//!
//! On the server the language is that of the request that is answered: [`speaking`] sets it, outside of requests (in the
//! worker, on the command line, at `/v1`) it is English, but for letters, which speak their reader's. In the browser it is
//! that of the page.

#[cfg(feature = "ssr")]
mod request;

#[cfg(feature = "ssr")]
pub use request::{asked_for, carried, speaking, within};

#[cfg(not(feature = "ssr"))]
use crate::browser::{language as spoken, translated};
#[cfg(feature = "ssr")]
use request::{spoken, translated};
use std::fmt::{Display, Write as _};

/// A language of the studio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// What is written in the code.
    #[default]
    English,
    /// What `de.json` says.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag: of the document, of the cookie, of the catalogue.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language behind a tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What it calls itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// What an installed app is called and offers, in it.
    #[must_use]
    pub const fn manifest(self) -> &'static str {
        match self {
            Self::English => "/manifest.webmanifest",
            Self::German => "/manifest.de.webmanifest",
        }
    }

    /// What stands between groups of three digits.
    #[must_use]
    pub const fn thousands(self) -> char {
        match self {
            Self::English => ',',
            Self::German => '.',
        }
    }

    /// What stands before the fraction of a number.
    #[must_use]
    pub const fn decimal(self) -> char {
        match self {
            Self::English => '.',
            Self::German => ',',
        }
    }
}

/// The language that is spoken here and now.
#[must_use]
pub fn language() -> Language {
    spoken()
}

/// A text in the language that is spoken. The key is its English.
#[must_use]
pub fn text(key: &'static str) -> &'static str {
    match language() {
        Language::English => key,
        Language::German => translated(key),
    }
}

/// A text with its values in place of `{name}`.
#[must_use]
pub fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        for (_, value) in values.iter().filter(|(known, _)| *known == name) {
            let _ = write!(filled, "{value}");
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A whole number in groups of three digits, with a true minus sign: `1,240`, in German `1.240`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + 4);
    if number < 0 {
        grouped.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(language().thousands());
        }
        grouped.push(digit);
    }
    grouped
}

/// The text in the language that is spoken: `t!("Sign in")` is a `&'static str`, `t!("{n} on hold", n = credits)` a
/// `String`.
macro_rules! t {
    ($text:literal) => {
        $crate::language::text($text)
    };
    ($text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::language::filled(
            $crate::language::text($text),
            &[$((stringify!($name), &$value as &dyn std::fmt::Display)),+],
        )
    };
}

/// The same by number: `tn!(count, "1 video", "{n} videos")`. The number stands for `{n}`, in groups of three digits.
macro_rules! tn {
    ($n:expr, $one:literal, $many:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        let n = $crate::language::Count::count(&$n);
        $crate::language::filled(
            $crate::language::text(if n == 1 { $one } else { $many }),
            &[("n", &$crate::language::grouped(n) as &dyn std::fmt::Display) $(, (stringify!($name), &$value as &dyn std::fmt::Display))*],
        )
    }};
}

/// Marks a text where none can be looked up yet, in a table of constants; [`text`] says it later.
macro_rules! key {
    ($text:literal) => {
        $text
    };
}

pub(crate) use {key, t, tn};

/// What [`tn!`] counts.
pub trait Count {
    /// The number.
    fn count(&self) -> i64;
}

macro_rules! counts {
    ($($number:ty),+) => {
        $(impl Count for $number {
            fn count(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        })+
    };
}
counts!(i64, u64, usize, u32);

impl Count for crate::model::credits::Credits {
    fn count(&self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_text_wants_them() {
        let text = filled("{b} of {a}, {b} {c}{", &[("a", &1), ("b", &"two")]);
        assert_eq!(text, "two of 1, two {");
        assert_eq!(tn!(1_i64, "1 video", "{n} videos"), "1 video");
        assert_eq!(tn!(1_240_u32, "1 video", "{n} videos"), "1,240 videos");
    }

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        assert_eq!(
            [0, 999, 1_240, -1_000_000].map(grouped),
            ["0", "999", "1,240", "\u{2212}1,000,000"]
        );
        let german = request::within(Language::German, || [999, 1_240].map(grouped));
        assert_eq!(german, ["999", "1.240"]);
    }
}
