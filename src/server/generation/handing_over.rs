//! Handing an order over to its provider, to the next one, or back to the queue.

use super::{
    JOB,
    cards::{size, small},
    drive::{CALL, Drive, Part, Ran, wanted},
    originals::{self, NoOriginal},
    pictures,
};
use crate::model::{
    generation::{Reason, State},
    ids::PictureId,
};
use crate::server::{
    db::generations::Change,
    error::Result,
    jobs,
    providers::{Order, ProviderError},
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::Instant;

/// How often each provider that could take the work is asked.
const MOST_SUBMITS: i64 = 6;
/// Longest handing over of a video that is extended.
const HAND_ON: Duration = Duration::from_mins(5);
/// The pause before the provider's job is written down again.
const TRY_AGAIN: Duration = Duration::from_millis(200);

impl Drive {
    /// Hands the order over.
    pub(super) async fn submit(&mut self) -> Result<Part> {
        let picture = match self.row.picture_id {
            None => None,
            Some(id) => match pictures::fitted(&self.storage, PictureId(id), size(&self.row)).await {
                Ok(picture) => Some(picture),
                Err(error) => return Ok(Part::Ran(self.without_material(&error.to_string()).await?)),
            },
        };
        let original = match originals::of(self).await {
            Ok(original) => original,
            Err(NoOriginal::Gone) => {
                let words = "the video that it extends is gone";
                return Ok(Part::Ran(self.end(Reason::OriginalGone, words).await?));
            }
            Err(NoOriginal::NotNow(words)) => {
                return Ok(Part::Ran(self.without_material(&words).await?));
            }
        };
        let patience = if original.is_some() { HAND_ON } else { CALL };
        let order = Order {
            reference: self.row.id,
            claim: self.row.fence,
            model: self.row.model.clone(),
            prompt: self.row.prompt.clone(),
            size: size(&self.row),
            seconds: wanted(&self.row).seconds,
            seed: small(self.row.seed),
            caption: self.row.caption,
            picture,
            original,
        };
        self.ordered = true;
        self.handing_over
            .store(!self.provider.rerunnable(), Ordering::SeqCst);
        let answer = tokio::time::timeout(patience.min(self.deadline), self.provider.submit(&order)).await;
        let ran = match answer {
            Ok(Ok(job)) => {
                (self.job, self.unwritten) = (Some(job.clone()), true);
                let written = self.write_down(&job).await?;
                self.unwritten = !written;
                self.handing_over.store(false, Ordering::SeqCst);
                return Ok(Part::done(written));
            }
            // What one safety system stops is not carried to the next.
            Ok(Err(ProviderError::Refused(Reason::ProviderBlocked, detail))) => {
                self.end(Reason::ProviderBlocked, &detail).await
            }
            Ok(Err(ProviderError::Refused(reason, detail))) => self.submit_elsewhere(reason, &detail).await,
            Ok(Err(ProviderError::NotTaken(detail))) => self.submit_later(&detail).await,
            // Nobody knows whether the provider took it: submitting again could make and cost it twice.
            Ok(Err(ProviderError::Broken(detail) | ProviderError::Gone(detail))) => {
                self.end(Reason::ProviderUnreachable, &detail).await
            }
            Err(_) => {
                self.end(Reason::ProviderUnreachable, "no answer to the order")
                    .await
            }
        };
        self.handing_over.store(false, Ordering::SeqCst);
        Ok(Part::Ran(ran?))
    }

    /// Notes the provider's job, again and again for as long as a lease lasts: without it, what was ordered is lost.
    async fn write_down(&mut self, job: &str) -> Result<bool> {
        let patience = Instant::now() + self.lease;
        loop {
            let before = self.row.clone();
            let change = Change {
                provider_job: Some(job),
                ..Change::default()
            };
            match self.step(State::Running, change).await {
                Err(error) if Instant::now() < patience => {
                    tracing::warn!(generation = %self.row.id, %error, "the provider's job could not be written down yet");
                    self.row = before;
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                done => return done,
            }
        }
    }

    /// The store does not give the picture, or the video to extend, now.
    async fn without_material(&mut self, detail: &str) -> Result<Ran> {
        if self.attempts >= MOST_SUBMITS {
            return self.end(Reason::Internal, detail).await;
        }
        self.back_to_queue(jobs::back_off(self.attempts), None).await
    }

    /// The provider refused the work for good: another one may take it.
    async fn submit_elsewhere(&mut self, reason: Reason, detail: &str) -> Result<Ran> {
        let separator = if self.row.refused_by.is_empty() { "" } else { "," };
        let refused_by = [&self.row.refused_by, separator, self.provider.name()].concat();
        match self
            .providers
            .after(&wanted(&self.row), self.provider.name(), &refused_by)
        {
            Some(next) if self.attempts < MOST_SUBMITS * next.of => {
                tracing::info!(generation = %self.row.id, provider = self.row.provider, next = next.provider, detail, "the provider refused the work; the next one is asked");
                // The others were asked before and only busy: they get their time.
                let pause = if next.again {
                    jobs::back_off(self.attempts)
                } else {
                    0
                };
                self.back_to_queue(pause, Some((&next.provider, &refused_by)))
                    .await
            }
            _ => self.end(reason, detail).await,
        }
    }

    /// Back to the queue: the provider for sure did not take the work. Whoever else makes it is asked at once.
    async fn submit_later(&mut self, detail: &str) -> Result<Ran> {
        let refused_by = self.row.refused_by.clone();
        let next = self
            .providers
            .after(&wanted(&self.row), self.provider.name(), &refused_by);
        let of = next.as_ref().map_or(1, |next| next.of);
        if self.attempts >= MOST_SUBMITS * of {
            return self.end(Reason::ProviderUnreachable, detail).await;
        }
        let pause = match &next {
            Some(next) if !next.again => 0,
            _ => jobs::back_off(self.attempts / of),
        };
        tracing::info!(generation = %self.row.id, provider = self.row.provider, pause, detail, "the provider did not take the work yet");
        let to = next
            .as_ref()
            .map(|next| (next.provider.as_str(), refused_by.as_str()));
        self.back_to_queue(pause, to).await
    }

    /// Back to the queue in so many milliseconds: of the same provider, or of another one, with who refused it.
    pub(super) async fn back_to_queue(&mut self, pause: i64, to: Option<(&str, &str)>) -> Result<Ran> {
        let run_at = self.life.clock.now() + pause;
        let mut moment = self.life.begin().await?;
        jobs::lock(&mut moment.tx, JOB, self.row.id).await?;
        let change = Change {
            progress: Some(0),
            provider: to.map(|(provider, _)| provider),
            refused_by: to.map(|(_, refused_by)| refused_by),
            ..Change::default()
        };
        let (id, fence) = (self.row.id, self.row.fence);
        let back = moment.step(&mut self.row, State::Queued, change).await?
            && match to {
                Some((queue, _)) => jobs::move_to(&mut moment.tx, JOB, id, fence, queue, run_at).await?,
                None => jobs::give_back(&mut moment.tx, JOB, id, fence, run_at, false).await?,
            };
        if back {
            moment.commit().await?;
            self.life.work.notify_one();
        } else {
            moment.undo().await?;
        }
        Ok(Ran::over(back))
    }
}
