//! The page of one video: its receipt, its family, and what can be made of it.

use super::{Card, Reason, State};
use crate::model::{
    composition::Quote,
    credits::{Credits, PostingKind},
    ids::{GenerationId, PictureId},
    library::About,
    lineage::Family,
    trash::InTrash,
};
use serde::{Deserialize, Serialize};

/// One line of a generation's history, for its receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The state it came into.
    pub state: State,
    /// When, in unix milliseconds.
    pub at: i64,
    /// How many reports of progress followed in this state.
    pub reports: u32,
    /// The last of them, 0 to 100.
    pub progress: u32,
    /// Why it ended without a video.
    pub reason: Option<Reason>,
}

/// What moved in the ledger for one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPosting {
    /// A hold, a capture or a release.
    pub kind: PostingKind,
    /// How much.
    pub credits: Credits,
    /// When, in unix milliseconds.
    pub at: i64,
}

/// One of the takes that were created together from one prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeLink {
    /// Which generation.
    pub id: GenerationId,
    /// Which of those that are still there, from 1.
    pub take: u32,
}

/// Whether a video can be extended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extending {
    /// What can be added, the shortest first.
    By(Vec<Addition>),
    /// Why it cannot, in a sentence; empty where nobody would ask.
    Not(String),
}

/// A length that can be added to a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// The length of all of it then, in seconds.
    pub total: u32,
    /// The price of what is added.
    pub quote: Quote,
    /// It is chosen at first.
    pub first: bool,
}

/// What an extension extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// The other video, while it is there.
    pub of: Option<GenerationId>,
    /// The seconds that were added to it.
    pub added: u32,
}

/// What the browser gets of `/v/{id}`: what lives there, and the rest as HTML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoSheet {
    /// The generation.
    pub card: Card,
    /// Whether the video has sound.
    pub sound: bool,
    /// What stands under the player.
    pub under: String,
    /// What stands beside it.
    pub about: String,
}

/// Everything that is known of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoPage {
    /// The generation.
    pub card: Card,
    /// The model's id, for "make another".
    pub model_id: String,
    /// Who made it, or makes it.
    pub provider: String,
    /// Whether the model is still offered.
    pub offered: bool,
    /// What the same with another seed costs, where it can be made now.
    pub variation: Option<Quote>,
    /// What extending it costs.
    pub extending: Extending,
    /// What it extends, if it is an extension.
    #[serde(default)]
    pub extended: Option<Extended>,
    /// Whether any model on offer starts from a picture.
    pub takes_picture: bool,
    /// The caption was on.
    pub caption: bool,
    /// The picture that it started from.
    #[serde(default)]
    pub input_reference: Option<PictureId>,
    /// What was quoted for this take.
    pub quoted: Credits,
    /// Size of the file in bytes, once stored.
    pub bytes: Option<i64>,
    /// Frames in 1,000 seconds.
    pub rate: u32,
    /// Whether the video has sound.
    pub sound: bool,
    /// When it is gone for good, while it lies in the trash.
    #[serde(default)]
    pub trash: Option<InTrash>,
    /// Its life so far.
    pub history: Vec<HistoryLine>,
    /// What moved in the ledger for it.
    pub postings: Vec<VideoPosting>,
    /// All takes that were created together from its prompt, this one among them.
    pub takes: Vec<TakeLink>,
    /// Where it came from, and what came from it.
    pub family: Family,
    /// What the person wrote to it.
    pub about: About,
}
