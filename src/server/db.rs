//! The database: one SQL text for SQLite and PostgreSQL, run through [`Db`] and [`Tx`] with the macros below.
//!
//! What may differ by engine stands here, in `jobs` (the claim) and in `generations::search`: pools, pragmas, migrations.

pub mod downloads;
pub mod durations;
pub mod events;
pub mod generations;
pub mod keys;
pub mod ledger;
pub mod letters;
mod migrations;
pub mod organising;
pub mod people;
pub mod pictures;
pub mod presets;
pub mod provider_ends;
pub mod spending;
pub mod trash;
pub mod watching;
pub mod webhooks;
pub mod writer;

use super::error::Result;
use sqlx::{
    Postgres, SqlitePool, Transaction,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};
use writer::{WriteTx, Writer};

/// A database of either engine.
#[derive(Clone, Debug)]
pub enum Db {
    /// A pool of readers, and the one writer with its own pool of one connection.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        writer: Writer,
    },
    /// One pool.
    Postgres(PgPool),
}

/// A write transaction of either engine. Dropped without [`Tx::commit`] it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// In its turn at the one writer.
    Sqlite(WriteTx),
    /// Read committed; guarded updates and row locks do the rest.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one body against the readers of either engine: `on_db!(db, |c| sqlx::query(SQL).fetch_all(c).await)`.
#[macro_export]
macro_rules! on_db {
    ($db:expr, |$c:ident| $body:expr) => {
        match $db {
            $crate::server::db::Db::Sqlite { read, .. } => {
                let $c = read;
                $body
            }
            $crate::server::db::Db::Postgres(pool) => {
                let $c = pool;
                $body
            }
        }
    };
}

/// Runs one body inside a transaction of either engine.
#[macro_export]
macro_rules! on_tx {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx {
            $crate::server::db::Tx::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::server::db::Tx::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}

/// Runs a statement with its values inside a transaction of either engine, and answers how many rows it changed:
/// `execute!(tx, SQL, id, user)?`.
#[macro_export]
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::on_tx!($tx, |c| {
            let done = sqlx::query($sql)$(.bind($value))*.execute(c).await;
            done.map(|done| done.rows_affected())
        })
    };
}

/// Reads a struct by column names from rows of both engines.
#[macro_export]
macro_rules! from_row {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::from_row!(@ sqlx::sqlite::SqliteRow, $name { $($field),* });
        $crate::from_row!(@ sqlx::postgres::PgRow, $name { $($field),* });
    };
    (@ $row:ty, $name:ident { $($field:ident),* }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

impl Db {
    /// Opens a database by its address: `sqlite:///path/file.db` or `postgres://…`.
    ///
    /// # Errors
    /// When the address is not understood or the database does not answer.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres") {
            let options = PgConnectOptions::from_str(url)?.application_name("aisora");
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                // Each query here is short, and many run at once: a page of a large library that has helpers started for it
                // takes twice as long.
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        sqlx::query("SET max_parallel_workers_per_gather = 0")
                            .execute(connection)
                            .await?;
                        Ok(())
                    })
                })
                .connect_with(options)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: what was committed survives a power cut. It is money.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(200);
        // A connection to a file does not break: asking each time whether it still works would double every query.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(Duration::from_secs(30))
            .test_before_acquire(false);
        let write = pool
            .clone()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .clamp(2, 8);
        let read = pool
            .max_connections(u32::try_from(readers).unwrap_or(2))
            .connect_with(options)
            .await?;
        let writer = Writer::new(write.clone());
        Ok(Self::Sqlite { read, write, writer })
    }

    /// Brings the tables up to date. Several processes may call it at once.
    ///
    /// # Errors
    /// When a migration fails, or the database is newer than this program.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            // Two processes that start on a new file at once: sqlx takes no lock on SQLite, and the second one fails over
            // a table of the first. By then the first is done.
            Self::Sqlite { write, .. } => match migrations::sqlite().run(write).await {
                Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) => {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    migrations::sqlite().run(write).await?;
                }
                done => done?,
            },
            Self::Postgres(pool) => migrations::postgres().run(pool).await?,
        }
        generations::search::catch_up(self).await
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// When the database does not answer, or stays locked by another process.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin().await?),
            // A task of its own, as at the end: a BEGIN or COMMIT that is broken off (a caller that gives up) would leave a
            // connection in the pool of which sqlx and PostgreSQL think differently.
            Self::Postgres(pool) => {
                let pool = pool.clone();
                Tx::Postgres(tokio::spawn(async move { pool.begin().await }).await??)
            }
        })
    }

    /// Answers when the database does.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        on_db!(self, |c| sqlx::query("SELECT 1").execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes every connection, so that SQLite folds its log back into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// "sqlite" or "postgres", for logs and metrics.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

impl Tx {
    /// Makes everything in the transaction durable.
    ///
    /// # Errors
    /// When the database refuses; then nothing of it happened.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => tokio::spawn(transaction.commit()).await??,
        }
        Ok(())
    }

    /// Undoes everything in the transaction. Whatever it saw is durable when this returns: who decides by what they saw
    /// and then reads outside of the transaction must not just drop it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => tokio::spawn(transaction.rollback()).await??,
        }
        Ok(())
    }
}
