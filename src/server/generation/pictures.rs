//! Reference pictures: what people give is kept as a JPEG of our own (`pixels`). A provider gets it cut to the very size of
//! the video.

mod pixels;

use super::{PURGE, PURGES, store};
use crate::language::{carried, key, t};
use crate::model::{
    catalogue::Size,
    error::{AppError, Code},
    ids::{PictureId, UserId},
};
use crate::server::{
    clock::{Clock, Ids},
    db::{Db, Tx, generations::GenerationRow, pictures as sql},
    error::{Failure, Result},
    jobs,
    media::{self, POSTER_SIDE, STRIP_SIDE, Stills, TILE_SIDE},
    providers::Picture,
    storage::Storage,
};
use bytes::Bytes;
use futures::TryStreamExt as _;
use image::imageops::FilterType;
pub use pixels::Crop;
use pixels::{Made, clean, decode, encode};
use std::{path::PathBuf, sync::Arc};
use tokio::{io::AsyncWriteExt as _, sync::Semaphore};

/// The field of forms and of the protocol.
pub const FIELD: &str = "input_reference";
/// The largest file, in bytes.
pub const FILE_MAX: usize = 20 << 20;
/// What is said of a larger one.
pub const TOO_LARGE: &str = key!("The picture is larger than 20 MB. Use a smaller one.");
/// What is said of one that is gone, or somebody else's.
pub const NOT_THERE: &str = key!("This picture is not there any more. Choose it again.");
/// How many pictures a person may give in an hour.
const AN_HOUR: i64 = 3_600_000;
const MOST_AN_HOUR: i64 = 60;
/// What is never used goes after a day, in milliseconds.
const UNUSED: i64 = 24 * AN_HOUR;

/// A picture that was kept.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Kept {
    /// Its id, for the form.
    pub id: PictureId,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// The service.
pub struct Pictures {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
    storage: Storage,
    /// Where a video is copied to while its last frame is looked for.
    folder: PathBuf,
    /// Decoding takes memory: one after the other.
    turn: Semaphore,
}

impl Pictures {
    /// The service.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, ids: Arc<Ids>, storage: Storage, folder: PathBuf) -> Self {
        Self {
            db,
            clock,
            ids,
            storage,
            folder,
            turn: Semaphore::const_new(1),
        }
    }

    /// Keeps a picture that a person gave. What is never used for a video goes after a day.
    ///
    /// # Errors
    /// `invalid` at `input_reference` for everything that is no picture to start from; `too_many_requests`.
    pub async fn keep(&self, user: UserId, file: Bytes) -> Result<Kept> {
        self.few_enough(user).await?;
        self.keep_made(user, move || clean(&file, Crop::WHOLE)).await
    }

    /// Keeps a piece of a person's own picture as another one: what of it a video starts from.
    ///
    /// # Errors
    /// `not_found`; `invalid` at `input_reference` when the piece is too small; `too_many_requests`.
    pub async fn cut(&self, user: UserId, id: PictureId, crop: Crop) -> Result<Kept> {
        let file = self.read(user, id).await?;
        self.few_enough(user).await?;
        self.keep_made(user, move || clean(&file, crop)).await
    }

    /// Keeps the last frame of a person's own video.
    ///
    /// # Errors
    /// `invalid` at `input_reference` when it cannot be decoded here; `too_many_requests`; when the store does not answer.
    pub async fn keep_last_frame(&self, user: UserId, video: &GenerationRow) -> Result<Kept> {
        self.few_enough(user).await?;
        let mut pieces = self.storage.get(&store::video_name(video), None).await?.bytes;
        // It has no name, so nothing of it is left whatever happens.
        let mut copy = tokio::fs::File::from_std(tempfile::tempfile_in(&self.folder)?);
        while let Some(piece) = pieces.try_next().await? {
            copy.write_all(&piece).await?;
        }
        copy.flush().await?;
        let mut copy = copy.into_std().await;
        let last = move || {
            let words = t!(
                "The last frame of this video cannot be read here. Open it and use a frame from the player."
            );
            let frame = media::last_frame(&mut copy).ok().flatten().ok_or(words)?;
            let (width, height) = frame.dimensions();
            Ok((encode(&frame.into())?, width, height))
        };
        self.keep_made(user, last).await
    }

    /// Whether somebody may give one more picture.
    async fn few_enough(&self, user: UserId) -> Result<()> {
        let since = self.clock.now() - AN_HOUR;
        if sql::count(&self.db, user.0, since).await? < MOST_AN_HOUR {
            return Ok(());
        }
        let message = t!(
            "At most {most} pictures an hour. Wait a while, then give it again.",
            most = MOST_AN_HOUR,
        );
        Err(AppError::field(Code::TooManyRequests, FIELD, message).into())
    }

    /// Makes a picture, one at a time, and keeps it.
    async fn keep_made(&self, user: UserId, make: impl FnOnce() -> Made + Send + 'static) -> Result<Kept> {
        self.few_enough(user).await?;
        let now = self.clock.now();
        let turn = self.turn.acquire().await;
        let made = blocking(make).await?;
        drop(turn);
        let (jpeg, width, height) = made.map_err(|words| AppError::field(Code::Invalid, FIELD, words))?;
        let id = self.ids.picture();
        // The row first: whatever is in the store has a row that leads to it.
        let mut tx = self.db.begin().await?;
        sql::add(&mut tx, id.0, user.0, (width, height), now).await?;
        tx.commit().await?;
        self.storage.put(&name(id), jpeg).await?;
        Ok(Kept { id, width, height })
    }

    /// A person's own picture, as JPEG.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn read(&self, user: UserId, id: PictureId) -> Result<Bytes> {
        if sql::is_theirs(&self.db, user.0, id.0).await? {
            bytes(&self.storage, id).await
        } else {
            Err(AppError::not_found().into())
        }
    }
}

