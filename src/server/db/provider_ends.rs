//! SQL of how orders at providers ended.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{execute, on_db, server::error::Result};

/// Adds an end.
pub async fn add(tx: &mut Tx, provider: &str, at: i64, wrong: Option<&str>) -> Result<()> {
    const SQL: &str = "INSERT INTO provider_ends (provider, at, wrong) VALUES ($1, $2, $3)";
    execute!(tx, SQL, provider, at, wrong)?;
    Ok(())
}

/// Forgets what is older.
pub async fn sweep(tx: &mut Tx, before: i64) -> Result<()> {
    const SQL: &str = "DELETE FROM provider_ends WHERE at < $1";
    execute!(tx, SQL, before)?;
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
