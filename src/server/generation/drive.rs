//! One generation on its way through a provider: submit (`handing_over`), poll (`polling`), store. Straight down; each
//! unusual case has its function.

use super::{
    JOB,
    cards::{size, small},
    life::{Ending, Life, state},
    store::{self, NotStored},
};
use crate::model::{
    credits::Credits,
    generation::{Reason, State},
};
use crate::server::{
    db::generations::{self, Change, GenerationRow, Media},
    error::Result,
    jobs,
    providers::{Onward, Providers, VideoProvider, Wanted},
    storage::Storage,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64},
    },
    time::Duration,
};

/// After so many claims, when also as much time has passed as its model is given, nobody tries again: something about this
/// job kills its workers. The time is there because a server that is killed again and again is not the job's fault.
const MOST_CLAIMS: i64 = 12;
/// Longest single call to a provider.
pub(super) const CALL: Duration = Duration::from_mins(1);

/// How work on a claim came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It has ended, or it is back in the queue.
    Over,
    /// Somebody else was first: a newer claim, or the person who cancelled it.
    Lost,
}

impl Ran {
    pub(super) const fn over(done: bool) -> Self {
        if done { Self::Over } else { Self::Lost }
    }
}

/// What one claim of one generation works with.
pub struct Drive {
    pub life: Life,
    pub provider: Arc<dyn VideoProvider>,
    /// Who else there is.
    pub providers: Providers,
    pub storage: Storage,
    pub scratch: PathBuf,
    pub most_bytes: u64,
    pub deadline: Duration,
    pub attempts: i64,
    pub row: GenerationRow,
    /// The provider's job, known from its answer on, even when writing it down came too late.
    pub job: Option<String>,
    /// An order is on its way, and a second one could cost something.
    pub handing_over: Arc<AtomicBool>,
    /// This claim has begun to hand an order over. Until then, nothing of it has left this process.
    pub ordered: bool,
    /// The provider has taken the order under `job`, and that is not written down.
    pub unwritten: bool,
    /// How long a lease lasts.
    pub lease: Duration,
    /// When the provider last answered a poll, in unix milliseconds; 0 before it has.
    pub answered: Arc<AtomicI64>,
}

/// How a part of the way came out.
pub(super) enum Part {
    /// The next part may begin.
    Done,
    /// There is no next part.
    Ran(Ran),
}

impl Part {
    pub(super) const fn done(done: bool) -> Self {
        if done { Self::Done } else { Self::Ran(Ran::Lost) }
    }
}

/// What a row asks for, as far as it decides who can make it.
pub fn wanted(row: &GenerationRow) -> Wanted<'_> {
    let added = row
        .added_seconds
        .map(|added| small(added).min(small(row.seconds)));
    Wanted {
        model: &row.model,
        size: size(row),
        seconds: added.unwrap_or(small(row.seconds)),
        picture: row.picture_id.is_some(),
        most: Credits(row.credits),
        // Who only extends what it made itself gets nobody else's.
        onward: added.map(|added| Onward {
            seconds: small(row.seconds) - added,
            made_by: &row.provider,
        }),
    }
}

impl Drive {
    /// Brings the generation as far as it goes.
    ///
    /// # Errors
    /// When the database does not answer; the job is then taken up again later.
    pub async fn run(&mut self) -> Result<Ran> {
        if self.attempts > MOST_CLAIMS && self.had_its_time() {
            return self.end(Reason::Internal, "claimed too often").await;
        }
        if self.attempts > 1 {
            self.clear_before().await;
        }
        if state(&self.row)? == State::Submitting
            && let Part::Ran(ran) = self.submit().await?
        {
            return Ok(ran);
        }
        if state(&self.row)? == State::Running
            && let Part::Ran(ran) = self.poll().await?
        {
            return Ok(ran);
        }
        self.store().await
    }

    /// Whether it was worked on for as long as its model is given, over all claims.
    fn had_its_time(&self) -> bool {
        let now = self.life.clock.now();
        if let (Ok(State::Storing), false, Some(deadline)) =
            (state(&self.row), self.provider.rerunnable(), self.row.deadline_at)
        {
            return now > deadline;
        }
        now.saturating_sub(self.row.started_at.unwrap_or(now)) > self.given()
    }

