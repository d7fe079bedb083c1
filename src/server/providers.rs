//! Providers make videos. One trait, one small file for each of them. A provider knows no credits and no people.

pub mod builtin;
pub mod check;
mod choosing;
pub mod fal;
pub mod health;
mod hooks;
mod hosted;
mod input;
pub mod openai_videos;
pub mod openrouter;
mod pauses;
pub mod replicate;

pub use choosing::{Next, NoExtender, Onward, Providers, Wanted, paused_until};

use super::{
    clock::Clock,
    config::{
        Config,
        providers::{Kind, ModelConfig, ProviderConfig},
    },
};
use crate::model::{
    catalogue::{Model, Size},
    generation::Reason,
};
use async_trait::async_trait;
use axum::http::HeaderMap;
use base64::Engine as _;
use bytes::Bytes;
use health::Health;
pub use hooks::NoHook;
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempPath;
use uuid::Uuid;

/// What a provider is asked to make.
#[derive(Clone, Debug)]
pub struct Order {
    /// The same at every try for one generation, so that a provider can recognise it.
    pub reference: Uuid,
    /// The token of the claim that hands it over: work in this process belongs to that claim alone.
    pub claim: i64,
    /// The model's id.
    pub model: String,
    /// What should be seen.
    pub prompt: String,
    /// Pixels.
    pub size: Size,
    /// Seconds.
    pub seconds: u32,
    /// The seed.
    pub seed: u32,
    /// Whether the prompt stands in the picture, where the model can do that.
    pub caption: bool,
    /// The picture that the video starts from.
    pub picture: Option<Picture>,
    /// The video that it goes on from. Then `seconds` are those that are added, and what comes back begins with all of it.
    pub original: Option<Original>,
}

/// A video that is extended.
#[derive(Clone, Debug)]
pub struct Original {
    /// What was asked for at its end.
    pub prompt: String,
    /// Its length in seconds.
    pub seconds: u32,
    /// The provider's own id of it.
    pub job: String,
    /// The file, where the provider takes one; it goes away with the last order that has it.
    pub file: Option<Arc<TempPath>>,
}

/// How a provider gets a video that it extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extends {
    /// As a file, whoever made it.
    File,
    /// By its own id: it extends what it made itself, and keeps that.
    Id,
}

/// The largest video that is handed to a provider, in bytes.
pub const MOST_ORIGINAL: u64 = 512 << 20;

/// A reference picture: a JPEG of exactly the order's size, without metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(pub Bytes);

impl Picture {
    /// Its media type.
    pub const TYPE: &str = "image/jpeg";
    /// A file name for forms.
    pub const FILE_NAME: &str = "reference.jpg";

    /// The picture inside an address.
    #[must_use]
    pub fn data_url(&self) -> String {
        let text = base64::engine::general_purpose::STANDARD.encode(&self.0);
        format!("data:{};base64,{text}", Self::TYPE)
    }
}

/// A provider's answer to "how far?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// Waiting there.
    Queued,
    /// Being made; percent.
    Running(u32),
    /// Ready to be downloaded.
    Done,
    /// Over, without a video. The detail is for the log and the operator, never for people.
    Ended(Reason, String),
    /// A state that nobody here knows. Keep asking until the deadline.
    Unknown(String),
    /// The provider does not know the job.
    Gone,
}

/// Why a call to a provider failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// It refused for good; trying again changes nothing.
    #[error("refused: {1}")]
    Refused(Reason, String),
    /// It could not be reached or is busy, and for sure did not take the work.
    #[error("not taken: {0}")]
    NotTaken(String),
    /// A finished video is not there any more.
    #[error("gone: {0}")]
    Gone(String),
    /// The call broke and nobody knows whether the work was taken or the download is whole.
    #[error("broken off: {0}")]
    Broken(String),
}

impl ProviderError {
    /// The same without the prompt, which some servers repeat and no log may hold.
    #[must_use]
    pub fn without_prompt(self, prompt: &str) -> Self {
        let hide = |words: String| without_prompt(&words, prompt);
        match self {
            Self::Refused(reason, words) => Self::Refused(reason, hide(words)),
            Self::NotTaken(words) => Self::NotTaken(hide(words)),
            Self::Gone(words) => Self::Gone(hide(words)),
            Self::Broken(words) => Self::Broken(hide(words)),
        }
    }
}

/// A server's words with `(the prompt)` where they repeat it, also where they were cut in the middle of that.
#[must_use]
pub fn without_prompt(words: &str, prompt: &str) -> String {
    /// So many characters alike are the prompt's, and no chance.
    const ALIKE: usize = 24;
    let Some(head) = prompt.char_indices().nth(ALIKE).map(|(end, _)| &prompt[..end]) else {
        return if prompt.is_empty() {
            words.to_owned()
        } else {
            words.replace(prompt, "(the prompt)")
        };
    };
    let (mut hidden, mut rest) = (String::new(), words);
    while let Some(at) = rest.find(head) {
        let (before, from) = rest.split_at(at);
        let alike = from
            .chars()
            .zip(prompt.chars())
            .take_while(|(one, other)| one == other);
        let bytes: usize = alike.map(|(letter, _)| letter.len_utf8()).sum();
        hidden.push_str(before);
        hidden.push_str("(the prompt)");
        rest = &from[bytes..];
    }
    hidden + rest
}

