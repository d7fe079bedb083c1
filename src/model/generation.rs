//! A generation as people see it: its states, its reasons, its card, its page and the library.

use super::catalogue::Size;
use super::composition::Quote;
use super::credits::{Credits, PostingKind};
use super::ids::{GenerationId, PictureId, QuoteId};
use super::library::About;
pub use super::library::{LIBRARY_PAGE, LibraryPage, LibraryQuery};
use super::lineage::Family;
use super::trash::InTrash;
use crate::language::t;
use serde::{Deserialize, Serialize};

/// Where a generation is in its life. The last four are ends: nothing follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Waits for a worker.
    Queued,
    /// A worker is about to hand it to the provider.
    Submitting,
    /// The provider works on it.
    Running,
    /// The provider is done; the video is fetched, checked and put away.
    Storing,
    /// Stored, playable and charged.
    Succeeded,
    /// Did not work out; not charged.
    Failed,
    /// Refused by a safety system; not charged.
    Blocked,
    /// Stopped by the person; not charged.
    Cancelled,
}

impl State {
    /// Every state, in the order of life.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Submitting,
        Self::Running,
        Self::Storing,
        Self::Succeeded,
        Self::Failed,
        Self::Blocked,
        Self::Cancelled,
    ];

    /// Whether this is an end.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Blocked | Self::Cancelled
        )
    }

    /// The word in the database, in events and in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Storing => "storing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The words for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Queued => t!("Waiting in line"),
            Self::Submitting => t!("Starting"),
            Self::Running => t!("Rendering"),
            Self::Storing => t!("Saving the video"),
            Self::Succeeded => t!("Ready"),
            Self::Failed => t!("Did not work out"),
            Self::Blocked => t!("Stopped by the safety system"),
            Self::Cancelled => t!("Cancelled"),
        }
    }

    /// Whether `next` may follow. The whole state machine is this table.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(
                next,
                Self::Submitting | Self::Failed | Self::Blocked | Self::Cancelled
            ),
            // Back to the queue when the provider refused before it accepted the work.
            Self::Submitting => {
                matches!(
                    next,
                    Self::Queued | Self::Running | Self::Failed | Self::Blocked | Self::Cancelled
                )
            }
            // Back to the queue only where running again costs nobody anything (the built-in renderer after a crash).
            Self::Running => matches!(
                next,
                Self::Queued | Self::Storing | Self::Failed | Self::Blocked | Self::Cancelled
            ),
            Self::Storing => matches!(
                next,
                Self::Queued | Self::Succeeded | Self::Failed | Self::Blocked | Self::Cancelled
            ),
            Self::Succeeded | Self::Failed | Self::Blocked | Self::Cancelled => false,
        }
    }
}

/// Why a generation did not end with a video. Each has a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person stopped it.
    CancelledByUser,
    /// It took longer than the model's deadline.
    TimedOut,
    /// The provider said that it failed.
    ProviderFailed,
    /// The provider refused the request.
    ProviderRefused,
    /// The provider could not be reached, often enough.
    ProviderUnreachable,
    /// The provider's safety system refused it.
    ProviderBlocked,
    /// What the provider delivered is not the video that was asked for.
    BadVideo,
    /// The video could not be put away.
    StorageFailed,
    /// The server stopped between handing over and hearing back; nobody guesses.
    Interrupted,
    /// The model is not offered any more.
    ModelGone,
    /// The video that should be extended is not there any more.
    OriginalGone,
    /// The provider does not have the video any more that it should extend.
    OriginalNotKept,
    /// Our fault.
    Internal,
}

impl Reason {
    const ALL: [Self; 13] = [
        Self::CancelledByUser,
        Self::TimedOut,
        Self::ProviderFailed,
        Self::ProviderRefused,
        Self::ProviderUnreachable,
        Self::ProviderBlocked,
        Self::BadVideo,
        Self::StorageFailed,
        Self::Interrupted,
        Self::ModelGone,
        Self::OriginalGone,
        Self::OriginalNotKept,
        Self::Internal,
    ];

    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CancelledByUser => "cancelled_by_user",
            Self::TimedOut => "timed_out",
            Self::ProviderFailed => "provider_failed",
            Self::ProviderRefused => "provider_refused",
            Self::ProviderUnreachable => "provider_unreachable",
            Self::ProviderBlocked => "provider_blocked",
            Self::BadVideo => "bad_video",
            Self::StorageFailed => "storage_failed",
            Self::Interrupted => "interrupted",
            Self::ModelGone => "model_gone",
            Self::OriginalGone => "original_gone",
            Self::OriginalNotKept => "original_not_kept",
            Self::Internal => "internal",
        }
    }

    /// The reason behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// A sentence for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::CancelledByUser => t!("You stopped it."),
            Self::TimedOut => t!("It took longer than this model is given."),
            Self::ProviderFailed => t!("The model could not finish it."),
            Self::ProviderRefused => t!("The model did not accept the request."),
            Self::ProviderUnreachable => t!("The model's server did not answer."),
            Self::ProviderBlocked => t!("The provider's safety system refused it."),
            Self::BadVideo => t!("What the model delivered was not a playable video of this size."),
            Self::StorageFailed => t!("The finished video could not be saved."),
            Self::Interrupted => t!("The server was restarted while it was being handed over."),
            Self::ModelGone => t!("This model is not offered any more."),
            Self::OriginalGone => t!("The video that it extends was deleted."),
            Self::OriginalNotKept => t!("The model's server no longer has the video that it extends."),
            Self::Internal => t!("Something went wrong on our side."),
        }
    }
}

