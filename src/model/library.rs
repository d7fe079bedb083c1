//! The library: what of it is shown and in which order, and what a person may write to their videos.

use super::{error::FieldError, generation::Card, ids::CollectionId};
use crate::language::{key, t};
use serde::{Deserialize, Serialize};

/// How many cards one page of the library has.
pub const LIBRARY_PAGE: u32 = 48;
/// How many videos one act may be done to.
pub const MOST_CHOSEN: usize = 1_000;
/// How many collections a person may have.
pub const MOST_COLLECTIONS: usize = 200;
/// How many tags one video may have.
pub const MOST_TAGS: usize = 12;
/// Longest texts, in characters.
pub const TITLE: usize = 120;
/// Of a note.
pub const NOTE: usize = 2_000;
/// Of a tag.
pub const TAG: usize = 30;
/// Of the name of a collection.
pub const COLLECTION: usize = 60;

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

/// What a person wrote to one video, and where they put it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Its name; empty for none.
    pub title: String,
    /// For themselves.
    pub note: String,
    /// A few words.
    pub tags: Vec<String>,
    /// Marked.
    pub favourite: bool,
    /// All collections of the person, with whether it is in.
    pub collections: Vec<Shelf>,
}

/// One collection, seen from one video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// Which one.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// The video is in it.
    pub holds: bool,
}

/// What the form of a video brings, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutChange {
    /// Its name; empty for none.
    pub title: String,
    /// The note.
    pub note: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Marked.
    pub favourite: bool,
    /// The collections that it shall be in.
    pub collections: Vec<CollectionId>,
}

/// A text of one line: spaces put in order. Nothing when it holds a sign that is none, or is too long; the sentence says so.
///
/// # Errors
/// A sentence.
pub fn line(text: &str, most: usize, what: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    fits(&text, most, what)?;
    Ok(text)
}

fn fits(text: &str, most: usize, what: &str) -> Result<(), String> {
    let count = text.chars().count();
    if count > most {
        return Err(t!(
            "{what} may have at most {most} characters; this has {n}.",
            what = what,
            most = most,
            n = count
        ));
    }
    if text.chars().any(|sign| sign.is_control() && sign != '\n') {
        return Err(t!("{what} holds signs that cannot be shown.", what = what));
    }
    Ok(())
}

/// A note: lines, without signs that are none.
///
/// # Errors
/// A sentence.
pub fn note(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    let text = text.trim();
    fits(text, NOTE, t!("A note"))?;
    Ok(text.to_owned())
}

/// Tags with commas between: small letters, each once.
///
/// # Errors
/// A sentence.
pub fn tags(text: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for piece in text.split([',', '、', '،', '\n', '#']) {
        let tag = line(piece, TAG, t!("A tag"))?.to_lowercase();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(t!(
            "A video may have at most {most} tags; these are {n}.",
            most = MOST_TAGS,
            n = tags.len()
        ));
    }
    Ok(tags)
}

/// The name of a collection.
///
/// # Errors
/// A sentence.
pub fn collection_name(text: &str) -> Result<String, String> {
    let name = line(text, COLLECTION, t!("The name of a collection"))?;
    if name.is_empty() {
        return Err(t!("A collection needs a name.").into());
    }
    Ok(name)
}

/// Checks what a form brought to a video.
///
/// # Errors
/// The fields that do not fit.
pub fn check_about(title: &str, note_text: &str, tag_text: &str) -> Result<AboutChange, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut said = |field: &str, why: String| errors.push(FieldError::new(field, why));
    let title = line(title, TITLE, t!("A title")).unwrap_or_else(|why| {
        said("title", why);
        String::new()
    });
    let note = note(note_text).unwrap_or_else(|why| {
        said("note", why);
        String::new()
    });
    let tags = tags(tag_text).unwrap_or_else(|why| {
        said("tags", why);
        Vec::new()
    });
    if errors.is_empty() {
        Ok(AboutChange {
            title,
            note,
            tags,
            ..AboutChange::default()
        })
    } else {
        Err(errors)
    }
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
    fn texts_are_put_in_order_and_never_cut() {
        assert_eq!(line("  a \n b\tc ", 9, "It").unwrap(), "a b c");
        assert!(
            line(&"é".repeat(121), TITLE, "A title")
                .unwrap_err()
                .contains("at most 120 characters; this has 121")
        );
        assert!(
            line("a\u{7}b", 9, "A title")
                .unwrap_err()
                .contains("cannot be shown")
        );
        assert_eq!(line("مرحبا 🚀", 9, "It").unwrap(), "مرحبا 🚀");
        assert_eq!(note(" one\r\ntwo \n").unwrap(), "one\ntwo");
        assert!(note("a\0b").is_err());
    }

    #[test]
    fn tags_are_few_small_and_each_is_there_once() {
        assert_eq!(
            tags("Sea, night  Fog,, sea\n#dusk").unwrap(),
            ["sea", "night fog", "dusk"]
        );
        assert_eq!(tags(" , ").unwrap(), [""; 0]);
        let many: Vec<_> = (0..13).map(|n| n.to_string()).collect();
        assert!(tags(&many.join(",")).unwrap_err().contains("at most 12"));
        assert!(tags(&"x".repeat(31)).is_err());
        assert!(
            collection_name(" \u{3000} ")
                .unwrap_err()
                .contains("needs a name")
        );
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
