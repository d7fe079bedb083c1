//! From "the provider says done" to a video in our own storage: fetched, checked, its stills made, put away.

use super::{
    cards::{size, small},
    pictures,
};
use crate::model::generation::Reason;
use crate::server::{
    db::generations::GenerationRow,
    media::{self, Stills, VideoFacts},
    providers::{ProviderError, VideoProvider},
    storage::Storage,
};
use sha2::{Digest, Sha256};
use std::{
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often a download or an upload is tried, and the first pause between.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(300);
/// Longest download or upload.
pub const TRANSFER: Duration = Duration::from_mins(15);
/// How long a provider's picture of a video is waited for.
const THUMBNAIL: Duration = Duration::from_secs(15);
/// After so many milliseconds a worker that lost its claim has noticed and puts nothing away any more.
pub const SETTLED: i64 = 120_000;

/// What was put away.
#[derive(Debug)]
pub struct Stored {
    pub prefix: String,
    pub etag: String,
    pub bytes: i64,
    pub stills: bool,
    /// Its length in milliseconds.
    pub ms: i64,
    /// Frames in 1,000 seconds.
    pub rate: Option<i64>,
    pub sound: bool,
    pub crc32: u32,
}

/// Why it was not.
#[derive(Debug)]
pub enum NotStored {
    /// For good.
    For(Reason, String),
    /// The provider does not have the file any more; a rerunnable one makes it again.
    Gone(String),
    /// The provider or the store does not answer as it should. That may pass; the reason is for when it does not.
    NotNow(Reason, String),
}

/// A file that goes away with its owner.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Where everything of a generation lies in the store; each claim has a folder of its own below.
pub fn folder(id: uuid::Uuid) -> String {
    format!("generations/{id}")
}

/// Where one claim of a generation puts its files.
pub fn claim_folder(row: &GenerationRow) -> String {
    format!("{}/{}", folder(row.id), row.fence)
}

/// Where the video of a stored generation lies.
pub fn video_name(row: &GenerationRow) -> String {
    format!("{}/video.mp4", row.media_prefix.as_deref().unwrap_or_default())
}

/// Fetches, checks and puts away. `before` is how long the file of the original of an extension is, in milliseconds.
pub async fn store(
    provider: &dyn VideoProvider,
    storage: &Storage,
    scratch: &Path,
    most_bytes: u64,
    row: &GenerationRow,
    before: Option<i64>,
) -> Result<Stored, NotStored> {
    let file = Scratch(scratch.join(format!("{}-{}.mp4", row.id, row.fence)));
    fetch(
        provider,
        row.provider_job.as_deref().unwrap_or_default(),
        &file.0,
        most_bytes,
    )
    .await?;
    let path = file.0.clone();
    let looked = tokio::task::spawn_blocking(move || look(&path)).await;
    let looked =
        looked.map_err(|error| NotStored::For(Reason::BadVideo, format!("the check panicked: {error}")))?;
    let (facts, stills, etag, crc32) = looked.map_err(|what| NotStored::For(Reason::BadVideo, what))?;
    fits(&facts, row, before).map_err(|what| NotStored::For(Reason::BadVideo, what))?;
    let stills = match stills {
        Some(stills) => Some(stills),
        // A codec that is not decoded here: the provider may have a picture of it.
        None => thumbnail(provider, row.provider_job.as_deref().unwrap_or_default()).await,
    };
    let prefix = claim_folder(row);
    let stored = Stored {
        bytes: i64::try_from(facts.bytes).unwrap_or(i64::MAX),
        stills: stills.is_some(),
        ms: i64::try_from(facts.duration_ms).unwrap_or(i64::MAX),
        rate: facts.rate.and_then(|rate| i64::try_from(rate).ok()),
        sound: facts.has_audio,
        etag,
        crc32,
        prefix: prefix.clone(),
    };
    match put(storage, &prefix, &file.0, stills.as_ref()).await {
        Ok(()) => Ok(stored),
        Err(error) => {
            let _ = storage.remove(&prefix).await;
            Err(NotStored::NotNow(Reason::StorageFailed, error))
        }
    }
}

/// Stills out of the provider's own picture of the video. Nothing depends on them.
async fn thumbnail(provider: &dyn VideoProvider, job: &str) -> Option<Stills> {
    let picture = tokio::time::timeout(THUMBNAIL, provider.thumbnail(job))
        .await
        .ok()??;
    let made = tokio::task::spawn_blocking(move || pictures::stills(&picture)).await;
    made.ok()?
}

async fn fetch(
    provider: &dyn VideoProvider,
    job: &str,
    file: &Path,
    most_bytes: u64,
) -> Result<(), NotStored> {
    let not_now = |words: String| NotStored::NotNow(Reason::ProviderUnreachable, words);
    let mut last = not_now(String::new());
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
        }
        match tokio::time::timeout(TRANSFER, provider.download(job, file, most_bytes)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(ProviderError::Refused(reason, detail))) => return Err(NotStored::For(reason, detail)),
            // Some say so until the file has reached all of their machines.
            Ok(Err(ProviderError::Gone(detail))) => last = NotStored::Gone(detail),
            Ok(Err(error)) => last = not_now(error.to_string()),
            Err(_) => last = not_now("the download took too long".into()),
        }
    }
    Err(last)
}

