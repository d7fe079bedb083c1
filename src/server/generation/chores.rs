//! What a worker does now and then, beside its queue: what takes long there, or fails, holds up neither the queue nor the
//! other chores, and says nothing about whether the worker is ready.

use super::{
    JOB, pictures,
    service::{archive, trash},
    worker::Worker,
};
use crate::server::{
    db::generations,
    error::{Failure, Result},
    jobs, storage,
};
use futures::future::join_all;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it looks whether a chore is due.
const LOOK: Duration = Duration::from_millis(500);
/// In milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;
/// How long a job of a provider that is not configured any more waits before it ends, in milliseconds: while a new
/// configuration is rolled out, some processes know less than others.
const ORPHANED: i64 = 600_000;

/// What there is to do.
#[derive(Clone, Copy, Debug)]
enum Chore {
    Orphans,
    Pictures,
    Trash,
    Archives,
    Scratch,
}

/// How often.
const CHORES: [(i64, Chore); 5] = [
    (MINUTE, Chore::Orphans),
    (MINUTE, Chore::Pictures),
    (MINUTE, Chore::Trash),
    (MINUTE, Chore::Archives),
    (HOUR, Chore::Scratch),
];

impl Worker {
    /// Does all chores until it is told to stop.
    pub(super) async fn chores(self, stop: CancellationToken) {
        let chores = CHORES.map(|(pause, chore)| Box::pin(self.every(pause, chore)));
        tokio::select! {
            () = stop.cancelled() => {}
            _ = join_all(chores) => {}
        }
    }

    async fn every(&self, pause: i64, chore: Chore) {
        let mut done_at = None::<i64>;
        loop {
            let now = self.life.clock.now();
            // A clock that went back is no reason to wait.
            if done_at.is_none_or(|at| now < at || now - at >= pause) {
                if let Err(error) = self.run_chore(chore).await {
                    tracing::warn!(?chore, %error, "a chore of the worker failed; it is done again later");
                }
                done_at = Some(now);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn run_chore(&self, chore: Chore) -> Result<()> {
        match chore {
            Chore::Orphans => self.end_orphans().await,
            Chore::Pictures => pictures::sweep(&self.life.db, self.life.clock.now()).await,
            Chore::Trash => trash::expire(&self.life).await,
            Chore::Archives => archive::sweep(&self.life).await,
            Chore::Scratch => self.clear_scratch().await,
        }
    }

    /// Ends work for providers that nobody has configured any more.
    async fn end_orphans(&self) -> Result<()> {
        let queues: Vec<String> = self
            .providers
            .iter()
            .map(|provider| provider.name().to_owned())
            .collect();
        let due = self.life.clock.now() - ORPHANED;
        for subject in jobs::orphans(&self.life.db, JOB, &queues, due).await? {
            if let Err(error) = self.end_orphan(subject).await {
                tracing::warn!(generation = %subject, %error, "work of a provider that is gone did not end; it is tried again");
            }
        }
        Ok(())
    }

    async fn end_orphan(&self, subject: Uuid) -> Result<()> {
        let mut moment = self.life.begin().await?;
        jobs::lock(&mut moment.tx, JOB, subject).await?;
        let Some(standing) = generations::standing_still(&mut moment.tx, subject).await? else {
            return Ok(());
        };
        if let Some(mut row) = generations::adopt(&mut moment.tx, subject, standing.fence + 1).await?
            && self.pass_on(&mut moment, &mut row).await?
        {
            moment.commit().await?;
            self.life.work.notify_one();
        }
        Ok(())
    }

    /// Removes what killed processes left. A file counts as left when it is old, so a restart alone does not see to it.
    async fn clear_scratch(&self) -> Result<()> {
        let folders = [self.scratch.clone(), self.scratch.join("rendering")];
        let cleared =
            tokio::task::spawn_blocking(move || folders.map(|folder| storage::clear_scratch(&folder)));
        let cleared = cleared
            .await
            .map_err(|error| Failure::broken(error.to_string()))?;
        for folder in cleared {
            folder?;
        }
        Ok(())
    }
}
