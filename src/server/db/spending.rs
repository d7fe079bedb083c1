//! SQL of spending guards.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{execute, from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// A person's guards.
#[derive(Clone, Copy, Debug)]
pub struct GuardsRow {
    pub most_per_job: Option<i64>,
    pub most_per_day: Option<i64>,
    pub confirm_above: Option<i64>,
    pub changed_at: i64,
    pub warned_quote: Option<Uuid>,
    pub warned_at: Option<i64>,
}
from_row!(GuardsRow {
    most_per_job,
    most_per_day,
    confirm_above,
    changed_at,
    warned_quote,
    warned_at
});

const LOOKUP: &str = "SELECT most_per_job, most_per_day, confirm_above, changed_at, warned_quote, warned_at
    FROM spending_guards WHERE user_id = $1";

/// A person's guards, if they ever set any.
pub async fn lookup(db: &Db, user: Uuid) -> Result<Option<GuardsRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LOOKUP)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// The same inside a transaction.
pub async fn lookup_in(tx: &mut Tx, user: Uuid) -> Result<Option<GuardsRow>> {
    Ok(on_tx!(tx, |c| sqlx::query_as(LOOKUP)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Puts a person's guards in the place of those before. What they were asked about under those is asked anew.
pub async fn set(tx: &mut Tx, user: Uuid, row: &GuardsRow) -> Result<()> {
    const SQL: &str =
        "INSERT INTO spending_guards (user_id, most_per_job, most_per_day, confirm_above, changed_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id) DO UPDATE
          SET most_per_job = excluded.most_per_job, most_per_day = excluded.most_per_day,
            confirm_above = excluded.confirm_above, changed_at = excluded.changed_at,
            warned_quote = NULL, warned_at = NULL";
    execute!(
        tx,
        SQL,
        user,
        row.most_per_job,
        row.most_per_day,
        row.confirm_above,
        row.changed_at
    )?;
    Ok(())
}

/// Writes down which price a person was asked about. The first time counts, however often it is asked about.
pub async fn warn(tx: &mut Tx, user: Uuid, quote: Uuid, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE spending_guards SET warned_quote = $2, warned_at = $3
        WHERE user_id = $1 AND (warned_quote IS NULL OR warned_quote <> $2)";
    execute!(tx, SQL, user, quote, now)?;
    Ok(())
}

/// The person agreed to the price that they were asked about.
pub async fn confirm(tx: &mut Tx, user: Uuid) -> Result<()> {
    const SQL: &str = "UPDATE spending_guards SET warned_quote = NULL, warned_at = NULL WHERE user_id = $1";
    execute!(tx, SQL, user)?;
    Ok(())
}

/// Credits of what a person has created since a time: on hold or charged. What was given back does not count; a video
/// that was deleted does.
const SPENT: &str = "SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM generations
    WHERE user_id = $1 AND created_at >= $2 AND state NOT IN ('failed', 'blocked', 'cancelled')";

/// What a person has spent since a time.
pub async fn spent(db: &Db, user: Uuid, since: i64) -> Result<i64> {
    let (spent,): (i64,) = on_db!(db, |c| sqlx::query_as(SPENT)
        .bind(user)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(spent)
}

/// The same inside a transaction, with what it has added.
pub async fn spent_in(tx: &mut Tx, user: Uuid, since: i64) -> Result<i64> {
    let (spent,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SPENT)
        .bind(user)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(spent)
}
