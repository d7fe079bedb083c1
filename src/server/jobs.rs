//! The durable queue. A job is one row as long as there is work; a lease with a fencing token says who works on it.
//!
//! The fence only rises. Who writes with an old fence writes nothing, however late they wake up.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{
    db::{Db, Tx},
    error::Result,
};
use crate::{from_row, on_db, on_tx};
use rand::RngExt as _;
use uuid::Uuid;

/// The longest pause that anybody may ask for, in milliseconds, where a kind of job has no other. A start that lies
/// further away was set by a clock that went backwards since, and counts as due.
pub const LONGEST_PAUSE: i64 = 300_000;

/// How long to wait before the next try, in milliseconds: doubling from a second, up to a minute, with jitter, so that
/// what failed together does not come back together.
#[must_use]
pub fn back_off(attempts: i64) -> i64 {
    let exponent = u32::try_from(attempts.clamp(0, 6)).unwrap_or_default();
    (1_000_i64 << exponent).min(60_000) * rand::rng().random_range(50..=150) / 100
}

/// A job that was claimed.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it is about.
    pub subject: Uuid,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// The token of this claim.
    pub fence: i64,
    /// When it was put into the queue, in unix milliseconds.
    pub created_at: i64,
}
from_row!(Job {
    subject,
    attempts,
    fence,
    created_at,
});

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The kind of job.
    pub kind: &'a str,
    /// The queue: for generations, the provider's name.
    pub queue: &'a str,
    /// Who asks.
    pub worker: &'a str,
    /// Unix milliseconds.
    pub now: i64,
    /// Milliseconds.
    pub lease_ms: i64,
    /// How many jobs of this queue may be worked on at once, by everybody.
    pub at_once: i64,
    /// How many jobs of one owner may be worked on at once.
    pub per_owner: i64,
    /// How many the worker can take now.
    pub most: i64,
    /// The longest pause that jobs of this kind ask for, in milliseconds; usually [`LONGEST_PAUSE`].
    pub longest_pause: i64,
}

