//! What goes over the event stream, and the snapshot that a page starts from or polls.

use super::catalogue::Catalogue;
use super::composition::{ComposerForm, Quote};
use super::credits::Balance;
use super::error::FieldError;
use super::generation::{Card, Reason, State};
use super::ids::{GenerationId, PictureId, UserId};
use serde::{Deserialize, Serialize};

/// One change of one generation. `seq` is the person's own counter: 1, 2, 3 … without holes, also the event's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// The person's counter.
    pub seq: i64,
    /// Which generation.
    pub id: GenerationId,
    /// The state it is in since.
    pub state: State,
    /// 0 to 100.
    pub progress: u32,
    /// Why it ended without a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// When, in unix milliseconds.
    pub at: i64,
}

/// The work that has not ended, the credits, and where the event stream stands: enough to agree with the server again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is: a page may have been opened by somebody who was signed in before.
    pub of: UserId,
    /// The last event that this snapshot contains; 0 before the first.
    pub seq: i64,
    /// Work that has not ended, oldest first, then what ended most lately, newest first.
    pub cards: Vec<Card>,
    /// The credits.
    pub balance: Balance,
    /// The server's clock, in unix milliseconds, for elapsed times.
    pub now: i64,
}

/// What the address of `/create` asks to start from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Start {
    /// The person's own video whose everything is filled in.
    pub from: Option<GenerationId>,
    /// The person's own picture to start from.
    pub input_reference: Option<PictureId>,
    /// How the new one will come from the video, in a word of `DerivedBy`.
    pub derived_by: String,
}

impl From<Option<GenerationId>> for Start {
    fn from(from: Option<GenerationId>) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }
}

/// What `/create` starts with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Studio {
    /// What can be chosen.
    pub catalogue: Catalogue,
    /// The form as it starts: defaults, or everything of the video that "make another" was pressed on.
    pub form: ComposerForm,
    /// A quote for what the form starts with; none when those choices are not offered.
    pub quote: Option<Quote>,
    /// The work.
    pub snapshot: Snapshot,
    /// What is wrong with the form, when it came back with errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