/// What a generation did to the person's credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Set aside until it ends.
    Held(Credits),
    /// Spent.
    Charged(Credits),
    /// Given back.
    NotCharged,
}

/// One generation, as the studio and the library show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Its id: its page is `/v/{id}`, its video `/media/{id}/video.mp4`.
    pub id: GenerationId,
    /// The quote under which it and its sister takes were created.
    pub quote: QuoteId,
    /// Which take it is, from 1.
    pub take: u32,
    /// What was asked for.
    pub prompt: String,
    /// What the person calls it; empty when they gave it no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Whether the person marked it.
    #[serde(default)]
    pub favourite: bool,
    /// The model's name for people.
    pub model: String,
    /// Pixels.
    pub size: Size,
    /// Length in seconds.
    pub seconds: u32,
    /// The seed that was used.
    pub seed: u32,
    /// Where it is in its life.
    pub state: State,
    /// 0 to 100.
    pub progress: u32,
    /// Why there is no video, if it ended without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What it did to the credits.
    pub charge: Charge,
    /// Place in the queue, from 1, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Whether there is a poster (and a preview strip): `/media/{id}/poster.jpg`, `/media/{id}/strip.jpg`.
    pub poster: bool,
    /// How long such work usually takes, once there is history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// When its provider last answered, in unix milliseconds, while it works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<i64>,
    /// When it is given up and the credits come back, in unix milliseconds, while its provider works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
    /// When it was asked for, in unix milliseconds.
    pub created_at: i64,
    /// When work on it began, in unix milliseconds.
    pub started_at: Option<i64>,
    /// When it ended, in unix milliseconds.
    pub finished_at: Option<i64>,
}

impl Card {
    /// What it is called: its title, or its prompt.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.title.is_empty() {
            &self.prompt
        } else {
            &self.title
        }
    }

    /// The address of its page.
    #[must_use]
    pub fn page(&self) -> String {
        format!("/v/{}", self.id)
    }

    /// The address of its video.
    #[must_use]
    pub fn video(&self) -> String {
        format!("/media/{}/video.mp4", self.id)
    }

    /// The address of its poster, if it has one.
    #[must_use]
    pub fn poster(&self) -> Option<String> {
        self.poster.then(|| format!("/media/{}/poster.jpg", self.id))
    }

    /// The address of its preview strip: 8 frames side by side.
    #[must_use]
    pub fn strip(&self) -> Option<String> {
        self.poster.then(|| format!("/media/{}/strip.jpg", self.id))
    }

    /// The address that answers with a download.
    #[must_use]
    pub fn download(&self) -> String {
        format!("/media/{}/video.mp4?download", self.id)
    }
}

/// How long work with the same model, size and length usually takes, measured over what was made lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Half of them were ready within this many milliseconds from the start.
    pub p50_ms: i64,
    /// Nine of ten were ready within this many milliseconds.
    pub p90_ms: i64,
    /// Over how many it was measured.
    pub of: u32,
}

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

/// One of the takes that were created together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeLink {
    /// Which generation.
    pub id: GenerationId,
    /// Which take, from 1.
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
    /// All takes that were created together, this one among them.
    pub takes: Vec<TakeLink>,
    /// Where it came from, and what came from it.
    pub family: Family,
    /// What the person wrote to it.
    pub about: About,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_an_end_and_every_state_can_end_badly() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            for next in State::ALL {
                assert!(
                    !(state.is_terminal() && state.may_become(next)),
                    "{state:?} -> {next:?}"
                );
            }
            if !state.is_terminal() {
                assert!(
                    state.may_become(State::Failed) && state.may_become(State::Cancelled),
                    "{state:?}"
                );
            }
        }
    }

    #[test]
    fn reasons_read_what_they_write() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
