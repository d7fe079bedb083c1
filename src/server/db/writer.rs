//! SQLite's one writer, with group commit.
//!
//! A commit waits for the disk, and the disk is what limits how many there are a second. Transactions that stand in line
//! anyway share one: each is a savepoint of the same SQLite transaction, and the last one in line commits for all. Nobody
//! is told that a transaction is committed before the disk has it. One that fails rolls back alone.

use crate::server::error::{Failure, Result};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, watch},
    time::timeout,
};

/// How many transactions share a commit at most.
const MOST: usize = 64;
/// Who is next in line may give up; then those before it commit by themselves after so long.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long a transaction stands in line at most.
const LINE: Duration = Duration::from_secs(30);

/// The writer.
#[derive(Clone, Debug)]
pub struct Writer {
    pool: SqlitePool,
    group: Arc<Mutex<Group>>,
    /// How many stand in line.
    line: Arc<AtomicUsize>,
}

/// The transactions that will be committed together.
#[derive(Debug)]
struct Group {
    /// Has a SQLite transaction open, or there is none.
    connection: Option<PoolConnection<Sqlite>>,
    /// How many are in it and wait for the commit.
    members: usize,
    /// Told once, to all members.
    outcome: watch::Sender<Option<Outcome>>,
    /// The transaction that runs is a savepoint, because others are in the group before it.
    savepoint: bool,
}

type Outcome = Result<(), Arc<str>>;

/// One transaction. Dropped without [`WriteTx::commit`] it rolls back.
#[derive(Debug)]
pub struct WriteTx {
    /// Taken when it ends.
    group: Option<OwnedMutexGuard<Group>>,
    writer: Writer,
}

impl Writer {
    /// The writer over a pool of one connection.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self {
            pool,
            group: Arc::new(Mutex::new(Group {
                connection: None,
                members: 0,
                outcome: watch::Sender::new(None),
                savepoint: false,
            })),
            line: Arc::default(),
        }
    }

    /// Begins a transaction when its turn comes.
    ///
    /// # Errors
    /// When another process holds the database for too long, or it does not answer.
    pub async fn begin(&self) -> Result<WriteTx> {
        let standing = Standing::in_line(self.line.clone());
        let group = timeout(LINE, self.group.clone().lock_owned());
        let group = group.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        drop(standing);
        // What opens and closes runs to its end even when the caller gives up: others stand on it.
        tokio::spawn(self.clone().open(group)).await?
    }

    async fn open(self, mut group: OwnedMutexGuard<Group>) -> Result<WriteTx> {
        if group.connection.is_none() {
            group.connection = Some(self.pool.acquire().await?);
            if let Err(error) = group.control("BEGIN IMMEDIATE").await {
                group.fail("it never began");
                return Err(error.into());
            }
        } else if let Err(error) = group.control("SAVEPOINT one").await {
            group.fail(&error.to_string());
            return Err(error.into());
        } else {
            group.savepoint = true;
        }
        Ok(WriteTx {
            group: Some(group),
            writer: self,
        })
    }

    /// Waits until the group that a transaction was in is committed, or commits it when nobody stands in line.
    async fn close(self, mut group: OwnedMutexGuard<Group>) -> Result<()> {
        if group.members == 0 {
            return Ok(());
        }
        if self.line.load(Ordering::SeqCst) == 0 || group.members >= MOST {
            return group.commit().await;
        }
        let told = group.outcome.subscribe();
        drop(group);
        self.commit_for(told).await
    }

    /// The group's own members commit it, when the one behind them has given up.
    async fn commit_for(&self, mut told: watch::Receiver<Option<Outcome>>) -> Result<()> {
        loop {
            if let Ok(outcome) = timeout(PATIENCE, told.wait_for(Option::is_some)).await {
                let outcome = outcome.ok().and_then(|outcome| outcome.clone());
                return outcome
                    .unwrap_or_else(|| Err("nobody is left".into()))
                    .map_err(|why| failed(&why));
            }
            let mut group = self.group.clone().lock_owned().await;
            if told.borrow().is_none() && group.members > 0 {
                // The outcome reaches us like everybody else.
                let _ = group.commit().await;
            }
        }
    }
}

