//! SQL of the trash.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// Moves a video that has ended to the trash; one that lies there stays as it is. Its size and since when it lies there;
/// nothing when it is not theirs, is gone or goes on.
pub async fn add(tx: &mut Tx, user: Uuid, id: Uuid, now: i64) -> Result<Option<(i64, i64)>> {
    const SQL: &str = "UPDATE generations SET trashed_at = COALESCE(trashed_at, $3)
        WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL AND state IN ('succeeded', 'failed', 'blocked', 'cancelled')
        RETURNING COALESCE(media_bytes, 0), trashed_at";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Takes a video out of the trash; one that does not lie there stays as it is. Its size; nothing when it is not theirs or
/// is gone.
pub async fn restore(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<Option<(i64,)>> {
    const SQL: &str =
        "UPDATE generations SET trashed_at = NULL WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL
        RETURNING COALESCE(media_bytes, 0)";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// A video in the trash, as its page lists it.
#[derive(Debug)]
pub struct TrashRow {
    pub id: Uuid,
    /// The beginning of its title, or of its prompt where it has none.
    pub name: String,
    pub width: i64,
    pub height: i64,
    pub seconds: i64,
    pub state: String,
    pub media_stills: bool,
    pub media_bytes: Option<i64>,
    pub trashed_at: i64,
}
from_row!(TrashRow {
    id,
    name,
    width,
    height,
    seconds,
    state,
    media_stills,
    media_bytes,
    trashed_at,
});

/// A person's trash, newest deletion first, after a place in it.
pub async fn page(db: &Db, user: Uuid, after: (i64, Uuid), limit: i64) -> Result<Vec<TrashRow>> {
    const SQL: &str = "SELECT id, SUBSTR(CASE WHEN title = '' THEN prompt ELSE title END, 1, 300) AS name, width, height, seconds, state, media_stills, media_bytes, trashed_at
        FROM generations WHERE user_id = $1 AND trashed_at IS NOT NULL AND deleted_at IS NULL AND (trashed_at, id) < ($2, $3)
        ORDER BY trashed_at DESC, id DESC LIMIT $4";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How many videos lie in a person's trash, and how large they are together in bytes.
pub async fn sum(db: &Db, user: Uuid) -> Result<(i64, i64)> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(media_bytes), 0) AS BIGINT) FROM generations
        WHERE user_id = $1 AND trashed_at IS NOT NULL AND deleted_at IS NULL";
    Ok(on_db!(db, |c| sqlx::query_as(SQL).bind(user).fetch_one(c).await)?)
}

/// What a person moved to the trash at one moment.
pub async fn batch(db: &Db, user: Uuid, at: i64, limit: i64) -> Result<Vec<Uuid>> {
    const SQL: &str = "SELECT id FROM generations
        WHERE user_id = $1 AND trashed_at = $2 AND deleted_at IS NULL ORDER BY id LIMIT $3";
    let rows: Vec<(Uuid,)> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(at)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// What has lain in anybody's trash since `before` or longer, with whose it is.
pub async fn due(db: &Db, before: i64, limit: i64) -> Result<Vec<(Uuid, Uuid)>> {
    const SQL: &str = "SELECT user_id, id FROM generations
        WHERE trashed_at IS NOT NULL AND deleted_at IS NULL AND trashed_at <= $1 ORDER BY trashed_at LIMIT $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
