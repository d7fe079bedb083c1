//! Asking the provider how far it is, until it is done or its time is over.

use super::drive::{CALL, Drive, Part, Ran};
use crate::model::generation::{Reason, State};
use crate::server::{
    db::generations::Change,
    error::Result,
    providers::{JobStatus, ProviderError, without_prompt},
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::Instant;

/// Progress is written at most this often.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);
/// How often in a row a provider may say that it does not know the job.
const MOST_GONE: u32 = 3;

impl Drive {
    /// Asks until the provider is done, or it is over.
    pub(super) async fn poll(&mut self) -> Result<Part> {
        // The wall clock may jump, and time passes while no worker runs: what this claim spent is the limit, and the
        // wall clock only where work goes on without us. Even then the provider is asked once: it may be done.
        let patience = Instant::now() + self.deadline;
        let mut told = None::<Instant>;
        let (mut polls, mut gone) = (0_u32, 0_u32);
        let mut unknown = None::<String>;
        let job = self.row.provider_job.as_deref().unwrap_or_default();
        let nudge = self
            .life
            .nudges
            .begin(self.provider.name(), self.provider.job_id(job));
        loop {
            match self.ask(patience).await {
                Ok(JobStatus::Done) => {
                    // However late it was done: to be fetched and put away, it gets as much time again.
                    let change = Change {
                        progress: Some(99),
                        deadline_at: Some(self.life.clock.now() + self.given()),
                        ..Change::default()
                    };
                    return Ok(Part::done(self.step(State::Storing, change).await?));
                }
                Ok(JobStatus::Running(percent)) => {
                    let due = told.is_none_or(|at| at.elapsed() >= PROGRESS_PAUSE);
                    if due && !self.progress(percent).await? {
                        return Ok(Part::Ran(Ran::Lost));
                    }
                    told = if due { Some(Instant::now()) } else { told };
                }
                Ok(JobStatus::Queued) => {}
                Ok(JobStatus::Ended(reason, detail)) | Err(ProviderError::Refused(reason, detail)) => {
                    return Ok(Part::Ran(self.end(reason, &detail).await?));
                }
                Ok(JobStatus::Unknown(word)) => self.note_unknown(&mut unknown, word),
                Ok(JobStatus::Gone) if self.provider.rerunnable() => {
                    return Ok(Part::Ran(self.back_to_queue(0, None).await?));
                }
                Ok(JobStatus::Gone) => {
                    gone += 1;
                    if gone >= MOST_GONE {
                        let words = "the provider does not know the job";
                        return Ok(Part::Ran(self.end(Reason::ProviderFailed, words).await?));
                    }
                }
                // Slow, hanging or talking garbage: it may come back before the deadline.
                Err(error) => tracing::debug!(provider = self.row.provider, %error, "a poll failed"),
            }
            if self.is_late(patience) {
                self.stop_provider().await;
                let words = unknown.as_deref().unwrap_or_default();
                return Ok(Part::Ran(self.end(Reason::TimedOut, words).await?));
            }
            let job = self.row.provider_job.as_deref().unwrap_or_default();
            let left = patience.saturating_duration_since(Instant::now());
            let pause = self.provider.poll_pause(job, polls).min(left);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = nudge.rung() => {}
            }
            polls = polls.saturating_add(1);
        }
    }

    fn is_late(&self, patience: Instant) -> bool {
        let elsewhere = !self.provider.rerunnable();
        let past = self.row.deadline_at.is_some_and(|at| self.life.clock.now() > at);
        Instant::now() >= patience || (elsewhere && past)
    }

    /// A state that nobody here knows is logged once.
    fn note_unknown(&self, known: &mut Option<String>, word: String) {
        if known.as_deref() != Some(word.as_str()) {
            let state: String = word.chars().take(64).collect();
            tracing::warn!(
                provider = self.row.provider,
                state,
                "a provider answers with an unknown state"
            );
        }
        *known = Some(word);
    }

    /// One poll. A provider that hangs must not outlast the deadline.
    async fn ask(&self, patience: Instant) -> Result<JobStatus, ProviderError> {
        let job = self.row.provider_job.as_deref().unwrap_or_default();
        let left = CALL.min(patience.saturating_duration_since(Instant::now()));
        let answer = tokio::time::timeout(left, self.provider.poll(job)).await;
        match answer {
            Ok(Ok(status)) => {
                self.answered.store(self.life.clock.now(), Ordering::Relaxed);
                Ok(self.noted(status))
            }
            Ok(Err(error)) => Err(error.without_prompt(&self.row.prompt)),
            Err(_) => Err(ProviderError::Broken("no answer to a poll".into())),
        }
    }

    /// Keeps the record of how the provider does. Its words go on without the prompt.
    fn noted(&self, status: JobStatus) -> JobStatus {
        let health = self.provider.health();
        match status {
            JobStatus::Ended(reason, words) => {
                let words = without_prompt(&words, &self.row.prompt);
                if let (Reason::ProviderFailed, Some(health)) = (reason, health) {
                    health.failed(&words);
                }
                JobStatus::Ended(reason, words)
            }
            JobStatus::Done => {
                if let Some(health) = health {
                    health.worked();
                }
                JobStatus::Done
            }
            other => other,
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
}
