//! SQL of generations. Every change of state is guarded by the state it starts from and by the fence.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;
use view::{Sieve, Value};

/// A generation as it is stored; by default, before anything is known.
#[derive(Clone, Debug, Default)]
pub struct GenerationRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub quote_id: Uuid,
    pub take: i64,
    pub remixed_from: Option<Uuid>,
    /// How it came from there.
    pub derived_by: Option<String>,
    pub picture_id: Option<Uuid>,
    pub model: String,
    pub model_label: String,
    pub provider: String,
    pub prompt: String,
    pub width: i64,
    pub height: i64,
    pub seconds: i64,
    /// So many of them were added to another video, the one that it comes from.
    pub added_seconds: Option<i64>,
    pub seed: i64,
    pub caption: bool,
    pub credits: i64,
    pub hold_id: Option<Uuid>,
    pub state: String,
    pub progress: i64,
    pub fence: i64,
    pub reason: Option<String>,
    pub provider_job: Option<String>,
    /// The provider still has the video, to extend it by its own id.
    pub kept_there: bool,
    /// Providers that refused it before taking it, with commas between.
    pub refused_by: String,
    pub deadline_at: Option<i64>,
    pub media_prefix: Option<String>,
    pub media_etag: Option<String>,
    pub media_bytes: Option<i64>,
    pub media_stills: bool,
    /// Frames in 1,000 seconds.
    pub media_rate: Option<i64>,
    pub media_sound: Option<bool>,
    /// Nothing for what an older version has stored.
    pub media_crc32: Option<i64>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// When it was moved to the trash, while it lies there.
    pub trashed_at: Option<i64>,
    pub title: String,
    pub favourite: bool,
}
from_row!(GenerationRow {
    id,
    user_id,
    quote_id,
    take,
    remixed_from,
    derived_by,
    picture_id,
    model,
    model_label,
    provider,
    prompt,
    width,
    height,
    seconds,
    added_seconds,
    seed,
    caption,
    credits,
    hold_id,
    state,
    progress,
    fence,
    reason,
    provider_job,
    kept_there,
    refused_by,
    deadline_at,
    media_prefix,
    media_etag,
    media_bytes,
    media_stills,
    media_rate,
    media_sound,
    media_crc32,
    created_at,
    started_at,
    finished_at,
    trashed_at,
    title,
    favourite,
});

/// What lists show of a generation, and no more: every column of every row is a piece of memory.
#[derive(Clone, Debug)]
pub struct CardRow {
    pub id: Uuid,
    pub quote_id: Uuid,
    pub take: i64,
    pub model: String,
    pub model_label: String,
    /// Its beginning.
    pub prompt: String,
    pub width: i64,
    pub height: i64,
    pub seconds: i64,
    pub added_seconds: Option<i64>,
    pub seed: i64,
    pub credits: i64,
    pub state: String,
    pub progress: i64,
    pub reason: Option<String>,
    pub media_stills: bool,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub title: String,
    /// What it is sorted by where titles count.
    pub title_sort: String,
    pub favourite: bool,
}
from_row!(CardRow {
    id,
    quote_id,
    take,
    model,
    model_label,
    prompt,
    width,
    height,
    seconds,
    added_seconds,
    seed,
    credits,
    state,
    progress,
    reason,
    media_stills,
    created_at,
    started_at,
    finished_at,
    title,
    title_sort,
    favourite,
});

impl From<GenerationRow> for CardRow {
    fn from(row: GenerationRow) -> Self {
        Self {
            id: row.id,
            quote_id: row.quote_id,
            take: row.take,
            model: row.model,
            model_label: row.model_label,
            prompt: row.prompt.clone(),
            width: row.width,
            height: row.height,
            seconds: row.seconds,
            added_seconds: row.added_seconds,
            seed: row.seed,
            credits: row.credits,
            state: row.state,
            progress: row.progress,
            reason: row.reason,
            media_stills: row.media_stills,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            title_sort: words::sort_key(&row.title, &row.prompt),
            title: row.title,
            favourite: row.favourite,
        }
    }
}

impl GenerationRow {
    /// What it is called: its title, or its prompt.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.title.is_empty() {
            &self.prompt
        } else {
            &self.title
        }
    }
}

macro_rules! card_columns {
    () => {
        "id, quote_id, take, model, model_label, SUBSTR(prompt, 1, 1000) AS prompt, width, height, seconds, added_seconds, seed, credits, state, \
         progress, reason, media_stills, created_at, started_at, finished_at, title, title_sort, favourite"
    };
}

macro_rules! columns {
    () => {
        "id, user_id, quote_id, take, remixed_from, derived_by, picture_id, model, model_label, provider, prompt, width, height, seconds, added_seconds, seed, caption, \
         credits, hold_id, state, progress, fence, reason, provider_job, kept_there, refused_by, deadline_at, media_prefix, media_etag, media_bytes, media_stills, \
         media_rate, media_sound, media_crc32, created_at, started_at, finished_at, trashed_at, title, favourite"
    };
}

mod changes;
/// Where videos came from, and what came from them.
pub mod lineage;
pub mod media;
/// The search, which shows cards too.
pub mod search;
/// Pages of the library: its filters and orders.
pub mod view;
pub mod words;

pub use changes::{Change, adopt, change, delete, standing_still};
pub use media::{KeptThere, Media, StoredRow, is_lost_there, kept_there, set_media, stored};

