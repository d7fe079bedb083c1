//! Nudges: a webhook said that there is news of a provider's job, so whoever polls it asks now. Nothing depends on one.

use crate::server::{
    db::{Db, events},
    error::Result,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// However often a job is nudged, its provider is not asked more often than this.
const LEAST_PAUSE: Duration = Duration::from_millis(200);

/// A job by its provider's name and its id there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Job {
    provider: String,
    id: String,
}

/// The jobs that this process polls.
#[derive(Clone, Default)]
pub struct Nudges {
    polled: Arc<Mutex<HashMap<Job, Arc<Notify>>>>,
}

/// A place among them, as long as the job is polled.
pub struct Nudge {
    nudges: Nudges,
    job: Job,
    bell: Arc<Notify>,
}

impl Nudges {
    fn polled(&self) -> MutexGuard<'_, HashMap<Job, Arc<Notify>>> {
        self.polled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polling of a job begins.
    #[must_use]
    pub fn begin(&self, provider: &str, id: &str) -> Nudge {
        let job = Job {
            provider: provider.to_owned(),
            id: id.to_owned(),
        };
        let bell = Arc::new(Notify::new());
        self.polled().insert(job.clone(), bell.clone());
        Nudge {
            nudges: self.clone(),
            job,
            bell,
        }
    }

    /// There is news of a job. Where another process polls it, PostgreSQL carries the word; on SQLite, polling just goes
    /// on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn nudge(&self, db: &Db, provider: &str, id: &str) -> Result<()> {
        let job = Job {
            provider: provider.to_owned(),
            id: id.to_owned(),
        };
        if self.ring(&job) {
            return Ok(());
        }
        match serde_json::to_string(&job) {
            Ok(payload) => events::notify_nudge(db, &payload).await,
            Err(_) => Ok(()),
        }
    }

    fn ring(&self, job: &Job) -> bool {
        let polled = self.polled();
        let bell = polled.get(job);
        if let Some(bell) = bell {
            bell.notify_one();
        }
        bell.is_some()
    }

    /// Brings the nudges of other processes here, for ever. SQLite has none to bring.
    pub async fn relay(self, db: Db) {
        let Db::Postgres(pool) = db else { return };
        loop {
            if let Err(error) = self.listen(&pool).await {
                tracing::warn!(%error, "the relay of nudges starts again");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn listen(&self, pool: &sqlx::PgPool) -> Result<()> {
        let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
        listener.listen(events::NUDGES).await?;
        loop {
            let note = listener.recv().await?;
            if let Ok(job) = serde_json::from_str(note.payload()) {
                self.ring(&job);
            }
        }
    }
}

impl Nudge {
    /// Returns when there is news.
    pub async fn rung(&self) {
        self.bell.notified().await;
        tokio::time::sleep(LEAST_PAUSE).await;
    }
}

impl Drop for Nudge {
    fn drop(&mut self) {
        let mut polled = self.nudges.polled();
        // A newer claim of the same job keeps its place.
        if polled
            .get(&self.job)
            .is_some_and(|bell| Arc::ptr_eq(bell, &self.bell))
        {
            polled.remove(&self.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_nudge_reaches_the_job_that_is_polled_and_no_other() {
        let nudges = Nudges::default();
        let job = |id: &str| Job {
            provider: "fal".into(),
            id: id.into(),
        };
        let nudge = nudges.begin("fal", "a");
        assert!(!nudges.ring(&job("b")));
        assert!(nudges.ring(&job("a")), "also before anybody waits");
        nudge.rung().await;
        let newer = nudges.begin("fal", "a");
        drop(nudge);
        assert!(nudges.ring(&job("a")), "the newer claim keeps its place");
        drop(newer);
        assert!(!nudges.ring(&job("a")));
        assert!(nudges.polled().is_empty());
    }
}