impl Group {
    /// A statement that opens or closes something.
    async fn control(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        let Some(connection) = &mut self.connection else {
            return Err(sqlx::Error::PoolClosed);
        };
        sqlx::query(sql).execute(&mut **connection).await?;
        Ok(())
    }

    /// Commits for all members, and tells them.
    async fn commit(&mut self) -> Result<()> {
        match self.control("COMMIT").await {
            Ok(()) => {
                self.connection = None;
                self.tell(Ok(()));
                Ok(())
            }
            Err(error) => {
                self.fail(&error.to_string());
                Err(error.into())
            }
        }
    }

    /// Gives the whole group up. Its connection is closed, which rolls back whatever it had open.
    fn fail(&mut self, why: &str) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
        self.tell(Err(why.into()));
    }

    fn tell(&mut self, outcome: Outcome) {
        self.outcome.send_replace(Some(outcome));
        self.outcome = watch::Sender::new(None);
        self.members = 0;
        self.savepoint = false;
    }

    /// Undoes the one transaction that runs, and leaves the rest of the group as it is.
    async fn undo(&mut self) {
        let undone = if self.savepoint {
            match self.control("ROLLBACK TO one").await {
                Ok(()) => self.control("RELEASE one").await,
                failed => failed,
            }
        } else {
            self.control("ROLLBACK").await
        };
        match undone {
            Ok(()) if self.savepoint => self.savepoint = false,
            Ok(()) => self.connection = None,
            // SQLite itself gave everything up (a full disk, an error of the disk).
            Err(error) => self.fail(&error.to_string()),
        }
    }
}

impl WriteTx {
    /// Makes everything in the transaction durable.
    ///
    /// # Errors
    /// When the database refuses; then nothing of it happened.
    pub async fn commit(mut self) -> Result<()> {
        let Some(mut group) = self.group.take() else {
            return Err(sqlx::Error::PoolClosed.into());
        };
        let writer = self.writer.clone();
        tokio::spawn(async move {
            if group.savepoint {
                if let Err(error) = group.control("RELEASE one").await {
                    group.fail(&error.to_string());
                    return Err(error.into());
                }
                group.savepoint = false;
            }
            group.members += 1;
            writer.close(group).await
        })
        .await?
    }

    /// Undoes everything in the transaction. What it saw of the others in its group is durable when this returns.
    ///
    /// # Errors
    /// When the database refuses the others.
    pub async fn rollback(mut self) -> Result<()> {
        let Some(mut group) = self.group.take() else {
            return Err(sqlx::Error::PoolClosed.into());
        };
        let writer = self.writer.clone();
        tokio::spawn(async move {
            group.undo().await;
            writer.close(group).await
        })
        .await?
    }
}

impl Deref for WriteTx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        let connection = self.group.as_ref().and_then(|group| group.connection.as_deref());
        connection.expect("a transaction has its connection until it ends")
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        let connection = self
            .group
            .as_mut()
            .and_then(|group| group.connection.as_deref_mut());
        connection.expect("a transaction has its connection until it ends")
    }
}

impl Drop for WriteTx {
    fn drop(&mut self) {
        let Some(mut group) = self.group.take() else {
            return;
        };
        match tokio::runtime::Handle::try_current() {
            // Nobody else comes before it is undone: the task has the lock.
            Ok(runtime) => drop(runtime.spawn(async move { group.undo().await })),
            Err(_) => group.fail("the program ends"),
        }
    }
}

fn failed(why: &str) -> Failure {
    let why = format!("the commit that several transactions shared failed: {why}");
    sqlx::Error::Io(std::io::Error::other(why)).into()
}

/// Somebody in line; leaves it when dropped, whether their turn came or not.
struct Standing(Arc<AtomicUsize>);

