//! SQL of the reference pictures.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// Adds a picture of so many pixels.
pub async fn add(tx: &mut Tx, id: Uuid, user: Uuid, (width, height): (u32, u32), now: i64) -> Result<()> {
    const SQL: &str =
        "INSERT INTO pictures (id, user_id, width, height, created_at) VALUES ($1, $2, $3, $4, $5)";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(id)
        .bind(user)
        .bind(i64::from(width))
        .bind(i64::from(height))
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// How many pictures a person gave since a time.
pub async fn count(db: &Db, user: Uuid, since: i64) -> Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM pictures WHERE user_id = $1 AND created_at >= $2";
    let row: (i64,) = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(row.0)
}

/// Whether a person has this picture.
pub async fn is_theirs(db: &Db, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM pictures WHERE id = $1 AND user_id = $2";
    let row: Option<(i32,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// A video is asked for with a person's picture. False when it is not there, or not theirs.
pub async fn take(tx: &mut Tx, user: Uuid, id: Uuid, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE pictures SET used_at = COALESCE(used_at, $3) WHERE id = $1 AND user_id = $2";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(id)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Forgets a picture that no video needs any more. False while one does.
pub async fn let_go(tx: &mut Tx, id: Uuid) -> Result<bool> {
    // Locks the row against somebody who just takes it: the question below is then asked after them.
    const LOCK: &str = "UPDATE pictures SET used_at = used_at WHERE id = $1";
    const SQL: &str = "DELETE FROM pictures WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM generations WHERE picture_id = $1 AND deleted_at IS NULL)";
    let rows = on_tx!(tx, |c| async {
        sqlx::query(LOCK).bind(id).execute(&mut *c).await?;
        let done = sqlx::query(SQL).bind(id).execute(&mut *c).await?;
        Ok::<u64, sqlx::Error>(done.rows_affected())
    }
    .await)?;
    Ok(rows == 1)
}

/// Pictures that were never used, of before a time: their ids and whose they are. At most a hundred.
pub async fn unused(db: &Db, before: i64) -> Result<Vec<(Uuid, Uuid)>> {
    const SQL: &str = "SELECT id, user_id FROM pictures WHERE used_at IS NULL AND created_at < $1 ORDER BY created_at LIMIT 100";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(before)
        .fetch_all(c)
        .await)?)
}
