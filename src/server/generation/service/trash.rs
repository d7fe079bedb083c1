//! The trash: videos lie there for 30 days, then they are gone for good. Nothing of it touches the ledger.
//!
//! That a video lies there, and since when, is all that is written down: who finds it due deletes it in one transaction
//! that asks once more, so that it happens once, whoever is killed meanwhile and whoever restores it at the same moment.

use super::Generations;
use crate::language::t;
use crate::model::{
    error::{AppError, Code},
    generation::State,
    ids::{GenerationId, PictureId, UserId},
    library::AT_ONCE,
    trash::{InTrash, KEPT_MS, Left, Moved, TRASH_PAGE, TrashPage, TrashQuery, Trashed},
};
use crate::server::{
    db::{
        generations::{self, GenerationRow},
        trash::{self as sql, TrashRow},
    },
    error::{Failure, Result},
    generation::{
        cards::{pixels, small},
        life::{Life, known},
        pictures,
    },
};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

/// How many videos are deleted at the same time, each in a transaction of its own.
const DELETES: usize = 8;
/// How many are looked up at once.
const PIECE: i64 = 200;

/// Where the newest deletion lies.
const NEWEST: (i64, Uuid) = (i64::MAX, Uuid::max());

impl Generations {
    /// Moves videos that have ended to the trash. What lies there already counts as moved.
    ///
    /// # Errors
    /// `not_found` when none of them is there; `invalid` when they are too many, or none.
    pub async fn trash(&self, user: UserId, ids: &[GenerationId]) -> Result<Moved> {
        let (mut moved, mut missed) = (Moved::default(), Vec::new());
        let now = self.life.clock.now();
        let mut tx = self.life.db.begin().await?;
        for id in chosen(ids)? {
            match sql::add(&mut tx, user.0, id.0, now).await? {
                Some((bytes, at)) => {
                    moved.ids.push(id);
                    moved.bytes += bytes;
                    moved.at = moved.at.max(at);
                }
                None => missed.push(id),
            }
        }
        tx.commit().await?;
        self.with_left(user, moved, missed).await
    }

    /// Takes videos out of the trash. What does not lie there is in the library, and counts as restored.
    ///
    /// # Errors
    /// `not_found` when none of them is there; `invalid` when they are too many, or none.
    pub async fn restore(&self, user: UserId, ids: &[GenerationId]) -> Result<Moved> {
        let (mut moved, mut missed) = (Moved::default(), Vec::new());
        let mut tx = self.life.db.begin().await?;
        for id in chosen(ids)? {
            match sql::restore(&mut tx, user.0, id.0).await? {
                Some((bytes,)) => {
                    moved.ids.push(id);
                    moved.bytes += bytes;
                }
                None => missed.push(id),
            }
        }
        tx.commit().await?;
        self.with_left(user, moved, missed).await
    }

    /// Undoes a move: what the person moved to the trash at that moment and still lies there is taken out.
    ///
    /// # Errors
    /// `not_found` when nothing of it lies there.
    pub async fn undo_trash(&self, user: UserId, at: i64) -> Result<Moved> {
        let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let ids = sql::batch(&self.life.db, user.0, at, most).await?;
        if ids.is_empty() {
            return Err(AppError::not_found().into());
        }
        let ids: Vec<_> = ids.into_iter().map(GenerationId).collect();
        self.restore(user, &ids).await
    }

    /// Deletes many for good.
    ///
    /// # Errors
    /// `not_found` when none of them is there; `invalid` when they are too many, or none.
    pub async fn delete_all(&self, user: UserId, ids: &[GenerationId]) -> Result<Moved> {
        let mut moved = Moved::default();
        self.delete_each(user, chosen(ids)?, None, &mut moved).await?;
        told(moved)
    }

    /// Deletes for good what lies in the trash now.
    ///
    /// # Errors
    /// When the database does not answer; then some of it may still lie there.
    pub async fn empty_trash(&self, user: UserId) -> Result<Moved> {
        let (now, mut moved, mut place) = (self.life.clock.now(), Moved::default(), NEWEST);
        loop {
            let rows = sql::page(&self.life.db, user.0, place, PIECE).await?;
            let Some(last) = rows.last() else {
                // Who restored or deleted one meanwhile was first, and that is what they wanted.
                moved.left.clear();
                return Ok(moved);
            };
            place = (last.trashed_at, last.id);
            let ids = rows.iter().map(|row| GenerationId(row.id)).collect();
            self.delete_each(user, ids, Some(now), &mut moved).await?;
        }
    }

