//! One generation on its way through a provider: submit, poll, store. Straight down; each unusual case has its function.

use super::{
    JOB,
    cards::{size, small},
    life::{Ending, Life, state},
    store::{self, NotStored},
};
use crate::model::generation::{Reason, State};
use crate::server::{
    db::generations::{Change, GenerationRow, Media},
    error::Result,
    jobs,
    providers::{JobStatus, Order, ProviderError, VideoProvider},
    storage::Storage,
};
use rand::RngExt as _;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::Instant;

/// After so many claims nobody tries again: something about this job kills its workers, or its provider never answers.
const MOST_CLAIMS: i64 = 12;
/// How often a provider that does not take the work is asked.
const MOST_SUBMITS: i64 = 6;
/// Longest single call to a provider.
const CALL: Duration = Duration::from_mins(1);
/// Progress is written at most this often.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);
/// How often in a row a provider may say that it does not know the job.
const MOST_GONE: u32 = 3;

/// What one claim of one generation works with.
pub struct Drive {
    pub life: Life,
    pub provider: Arc<dyn VideoProvider>,
    pub storage: Storage,
    pub scratch: PathBuf,
    pub most_bytes: u64,
    pub deadline: Duration,
    pub attempts: i64,
    pub row: GenerationRow,
}

/// How polling came out.
enum Polled {
    Done,
    Over,
}

impl Drive {
    /// Brings the generation as far as it goes.
    ///
    /// # Errors
    /// When the database does not answer; the job is then taken up again later.
    pub async fn run(&mut self) -> Result<()> {
        if self.attempts > MOST_CLAIMS {
            return self.end(Reason::Internal, "claimed too often").await;
        }
        if self.attempts > 1 {
            // An earlier worker may have died between putting a file away and writing down where.
            self.storage.remove(&store::folder(self.row.id)).await?;
        }
        if state(&self.row)? == State::Submitting && !self.submit().await? {
            return Ok(());
        }
        if state(&self.row)? == State::Running && matches!(self.poll().await?, Polled::Over) {
            return Ok(());
        }
        if state(&self.row)? == State::Storing {
            self.store().await?;
        }
        Ok(())
    }

    /// Hands the order over. True when the provider has it.
    async fn submit(&mut self) -> Result<bool> {
        let order = Order {
            reference: self.row.id,
            model: self.row.model.clone(),
            prompt: self.row.prompt.clone(),
            size: size(&self.row),
            seconds: small(self.row.seconds),
            seed: small(self.row.seed),
            caption: self.row.caption,
        };
        let answer = tokio::time::timeout(CALL.min(self.deadline), self.provider.submit(&order)).await;
        let job = match answer {
            Ok(Ok(job)) => job,
            Ok(Err(ProviderError::Refused(reason, detail))) => {
                return self.end(reason, &detail).await.map(|()| false);
            }
            Ok(Err(ProviderError::NotTaken(detail))) => {
                return self.submit_later(&detail).await.map(|()| false);
            }
            // Nobody knows whether the provider took it: submitting again could make and cost it twice.
            Ok(Err(ProviderError::Broken(detail))) => {
                return self
                    .end(Reason::ProviderUnreachable, &detail)
                    .await
                    .map(|()| false);
            }
            Err(_) => {
                return self
                    .end(Reason::ProviderUnreachable, "no answer to the order")
                    .await
                    .map(|()| false);
            }
        };
        let change = Change {
            provider_job: Some(&job),
            ..Change::default()
        };
        self.step(State::Running, change).await
    }

    /// Back to the queue: the provider for sure did not take the work.
    async fn submit_later(&mut self, detail: &str) -> Result<()> {
        if self.attempts >= MOST_SUBMITS {
            return self.end(Reason::ProviderUnreachable, detail).await;
        }
        let exponent = u32::try_from(self.attempts).unwrap_or_default().min(8);
        let jitter = rand::rng().random_range(50..=150);
        let pause = 1_000_i64 * 2_i64.pow(exponent) * jitter / 100;
        tracing::info!(generation = %self.row.id, provider = self.row.provider, pause, detail, "the provider did not take the work yet");
        self.back_to_queue(self.life.clock.now() + pause).await
    }

    async fn back_to_queue(&mut self, run_at: i64) -> Result<()> {
        let mut moment = self.life.begin().await?;
        let change = Change {
            progress: Some(0),
            ..Change::default()
        };
        if moment.step(&mut self.row, State::Queued, change).await?
            && jobs::give_back(&mut moment.tx, JOB, self.row.id, self.row.fence, run_at, false).await?
        {
            moment.commit().await?;
            self.life.work.notify_one();
        }
        Ok(())
    }

