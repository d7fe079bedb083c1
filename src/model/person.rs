//! The person who is looking, and what a form carried when it came back with errors.

use super::credits::Balance;
use super::error::{AppError, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who is signed in, as far as the pages need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The person.
    pub id: super::ids::UserId,
    /// Their address, shown to themselves only.
    pub email: String,
    /// Their name, if they gave one.
    pub name: Option<String>,
    /// Their credits.
    pub balance: Balance,
    /// May open `/admin`.
    pub admin: bool,
}

/// Letters about long work, as far as the pages need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailChoice {
    /// The address that they go to.
    pub email: String,
    /// Whether they are wanted.
    pub wanted: bool,
    /// Whether the person showed that the address is theirs: nothing comes before.
    pub confirmed: bool,
    /// In how many minutes the letter that asks for that may be sent again.
    pub again_in: u32,
}

/// The composer's fields that travel through the sign-in page. Not the quote: it is frozen anew afterwards.
const CARRIED: [&str; 13] = [
    "from",
    "derived_by",
    "prompt",
    "model",
    "size",
    "seconds",
    "takes",
    "seed",
    "caption",
    "lines",
    "also",
    "input_reference",
    WHOSE,
];

/// Whose page a form was sent from, as the page's scripts add it: another person who signs in does not see what it holds.
pub const WHOSE: &str = "person";

/// Where a form was sent to that is held while its person signs in again.
pub const HELD_PATH: &str = "held-path";
/// Its fields, as they were sent.
pub const HELD_FIELDS: &str = "held-fields";

/// In the form of a new key: the key itself, in the one answer that shows it.
pub const FRESH_KEY: &str = "fresh-key";
/// In the form of a new webhook endpoint or secret: the secret itself, in the one answer that shows it.
pub const FRESH_SECRET: &str = "fresh-secret";

/// What of a form belongs to the composer, so that an ended session loses nothing that was typed.
#[must_use]
pub fn carried(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    only(values, &CARRIED)
}

/// A form that is held while its person signs in again.
#[must_use]
pub fn held(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    only(values, &[HELD_PATH, HELD_FIELDS])
}

fn only(values: &BTreeMap<String, String>, fields: &[&str]) -> BTreeMap<String, String> {
    let mut only = values.clone();
    only.retain(|field, _| fields.contains(&field.as_str()));
    only
}

/// A form that was posted without JavaScript and came back: what was typed (never passwords), and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// What was typed, by field.
    pub values: BTreeMap<String, String>,
    /// What is wrong, by field.
    pub errors: Vec<FieldError>,
    /// A sentence that belongs to no field.
    pub message: Option<String>,
}

impl FormState {
    /// A form that came back with an error.
    #[must_use]
    pub fn rejected(values: BTreeMap<String, String>, error: &AppError) -> Self {
        let message = error.fields.is_empty().then(|| error.message.clone());
        Self {
            values,
            errors: error.fields.clone(),
            message,
        }
    }

    /// What was typed into a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<String> {
        self.values.get(field).cloned()
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<String> {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.clone())
    }
}