/// Adds a queued generation. False when this take of this quote exists.
pub async fn add(tx: &mut Tx, row: &GenerationRow) -> Result<bool> {
    const SQL: &str = "INSERT INTO generations (id, user_id, quote_id, take, model, model_label, provider, prompt, prompt_search,
          width, height, seconds, seed, caption, credits, hold_id, state, created_at, remixed_from, picture_id, searchable, derived_by, title_sort, added_seconds)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'queued', $17, $18, $19, TRUE, $20, $21, $22)
        ON CONFLICT (quote_id, take) DO NOTHING";
    let folded = words::fold(&row.prompt);
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(row.id)
        .bind(row.user_id)
        .bind(row.quote_id)
        .bind(row.take)
        .bind(&row.model)
        .bind(&row.model_label)
        .bind(&row.provider)
        .bind(&row.prompt)
        .bind(&folded)
        .bind(row.width)
        .bind(row.height)
        .bind(row.seconds)
        .bind(row.seed)
        .bind(row.caption)
        .bind(row.credits)
        .bind(row.hold_id)
        .bind(row.created_at)
        .bind(row.remixed_from)
        .bind(row.picture_id)
        .bind(&row.derived_by)
        .bind(words::sort_key("", &row.prompt))
        .bind(row.added_seconds)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if rows == 1 {
        search::add(tx, row.user_id, row.id, &folded).await?;
    }
    Ok(rows == 1)
}

/// A person's own generation that is not deleted.
pub async fn lookup(db: &Db, user: Uuid, id: Uuid) -> Result<Option<GenerationRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM generations WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// All takes under a quote.
pub async fn by_quote(db: &Db, user: Uuid, quote: Uuid) -> Result<Vec<CardRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        card_columns!(),
        " FROM generations WHERE quote_id = $1 AND user_id = $2 AND deleted_at IS NULL ORDER BY take LIMIT 200"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(quote)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// Every take under a quote, with all of its prompt.
pub async fn of_quote(db: &Db, user: Uuid, quote: Uuid) -> Result<Vec<GenerationRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM generations WHERE quote_id = $1 AND user_id = $2 AND deleted_at IS NULL ORDER BY take"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(quote)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// The first take under a quote.
pub async fn first_of_quote(db: &Db, user: Uuid, quote: Uuid) -> Result<Option<GenerationRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM generations WHERE quote_id = $1 AND user_id = $2 AND deleted_at IS NULL ORDER BY take LIMIT 1"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(quote)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// A person's generations with everything, for programs: newest or oldest first, after one of them.
pub async fn list(
    db: &Db,
    user: Uuid,
    after: Option<Uuid>,
    oldest_first: bool,
    limit: i64,
) -> Result<Vec<GenerationRow>> {
    const NEWEST: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL AND id < $2 ORDER BY id DESC LIMIT $3"
    );
    const OLDEST: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL AND id > $2 ORDER BY id LIMIT $3"
    );
    let (sql, start) = if oldest_first {
        (OLDEST, Uuid::nil())
    } else {
        (NEWEST, Uuid::max())
    };
    Ok(on_db!(db, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after.unwrap_or(start))
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// A person's work that has not ended, oldest first.
pub async fn alive(db: &Db, user: Uuid, limit: i64) -> Result<Vec<CardRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        card_columns!(),
        " FROM generations
         WHERE user_id = $1 AND state IN ('queued', 'submitting', 'running', 'storing') ORDER BY id LIMIT $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// What ended last of a person's work, since `since` in unix milliseconds.
pub async fn ended(db: &Db, user: Uuid, since: i64, limit: i64) -> Result<Vec<CardRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        card_columns!(),
        " FROM generations WHERE user_id = $1 AND finished_at IS NOT NULL AND finished_at >= $2
           AND deleted_at IS NULL AND trashed_at IS NULL ORDER BY finished_at DESC LIMIT $3"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(since)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// What has ended of what a person created under some quotes.
pub async fn ended_under(db: &Db, user: Uuid, quotes: &[Uuid], limit: i64) -> Result<Vec<CardRow>> {
    let mut sieve = Sieve::default();
    let user = sieve.bind(Value::Id(user));
    let quotes: Vec<_> = quotes.iter().map(|quote| sieve.bind(Value::Id(*quote))).collect();
    if quotes.is_empty() {
        return Ok(Vec::new());
    }
    let limit = sieve.bind(Value::Number(limit));
    let sql = format!(
        "SELECT {} FROM generations WHERE user_id = {user} AND id IN (SELECT id FROM generations WHERE quote_id IN ({}))
           AND finished_at IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL ORDER BY id DESC LIMIT {limit}",
        card_columns!(),
        quotes.join(", ")
    );
    sieve.fetch(db, sql).await
}

/// The beginnings of what videos are called, for the lines of a statement. What was deleted for good has no name.
pub async fn names(db: &Db, user: Uuid, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut sieve = Sieve::default();
    let user = sieve.bind(Value::Id(user));
    let ids: Vec<_> = ids.iter().map(|id| sieve.bind(Value::Id(*id))).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id, SUBSTR(CASE WHEN title = '' THEN prompt ELSE title END, 1, 120) FROM generations WHERE user_id = {user} AND deleted_at IS NULL AND id IN ({})",
        ids.join(", ")
    );
    sieve.fetch(db, sql).await
}

/// Where a generation stands, whoever's it is.
#[derive(Debug)]
pub struct Standing {
    pub state: String,
    pub fence: i64,
    pub provider_job: Option<String>,
    pub media_prefix: Option<String>,
}
from_row!(Standing {
    state,
    fence,
    provider_job,
    media_prefix
});

const STANDING: &str =
    "SELECT state, fence, provider_job, media_prefix FROM generations WHERE id = $1 AND deleted_at IS NULL";

/// Where a generation stands, whoever's it is; nothing when it was deleted.
pub async fn standing(db: &Db, id: Uuid) -> Result<Option<Standing>> {
    Ok(on_db!(db, |c| sqlx::query_as(STANDING)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}