    /// Asks until the provider is done, or it is over.
    async fn poll(&mut self) -> Result<Polled> {
        // The wall clock may jump; the time that this process spent is a second limit.
        let patience = Instant::now() + self.deadline;
        let mut told = None::<Instant>;
        let (mut polls, mut gone) = (0_u32, 0_u32);
        let mut unknown = None::<String>;
        loop {
            if self.row.deadline_at.is_some_and(|at| self.life.clock.now() > at) || Instant::now() > patience
            {
                self.stop_provider().await;
                self.end(Reason::TimedOut, unknown.as_deref().unwrap_or_default())
                    .await?;
                return Ok(Polled::Over);
            }
            match self.ask(patience).await {
                Ok(JobStatus::Done) => {
                    let going = self
                        .step(
                            State::Storing,
                            Change {
                                progress: Some(99),
                                ..Change::default()
                            },
                        )
                        .await?;
                    return Ok(if going { Polled::Done } else { Polled::Over });
                }
                Ok(JobStatus::Running(percent)) => {
                    let due = told.is_none_or(|at| at.elapsed() >= PROGRESS_PAUSE);
                    if due && !self.progress(percent).await? {
                        return Ok(Polled::Over);
                    }
                    told = if due { Some(Instant::now()) } else { told };
                }
                Ok(JobStatus::Queued) => {}
                Ok(JobStatus::Ended(reason, detail)) | Err(ProviderError::Refused(reason, detail)) => {
                    self.end(reason, &detail).await?;
                    return Ok(Polled::Over);
                }
                Ok(JobStatus::Unknown(word)) => {
                    if unknown.as_deref() != Some(word.as_str()) {
                        let word: String = word.chars().take(64).collect();
                        tracing::warn!(
                            provider = self.row.provider,
                            state = word,
                            "a provider answers with an unknown state"
                        );
                    }
                    unknown = Some(word);
                }
                Ok(JobStatus::Gone) if self.provider.rerunnable() => {
                    self.back_to_queue(self.life.clock.now()).await?;
                    return Ok(Polled::Over);
                }
                Ok(JobStatus::Gone) => {
                    gone += 1;
                    if gone >= MOST_GONE {
                        self.end(Reason::ProviderFailed, "the provider does not know the job")
                            .await?;
                        return Ok(Polled::Over);
                    }
                }
                // Slow, hanging or talking garbage: it may come back before the deadline.
                Err(error) => tracing::debug!(provider = self.row.provider, %error, "a poll failed"),
            }
            let job = self.row.provider_job.as_deref().unwrap_or_default();
            let left = patience.saturating_duration_since(Instant::now());
            tokio::time::sleep(self.provider.poll_pause(job, polls).min(left)).await;
            polls = polls.saturating_add(1);
        }
    }

    /// One poll. A provider that hangs must not outlast the deadline.
    async fn ask(&self, patience: Instant) -> Result<JobStatus, ProviderError> {
        let job = self.row.provider_job.as_deref().unwrap_or_default();
        let left = CALL.min(patience.saturating_duration_since(Instant::now()));
        let answer = tokio::time::timeout(left, self.provider.poll(job)).await;
        match answer {
            Ok(answer) => answer,
            Err(_) => Err(ProviderError::Broken("no answer to a poll".into())),
        }
    }

    /// Writes progress, if it is news. False when the generation is not ours any more.
    async fn progress(&mut self, percent: u32) -> Result<bool> {
        let percent = i64::from(percent.min(99));
        if percent <= self.row.progress {
            return Ok(true);
        }
        self.step(
            State::Running,
            Change {
                progress: Some(percent),
                ..Change::default()
            },
        )
        .await
    }

    async fn store(&mut self) -> Result<()> {
        let stored = store::store(
            self.provider.as_ref(),
            &self.storage,
            &self.scratch,
            self.most_bytes,
            &self.row,
        )
        .await;
        match stored {
            Ok(stored) => {
                let media = Media {
                    prefix: &stored.prefix,
                    etag: &stored.etag,
                    bytes: stored.bytes,
                    stills: stored.stills,
                };
                if !self.life.end(&mut self.row, &Ending::Succeeded(media)).await? {
                    // Somebody was first (a cancel, or a newer worker): what we put away belongs to nobody.
                    self.storage.remove(&stored.prefix).await?;
                } else if let Some(job) = &self.row.provider_job {
                    self.provider.forget(job).await;
                }
                Ok(())
            }
            Err(NotStored::Gone(_)) if self.provider.rerunnable() => {
                self.back_to_queue(self.life.clock.now()).await
            }
            Err(NotStored::Gone(detail)) => self.end(Reason::BadVideo, &detail).await,
            Err(NotStored::For(reason, detail)) => self.end(reason, &detail).await,
        }
    }

    /// One step in a transaction of its own. False: somebody was first.
    async fn step(&mut self, to: State, change: Change<'_>) -> Result<bool> {
        let mut moment = self.life.begin().await?;
        let done = moment.step(&mut self.row, to, change).await?;
        if done {
            moment.commit().await?;
        }
        Ok(done)
    }

    async fn end(&mut self, reason: Reason, detail: &str) -> Result<()> {
        tracing::info!(generation = %self.row.id, provider = self.row.provider, reason = reason.as_str(), detail, "a generation ended without a video");
        self.life
            .end(&mut self.row, &Ending::Without(reason, detail))
            .await
            .map(|_| ())
    }

    /// Tells the provider that nobody wants the video any more.
    pub async fn stop_provider(&self) {
        if let Some(job) = &self.row.provider_job {
            let _ = tokio::time::timeout(CALL, self.provider.cancel(job)).await;
        }
    }
}