    async fn delete_each(
        &self,
        user: UserId,
        ids: Vec<GenerationId>,
        trashed_before: Option<i64>,
        moved: &mut Moved,
    ) -> Result<()> {
        let deletes: Vec<_> = ids
            .into_iter()
            .map(|id| async move { (id, self.delete_one(user, id, trashed_before).await) })
            .collect();
        let mut deletes = stream::iter(deletes).buffer_unordered(DELETES);
        while let Some((id, deleted)) = deletes.next().await {
            match deleted {
                Ok(bytes) => {
                    moved.ids.push(id);
                    moved.bytes += bytes;
                }
                Err(Failure::App(why)) => moved.left.push(Left { id, why }),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Deletes one for good and tells how large it was, in bytes.
    pub(super) async fn delete_one(
        &self,
        user: UserId,
        id: GenerationId,
        trashed_before: Option<i64>,
    ) -> Result<i64> {
        let row = self.own(user, id).await?;
        if delete(&self.life, &row, trashed_before).await? {
            return Ok(row.media_bytes.unwrap_or_default());
        }
        // Somebody else may have deleted it since it was read.
        self.own(user, id).await?;
        Err(goes_on().into())
    }

    /// A page of the trash, newest deletion first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn trash_page(&self, user: UserId, query: &TrashQuery) -> Result<TrashPage> {
        let db = &self.life.db;
        let after = read_place(&query.after).unwrap_or(NEWEST);
        let limit = i64::try_from(TRASH_PAGE + 1).unwrap_or(i64::MAX);
        let mut rows = sql::page(db, user.0, after, limit).await?;
        let more = rows.len() > TRASH_PAGE;
        rows.truncate(TRASH_PAGE);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| format!("{}.{}", last.trashed_at, last.id));
        let (count, bytes) = sql::sum(db, user.0).await?;
        let now = self.life.clock.now();
        let videos = rows.into_iter().map(|row| trashed(row, now));
        Ok(TrashPage {
            videos: videos.collect::<Result<_>>()?,
            next,
            count,
            bytes,
        })
    }

    /// Adds why some stayed as they were.
    async fn with_left(&self, user: UserId, mut moved: Moved, missed: Vec<GenerationId>) -> Result<Moved> {
        for id in missed {
            let why = match generations::lookup(&self.life.db, user.0, id.0).await? {
                Some(_) => goes_on(),
                None => AppError::not_found(),
            };
            moved.left.push(Left { id, why });
        }
        told(moved)
    }
}

/// Where nothing was there, it is told as for one.
fn told(moved: Moved) -> Result<Moved> {
    let missing = |left: &Left| left.why.code == Code::NotFound;
    if moved.ids.is_empty() && moved.left.iter().all(missing) {
        return Err(AppError::not_found().into());
    }
    Ok(moved)
}

fn goes_on() -> AppError {
    AppError::new(
        Code::Conflict,
        t!("It is still being made. Cancel it first, then delete it."),
    )
}

/// The ids once each and in order: whoever changes several rows in one transaction does so in the same order.
fn chosen(ids: &[GenerationId]) -> Result<Vec<GenerationId>> {
    if ids.is_empty() {
        return Err(AppError::new(Code::Invalid, t!("Choose at least one video.")).into());
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > AT_ONCE {
        let message = t!("Choose at most {most} videos at once.", most = AT_ONCE);
        return Err(AppError::new(Code::Invalid, message).into());
    }
    Ok(ids)
}

/// `1795442531000.0193…`: since when the last one lies there, and its id.
fn read_place(text: &str) -> Option<(i64, Uuid)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

fn trashed(row: TrashRow, now: i64) -> Result<Trashed> {
    let state = known(&row.state)?;
    Ok(Trashed {
        id: GenerationId(row.id),
        name: row.name,
        size: pixels(row.width, row.height),
        seconds: small(row.seconds),
        state,
        poster: state == State::Succeeded && row.media_stills,
        bytes: row.media_bytes.unwrap_or_default(),
        gone: InTrash::since(row.trashed_at, now),
    })
}

/// Deletes a video for good, in one transaction. False when it goes on, is gone, or has not lain in the trash since
/// `trashed_before`.
async fn delete(life: &Life, row: &GenerationRow, trashed_before: Option<i64>) -> Result<bool> {
    let now = life.clock.now();
    let mut moment = life.begin().await?;
    if !generations::delete(&mut moment.tx, row.user_id, row.id, now, trashed_before).await? {
        // Whoever was first is durable when this returns.
        moment.undo().await?;
        return Ok(false);
    }
    // The files go in the same transaction, as a job: whatever happens to the store or to us, somebody removes them.
    moment.purge(row, now).await?;
    if row.kept_there {
        moment.forget(row, now).await?;
    }
    if let Some(picture) = row.picture_id {
        pictures::let_go(&mut moment.tx, UserId(row.user_id), PictureId(picture), now).await?;
    }
    moment.commit().await?;
    life.work.notify_one();
    Ok(true)
}

/// Deletes for good what has lain in anybody's trash for 30 days.
///
/// # Errors
/// When the database does not answer; what is left is due at the next call.
pub async fn expire(life: &Life) -> Result<()> {
    let before = life.clock.now() - KEPT_MS;
    loop {
        let due = sql::due(&life.db, before, PIECE).await?;
        let mut deleted = 0;
        for (user, id) in &due {
            let Some(row) = generations::lookup(&life.db, *user, *id).await? else {
                continue;
            };
            match delete(life, &row, Some(before)).await {
                Ok(true) => deleted += 1,
                Ok(false) => {}
                // One that does not go keeps no other here.
                Err(error) => {
                    tracing::warn!(generation = %id, %error, "a video stays in the trash past its time; it is tried again");
                }
            }
        }
        if deleted > 0 {
            tracing::info!(
                videos = deleted,
                "the trash was emptied of what has lain there for 30 days"
            );
        }
        if i64::try_from(due.len()).is_ok_and(|due| due < PIECE) || deleted == 0 {
            return Ok(());
        }
    }
}