/// A model of a provider with what only the server knows about it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What people see.
    pub model: Model,
    /// How long one video may take.
    pub deadline: Duration,
    /// Until when it is offered, in unix milliseconds; nothing is without end.
    pub available_until: Option<i64>,
    /// The id of the model to use after it.
    pub successor: Option<String>,
    /// How it gets what it extends, where the model extends videos.
    pub extends: Extends,
}

impl From<&ModelConfig> for Offer {
    fn from(config: &ModelConfig) -> Self {
        Self {
            model: config.model.clone(),
            deadline: config.deadline,
            available_until: config.available_until,
            successor: config.successor.clone(),
            extends: Extends::File,
        }
    }
}

impl Offer {
    /// Whether it is offered at a time, in unix milliseconds.
    #[must_use]
    pub fn is_on(&self, now: i64) -> bool {
        self.available_until.is_none_or(|until| now < until)
    }
}

/// Something that makes videos.
#[async_trait]
pub trait VideoProvider: Send + Sync {
    /// Its name in the database and in metrics.
    fn name(&self) -> &str;

    /// What it offers now.
    fn offers(&self) -> Arc<[Offer]>;

    /// Whether it knows what it offers. One that has yet to be told offers nothing, and that says nothing about a model.
    fn knows_offers(&self) -> bool {
        true
    }

    /// What it does beside orders while the server runs, like keeping its list of models fresh. Returns when there is
    /// nothing (more) to do.
    async fn tend(&self) {}

    /// How many videos it may make at once.
    fn concurrency(&self) -> usize;

    /// Whether making a video twice costs nothing and gives the same bytes.
    fn rerunnable(&self) -> bool {
        false
    }

    /// Hands the order over; the answer is the provider's own id for the job.
    async fn submit(&self, order: &Order) -> Result<String, ProviderError>;

    /// How far the job is. May wait a moment for news, so that nobody has to ask often.
    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError>;

    /// How long to wait before the next poll of a job that was polled so often.
    fn poll_pause(&self, _job: &str, polls: u32) -> Duration {
        poll_pause(polls)
    }

    /// Fetches the finished video into a file, at most so many bytes.
    async fn download(&self, job: &str, to: &Path, most_bytes: u64) -> Result<(), ProviderError>;

    /// The provider's own picture of the finished video, where it has one and one is needed.
    async fn thumbnail(&self, _job: &str) -> Option<Vec<u8>> {
        None
    }

    /// Stops the job, if it still runs. Nobody waits for it to work.
    async fn cancel(&self, job: &str);

    /// How it has been doing; nothing for one that does not depend on anybody.
    fn health(&self) -> Option<&Health> {
        None
    }

    /// The id by which its webhooks name a job.
    fn job_id<'a>(&self, job: &'a str) -> &'a str {
        job
    }

    /// Whether it sends webhooks that can be checked.
    fn calls_back(&self) -> bool {
        false
    }

    /// Checks a webhook that came for it; the answer is the id of the job that it is about. Nothing else in it is
    /// believed.
    async fn hook(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Option<String>, NoHook> {
        Err(NoHook::Unverified("it does not call back"))
    }

    /// Whether what it made of a model stays there after it was stored here, to be extended by its own id.
    fn keeps(&self, model: &str) -> bool {
        let extends = |offer: &Offer| offer.model.extends_to > 0 && offer.extends == Extends::Id;
        let offers = self.offers();
        offers
            .iter()
            .any(|offer| offer.model.id == model && extends(offer))
    }

    /// Nobody here needs what the provider still has of a job. An error means that it may not know yet.
    async fn forget(&self, _job: &str) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// The pause where a provider asks for none: half a second, growing to five.
#[must_use]
pub fn poll_pause(polls: u32) -> Duration {
    let ms = 500_u64.saturating_mul(1 << polls.min(4));
    Duration::from_millis(ms.min(5_000))
}

/// A configured server, ready for orders.
///
/// # Errors
/// When this machine has no certificates to check others with.
pub fn open(
    provider: &ProviderConfig,
    config: &Config,
    clock: &Clock,
) -> Result<Arc<dyn VideoProvider>, reqwest::Error> {
    let clock = clock.clone();
    let public_url = config.public_url.as_str();
    Ok(match &provider.kind {
        Kind::OpenAiVideos(ways) => Arc::new(openai_videos::OpenAiVideos::new(provider, ways, clock)?),
        Kind::OpenRouter(own) => Arc::new(openrouter::OpenRouter::new(
            provider,
            own.clone(),
            public_url,
            clock,
        )?),
        Kind::Fal(own) => Arc::new(fal::Fal::new(provider, own, public_url, clock)?),
        Kind::Replicate(own) => Arc::new(replicate::Replicate::new(provider, own, public_url, clock)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_is_repeated_is_hidden_whole_or_cut() {
        let long = "a paper boat crossing a storm drain at night, 東京";
        for (words, prompt, hidden) in [
            ("no boat, please", "boat", "no (the prompt), please"),
            ("nothing of it", "", "nothing of it"),
            (
                &format!("<{long}> and <{long}>"),
                long,
                "<(the prompt)> and <(the prompt)>",
            ),
            ("500: a paper boat crossing a storm dr", long, "500: (the prompt)"),
            ("a paper boat is fine", long, "a paper boat is fine"),
        ] {
            assert_eq!(without_prompt(words, prompt), hidden);
        }
    }
}
