//! Videos that were put away: where they lie, how long they are, their checksums.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::GenerationRow;
use crate::{
    execute, from_row,
    model::generation::Reason,
    on_db,
    server::{
        db::{Db, Tx},
        error::Result,
    },
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// How many ids one query asks for.
const PIECE: usize = 500;

/// What was stored for a generation.
#[derive(Clone, Debug)]
pub struct Media<'a> {
    pub prefix: &'a str,
    pub etag: &'a str,
    pub bytes: i64,
    pub stills: bool,
    /// Its length in milliseconds.
    pub ms: i64,
    /// Frames in 1,000 seconds.
    pub rate: Option<i64>,
    pub sound: bool,
    pub crc32: u32,
    /// Whether the provider still has it, to extend it by its own id.
    pub kept_there: bool,
}

/// Writes down where the video is, in the transaction that makes it succeed.
pub async fn set_media(tx: &mut Tx, id: Uuid, fence: i64, media: &Media<'_>) -> Result<bool> {
    const SQL: &str =
        "UPDATE generations SET media_prefix = $3, media_etag = $4, media_bytes = $5, media_stills = $6, media_rate = $7, media_sound = $8,
                                media_crc32 = $9, kept_there = $10, media_ms = $11
                       WHERE id = $1 AND fence = $2";
    Ok(execute!(
        tx,
        SQL,
        id,
        fence,
        media.prefix,
        media.etag,
        media.bytes,
        media.stills,
        media.rate,
        media.sound,
        i64::from(media.crc32),
        media.kept_there,
        media.ms
    )? == 1)
}

/// Whether the newest extension of a video that ended since a time, in unix milliseconds, ended because its provider does not
/// have the video any more.
pub async fn is_lost_there(db: &Db, id: Uuid, since: i64) -> Result<bool> {
    const SQL: &str = "SELECT COALESCE(reason, '') FROM generations
        WHERE remixed_from = $1 AND added_seconds IS NOT NULL AND finished_at > $2
          AND deleted_at IS NULL AND trashed_at IS NULL ORDER BY id DESC LIMIT 1";
    let reason: Option<String> = on_db!(db, |c| sqlx::query_scalar(SQL)
        .bind(id)
        .bind(since)
        .fetch_optional(c)
        .await)?;
    Ok(reason.as_deref() == Some(Reason::OriginalNotKept.as_str()))
}

/// How long the file of a video is or was, in milliseconds; nothing where an older version has stored it.
pub async fn length(db: &Db, id: Uuid) -> Result<Option<i64>> {
    const SQL: &str = "SELECT media_ms FROM generations WHERE id = $1";
    let row: Option<(Option<i64>,)> = on_db!(db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
    Ok(row.and_then(|row| row.0))
}

/// What a provider still has of a video.
#[derive(Debug)]
pub struct KeptThere {
    pub provider: String,
    pub provider_job: String,
}
from_row!(KeptThere {
    provider,
    provider_job
});

/// What a provider still has of a video that was deleted for good.
pub async fn kept_there(db: &Db, id: Uuid) -> Result<Option<KeptThere>> {
    const SQL: &str = "SELECT provider, provider_job FROM generations
        WHERE id = $1 AND deleted_at IS NOT NULL AND kept_there AND provider_job IS NOT NULL";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// Writes down the CRC-32 of a video that an older version has stored.
pub async fn set_crc32(tx: &mut Tx, id: Uuid, prefix: &str, crc32: u32) -> Result<()> {
    const SQL: &str = "UPDATE generations SET media_crc32 = $3 WHERE id = $1 AND media_prefix = $2";
    execute!(tx, SQL, id, prefix, i64::from(crc32))?;
    Ok(())
}

/// A person's finished videos among some, newest first: those of which file and length are known.
pub async fn finished(db: &Db, user: Uuid, ids: &[Uuid]) -> Result<Vec<GenerationRow>> {
    let mut found: Vec<GenerationRow> = Vec::with_capacity(ids.len());
    for piece in ids.chunks(PIECE) {
        let places: Vec<String> = (0..piece.len()).map(|n| format!("${}", n + 2)).collect();
        let sql = format!(
            "SELECT {} FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND state = 'succeeded'
               AND media_prefix IS NOT NULL AND media_bytes IS NOT NULL AND id IN ({})",
            columns!(),
            places.join(", ")
        );
        let rows: Vec<GenerationRow> = on_db!(db, |c| {
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

/// A video that was put away.
#[derive(Debug)]
pub struct StoredRow {
    pub id: Uuid,
    pub media_prefix: String,
    pub media_bytes: i64,
}
from_row!(StoredRow {
    id,
    media_prefix,
    media_bytes
});

/// Everybody's videos, by id after one, for the audit.
pub async fn stored(db: &Db, after: Uuid, limit: i64) -> Result<Vec<StoredRow>> {
    const SQL: &str = "SELECT id, media_prefix, media_bytes FROM generations
        WHERE id > $1 AND state = 'succeeded' AND deleted_at IS NULL AND media_prefix IS NOT NULL AND media_bytes IS NOT NULL
        ORDER BY id LIMIT $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}
