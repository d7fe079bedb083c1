//! SQL of bulk downloads: what people chose. The videos themselves are found by `generations::media`.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{execute, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// Keeps what a person chose, and no more than the newest `most` of their choices.
pub async fn add(tx: &mut Tx, user: Uuid, id: Uuid, videos: &[u8], expires_at: i64, most: i64) -> Result<()> {
    const ADD: &str = "INSERT INTO downloads (id, user_id, videos, expires_at) VALUES ($1, $2, $3, $4)";
    const FORGET: &str = "DELETE FROM downloads WHERE user_id = $1 AND id NOT IN (
        SELECT id FROM downloads WHERE user_id = $1 ORDER BY id DESC LIMIT $2)";
    on_tx!(tx, |c| async {
        sqlx::query(ADD)
            .bind(id)
            .bind(user)
            .bind(videos)
            .bind(expires_at)
            .execute(&mut *c)
            .await?;
        sqlx::query(FORGET).bind(user).bind(most).execute(&mut *c).await?;
        Ok::<(), sqlx::Error>(())
    }
    .await)?;
    Ok(())
}

/// What a person chose, while it is kept.
pub async fn lookup(db: &Db, user: Uuid, id: Uuid, now: i64) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "SELECT videos FROM downloads WHERE id = $1 AND user_id = $2 AND expires_at > $3";
    let row: Option<(Vec<u8>,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| row.0))
}

/// Forgets what is not kept any longer.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<()> {
    const SQL: &str = "DELETE FROM downloads WHERE expires_at <= $1";
    execute!(tx, SQL, now)?;
    Ok(())
}
