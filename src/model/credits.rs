//! Credits: whole numbers, never fractions, with checked arithmetic.

use crate::language::{grouped, tn};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number of credits. The smallest unit there is; negative only in statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credits(pub i64);

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times this price, or nothing when it does not fit.
    #[must_use]
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(times)).map(Self)
    }

    /// "1 credit", "1,240 credits".
    #[must_use]
    pub fn in_words(self) -> String {
        tn!(self, "1 credit", "{n} credits")
    }
}

/// Groups of three digits, as the language that is spoken writes them: `1,240`.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(self.0))
    }
}

/// What a person can spend, and what is set aside for work that has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Free to spend.
    pub available: Credits,
    /// On hold: spent or returned when the work ends.
    pub held: Credits,
}

/// What happened to credits in one line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostingKind {
    /// Credits given: a welcome, a purchase, a correction.
    Grant,
    /// Set aside for work that was accepted.
    Hold,
    /// Work succeeded: what was held is spent.
    Capture,
    /// Work did not succeed: what was held is free again.
    Release,
}

impl PostingKind {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
        }
    }

    /// The kind behind a database word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "grant" => Self::Grant,
            "hold" => Self::Hold,
            "capture" => Self::Capture,
            "release" => Self::Release,
            _ => return None,
        })
    }
}

/// One line of a person's statement, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementLine {
    /// The posting.
    pub id: super::ids::PostingId,
    /// What happened.
    pub kind: PostingKind,
    /// How many credits moved, always positive.
    pub credits: Credits,
    /// What can be spent after this line.
    pub available_after: Credits,
    /// Why, in words: the reason of a grant.
    pub reason: String,
    /// The generation that it belongs to, if it is still there.
    pub generation: Option<super::ids::GenerationId>,
    /// The beginning of that generation's title, or of its prompt where it has none.
    pub name: Option<String>,
    /// When, in unix milliseconds.
    pub at: i64,
}

/// What `/credits` shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// The balance now.
    pub balance: Balance,
    /// Lines, newest first.
    pub lines: Vec<StatementLine>,
    /// Give this to get the next page; none at the end.
    pub next: Option<super::ids::PostingId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_grouped_in_threes() {
        assert_eq!(Credits(0).to_string(), "0");
        assert_eq!(Credits(999).to_string(), "999");
        assert_eq!(Credits(1_240).to_string(), "1,240");
        assert_eq!(Credits(-1_000_000).to_string(), "\u{2212}1,000,000");
        assert_eq!(Credits(1).in_words(), "1 credit");
    }
}
