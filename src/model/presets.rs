//! Presets: named pieces of prompts. A person's own are kept, edited, shared as a link, and carried as JSON.

use super::error::FieldError;
use super::ids::PresetId;
use crate::language::{key, t};
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const NAME_MAX: usize = 60;
/// The longest text, in characters.
pub const TEXT_MAX: usize = 1_000;
/// How many a person may keep.
pub const MOST: usize = 200;
/// The kinds with the keys of their names for people.
pub const KINDS: [(&str, &str); 4] = [
    ("camera", key!("Camera move")),
    ("look", key!("Look")),
    ("mood", key!("Mood")),
    ("other", key!("Other")),
];

/// One of a person's own presets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// Its id.
    pub id: PresetId,
    /// What its owner calls it.
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// What it puts into a prompt.
    pub text: String,
    /// What the link to it ends with, while it is shared.
    pub share: Option<String>,
    /// When it was last changed, in unix milliseconds.
    pub updated_at: i64,
}

/// A preset as it travels: in a form, in a file, behind a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresetForm {
    /// What it is called.
    pub name: String,
    /// One of [`KINDS`]; empty is `other`.
    pub kind: String,
    /// What it puts into a prompt.
    pub text: String,
}

/// Reads a form: trimmed, of a known kind.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check(form: &PresetForm) -> Result<PresetForm, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut read = |field, text: &str, most, several_lines: bool| {
        let text = text.trim();
        let length = text.chars().count();
        let is_name = field == "name";
        let hidden = |sign: char| sign.is_control() && !(several_lines && "\n\r\t".contains(sign));
        let told = if length == 0 {
            Some(
                if is_name {
                    t!("Write a name.")
                } else {
                    t!("Write a text.")
                }
                .to_owned(),
            )
        } else if length > most {
            Some(if is_name {
                t!(
                    "This name has {n} characters; at most {most} fit.",
                    n = length,
                    most = most
                )
            } else {
                t!(
                    "This text has {n} characters; at most {most} fit.",
                    n = length,
                    most = most
                )
            })
        } else if text.chars().any(hidden) {
            let words = if is_name {
                t!("The name has invisible control characters. Type it anew.")
            } else {
                t!("The text has invisible control characters. Type it anew.")
            };
            Some(words.to_owned())
        } else {
            None
        };
        errors.extend(told.map(|message| FieldError::new(field, message)));
        text.to_owned()
    };
    let (name, text) = (
        read("name", &form.name, NAME_MAX, false),
        read("text", &form.text, TEXT_MAX, true),
    );
    let kind = match form.kind.trim() {
        "" => "other",
        kind => kind,
    };
    if !KINDS.iter().any(|(known, _)| *known == kind) {
        errors.push(FieldError::new(
            "kind",
            t!("The kind is camera, look, mood or other."),
        ));
    }
    if errors.is_empty() {
        let kind = kind.to_owned();
        Ok(PresetForm { name, kind, text })
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_has_a_name_a_text_and_a_known_kind() {
        let form = |name: &str, kind: &str, text: &str| PresetForm {
            name: name.into(),
            kind: kind.into(),
            text: text.into(),
        };
        let read = check(&form(" Dämmerung 🌅 ", "", "blue hour\nsoft")).unwrap();
        assert_eq!(read, form("Dämmerung 🌅", "other", "blue hour\nsoft"));
        assert!(check(&form("غروب", "mood", "<b>قارب</b>")).is_ok());
        let bad = [
            (form("", "", "x"), "name"),
            (form(&"é".repeat(NAME_MAX + 1), "", "x"), "name"),
            (form("two\nlines", "", "x"), "name"),
            (form("x", "", " "), "text"),
            (form("x", "", "\u{0}"), "text"),
            (form("x", "", &"x".repeat(TEXT_MAX + 1)), "text"),
            (form("x", "Camera", "x"), "kind"),
        ];
        for (form, field) in bad {
            let errors = check(&form).unwrap_err();
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, field), "{form:?}");
        }
    }
}
