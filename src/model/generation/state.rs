//! Where a generation is in its life, and why it ended without a video.

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
