//! Work under one claim: as long as its lease is kept, until it is over, lost, cancelled, or the server stops.

use super::{
    JOB,
    drive::{Drive, Ran},
    store,
    worker::Worker,
};
use crate::model::generation::State;
use crate::server::{
    db::generations::{self, Change, GenerationRow, Standing},
    error::Result,
    jobs::{self, Job},
    providers::VideoProvider,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The pause before a job that could not be given back is given back again.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// A worker that is told to stop waits so long for the answer to an order that a provider is just being handed. The
/// program ends seven seconds after it is told to.
const HAND_OVER: Duration = Duration::from_secs(5);

impl Worker {
    pub(super) fn lease_ms(&self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }

    /// Works on one claim until it is over, lost, cancelled, or the server stops.
    pub(super) async fn work(
        &self,
        provider: Arc<dyn VideoProvider>,
        job: Job,
        row: GenerationRow,
        stop: CancellationToken,
    ) {
        let id = row.id;
        let cancelled = self.life.stops.begin(id, job.fence);
        let handing_over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicI64::new(0));
        let deadline = provider
            .offers()
            .iter()
            .find(|offer| offer.model.id == row.model)
            .map(|offer| offer.deadline);
        let mut drive = Drive {
            life: self.life.clone(),
            provider,
            providers: self.providers.clone(),
            storage: self.storage.clone(),
            scratch: self.scratch.clone(),
            most_bytes: self.most_bytes,
            deadline: deadline.unwrap_or(Duration::from_mins(10)),
            attempts: job.attempts,
            job: row.provider_job.clone(),
            row,
            handing_over: handing_over.clone(),
            ordered: false,
            unwritten: false,
            lease: self.lease,
            answered: answered.clone(),
        };
        let left = tokio::select! {
            end = drive.run() => match end {
                Ok(Ran::Over) => None,
                Ok(Ran::Lost) => Some(Left::Lost),
                Err(error) => {
                    tracing::warn!(generation = %id, %error, "work on a generation stopped; it is taken up again");
                    Some(Left::Failed)
                }
            },
            () = self.keep_lease(&job, &answered) => Some(Left::Lost),
            () = cancelled.cancelled() => Some(Left::Cancelled),
            () = stopping(&stop, &handing_over) => Some(Left::Stopping),
        };
        self.life.stops.end(id, job.fence);
        if let Some(left) = left {
            self.leave(&drive, &job, left).await;
        }
    }

    async fn leave(&self, drive: &Drive, job: &Job, left: Left) {
        let ours = matches!(left, Left::Stopping | Left::Failed);
        if !ours {
            self.clear_up(drive).await;
        } else if drive.provider.rerunnable() || self.is_unknown(drive).await {
            // A provider elsewhere goes on and is asked again later, if anybody will know what to ask for; local work would
            // only be in the way.
            drive.stop_provider().await;
        }
        if ours || !drive.ordered {
            self.give_back(drive, job, left == Left::Stopping).await;
        }
    }

    /// Whether the provider took an order of which the database will not tell anybody.
    async fn is_unknown(&self, drive: &Drive) -> bool {
        if !drive.unwritten {
            return false;
        }
        let now = self.standing(drive.row.id).await;
        let written = matches!(now, Ok(Some(now)) if now.provider_job == drive.job);
        !written
    }

    /// Where a generation stands, once whatever changes it is durable or undone.
    async fn standing(&self, id: Uuid) -> Result<Option<Standing>> {
        let mut tx = self.life.db.begin().await?;
        jobs::lock(&mut tx, JOB, id).await?;
        let now = generations::standing_still(&mut tx, id).await?;
        tx.rollback().await?;
        Ok(now)
    }

    /// Gives the job back, again and again while its lease may still hold. Who has lost it writes nothing.
    async fn give_back(&self, drive: &Drive, job: &Job, stopping: bool) {
        let pause = if stopping { 0 } else { jobs::back_off(job.attempts) };
        let run_at = self.life.clock.now() + pause;
        let patience = Instant::now() + self.lease;
        while let Err(error) = self.try_give_back(drive, job, run_at, stopping).await {
            if Instant::now() >= patience {
                tracing::warn!(%error, "a lease could not be given back; it runs out by itself");
                return;
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn try_give_back(&self, drive: &Drive, job: &Job, run_at: i64, stopping: bool) -> Result<()> {
        let mut moment = self.life.begin().await?;
        jobs::lock(&mut moment.tx, JOB, job.subject).await?;
        if !drive.ordered {
            // `submitting` was written before what goes with the order was fetched. Nothing was sent, and the next claim
            // must not take it for an order of which nobody knows what became. In any other state this changes nothing.
            let mut row = drive.row.clone();
            State::Submitting.as_str().clone_into(&mut row.state);
            moment.step(&mut row, State::Queued, Change::default()).await?;
        }
        jobs::give_back(&mut moment.tx, JOB, job.subject, job.fence, run_at, stopping).await?;
        moment.commit().await
    }

    /// The claim is not ours any more. A provider elsewhere is stopped only when nobody wants its video; what we were
    /// putting away goes, unless it is the very video that was kept: our last commit may be slower than our lease.
    async fn clear_up(&self, drive: &Drive) {
        let now = match self.standing(drive.row.id).await {
            Ok(now) => now,
            Err(error) => {
                if drive.unwritten {
                    drive.stop_provider().await;
                }
                return tracing::warn!(%error, "what a lost claim left is not cleared up");
            }
        };
        let ours = store::claim_folder(&drive.row);
        let prefix = now.as_ref().and_then(|now| now.media_prefix.as_ref());
        if prefix == Some(&ours) {
            return drive.tidy().await;
        }
        let end = now.as_ref().map(|now| State::parse(&now.state));
        let unwanted = match end {
            // Somebody else's claim put it away; the provider may have to keep it.
            Some(Some(State::Succeeded)) => false,
            Some(state) => state.is_some_and(State::is_terminal),
            None => true,
        };
        let unknown = drive.unwritten && now.is_some_and(|now| now.provider_job != drive.job);
        if unwanted || unknown || drive.provider.rerunnable() {
            drive.stop_provider().await;
        }
        if let Err(error) = self.storage.remove(&ours).await {
            tracing::warn!(%error, "what a lost claim put away could not be removed");
        }
    }

    /// Returns when the lease is lost: somebody else has it, the job is over, or the database was silent for too long.
    async fn keep_lease(&self, job: &Job, answered: &AtomicI64) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let renew = async {
                let mut tx = self.life.db.begin().await?;
                let until = self.life.clock.now() + self.lease_ms();
                // What polling learns travels with the lease, which is written anyway.
                let answered = Some(answered.load(Ordering::Relaxed)).filter(|at| *at > 0);
                let ours = jobs::renew(&mut tx, JOB, job.subject, job.fence, until, answered).await?;
                tx.commit().await?;
                Ok::<bool, crate::server::error::Failure>(ours)
            };
            match tokio::time::timeout(self.lease, renew).await {
                Ok(Ok(true)) => renewed = Instant::now(),
                Ok(Ok(false)) => return,
                _ if renewed.elapsed() >= self.lease => return,
                _ => {}
            }
        }
    }
}

/// Returns when the worker is told to stop, and no order is on its way of which nobody would ever know.
async fn stopping(stop: &CancellationToken, handing_over: &AtomicBool) {
    stop.cancelled().await;
    let until = Instant::now() + HAND_OVER;
    while handing_over.load(Ordering::SeqCst) && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A provider's place that work takes up; it is free again when the work is over, even when it panicked.
pub(super) struct Place {
    count: Arc<AtomicI64>,
    work: Arc<Notify>,
}

impl Place {
    pub(super) fn take(count: Arc<AtomicI64>, work: Arc<Notify>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self { count, work }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
        self.work.notify_one();
    }
}

/// Why work on a claim stopped before it was over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Lost,
    Cancelled,
    Stopping,
    Failed,
}