/// Puts a job into the queue, in the transaction that makes it necessary.
pub async fn enqueue(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    queue: &str,
    owner: Uuid,
    run_at: i64,
) -> Result<()> {
    const SQL: &str =
        "INSERT INTO jobs (subject, kind, queue, owner, run_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (kind, subject) DO NOTHING";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(subject)
        .bind(kind)
        .bind(queue)
        .bind(owner)
        .bind(run_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Locks a job's row for the rest of the transaction. Claims lock the job before its generation; whoever changes both
/// does the same, or the two would wait for each other on PostgreSQL. SQLite has one writer.
pub async fn lock(tx: &mut Tx, kind: &str, subject: Uuid) -> Result<()> {
    if let Tx::Postgres(transaction) = tx {
        sqlx::query("SELECT 1 FROM jobs WHERE kind = $1 AND subject = $2 FOR UPDATE")
            .bind(kind)
            .bind(subject)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Puts a job into the queue, or has the one that waits there run at `run_at`. One that is being worked on stays as it is.
pub async fn hasten(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    queue: &str,
    owner: Uuid,
    run_at: i64,
) -> Result<()> {
    const SQL: &str =
        "INSERT INTO jobs (subject, kind, queue, owner, run_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (kind, subject) DO UPDATE SET run_at = excluded.run_at WHERE jobs.lease_until <= excluded.run_at";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(subject)
        .bind(kind)
        .bind(queue)
        .bind(owner)
        .bind(run_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Whether a job of a queue is due. Each part is one look into the index, however many jobs wait for a later time.
pub async fn is_due(db: &Db, queue: &str, now: i64, longest_pause: i64) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM jobs WHERE queue = $1 AND lease_until = 0 AND run_at <= $2
        UNION ALL SELECT 1 FROM jobs WHERE queue = $1 AND lease_until = 0 AND run_at > $2 + $3
        UNION ALL SELECT 1 FROM jobs WHERE queue = $1 AND lease_until > 0 AND lease_until <= $2 LIMIT 1";
    let row: Option<(i32,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(queue)
        .bind(now)
        .bind(longest_pause)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// Jobs of queues that nobody here works on and that have been due since before `due`, at most a hundred.
pub async fn orphans(db: &Db, kind: &str, queues: &[String], due: i64) -> Result<Vec<Uuid>> {
    const SQL: &str = "SELECT subject FROM jobs WHERE kind = $1 AND run_at < $2 AND lease_until < $2
                       AND ',' || $3 || ',' NOT LIKE '%,' || queue || ',%' ORDER BY run_at LIMIT 100";
    let rows: Vec<(Uuid,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(kind)
        .bind(due)
        .bind(queues.join(","))
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Takes jobs whose time has come. Owners take turns: who has the fewest running goes first, and nobody gets more than
/// their share. A lease or a start that lies too far away (a clock that went backwards) counts as over.
pub async fn claim(tx: &mut Tx, claim: &Claim<'_>) -> Result<Vec<Job>> {
    const SQL: &str = "WITH busy AS (
          SELECT owner, COUNT(*) AS n FROM jobs
          WHERE kind = $1 AND queue = $2 AND lease_until > $4 AND lease_until <= $4 + 2 * $5 GROUP BY owner),
        waiting AS (
          SELECT j.subject, j.run_at, COALESCE(b.n, 0) + ROW_NUMBER() OVER (PARTITION BY j.owner ORDER BY j.run_at, j.subject) AS turn
          FROM jobs j LEFT JOIN busy b ON b.owner = j.owner
          WHERE j.kind = $1 AND j.queue = $2 AND (j.run_at <= $4 OR j.run_at > $4 + $9)
            AND (j.lease_until <= $4 OR j.lease_until > $4 + 2 * $5)),
        free AS (SELECT CASE WHEN $6 - CAST(COALESCE(SUM(n), 0) AS BIGINT) < $8 THEN $6 - CAST(COALESCE(SUM(n), 0) AS BIGINT) ELSE $8 END AS n FROM busy)
        UPDATE jobs SET lease_owner = $3, lease_until = $4 + $5, attempts = attempts + 1, fence = fence + 1
        WHERE kind = $1 AND subject IN (
          SELECT subject FROM waiting WHERE turn <= $7 ORDER BY turn, run_at, subject
          LIMIT (SELECT CASE WHEN n > 0 THEN n ELSE 0 END FROM free))
        RETURNING subject, attempts, fence, created_at";
    // Claims take turns on PostgreSQL (on SQLite the one writer does that): two at once would count the same free places.
    if let Tx::Postgres(transaction) = tx {
        sqlx::query("SELECT pg_advisory_xact_lock(4127001)")
            .execute(&mut **transaction)
            .await?;
    }
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(claim.kind)
        .bind(claim.queue)
        .bind(claim.worker)
        .bind(claim.now)
        .bind(claim.lease_ms)
        .bind(claim.at_once)
        .bind(claim.per_owner)
        .bind(claim.most)
        .bind(claim.longest_pause)
        .fetch_all(c)
        .await)?)
}

/// Makes a lease last longer, and notes when the provider last answered. False when it is lost.
pub async fn renew(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    fence: i64,
    lease_until: i64,
    answered_at: Option<i64>,
) -> Result<bool> {
    const SQL: &str = "UPDATE jobs SET lease_until = $4, answered_at = COALESCE($5, answered_at)
        WHERE kind = $1 AND subject = $2 AND fence = $3 AND lease_owner IS NOT NULL";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .bind(fence)
        .bind(lease_until)
        .bind(answered_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Gives a lease back: the job runs again at `run_at`. With `undo` the attempt does not count (a shutdown is no failure).
pub async fn give_back(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    fence: i64,
    run_at: i64,
    undo: bool,
) -> Result<bool> {
    const SQL: &str =
        "UPDATE jobs SET lease_owner = NULL, lease_until = 0, run_at = $4, attempts = attempts - $5
                       WHERE kind = $1 AND subject = $2 AND fence = $3";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .bind(fence)
        .bind(run_at)
        .bind(i64::from(undo))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Moves a job to another queue, under the fence of its generation, whatever it was before. Nobody holds it then.
pub async fn move_to(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    fence: i64,
    queue: &str,
    run_at: i64,
) -> Result<bool> {
    const SQL: &str =
        "UPDATE jobs SET queue = $4, run_at = $5, fence = $3, lease_owner = NULL, lease_until = 0
                       WHERE kind = $1 AND subject = $2 AND fence <= $3";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .bind(fence)
        .bind(queue)
        .bind(run_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Ends a job: the row goes away. Whoever still holds its lease has lost it.
pub async fn finish(tx: &mut Tx, kind: &str, subject: Uuid) -> Result<()> {
    const SQL: &str = "DELETE FROM jobs WHERE kind = $1 AND subject = $2";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Ends a job that this claim works on. False when the claim is lost.
pub async fn finish_claimed(tx: &mut Tx, kind: &str, subject: Uuid, fence: i64) -> Result<bool> {
    const SQL: &str = "DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND fence = $3";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .bind(fence)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// How many jobs wait before these ones would start, by subject: their place in the queue, from 1.
pub async fn places(db: &Db, kind: &str, owner: Uuid, now: i64) -> Result<Vec<(Uuid, i64)>> {
    // The same order as the claim's: who has the fewest running goes first, and first turns before second turns.
    const SQL: &str = "WITH busy AS (SELECT queue, owner, COUNT(*) AS n FROM jobs WHERE kind = $1 AND lease_until > $3 GROUP BY queue, owner),
        line AS (
          SELECT j.subject, j.owner, j.queue, j.run_at,
            COALESCE(b.n, 0) + ROW_NUMBER() OVER (PARTITION BY j.queue, j.owner ORDER BY j.run_at, j.subject) AS turn
          FROM jobs j LEFT JOIN busy b ON b.queue = j.queue AND b.owner = j.owner
          WHERE j.kind = $1 AND j.lease_until <= $3),
        placed AS (SELECT subject, owner, ROW_NUMBER() OVER (PARTITION BY queue ORDER BY turn, run_at, subject) AS place FROM line)
        SELECT subject, place FROM placed WHERE owner = $2 ORDER BY place LIMIT 200";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(kind)
        .bind(owner)
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// How many jobs there are, waiting and being worked on, by queue.
pub async fn counts(db: &Db, now: i64) -> Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT queue, CAST(COALESCE(SUM(CASE WHEN lease_until <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting,
          CAST(COALESCE(SUM(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS working FROM jobs GROUP BY queue";
    Ok(on_db!(db, |c| sqlx::query_as(SQL).bind(now).fetch_all(c).await)?)
}
