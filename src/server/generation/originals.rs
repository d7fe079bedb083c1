//! The video that is extended, brought from the store to who goes on with it.

use super::{cards::small, drive::Drive, store};
use crate::server::{
    db::generations::{self, GenerationRow},
    error::Result,
    providers::{Extends, MOST_ORIGINAL, Original},
};
use futures::TryStreamExt as _;
use std::sync::Arc;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

/// Why there is none.
pub enum NoOriginal {
    /// It was deleted.
    Gone,
    /// The database or the store does not give it now.
    NotNow(String),
}

/// The original of an extension; nothing for all else.
pub async fn of(drive: &Drive) -> std::result::Result<Option<Original>, NoOriginal> {
    if drive.row.added_seconds.is_none() {
        return Ok(None);
    }
    let not_now = |error: crate::server::error::Failure| NoOriginal::NotNow(error.to_string());
    let row = lookup(drive).await.map_err(not_now)?.ok_or(NoOriginal::Gone)?;
    let by_file = drive
        .provider
        .offers()
        .iter()
        .find(|offer| offer.model.id == drive.row.model)
        .is_none_or(|offer| offer.extends == Extends::File);
    let file = if by_file {
        // The lease is renewed for as long as this takes.
        let copying = tokio::time::timeout(store::TRANSFER.min(drive.deadline), copy(drive, &row)).await;
        let copied = copying.map_err(|_| NoOriginal::NotNow("the store took too long".into()))?;
        Some(Arc::new(copied.map_err(not_now)?))
    } else {
        None
    };
    Ok(Some(Original {
        prompt: row.prompt,
        seconds: small(row.seconds),
        job: row.provider_job.unwrap_or_default(),
        file,
    }))
}

/// Its row, while there is a file.
async fn lookup(drive: &Drive) -> Result<Option<GenerationRow>> {
    let Some(id) = drive.row.remixed_from else {
        return Ok(None);
    };
    let row = generations::lookup(&drive.life.db, drive.row.user_id, id).await?;
    Ok(row.filter(|row| row.media_prefix.is_some()))
}

/// A copy of its file, piece by piece: what is sent can then be sent again, and a store that is slow breaks no order.
async fn copy(drive: &Drive, row: &GenerationRow) -> Result<TempPath> {
    let (file, path) = tempfile::Builder::new()
        .prefix("original-")
        .suffix(".mp4")
        .tempfile_in(&drive.scratch)?
        .into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut pieces = drive.storage.get(&store::video_name(row), None).await?.bytes;
    let mut bytes = 0;
    while let Some(piece) = pieces.try_next().await? {
        bytes += piece.len() as u64;
        if bytes > MOST_ORIGINAL {
            return Err(crate::server::error::Failure::broken("the original is too large"));
        }
        file.write_all(&piece).await?;
    }
    file.flush().await?;
    Ok(path)
}
