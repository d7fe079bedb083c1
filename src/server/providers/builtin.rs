//! The built-in renderer as a provider: always there, no key, no network. It draws; it is not an AI model, and says so.

mod pool;
pub mod render;

use super::{Extends, JobStatus, Offer, Order, ProviderError, VideoProvider};
use crate::{
    model::{
        catalogue::{Model, SizeOffer},
        generation::Reason,
    },
    server::config::Config,
};
use async_trait::async_trait;
use pool::{Pool, Progress};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The renderer's name as a provider, and its model's id.
pub const NAME: &str = "builtin";
/// The longest film that extending makes, in seconds: its compressed pictures wait in memory for the index.
const EXTENDS_TO: u32 = 60;
/// How long a poll waits for news.
const NEWS: Duration = Duration::from_secs(1);

/// The provider.
pub struct Builtin {
    offers: Arc<[Offer]>,
    concurrency: usize,
    pool: Pool,
}

impl Builtin {
    /// The renderer by the configuration. Half-made videos live in `scratch`.
    ///
    /// # Errors
    /// When the scratch folder cannot be made.
    pub fn new(config: &Config, scratch: PathBuf) -> std::io::Result<Self> {
        let sizes = config.builtin_prices.iter();
        let sizes = sizes
            .map(|(size, credits)| SizeOffer {
                size: *size,
                credits_per_second: *credits,
            })
            .collect();
        let model = Model {
            id: NAME.into(),
            label: "Preview renderer".into(),
            note: "Preview renderer, not an AI model: draws a mood film from your words.".into(),
            sizes,
            seconds: (1..=20).collect(),
            default_seconds: 4,
            input_reference: false,
            extends_to: EXTENDS_TO,
            doing: None,
        };
        Ok(Self {
            offers: Arc::new([Offer {
                model,
                deadline: config.builtin_deadline,
                available_until: None,
                successor: None,
                extends: Extends::File,
            }]),
            concurrency: config.builtin_concurrency,
            pool: Pool::new(scratch, config.builtin_concurrency)?,
        })
    }
}

#[async_trait]
impl VideoProvider for Builtin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.offers.clone()
    }

    fn concurrency(&self) -> usize {
        self.concurrency
    }

    fn rerunnable(&self) -> bool {
        true
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        Ok(self.pool.start(order))
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        Ok(match self.pool.news(job, NEWS).await {
            None => JobStatus::Gone,
            Some(Progress::Waiting) => JobStatus::Queued,
            Some(Progress::Frames { done, total }) => JobStatus::Running(done * 100 / total.max(1)),
            Some(Progress::Done) => JobStatus::Done,
            Some(Progress::Failed(detail)) => JobStatus::Ended(Reason::ProviderFailed, detail),
        })
    }

    /// The poll itself waits for news.
    fn poll_pause(&self, _job: &str, _polls: u32) -> Duration {
        Duration::ZERO
    }

    async fn download(&self, job: &str, to: &Path, _most_bytes: u64) -> Result<(), ProviderError> {
        let from = self
            .pool
            .finished(job)
            .ok_or_else(|| ProviderError::Gone("the rendered file".into()))?;
        tokio::fs::rename(from, to)
            .await
            .map_err(|error| ProviderError::Broken(error.to_string()))
    }

    async fn cancel(&self, job: &str) {
        self.pool.forget(job);
    }
}
