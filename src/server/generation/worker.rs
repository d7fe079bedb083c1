//! The worker: looks at the queue of each provider, works on what it claims there (`claiming`, `lease`), and does its
//! chores beside it.

use super::{lease::Place, life::Life};
use crate::server::{
    error::Result,
    mail::Postman,
    providers::Providers,
    storage::{self, Storage},
    webhooks::Courier,
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
}
