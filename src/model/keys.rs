//! Keys that programs work with: what they may do, and the rules of the form that makes one.

use super::credits::Credits;
use super::error::FieldError;
use super::ids::KeyId;
use crate::language::t;
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
const NAME_MAX: usize = 100;
/// The largest cap, in credits.
const CAP_MAX: i64 = 1_000_000_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Create, remix, cancel and delete videos: whatever spends or changes something.
    Create,
    /// Look at videos and fetch them.
    Read,
}

impl Scope {
    const ALL: [Self; 2] = [Self::Create, Self::Read];

    /// The word in the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
        }
    }

    /// The scope behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// Scopes as words with commas between.
    #[must_use]
    pub fn join(scopes: &[Self]) -> String {
        scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(",")
    }

    /// The scopes in such a text; words that nobody knows allow nothing.
    #[must_use]
    pub fn split(words: &str) -> Vec<Self> {
        words.split(',').filter_map(Self::parse).collect()
    }
}

/// A key as its owner sees it. The key itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// Its beginning.
    pub prefix: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// How many credits it may spend in a calendar month (UTC); none for no cap.
    pub monthly_cap: Option<Credits>,
    /// What it has spent this month: on hold or charged.
    pub spent: Credits,
    /// When it was made, in unix milliseconds.
    pub created_at: i64,
    /// When it was last used, to the minute, in unix milliseconds.
    pub last_used_at: Option<i64>,
    /// When it was revoked, in unix milliseconds.
    pub revoked_at: Option<i64>,
}

/// The form for a new key as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    /// What its owner calls it.
    pub name: String,
    /// `on` when it may create.
    pub create: String,
    /// `on` when it may read.
    pub read: String,
    /// Empty, or a whole number of credits.
    pub monthly_cap: String,
}

/// A form that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// The name, trimmed.
    pub name: String,
    /// At least one.
    pub scopes: Vec<Scope>,
    /// Credits in a month, if there is a cap.
    pub monthly_cap: Option<Credits>,
}

/// Reads the form.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check(form: &KeyForm) -> Result<NewKey, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        errors.push(FieldError::new(
            "name",
            t!(
                "Give the key a name of 1 to {most} characters, so that you recognise it later.",
                most = NAME_MAX
            ),
        ));
    }
    let chosen = [(&form.create, Scope::Create), (&form.read, Scope::Read)];
    let scopes: Vec<_> = chosen
        .into_iter()
        .filter_map(|(value, scope)| (value == "on").then_some(scope))
        .collect();
    if scopes.is_empty() {
        errors.push(FieldError::new(
            "scopes",
            t!("Choose what the key may do: create, read or both."),
        ));
    }
    let cap = match form.monthly_cap.trim() {
        "" => Some(None),
        text => text
            .parse()
            .ok()
            .filter(|cap| (1..=CAP_MAX).contains(cap))
            .map(|cap| Some(Credits(cap))),
    };
    if cap.is_none() {
        errors.push(FieldError::new(
            "monthly_cap",
            t!(
                "A cap is a whole number of credits from 1 to {most}, or nothing.",
                most = Credits(CAP_MAX)
            ),
        ));
    }
    match cap {
        Some(monthly_cap) if errors.is_empty() => Ok(NewKey {
            name: name.into(),
            scopes,
            monthly_cap,
        }),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_something_to_do_and_perhaps_a_cap() {
        let form = KeyForm {
            name: " nightly ".into(),
            create: "on".into(),
            read: "on".into(),
            monthly_cap: "500".into(),
        };
        let key = check(&form).unwrap();
        assert_eq!(
            (key.name.as_str(), key.monthly_cap),
            ("nightly", Some(Credits(500)))
        );
        assert_eq!(Scope::join(&key.scopes), "create,read");
        assert_eq!(Scope::split("read,fly"), [Scope::Read]);
        let bad = KeyForm {
            name: "x".repeat(101),
            monthly_cap: "0".into(),
            ..KeyForm::default()
        };
        let errors = check(&bad).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "scopes", "monthly_cap"]);
    }
}
