//! `aisora audit`: money, work and files proved against each other.

use super::{
    credits,
    db::{Db, generations},
    error::Result,
    storage::Storage,
};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

/// How many videos are looked up in one page, and how many of them are asked for at once.
const PAGE: i64 = 500;
const AT_ONCE: usize = 16;
/// How many missing files are told one by one.
const MOST: usize = 100;

/// Checks every invariant. One line for each breach; none when all is well.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(db: &Db, storage: &Storage) -> Result<Vec<String>> {
    let mut breaches = credits::audit(db).await?;
    breaches.extend(files(db, storage).await?);
    Ok(breaches)
}

/// Every video that was charged for lies in the store, as long as it was when it was put there.
async fn files(db: &Db, storage: &Storage) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = generations::stored(db, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(breaches);
        };
        after = last.id;
        let wrong = stream::iter(page)
            .map(|video| async move { look(storage, &video).await.err().map(|what| (video.id, what)) })
            .buffer_unordered(AT_ONCE)
            .filter_map(|wrong| async { wrong });
        for (id, what) in wrong.collect::<Vec<_>>().await {
            // It may have been deleted while we looked.
            if generations::standing(db, id).await?.is_some() {
                breaches.push(format!(
                    "what was charged lies in the store: the video of {id} {what}"
                ));
            }
            if breaches.len() >= MOST {
                return Ok(breaches);
            }
        }
    }
}

async fn look(storage: &Storage, video: &generations::StoredRow) -> Result<(), String> {
    let name = format!("{}/video.mp4", video.media_prefix);
    match storage.length(&name).await {
        Ok(length) if i64::try_from(length) == Ok(video.media_bytes) => Ok(()),
        Ok(length) => Err(format!("has {length} bytes, not {}", video.media_bytes)),
        Err(error) => Err(format!("is not there ({error})")),
    }
}
