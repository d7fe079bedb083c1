//! SQL of how orders at providers ended.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};

/// Adds an end.
pub async fn add(tx: &mut Tx, provider: &str, at: i64, wrong: Option<&str>) -> Result<()> {
    const SQL: &str = "INSERT INTO provider_ends (provider, at, wrong) VALUES ($1, $2, $3)";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(provider)
        .bind(at)
        .bind(wrong)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Forgets what is older.
pub async fn sweep(tx: &mut Tx, before: i64) -> Result<()> {
    const SQL: &str = "DELETE FROM provider_ends WHERE at < $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(before).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The number of a provider's newest end; 0 before the first one.
pub async fn newest(db: &Db, provider: &str) -> Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(id), 0) FROM provider_ends WHERE provider = $1";
    let row: (i64,) = on_db!(db, |c| sqlx::query_as(SQL).bind(provider).fetch_one(c).await)?;
    Ok(row.0)
}

/// A provider's last ends, newest first: when, and what went wrong.
pub async fn last(db: &Db, provider: &str, most: i64) -> Result<Vec<(i64, Option<String>)>> {
    const SQL: &str = "SELECT at, wrong FROM provider_ends WHERE provider = $1 ORDER BY id DESC LIMIT $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(provider)
        .bind(most)
        .fetch_all(c)
        .await)?)
}

/// How long one video took, in milliseconds.
#[derive(Debug)]
pub struct TookRow {
    pub provider: String,
    pub model: String,
    pub width: i64,
    pub height: i64,
    pub seconds: i64,
    pub took: i64,
}
from_row!(TookRow {
    provider,
    model,
    width,
    height,
    seconds,
    took
});

/// How long the videos took that were finished since a time, the newest fifty thousand.
pub async fn durations(db: &Db, since: i64) -> Result<Vec<TookRow>> {
    const SQL: &str = "SELECT provider, model, width, height, seconds, finished_at - started_at AS took FROM generations
        WHERE state = 'succeeded' AND finished_at >= $1 AND started_at <= finished_at ORDER BY finished_at DESC LIMIT 50000";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(since)
        .fetch_all(c)
        .await)?)
}
