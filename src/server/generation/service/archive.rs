//! Many videos in one archive, each with a JSON file beside it: planned from the table, read from the store as it is sent.

mod beside;

use super::Generations;
use crate::language::t;
use crate::model::{
    error::{AppError, Code},
    generation::LibraryQuery,
    ids::{GenerationId, UserId},
    library::{AT_ONCE, Matching},
};
use crate::server::{
    db::{
        Db, downloads as sql,
        generations::{GenerationRow, media},
        organising::{self, Belongings},
    },
    error::{Failure, Result},
    generation::life::Life,
    storage::Storage,
    zip::{Entry, Layout, Part},
};
use beside::{sheet, stem};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    ops::Range,
    sync::Arc,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// How long the address of a choice works, in milliseconds.
const KEPT: i64 = 86_400_000;
/// How many choices of one person are kept.
const CHOICES: i64 = 50;

/// What a file of an archive holds.
enum Content {
    Video(Video),
    Sheet(Bytes),
}

/// What of a video is needed to read it.
struct Video {
    id: Uuid,
    prefix: String,
    bytes: u64,
    crc32: OnceCell<u32>,
}

/// An archive that is ready to be sent.
pub struct Archive {
    layout: Layout,
    contents: Vec<Content>,
    /// Changes when any byte of it does.
    pub etag: String,
    /// How many videos it has.
    pub videos: usize,
    db: Db,
    storage: Storage,
}

impl Generations {
    /// An archive of those videos that are finished and the person's own.
    ///
    /// # Errors
    /// `not_found` when there is none; `invalid` when they are too many.
    pub async fn archive(&self, user: UserId, ids: &[GenerationId], storage: &Storage) -> Result<Archive> {
        if ids.len() > AT_ONCE {
            return Err(too_many().into());
        }
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows = media::finished(&self.life.db, user.0, &ids).await?;
        if rows.is_empty() {
            return Err(AppError::not_found().into());
        }
        let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let belongings = organising::belongings(&self.life.db, &found).await?;
        plan(rows, &belongings, self.life.db.clone(), storage.clone())
    }

    /// Every finished video that the library shows for a query.
    ///
    /// # Errors
    /// `invalid` when they are too many for one archive, or the query is.
    pub async fn finished(&self, user: UserId, query: &LibraryQuery) -> Result<Vec<GenerationId>> {
        let mut query = query.clone();
        match query.show.as_str() {
            "making" | "not-made" => return Ok(Vec::new()),
            _ => query.show = "ready".into(),
        }
        let Matching { ids, more } = self.matching(user, &query).await?;
        if more { Err(too_many().into()) } else { Ok(ids) }
    }

    /// Keeps a choice of videos for a day. Its id stands in an address that stays short and the same.
    ///
    /// # Errors
    /// `not_found` when none of them is finished and the person's own; `invalid` when they are too many.
    pub async fn keep_choice(&self, user: UserId, ids: &[GenerationId]) -> Result<Uuid> {
        if ids.len() > AT_ONCE {
            return Err(too_many().into());
        }
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows = media::finished(&self.life.db, user.0, &ids).await?;
        if rows.is_empty() {
            return Err(AppError::not_found().into());
        }
        let videos: Vec<u8> = rows.iter().flat_map(|row| *row.id.as_bytes()).collect();
        let id = self.life.ids.uuid();
        let expires_at = self.life.clock.now() + KEPT;
        let mut tx = self.life.db.begin().await?;
        sql::add(&mut tx, user.0, id, &videos, expires_at, CHOICES).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A choice that is kept.
    ///
    /// # Errors
    /// `not_found` when it is not theirs, or not kept any longer.
    pub async fn choice(&self, user: UserId, id: Uuid) -> Result<Vec<GenerationId>> {
        let found = sql::lookup(&self.life.db, user.0, id, self.life.clock.now()).await?;
        let videos = found.ok_or_else(AppError::not_found)?;
        let ids = videos
            .chunks_exact(16)
            .filter_map(|bytes| Uuid::from_slice(bytes).ok());
        Ok(ids.map(GenerationId).collect())
    }
}

/// Forgets choices that are not kept any longer.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(life: &Life) -> Result<()> {
    let mut tx = life.db.begin().await?;
    sql::sweep(&mut tx, life.clock.now()).await?;
    tx.commit().await
}

fn too_many() -> AppError {
    let message = t!(
        "One archive holds at most {most} videos. Narrow the search, or choose fewer.",
        most = AT_ONCE
    );
    AppError::new(Code::Invalid, message)
}

