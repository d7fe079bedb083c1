//! One generation on its way through a provider: submit, poll, store. Straight down; each unusual case has its function.

use super::{
    JOB,
    cards::{size, small},
    life::{Ending, Life, state},
    originals::{self, NoOriginal},
    pictures,
    store::{self, NotStored},
};
use crate::model::{
    credits::Credits,
    generation::{Reason, State},
    ids::PictureId,
};
use crate::server::{
    db::generations::{self, Change, GenerationRow, Media},
    error::Result,
    jobs,
    providers::{JobStatus, Onward, Order, ProviderError, Providers, VideoProvider, Wanted},
    storage::Storage,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// After so many claims, when also as much time has passed as its model is given, nobody tries again: something about this
/// job kills its workers. The time is there because a server that is killed again and again is not the job's fault.
const MOST_CLAIMS: i64 = 12;
/// How often each provider that could take the work is asked.
const MOST_SUBMITS: i64 = 6;
/// Longest single call to a provider.
const CALL: Duration = Duration::from_mins(1);
/// Longest handing over of a video that is extended.
const HAND_ON: Duration = Duration::from_mins(5);
/// The pause before the provider's job is written down again.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// Progress is written at most this often.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);
/// How often in a row a provider may say that it does not know the job.
const MOST_GONE: u32 = 3;

/// How work on a claim came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It has ended, or it is back in the queue.
    Over,
    /// Somebody else was first: a newer claim, or the person who cancelled it.
    Lost,
}

impl Ran {
    const fn over(done: bool) -> Self {
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
enum Part {
    /// The next part may begin.
    Done,
    /// There is no next part.
    Ran(Ran),
}

impl Part {
    const fn done(done: bool) -> Self {
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
    fn given(&self) -> i64 {
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

    /// Hands the order over.
    async fn submit(&mut self) -> Result<Part> {
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
    async fn back_to_queue(&mut self, pause: i64, to: Option<(&str, &str)>) -> Result<Ran> {
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

    /// Asks until the provider is done, or it is over.
    async fn poll(&mut self) -> Result<Part> {
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
                Ok(status)
            }
            Ok(Err(error)) => Err(error),
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
    async fn step(&mut self, to: State, change: Change<'_>) -> Result<bool> {
        let mut moment = self.life.begin().await?;
        let done = moment.step(&mut self.row, to, change).await?;
        if done {
            moment.commit().await?;
        } else {
            moment.undo().await?;
        }
        Ok(done)
    }

    async fn end(&mut self, reason: Reason, detail: &str) -> Result<Ran> {
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