/// A video is asked for with a picture, in the transaction that does so.
///
/// # Errors
/// `invalid` at `input_reference` when it is not there, or not theirs.
pub async fn take(tx: &mut Tx, user: UserId, id: PictureId, now: i64) -> Result<()> {
    if sql::take(tx, user.0, id.0, now).await? {
        return Ok(());
    }
    Err(AppError::field(Code::Invalid, FIELD, crate::language::text(NOT_THERE)).into())
}

/// A video that began with a picture was deleted: so is the picture, unless another video began with it too.
///
/// # Errors
/// When the database does not answer.
pub async fn let_go(tx: &mut Tx, user: UserId, id: PictureId, now: i64) -> Result<()> {
    if sql::let_go(tx, id.0).await? {
        jobs::enqueue(tx, PURGE, id.0, PURGES, user.0, now).await?;
    }
    Ok(())
}

/// Removes pictures that were never used.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(db: &Db, now: i64) -> Result<()> {
    for (id, user) in sql::unused(db, now - UNUSED).await? {
        let mut tx = db.begin().await?;
        let_go(&mut tx, UserId(user), PictureId(id), now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether two choices of a picture are one: a form without JavaScript brings the same file under a new id each time.
pub async fn are_same(storage: &Storage, one: Option<PictureId>, other: Option<PictureId>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if one != other => {
            let (one, other) = (bytes(storage, one).await, bytes(storage, other).await);
            one.is_ok_and(|one| other.is_ok_and(|other| one == other))
        }
        _ => one == other,
    }
}

/// A picture cut to the middle of a size, as a provider gets it.
///
/// # Errors
/// When the store does not have it or does not answer.
pub async fn fitted(storage: &Storage, id: PictureId, size: Size) -> Result<Picture> {
    let kept = bytes(storage, id).await?;
    let fitted = blocking(move || {
        let picture = decode(&kept)?;
        let picture = picture.resize_to_fill(size.width, size.height, FilterType::CatmullRom);
        encode(&picture)
    });
    let jpeg = fitted.await?.map_err(Failure::broken)?;
    Ok(Picture(jpeg.into()))
}

/// A poster and a strip of one frame out of a picture that somebody else made of a video.
#[must_use]
pub fn stills(file: &[u8]) -> Option<Stills> {
    let picture = decode(file).ok()?;
    let within = |longest: u32| {
        let scaled = (picture.width().max(picture.height()) > longest)
            .then(|| picture.resize(longest, longest, FilterType::CatmullRom));
        encode(scaled.as_ref().unwrap_or(&picture)).ok()
    };
    Some(Stills {
        poster_jpeg: within(POSTER_SIDE)?,
        tile_jpeg: within(TILE_SIDE)?,
        strip_jpeg: within(STRIP_SIDE)?,
        strip_frames: 1,
    })
}

async fn bytes(storage: &Storage, id: PictureId) -> Result<Bytes> {
    let mut pieces = storage.get(&name(id), None).await?.bytes;
    let mut whole = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

fn name(id: PictureId) -> String {
    format!("{}/picture.jpg", store::folder(id.0))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(carried(work)).await;
    done.map_err(|error| Failure::broken(error.to_string()))
}

#[cfg(test)]
mod tests;
