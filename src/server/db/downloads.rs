//! SQL of bulk downloads.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// How many ids one query asks for.
const PIECE: usize = 500;

/// What an archive says of a video.
#[derive(Clone, Debug)]
pub struct ArchiveRow {
    pub id: Uuid,
    pub remixed_from: Option<Uuid>,
    pub model: String,
    pub model_label: String,
    pub provider: String,
    pub prompt: String,
    pub width: i64,
    pub height: i64,
    pub seconds: i64,
    pub seed: i64,
    pub caption: bool,
    pub credits: i64,
    pub media_prefix: String,
    pub media_etag: String,
    pub media_bytes: i64,
    pub media_crc32: Option<i64>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: i64,
}
from_row!(ArchiveRow {
    id,
    remixed_from,
    model,
    model_label,
    provider,
    prompt,
    width,
    height,
    seconds,
    seed,
    caption,
    credits,
    media_prefix,
    media_etag,
    media_bytes,
    media_crc32,
    created_at,
    started_at,
    finished_at,
});

/// A person's finished videos among some, newest first.
pub async fn videos(db: &Db, user: Uuid, ids: &[Uuid]) -> Result<Vec<ArchiveRow>> {
    let mut found: Vec<ArchiveRow> = Vec::with_capacity(ids.len());
    for piece in ids.chunks(PIECE) {
        let places: Vec<String> = (0..piece.len()).map(|n| format!("${}", n + 2)).collect();
        let sql = format!(
            "SELECT id, remixed_from, model, model_label, provider, prompt, width, height, seconds, seed, caption, credits,
               media_prefix, COALESCE(media_etag, '') AS media_etag, media_bytes, media_crc32, created_at, started_at,
               COALESCE(finished_at, created_at) AS finished_at
             FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND state = 'succeeded'
               AND media_prefix IS NOT NULL AND media_bytes IS NOT NULL AND id IN ({})",
            places.join(", ")
        );
        let rows: Vec<ArchiveRow> = on_db!(db, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(user);
            for id in piece {
                query = query.bind(*id);
            }
            query.fetch_all(c).await
        })?;
        found.extend(rows);
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// Writes down the CRC-32 of a video that an older version has stored.
pub async fn set_crc32(tx: &mut Tx, id: Uuid, prefix: &str, crc32: u32) -> Result<()> {
    const SQL: &str = "UPDATE generations SET media_crc32 = $3 WHERE id = $1 AND media_prefix = $2";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(id)
        .bind(prefix)
        .bind(i64::from(crc32))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

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
    on_tx!(tx, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}
