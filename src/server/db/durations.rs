//! SQL of how long videos took, from the start of the work to its end.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::Db;
use crate::{from_row, on_db, server::error::Result};

/// How long the last ones took from start to end, in milliseconds. Extensions take as long as what they add: `seconds` are
/// those that are made.
pub async fn last(
    db: &Db,
    model: &str,
    width: i64,
    height: i64,
    seconds: i64,
    most: i64,
) -> Result<Vec<i64>> {
    const SQL: &str = "SELECT finished_at - started_at FROM generations
        WHERE state = 'succeeded' AND model = $1 AND width = $2 AND height = $3 AND COALESCE(added_seconds, seconds) = $4 AND started_at IS NOT NULL
        ORDER BY finished_at DESC LIMIT $5";
    let rows: Vec<(i64,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(model)
        .bind(width)
        .bind(height)
        .bind(seconds)
        .bind(most)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// How long one video took, in milliseconds.
#[derive(Debug)]
pub struct TookRow {
    pub provider: String,
    pub model: String,
    pub width: i64,
    pub height: i64,
    /// Those that were made: of an extension, what it added.
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
pub async fn since(db: &Db, since: i64) -> Result<Vec<TookRow>> {
    const SQL: &str = "SELECT provider, model, width, height, COALESCE(added_seconds, seconds) AS seconds, finished_at - started_at AS took FROM generations
        WHERE state = 'succeeded' AND finished_at >= $1 AND started_at <= finished_at ORDER BY finished_at DESC LIMIT 50000";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(since)
        .fetch_all(c)
        .await)?)
}