/// What the file is. Blocking.
fn look(path: &Path) -> Result<(VideoFacts, Option<Stills>, String, u32), String> {
    let facts = media::inspect(path).map_err(|error| error.to_string())?;
    let stills = media::stills(path, &facts).map_err(|error| error.to_string())?;
    let (mut hash, mut crc32) = (Sha256::new(), crc32fast::Hasher::new());
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(|error| error.to_string())? {
            0 => break,
            read => {
                hash.update(&buffer[..read]);
                crc32.update(&buffer[..read]);
            }
        }
    }
    let etag = hash
        .finalize()
        .iter()
        .take(16)
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    Ok((facts, stills, etag, crc32.finalize()))
}

/// Whether it is the video that was asked for.
fn fits(facts: &VideoFacts, row: &GenerationRow, before: Option<i64>) -> Result<(), String> {
    let asked = size(row);
    // Models round to their own blocks: 854x480 comes as 864x480 or 832x480.
    let near = |is: u32, asked: u32| is.abs_diff(asked) <= asked / 16;
    if !near(facts.width, asked.width) || !near(facts.height, asked.height) {
        return Err(format!("it is {}x{}, not {asked}", facts.width, facts.height));
    }
    // Models round to their own frame counts: half a second, or a tenth for long ones.
    let whole_ms = u64::from(small(row.seconds)) * 1_000;
    let rounding = 500.max(whole_ms / 10);
    let (asked_ms, most) = match row.added_seconds {
        None => (whole_ms, rounding),
        // The greater part was there before: the original, unchanged, is not what was asked for.
        Some(added) => {
            let added_ms = u64::from(small(added)) * 1_000;
            let asked_ms = before.map_or(whole_ms, |before| before.unsigned_abs() + added_ms);
            (asked_ms, rounding.min(added_ms / 2))
        }
    };
    if facts.duration_ms.abs_diff(asked_ms) > most {
        return Err(format!("it lasts {} ms, not {asked_ms} ms", facts.duration_ms));
    }
    Ok(())
}

async fn put(storage: &Storage, prefix: &str, file: &Path, stills: Option<&Stills>) -> Result<(), String> {
    let mut last = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
        }
        match tokio::time::timeout(TRANSFER, put_once(storage, prefix, file, stills)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = "the store took too long".into(),
        }
    }
    Err(last)
}

async fn put_once(
    storage: &Storage,
    prefix: &str,
    file: &Path,
    stills: Option<&Stills>,
) -> crate::server::error::Result<()> {
    storage.put_file(&format!("{prefix}/video.mp4"), file).await?;
    if let Some(stills) = stills {
        for (name, jpeg) in [
            ("poster", &stills.poster_jpeg),
            ("tile", &stills.tile_jpeg),
            ("strip", &stills.strip_jpeg),
        ] {
            storage.put(&format!("{prefix}/{name}.jpg"), jpeg.clone()).await?;
        }
    }
    Ok(())
}
