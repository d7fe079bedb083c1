//! The worker: claims jobs under leases, keeps the leases alive, and gives them back when it is told to stop.

use super::{
    JOB,
    drive::Drive,
    life::{Ending, Life, state},
};
use crate::model::generation::{Reason, State};
use crate::server::{
    db::generations::{self, Change, GenerationRow},
    error::Result,
    jobs::{self, Claim, Job},
    providers::{Providers, VideoProvider},
    storage::{self, Storage},
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often the worker looks without being called: for jobs of other processes, retries and dead workers' leases.
const LOOK: Duration = Duration::from_millis(500);
/// How long it pauses when the database does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// What the worker is made of.
#[derive(Clone)]
pub struct Worker {
    /// The life of generations.
    pub life: Life,
    /// Who makes videos.
    pub providers: Providers,
    /// Where they go.
    pub storage: Storage,
    /// Folder for files on their way.
    pub scratch: PathBuf,
    /// Largest video, in bytes.
    pub most_bytes: u64,
    /// Generations of one person at once.
    pub per_user: i64,
    /// How long a lease lasts.
    pub lease: Duration,
    /// Who this worker is, for the people who look into the table.
    pub name: String,
    /// When it last looked at the queue, in unix milliseconds, for `/readyz`.
    pub alive_at: Arc<AtomicI64>,
}

impl Worker {
    /// Works until it is told to stop; then it gives back every lease and returns.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = storage::clear_scratch(&self.scratch) {
            tracing::error!(%error, "the scratch folder cannot be made ready");
        }
        let tasks = TaskTracker::new();
        let mut running: HashMap<String, Arc<AtomicI64>> = HashMap::new();
        for provider in self.providers.iter() {
            running.insert(provider.name().to_owned(), Arc::default());
        }
        while !stop.is_cancelled() {
            let pause = match self.look(&running, &tasks, &stop).await {
                Ok(()) => {
                    self.alive_at.store(self.life.clock.now(), Ordering::Relaxed);
                    LOOK
                }
                Err(error) => {
                    tracing::warn!(%error, "the worker could not look at the queue");
                    PAUSE
                }
            };
            tokio::select! {
                () = self.life.work.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn look(
        &self,
        running: &HashMap<String, Arc<AtomicI64>>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<()> {
        for provider in self.providers.iter() {
            let Some(count) = running.get(provider.name()) else {
                continue;
            };
            let at_once = i64::try_from(provider.concurrency()).unwrap_or(i64::MAX);
            let free = at_once - count.load(Ordering::SeqCst);
            if free <= 0 {
                continue;
            }
            for (job, row) in self.claim(provider.as_ref(), at_once, free).await? {
                count.fetch_add(1, Ordering::SeqCst);
                let (worker, provider, count, stop) =
                    (self.clone(), provider.clone(), count.clone(), stop.clone());
                tasks.spawn(async move {
                    worker.work(provider, job, row, stop).await;
                    count.fetch_sub(1, Ordering::SeqCst);
                    worker.life.work.notify_one();
                });
            }
        }
        Ok(())
    }

    /// One transaction: the leases, the generations under their new fences, and `submitting` for those that begin.
    async fn claim(
        &self,
        provider: &dyn VideoProvider,
        at_once: i64,
        most: i64,
    ) -> Result<Vec<(Job, GenerationRow)>> {
        let now = self.life.clock.now();
        let mut moment = self.life.begin().await?;
        let lease_ms = self.lease_ms();
        let claim = Claim {
            kind: JOB,
            queue: provider.name(),
            worker: &self.name,
            now,
            lease_ms,
            at_once,
            per_owner: self.per_user,
            most,
        };
        let jobs = jobs::claim(&mut moment.tx, &claim).await?;
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut work = Vec::with_capacity(jobs.len());
        for job in jobs {
            let Some(mut row) = generations::adopt(&mut moment.tx, job.subject, job.fence).await? else {
                // A job without living work: nothing is left to do.
                jobs::finish(&mut moment.tx, JOB, job.subject).await?;
                continue;
            };
            let offer = provider.offers().iter().find(|offer| offer.model.id == row.model);
            let goes_on = match (state(&row)?, offer) {
                (State::Queued, Some(offer)) => {
                    let deadline = now + i64::try_from(offer.deadline.as_millis()).unwrap_or(i64::MAX / 2);
                    let change = Change {
                        started_at: Some(now),
                        deadline_at: Some(deadline),
                        ..Change::default()
                    };
                    moment.step(&mut row, State::Submitting, change).await?
                }
                (State::Queued, None) => {
                    moment
                        .end(&mut row, &Ending::Without(Reason::ModelGone, ""))
                        .await?;
                    false
                }
                // An earlier worker died between handing over and hearing back. Where making it twice costs something,
                // nobody guesses.
                (State::Submitting, _) if !provider.rerunnable() => {
                    moment
                        .end(&mut row, &Ending::Without(Reason::Interrupted, ""))
                        .await?;
                    false
                }
                _ => true,
            };
            if goes_on {
                work.push((job, row));
            }
        }
        moment.commit().await?;
        Ok(work)
    }

    fn lease_ms(&self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }

    /// Works on one claim until it is over, lost, cancelled, or the server stops.
    async fn work(
        &self,
        provider: Arc<dyn VideoProvider>,
        job: Job,
        row: GenerationRow,
        stop: CancellationToken,
    ) {
        let id = row.id;
        let cancelled = self.life.stops.begin(id);
        let deadline = provider
            .offers()
            .iter()
            .find(|offer| offer.model.id == row.model)
            .map(|offer| offer.deadline);
        let mut drive = Drive {
            life: self.life.clone(),
            provider,
            storage: self.storage.clone(),
            scratch: self.scratch.clone(),
            most_bytes: self.most_bytes,
            deadline: deadline.unwrap_or(Duration::from_mins(10)),
            attempts: job.attempts,
            row,
        };
        let left = tokio::select! {
            end = drive.run() => match end {
                Ok(()) => None,
                Err(error) => {
                    tracing::warn!(generation = %id, %error, "work on a generation stopped; it is taken up again");
                    Some(Left::Failed)
                }
            },
            () = self.keep_lease(&job) => Some(Left::Lost),
            () = cancelled.cancelled() => Some(Left::Cancelled),
            () = stop.cancelled() => Some(Left::Stopping),
        };
        self.life.stops.end(id);
        if let Some(left) = left {
            self.leave(&drive, &job, left).await;
        }
    }

    async fn leave(&self, drive: &Drive, job: &Job, left: Left) {
        // A provider elsewhere goes on and is asked again later; local work would only be in the way.
        if left == Left::Cancelled || drive.provider.rerunnable() {
            drive.stop_provider().await;
        }
        let (pause, undo) = match left {
            Left::Lost | Left::Cancelled => return,
            Left::Stopping => (0, true),
            Left::Failed => (1_000, false),
        };
        let run_at = self.life.clock.now() + pause;
        let back = async {
            let mut tx = self.life.db.begin().await?;
            jobs::give_back(&mut tx, JOB, job.subject, job.fence, run_at, undo).await?;
            tx.commit().await
        };
        if let Err(error) = back.await {
            tracing::warn!(%error, "a lease could not be given back; it runs out by itself");
        }
    }

    /// Returns when the lease is lost: somebody else has it, the job is over, or the database was silent for too long.
    async fn keep_lease(&self, job: &Job) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let renew = async {
                let mut tx = self.life.db.begin().await?;
                let until = self.life.clock.now() + self.lease_ms();
                let ours = jobs::renew(&mut tx, JOB, job.subject, job.fence, until).await?;
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

/// Why work on a claim stopped before it was over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Lost,
    Cancelled,
    Stopping,
    Failed,
}