/// Names, sheets and places of everything; nothing is read from the store.
fn plan(
    rows: Vec<GenerationRow>,
    belongings: &HashMap<Uuid, Belongings>,
    db: Db,
    storage: Storage,
) -> Result<Archive> {
    let none = Belongings::default();
    let (mut entries, mut contents, mut taken) = (Vec::new(), Vec::new(), HashSet::new());
    let mut hash = Sha256::new();
    let videos = rows.len();
    for row in rows {
        let stem = stem(&row, &mut taken);
        let name = format!("{stem}.mp4");
        let sheet = sheet(&row, &name, belongings.get(&row.id).unwrap_or(&none));
        let sheet = serde_json::to_vec_pretty(&sheet).map_err(|error| Failure::broken(error.to_string()))?;
        let (prefix, etag) = (
            row.media_prefix.unwrap_or_default(),
            row.media_etag.unwrap_or_default(),
        );
        let bytes = row.media_bytes.unwrap_or_default().unsigned_abs();
        let entry = |name: String, length: u64| Entry {
            name,
            length,
            modified: row.finished_at.unwrap_or(row.created_at),
        };
        entries.push(entry(name, bytes));
        entries.push(entry(format!("{stem}.json"), sheet.len() as u64));
        // The sheet has the names and the length; where the bytes lie and what they are comes beside it.
        hash.update(&sheet);
        hash.update(&etag);
        hash.update(&prefix);
        let crc32 = row.media_crc32.and_then(|crc32| u32::try_from(crc32).ok());
        contents.push(Content::Video(Video {
            id: row.id,
            prefix,
            bytes,
            crc32: OnceCell::new_with(crc32),
        }));
        contents.push(Content::Sheet(sheet.into()));
    }
    let digest = hash.finalize();
    let hex = digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok(Archive {
        layout: Layout::new(entries),
        contents,
        etag: format!("\"{hex}-z\""),
        videos,
        db,
        storage,
    })
}

impl Archive {
    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.layout.length()
    }

    /// A range of it. A file is opened when its turn comes, and no more of it is read than is taken; who stops taking
    /// stops the reading.
    pub fn stream(self: Arc<Self>, range: &Range<u64>) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        let parts = self.layout.parts(range);
        stream::iter(parts)
            .then(move |(part, within)| {
                let archive = self.clone();
                async move { archive.open(part, within).await }
            })
            .try_flatten()
    }

    async fn open(&self, part: Part, within: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        let bytes: Bytes = match part {
            Part::File(n) => match &self.contents[n] {
                Content::Video(video) => return self.read(video, within).await,
                Content::Sheet(sheet) => sheet.clone(),
            },
            Part::Header(n) => self.layout.header(n, self.crc32(n).await?).into(),
            Part::Record(n) => self.layout.record(n, self.crc32(n).await?).into(),
            Part::End => self.layout.end().into(),
        };
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let piece = bytes.slice(place(within.start)..place(within.end));
        Ok(stream::once(async { Ok(piece) }).boxed())
    }

    /// Part of a video, exactly as long as it was said: an archive whose pieces do not fit is broken off, not sent.
    async fn read(&self, video: &Video, within: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        let name = format!("{}/video.mp4", video.prefix);
        let expected = within.end - within.start;
        // Some stores answer a range over everything as no range at all.
        let is_whole = expected == video.bytes;
        let piece = self.storage.get(&name, (!is_whole).then_some(within)).await?;
        let id = video.id;
        let counted = stream::try_unfold((piece.bytes, expected), move |(mut bytes, left)| async move {
            let wrong = || Failure::broken(format!("the video of {id} is not as long as it was"));
            match bytes.next().await {
                Some(piece) => {
                    let piece = piece?;
                    let left = left.checked_sub(piece.len() as u64).ok_or_else(wrong)?;
                    Ok(Some((piece, (bytes, left))))
                }
                None if left == 0 => Ok(None),
                None => Err(wrong()),
            }
        });
        Ok(counted.boxed())
    }

    /// The CRC-32 of a file. What an older version has stored is read for it once, when it is needed.
    async fn crc32(&self, n: usize) -> Result<u32> {
        let video = match &self.contents[n] {
            Content::Sheet(sheet) => return Ok(crc32fast::hash(sheet)),
            Content::Video(video) => video,
        };
        let worked_out = async {
            let mut bytes = self.read(video, 0..video.bytes).await?;
            let mut crc32 = crc32fast::Hasher::new();
            while let Some(piece) = bytes.try_next().await? {
                crc32.update(&piece);
            }
            let crc32 = crc32.finalize();
            let mut tx = self.db.begin().await?;
            media::set_crc32(&mut tx, video.id, &video.prefix, crc32).await?;
            tx.commit().await?;
            Ok(crc32)
        };
        video.crc32.get_or_try_init(|| worked_out).await.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{beside::tests::row, *};

    #[test]
    fn an_archive_changes_its_tag_with_any_of_its_bytes() {
        let storage = Storage::over(Arc::new(object_store::memory::InMemory::new()));
        let db = || Db::Postgres(sqlx::PgPool::connect_lazy("postgres://localhost/none").unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let _inside = runtime.enter();
        let tag = |rows| plan(rows, &HashMap::new(), db(), storage.clone()).unwrap().etag;
        let one = tag(vec![row("a boat", 1)]);
        assert_eq!(one, tag(vec![row("a boat", 1)]));
        let other = GenerationRow {
            media_etag: Some("f".into()),
            ..row("a boat", 1)
        };
        for rows in [
            vec![row("a boar", 1)],
            vec![other],
            vec![row("a boat", 1), row("a boat", 2)],
        ] {
            assert_ne!(one, tag(rows));
        }
        // What was worked out later changes nothing: the bytes were always those.
        let known = GenerationRow {
            media_crc32: Some(9),
            ..row("a boat", 1)
        };
        assert_eq!(one, tag(vec![known]));
    }
}
