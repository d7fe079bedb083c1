//! Where a video came from, and what came from it.

use super::generation::State;
use super::ids::GenerationId;
use crate::language::t;
use serde::{Deserialize, Serialize};

/// How a generation came from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DerivedBy {
    /// Composed anew from everything of the other one.
    Remix,
    /// The same words and parameters with another seed.
    Variation,
    /// It starts from a frame of the other one.
    Frame,
    /// It starts from the last frame of the other one.
    LastFrame,
    /// It begins with all of the other one and goes on.
    Extend,
    /// The other one did not end with a video.
    Retry,
}

impl DerivedBy {
    const ALL: [Self; 6] = [
        Self::Remix,
        Self::Variation,
        Self::Frame,
        Self::LastFrame,
        Self::Extend,
        Self::Retry,
    ];

    /// The word in the database and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remix => "remix",
            Self::Variation => "variation",
            Self::Frame => "frame",
            Self::LastFrame => "last_frame",
            Self::Extend => "extend",
            Self::Retry => "retry",
        }
    }

    /// What a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == word)
    }

    /// The words for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Remix => t!("Remix"),
            Self::Variation => t!("Variation"),
            Self::Frame => t!("From a frame"),
            Self::LastFrame => t!("From the last frame"),
            Self::Extend => t!("Extension"),
            Self::Retry => t!("Tried again"),
        }
    }
}

/// One video of a family, with what came from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kin {
    /// Which one.
    pub id: GenerationId,
    /// The beginning of its title, or of its prompt where it has none; empty when it was deleted.
    pub name: String,
    /// Which of the takes of its prompt that are still there, from 1.
    pub take: u32,
    /// Where it is in its life.
    pub state: State,
    /// How it came from the one above, if there is one.
    pub derived_by: Option<DerivedBy>,
    /// Whether it has a poster.
    pub poster: bool,
    /// Only its place is left.
    pub deleted: bool,
    /// So many more came from it than are listed.
    pub more: u32,
    /// What came from it, the oldest first.
    pub children: Vec<Kin>,
}

/// The family of one video, in bounds: ancestors in a line, its sister takes, and what came from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// The uppermost of them.
    pub roots: Vec<Kin>,
    /// There are ancestors above these.
    pub earlier: bool,
}

impl Family {
    /// Whether there is nobody but the video itself.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        let only = |kin: &Kin| kin.children.is_empty() && kin.more == 0;
        !self.earlier && self.roots.len() < 2 && self.roots.iter().all(only)
    }
}