    /// How long its model is given, in milliseconds.
    pub(super) fn given(&self) -> i64 {
        i64::try_from(self.deadline.as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// An earlier worker may have died between putting a file away and writing down where. What cannot be removed now
    /// is no reason to stop: the end of the generation looks again.
    async fn clear_before(&self) {
        let folder = store::folder(self.row.id);
        if let Err(error) = self.storage.remove_before(&folder, self.row.fence).await {
            tracing::warn!(generation = %self.row.id, %error, "what an earlier claim left could not be removed");
        }
    }

    async fn store(&mut self) -> Result<Ran> {
        let before = match self.row.added_seconds.and(self.row.remixed_from) {
            Some(original) => generations::media::length(&self.life.db, original).await?,
            None => None,
        };
        let stored = store::store(
            self.provider.as_ref(),
            &self.storage,
            &self.scratch,
            self.most_bytes,
            &self.row,
            before,
        )
        .await;
        match stored {
            Ok(stored) => {
                let media = Media {
                    prefix: &stored.prefix,
                    etag: &stored.etag,
                    bytes: stored.bytes,
                    stills: stored.stills,
                    ms: stored.ms,
                    rate: stored.rate,
                    sound: stored.sound,
                    crc32: stored.crc32,
                    kept_there: self.provider.keeps(&self.row.model),
                };
                let ours = self.life.end(&mut self.row, &Ending::Succeeded(media)).await?;
                if ours {
                    self.tidy().await;
                }
                Ok(Ran::over(ours))
            }
            Err(NotStored::Gone(_)) if self.provider.rerunnable() => self.back_to_queue(0, None).await,
            Err(NotStored::Gone(detail)) => self.end(Reason::BadVideo, &detail).await,
            Err(NotStored::For(reason, detail)) => self.end(reason, &detail).await,
            Err(NotStored::NotNow(reason, detail)) => self.store_later(reason, &detail).await,
        }
    }

    /// The video is made and maybe paid for there: what stands in its way may pass, until the deadline.
    async fn store_later(&mut self, reason: Reason, detail: &str) -> Result<Ran> {
        if self.had_its_time() {
            return self.end(reason, detail).await;
        }
        tracing::warn!(generation = %self.row.id, provider = self.row.provider, detail, "a finished video could not be stored yet");
        let pause = jobs::back_off(self.attempts);
        if self.provider.rerunnable() {
            // Its only file went with this try.
            return self.back_to_queue(pause, None).await;
        }
        // The last try is at the deadline.
        let last = self.row.deadline_at.map_or(i64::MAX, |at| at + 1);
        let run_at = (self.life.clock.now() + pause).min(last);
        let mut tx = self.life.db.begin().await?;
        let ours = jobs::give_back(&mut tx, JOB, self.row.id, self.row.fence, run_at, false).await?;
        tx.commit().await?;
        Ok(Ran::over(ours))
    }

    /// One step in a transaction of its own. False: somebody was first.
    pub(super) async fn step(&mut self, to: State, change: Change<'_>) -> Result<bool> {
        let mut moment = self.life.begin().await?;
        let done = moment.step(&mut self.row, to, change).await?;
        if done {
            moment.commit().await?;
        } else {
            moment.undo().await?;
        }
        Ok(done)
    }

    pub(super) async fn end(&mut self, reason: Reason, detail: &str) -> Result<Ran> {
        tracing::info!(generation = %self.row.id, provider = self.row.provider, reason = reason.as_str(), detail, "a generation ended without a video");
        let ending = Ending::Without(reason, detail);
        Ok(Ran::over(self.life.end(&mut self.row, &ending).await?))
    }

    /// The video lies here now, and need not lie at its provider as well. Nothing depends on it.
    pub async fn tidy(&self) {
        if let (false, Some(job)) = (self.provider.keeps(&self.row.model), &self.row.provider_job) {
            let _ = self.provider.forget(job).await;
        }
    }

    /// Tells the provider that nobody wants the video any more.
    pub async fn stop_provider(&self) {
        if let Some(job) = self.job.as_ref().or(self.row.provider_job.as_ref()) {
            let _ = tokio::time::timeout(CALL, self.provider.cancel(job)).await;
        }
    }
}
