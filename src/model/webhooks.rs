//! Webhooks: where events of a person's videos go, and how each delivery went.

use super::error::FieldError;
use super::ids::{DeliveryId, EndpointId, GenerationId};
use crate::language::t;
use serde::{Deserialize, Serialize};

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A video is there.
    #[serde(rename = "video.completed")]
    Completed,
    /// A video was not made: it failed, was blocked or was cancelled.
    #[serde(rename = "video.failed")]
    Failed,
    /// Somebody tries out whether events arrive.
    #[serde(rename = "webhook.test")]
    Test,
}

impl EventKind {
    /// What can be chosen. A test comes when somebody asks for it.
    pub const CHOICES: [Self; 2] = [Self::Completed, Self::Failed];

    /// The word in events and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "video.completed",
            Self::Failed => "video.failed",
            Self::Test => "webhook.test",
        }
    }

    /// The kind behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Completed, Self::Failed, Self::Test]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// Kinds as words with commas between.
    #[must_use]
    pub fn join(kinds: &[Self]) -> String {
        kinds
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(",")
    }

    /// The kinds in such a text.
    #[must_use]
    pub fn split(words: &str) -> Vec<Self> {
        words.split(',').filter_map(Self::parse).collect()
    }
}

/// Why nothing is sent to an endpoint any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffReason {
    /// It answered 410 Gone.
    Gone,
    /// For days every try failed.
    Failing,
}

impl OffReason {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The reason behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Gone, Self::Failing]
            .into_iter()
            .find(|why| why.as_str() == word)
    }

    /// A sentence for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Gone => t!("It answered 410 Gone: it wants no more events."),
            Self::Failing => t!("Every try failed for five days."),
        }
    }
}

/// An endpoint as its owner sees it. Its secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Where events go.
    pub url: String,
    /// Which.
    pub events: Vec<EventKind>,
    /// When it was made, in unix milliseconds.
    pub created_at: i64,
    /// Since when nothing is sent to it, in unix milliseconds, and why.
    pub off: Option<(i64, OffReason)>,
    /// Until when the secret before this one signs too, in unix milliseconds.
    pub old_secret_until: Option<i64>,
}

/// Why a try had no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No answer in time.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable,
    /// The name leads to a private address.
    PrivateAddress,
    /// The connection cannot be trusted.
    Certificate,
    /// The address is none that events may go to here.
    NotAllowed,
    /// The endpoint had been turned off.
    EndpointOff,
}

impl Trouble {
    const ALL: [Self; 6] = [
        Self::TimedOut,
        Self::Unreachable,
        Self::PrivateAddress,
        Self::Certificate,
        Self::NotAllowed,
        Self::EndpointOff,
    ];

    /// The word in the database and for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::PrivateAddress => "private_address",
            Self::Certificate => "certificate",
            Self::NotAllowed => "not_allowed",
            Self::EndpointOff => "endpoint_off",
        }
    }

    /// The trouble behind a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.as_str() == word)
    }

    /// A sentence for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::TimedOut => t!("No answer within ten seconds"),
            Self::Unreachable => t!("No connection"),
            Self::PrivateAddress => t!("The name leads to a private address"),
            Self::Certificate => t!("No trusted TLS connection"),
            Self::NotAllowed => t!("Not an address that events may go to"),
            Self::EndpointOff => t!("Not sent: the endpoint was off"),
        }
    }
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// An HTTP status.
    Status(u16),
    /// Nothing.
    Nothing(Trouble),
}

/// How far a delivery is. Times are unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Sent, again or for the first time, at this time.
    Waiting(i64),
    /// Answered with 2xx at this time.
    Delivered(i64),
    /// Given up at this time.
    GivenUp(i64),
}

impl Progress {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting(_) => "pending",
            Self::Delivered(_) => "delivered",
            Self::GivenUp(_) => "failed",
        }
    }
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id, and the event's.
    pub id: DeliveryId,
    /// What it tells.
    pub kind: EventKind,
    /// Of which video.
    pub generation: Option<GenerationId>,
    /// How often it was tried.
    pub attempts: i64,
    /// How the last try ended.
    pub heard: Option<Heard>,
    /// How far it is.
    pub progress: Progress,
    /// When it happened, in unix milliseconds.
    pub created_at: i64,
}

/// The page of an endpoint: what it is, and the newest deliveries or older ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointPage {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its deliveries, newest first.
    pub deliveries: Vec<Delivery>,
    /// After which the next page begins, if there is one.
    pub next: Option<DeliveryId>,
}

/// The form for a new endpoint as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointForm {
    /// Where events go.
    pub url: String,
    /// `on` when it hears of videos that are there.
    pub completed: String,
    /// `on` when it hears of videos that were not made.
    pub failed: String,
}

impl EndpointForm {
    /// What was chosen.
    ///
    /// # Errors
    /// When it is nothing.
    pub fn events(&self) -> Result<Vec<EventKind>, FieldError> {
        let chosen = [&self.completed, &self.failed]
            .into_iter()
            .zip(EventKind::CHOICES);
        let events: Vec<_> = chosen
            .filter_map(|(value, kind)| (value == "on").then_some(kind))
            .collect();
        if events.is_empty() {
            let message = t!("Choose what it hears of: video.completed, video.failed or both.");
            return Err(FieldError::new("events", message));
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for kind in [EventKind::Completed, EventKind::Failed, EventKind::Test] {
            assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for trouble in Trouble::ALL {
            assert_eq!(Trouble::parse(trouble.as_str()), Some(trouble));
        }
        for why in [OffReason::Gone, OffReason::Failing] {
            assert_eq!(OffReason::parse(why.as_str()), Some(why));
        }
        let words = EventKind::join(&EventKind::CHOICES);
        assert_eq!(words, "video.completed,video.failed");
        assert_eq!(EventKind::split(&words), EventKind::CHOICES);
    }

    #[test]
    fn an_endpoint_hears_of_something() {
        let form = EndpointForm {
            failed: "on".into(),
            ..EndpointForm::default()
        };
        assert_eq!(form.events().unwrap(), [EventKind::Failed]);
        assert_eq!(EndpointForm::default().events().unwrap_err().field, "events");
    }
}