impl Standing {
    fn in_line(line: Arc<AtomicUsize>) -> Self {
        line.fetch_add(1, Ordering::SeqCst);
        Self(line)
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

    struct Fixture {
        writer: Writer,
        reader: SqlitePool,
        _folder: tempfile::TempDir,
    }

    async fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("w.db"))
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .unwrap();
        sqlx::query("CREATE TABLE t (n INTEGER PRIMARY KEY)")
            .execute(&pool)
            .await
            .unwrap();
        Fixture {
            writer: Writer::new(pool),
            reader: SqlitePool::connect_with(options).await.unwrap(),
            _folder: folder,
        }
    }

    async fn add(writer: &Writer, n: i64) -> Result<()> {
        let mut tx = writer.begin().await?;
        sqlx::query("INSERT INTO t VALUES ($1)")
            .bind(n)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    async fn count(fixture: &Fixture) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM t")
            .fetch_one(&fixture.reader)
            .await
            .unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_committed_is_there_at_once_however_many_write() {
        let fixture = Arc::new(fixture().await);
        let tasks = (0..200).map(|n| {
            let fixture = fixture.clone();
            tokio::spawn(async move {
                add(&fixture.writer, n).await.unwrap();
                let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM t WHERE n = $1")
                    .bind(n)
                    .fetch_one(&fixture.reader)
                    .await
                    .unwrap();
                assert_eq!(there, 1, "{n} was told too early");
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(count(&fixture).await, 200);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_that_fails_or_is_dropped_rolls_back_alone() {
        let fixture = Arc::new(fixture().await);
        add(&fixture.writer, 0).await.unwrap();
        let tasks = (0..300_i64).map(|n| {
            let writer = fixture.writer.clone();
            tokio::spawn(async move {
                match n % 3 {
                    0 => add(&writer, n + 1).await.is_ok(),
                    // The key is taken.
                    1 => add(&writer, 0).await.is_ok(),
                    _ => {
                        let mut tx = writer.begin().await.unwrap();
                        sqlx::query("INSERT INTO t VALUES ($1)")
                            .bind(n + 1)
                            .execute(&mut *tx)
                            .await
                            .unwrap();
                        false
                    }
                }
            })
        });
        let mut committed = 0;
        for task in tasks.collect::<Vec<_>>() {
            committed += i64::from(task.await.unwrap());
        }
        assert_eq!(committed, 100);
        add(&fixture.writer, 10_000).await.unwrap();
        assert_eq!(count(&fixture).await, 102);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn those_behind_may_give_up_at_any_time() {
        let fixture = Arc::new(fixture().await);
        for round in 0..60_u64 {
            let first = {
                let fixture = fixture.clone();
                tokio::spawn(async move { add(&fixture.writer, i64::try_from(round * 10).unwrap()).await })
            };
            let given_up = (1..6).map(|n| {
                let fixture = fixture.clone();
                tokio::spawn(async move {
                    let n = i64::try_from(round * 10 + n).unwrap();
                    let _ = timeout(Duration::from_micros(round * 20), add(&fixture.writer, n)).await;
                })
            });
            for task in given_up.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            first.await.unwrap().unwrap();
        }
        add(&fixture.writer, 1_000_000).await.unwrap();
        let firsts: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM t WHERE n % 10 = 0")
            .fetch_one(&fixture.reader)
            .await
            .unwrap();
        assert_eq!(firsts, 61);
    }

    #[tokio::test]
    async fn a_group_that_cannot_commit_tells_all_its_members() {
        let fixture = fixture().await;
        sqlx::raw_sql(
            "CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED); PRAGMA foreign_keys = ON",
        )
        .execute(&fixture.writer.pool)
        .await
        .unwrap();
        // The second stands in line while the first runs, so the first waits for the second's commit.
        let mut first = fixture.writer.begin().await.unwrap();
        sqlx::query("INSERT INTO t VALUES (1)")
            .execute(&mut *first)
            .await
            .unwrap();
        let second = {
            let writer = fixture.writer.clone();
            tokio::spawn(async move {
                let mut tx = writer.begin().await?;
                // An orphan: the database refuses only at the commit.
                sqlx::query("INSERT INTO child VALUES (404)")
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await
            })
        };
        while fixture.writer.line.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(first.commit().await.is_err());
        assert!(second.await.unwrap().is_err());
        assert_eq!(count(&fixture).await, 0);
        add(&fixture.writer, 2).await.unwrap();
        assert_eq!(count(&fixture).await, 1, "the writer goes on");
    }
}
