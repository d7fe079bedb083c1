//! What a person may write to their videos, and the collections that they put them in.

use crate::language::t;
use crate::model::{error::FieldError, ids::CollectionId};
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
