//! The library: what of it is shown, and in which order.

mod writing;

use super::{
    generation::Card,
    ids::{CollectionId, GenerationId},
};
use crate::language::key;
use serde::{Deserialize, Serialize};
pub use writing::{
    About, AboutChange, COLLECTION, MOST_TAGS, NOTE, Shelf, TAG, TITLE, check_about, collection_name, line,
    note, tags,
};

/// How many cards one page of the library has.
pub const LIBRARY_PAGE: u32 = 48;
/// How many videos may be chosen at once: organised, moved, restored, deleted or downloaded.
pub const AT_ONCE: usize = 2_000;
/// How many collections a person may have.
pub const MOST_COLLECTIONS: usize = 200;
/// What the library is asked for, as it stands in the address. Everything is a word, and words that mean nothing are passed
/// over: an address never breaks the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryQuery {
    /// Words that prompt, title, tags or note contain; empty for all.
    pub search: String,
    /// `all`, `making`, `ready` or `not-made`.
    pub show: String,
    /// The id of a model.
    pub model: String,
    /// `wide`, `tall` or `square`.
    pub shape: String,
    /// The first day (UTC), `2026-11-25`.
    pub from: String,
    /// The last day (UTC).
    pub to: String,
    /// Anything for favourites only.
    pub favourite: String,
    /// The id of a collection.
    pub collection: String,
    /// One tag.
    pub tag: String,
    /// `newest`, `oldest`, `longest`, `finished` or `title`.
    pub sort: String,
    /// `list`, or else tiles.
    pub view: String,
    /// Continue after this place, as the page before said (keyset).
    pub after: Option<String>,
}

impl LibraryQuery {
    /// The parameters that say something, by name, without the place.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        let show = if self.show == "all" { "" } else { &self.show };
        let all = [
            ("show", show),
            ("search", self.search.as_str()),
            ("model", &self.model),
            ("shape", &self.shape),
            ("from", &self.from),
            ("to", &self.to),
            ("favourite", &self.favourite),
            ("collection", &self.collection),
            ("tag", &self.tag),
            ("sort", &self.sort),
            ("view", &self.view),
        ];
        all.into_iter().filter(|(_, word)| !word.is_empty()).collect()
    }

    /// Whether anything but the order and the look was asked for.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.parameters()
            .iter()
            .any(|(name, _)| !matches!(*name, "sort" | "view"))
    }

    /// The same with one parameter changed.
    #[must_use]
    pub fn with(&self, name: &str, word: &str) -> Self {
        let mut query = self.clone();
        let word = word.to_owned();
        match name {
            "show" => query.show = word,
            "search" => query.search = word,
            "model" => query.model = word,
            "shape" => query.shape = word,
            "from" => query.from = word,
            "to" => query.to = word,
            "favourite" => query.favourite = word,
            "collection" => query.collection = word,
            "tag" => query.tag = word,
            "sort" => query.sort = word,
            "view" => query.view = word,
            _ => {}
        }
        query
    }
}

/// The order of the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What was asked for last comes first.
    #[default]
    Newest,
    /// What was asked for first.
    Oldest,
    /// The longest videos.
    Longest,
    /// What ended last; what goes on comes at the end.
    Finished,
    /// By title, or prompt where there is none.
    Title,
}

impl Sort {
    /// All, with their words in the address and (as keys) for people.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Newest, "newest", key!("Newest first")),
        (Self::Oldest, "oldest", key!("Oldest first")),
        (Self::Longest, "longest", key!("Longest first")),
        (Self::Finished, "finished", key!("Recently finished")),
        (Self::Title, "title", key!("Title, A to Z")),
    ];

    /// The order of a word; the usual one for others.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|(_, known, _)| *known == word);
        known.map_or(Self::Newest, |(sort, ..)| sort)
    }
}

/// One page of the library.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LibraryPage {
    /// The cards.
    pub cards: Vec<Card>,
    /// Give this as `after` to go on; none at the end.
    pub next: Option<String>,
}

/// The beginning of all that is shown of a library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// As many as can be chosen at once, in their order.
    pub ids: Vec<GenerationId>,
    /// Whether there are more.
    pub more: bool,
}

/// A collection of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// How many videos are in it.
    pub videos: u32,
}

/// What a person can filter their library by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelves {
    /// Their collections, by name.
    pub collections: Vec<Collection>,
    /// Their tags, by name.
    pub tags: Vec<String>,
    /// The models of their videos: id and name for people.
    pub models: Vec<(String, String)>,
}

/// When a day of UTC begins, in unix milliseconds; nothing for what is no day between 1970 and 9999.
#[must_use]
pub fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str, digits| {
        (text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit()))
            .then(|| text.parse::<i64>().ok())
            .flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if parts.next().is_some() || year < 1970 || !(1..=12).contains(&month) || !(1..=longest).contains(&day) {
        return None;
    }
    // The proleptic Gregorian calendar, after Howard Hinnant's `days_from_civil`.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    Some(days * 86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_off_the_calendar() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2026-11-25"), Some(1_795_564_800_000));
        assert_eq!(day("2024-02-29"), Some(1_709_164_800_000));
        for none in [
            "",
            "2025-02-29",
            "2026-13-01",
            "2026-00-10",
            "26-1-1",
            "2026-11-31",
            "2026-11-25-1",
            "x",
            "١٩٧٠-01-01",
        ] {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[test]
    fn the_address_says_only_what_was_asked_for() {
        let query = LibraryQuery {
            show: "all".into(),
            sort: "title".into(),
            ..LibraryQuery::default()
        };
        assert_eq!(query.parameters(), [("sort", "title")]);
        assert!(!query.narrows());
        assert!(query.with("tag", "sea").narrows());
        for (name, _) in query.with("tag", "sea").parameters() {
            assert_ne!(query.with(name, "x"), query, "{name} is known");
        }
    }
}
