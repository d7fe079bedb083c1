//! One generation, as the studio and the library show it.

use super::{Reason, State};
use crate::model::{
    catalogue::Size,
    credits::Credits,
    ids::{GenerationId, QuoteId},
};
use serde::{Deserialize, Serialize};

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
