//! The worker: claims jobs under leases, keeps the leases alive, and gives them back when it is told to stop.

use super::{
    JOB,
    drive::{Drive, Ran, wanted},
    life::{Ending, Life, Moment, state},
    store,
};
use crate::model::generation::{Reason, State};
use crate::server::{
    db::generations::{self, Change, GenerationRow, Standing},
    error::Result,
    jobs::{self, Claim, Job},
    mail::Postman,
    providers::{Providers, VideoProvider},
    storage::{self, Storage},
    webhooks::Courier,
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// How often the worker looks without being called: for jobs of other processes, retries and dead workers' leases.
const LOOK: Duration = Duration::from_millis(500);
/// How long it pauses when the database does not answer.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause before a job that could not be given back is given back again.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// A worker that is told to stop waits so long for the answer to an order that a provider is just being handed. The
/// program ends seven seconds after it is told to.
const HAND_OVER: Duration = Duration::from_secs(5);
/// How long an order waits for a provider that does not know yet what it offers, in milliseconds.
const NOT_YET: i64 = 2_000;

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
    /// Who takes events to the endpoints of people, beside it.
    pub courier: Courier,
    /// Who sends letters, where there is a mail server.
    pub postman: Option<Postman>,
}

impl Worker {
    /// Works until it is told to stop; then it gives back every lease and returns.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = storage::clear_scratch(&self.scratch) {
            tracing::error!(%error, "the scratch folder cannot be made ready");
        }
        let courier = tokio::spawn(self.courier.clone().run(stop.clone()));
        let postman = self
            .postman
            .clone()
            .map(|postman| tokio::spawn(postman.run(stop.clone())));
        let chores = tokio::spawn(self.clone().chores(stop.clone()));
        let tasks = TaskTracker::new();
        let mut running: HashMap<String, Arc<AtomicI64>> = HashMap::new();
        for provider in self.providers.iter() {
            running.insert(provider.name().to_owned(), Arc::default());
        }
        while !stop.is_cancelled() {
            let looked = self.look(&running, &tasks, &stop).await;
            self.clear(&tasks).await;
            let pause = match looked {
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
        if chores.await.is_err() {
            tracing::error!("the chores of the worker panicked");
        }
        if courier.await.is_err() {
            tracing::error!("the courier of webhooks panicked");
        }
        if let Some(postman) = postman
            && postman.await.is_err()
        {
            tracing::error!("the postman panicked");
        }
    }

    /// Takes up what each provider has room for. One whose queue does not answer keeps no other from its work; an error
    /// means that none does.
    async fn look(
        &self,
        running: &HashMap<String, Arc<AtomicI64>>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<()> {
        let (mut answered, mut failed) = (false, None);
        for provider in self.providers.iter() {
            let Some(count) = running.get(provider.name()) else {
                continue;
            };
            let at_once = i64::try_from(provider.concurrency()).unwrap_or(i64::MAX);
            let free = at_once - count.load(Ordering::SeqCst);
            if free <= 0 {
                answered = true;
                continue;
            }
            let work = match self.claim(provider.as_ref(), at_once, free).await {
                Ok(work) => work,
                Err(error) => {
                    tracing::warn!(provider = provider.name(), %error, "the worker could not claim work");
                    failed = Some(error);
                    continue;
                }
            };
            answered = true;
            for (job, row) in work {
                let place = Place::take(count.clone(), self.life.work.clone());
                let (worker, provider, stop) = (self.clone(), provider.clone(), stop.clone());
                tasks.spawn(async move {
                    let _place = place;
                    worker.work(provider, job, row, stop).await;
                });
            }
        }
        failed.filter(|_| !answered).map_or(Ok(()), Err)
    }

    /// Its provider does not make it any more: what nobody has begun yet goes to another one that does, and all else ends.
    pub(super) async fn pass_on(&self, moment: &mut Moment<'_>, row: &mut GenerationRow) -> Result<bool> {
        let next = self.providers.choose(&wanted(row));
        if let (State::Queued, Some((provider, _))) = (state(row)?, next) {
            let change = Change {
                provider: Some(provider.name()),
                ..Change::default()
            };
            let now = self.life.clock.now();
            return Ok(moment.step(row, State::Queued, change).await?
                && jobs::move_to(&mut moment.tx, JOB, row.id, row.fence, provider.name(), now).await?);
        }
        moment.end(row, &Ending::Without(Reason::ModelGone, "")).await
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
            longest_pause: jobs::LONGEST_PAUSE,
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
            let offers = provider.offers();
            let offer = offers.iter().find(|offer| offer.model.id == row.model);
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
                // Its list of models is not there yet; the model may well be on it.
                (State::Queued, None) if !provider.knows_offers() => {
                    let later = now + NOT_YET;
                    jobs::give_back(&mut moment.tx, JOB, job.subject, job.fence, later, true).await?;
                    false
                }
                (State::Queued, None) => {
                    self.pass_on(&mut moment, &mut row).await?;
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
struct Place {
    count: Arc<AtomicI64>,
    work: Arc<Notify>,
}

impl Place {
    fn take(count: Arc<AtomicI64>, work: Arc<Notify>) -> Self {
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
