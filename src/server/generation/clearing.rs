//! What is left of generations that are gone: files in the store, and copies at providers.

use super::{FORGET, FORGETS, PURGE, PURGES, store, worker::Worker};
use crate::server::{
    db::generations,
    error::{Failure, Result},
    jobs::{self, Claim, Job},
};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How much of a kind is cleared at once, and how long clearing one may take.
const AT_ONCE: i64 = 4;
const PATIENCE: Duration = Duration::from_mins(1);
/// After so many milliseconds a provider that does not delete its copy is not asked again.
const FORGETTING: i64 = 86_400_000;

impl Worker {
    /// Takes up what is to be cleared. A provider or a queue that does not answer holds up no store.
    pub(super) async fn clear(&self, tasks: &TaskTracker) {
        for (kind, queue) in [(PURGE, PURGES), (FORGET, FORGETS)] {
            if let Err(error) = self.clear_kind(kind, queue, tasks).await {
                tracing::warn!(kind, %error, "what is left of generations could not be looked for");
            }
        }
    }

    async fn clear_kind(&self, kind: &'static str, queue: &str, tasks: &TaskTracker) -> Result<()> {
        let claim = Claim {
            kind,
            queue,
            worker: &self.name,
            now: self.life.clock.now(),
            lease_ms: i64::try_from(PATIENCE.as_millis()).unwrap_or(i64::MAX),
            at_once: AT_ONCE,
            per_owner: AT_ONCE,
            most: AT_ONCE,
            longest_pause: jobs::LONGEST_PAUSE,
        };
        if !jobs::is_due(&self.life.db, queue, claim.now, jobs::LONGEST_PAUSE).await? {
            return Ok(());
        }
        let mut tx = self.life.db.begin().await?;
        let jobs = jobs::claim(&mut tx, &claim).await?;
        tx.commit().await?;
        for job in jobs {
            let worker = self.clone();
            tasks.spawn(async move {
                if let Err(error) = worker.clear_one(kind, &job).await {
                    tracing::warn!(generation = %job.subject, kind, %error, "what is left of a generation could not be removed; it is tried again");
                }
                worker.life.work.notify_one();
            });
        }
        Ok(())
    }

    async fn clear_one(&self, kind: &'static str, job: &Job) -> Result<()> {
        let clearing = async {
            if kind == FORGET {
                self.forget(job).await
            } else {
                self.storage.remove(&store::folder(job.subject)).await
            }
        };
        let cleared = tokio::time::timeout(PATIENCE, clearing).await;
        let cleared = cleared.unwrap_or_else(|_| Err(Failure::broken("there is no answer")));
        let mut tx = self.life.db.begin().await?;
        if cleared.is_ok() {
            jobs::finish(&mut tx, kind, job.subject).await?;
        } else {
            let again = self.life.clock.now() + jobs::back_off(job.attempts);
            jobs::give_back(&mut tx, kind, job.subject, job.fence, again, false).await?;
        }
        tx.commit().await?;
        cleared
    }

    /// Asks a provider to delete what it still has of a video. Where it is not configured any more, nobody can be asked.
    async fn forget(&self, job: &Job) -> Result<()> {
        let Some(kept) = generations::kept_there(&self.life.db, job.subject).await? else {
            return Ok(());
        };
        let Some(provider) = self.providers.get(&kept.provider) else {
            return Ok(());
        };
        let Err(error) = provider.forget(&kept.provider_job).await else {
            return Ok(());
        };
        if self.life.clock.now() - job.created_at < FORGETTING {
            return Err(Failure::broken(error.to_string()));
        }
        tracing::warn!(generation = %job.subject, provider = kept.provider, job = kept.provider_job, %error, "a provider may still have a video that was deleted here; it is not asked again");
        Ok(())
    }
}
