//! SQL of lineage. Deleted generations keep their place in it.

use super::GenerationRow;
use crate::{
    from_row, on_db,
    server::{db::Db, error::Result},
};
use uuid::Uuid;

/// The most takes of one video, and the most that come from it, that are listed.
pub const WIDTH: usize = 8;
/// How many videos are asked at once for what came from them.
pub const PARENTS: usize = 8;

/// A generation as a family shows it.
#[derive(Clone, Debug)]
pub struct KinRow {
    pub id: Uuid,
    pub take: i64,
    pub remixed_from: Option<Uuid>,
    pub derived_by: Option<String>,
    /// The beginning of its title, or of its prompt where it has none.
    pub name: String,
    pub state: String,
    pub media_stills: bool,
    pub deleted_at: Option<i64>,
    /// How many came from it and are not deleted.
    pub offspring: i64,
}
from_row!(KinRow {
    id,
    take,
    remixed_from,
    derived_by,
    name,
    state,
    media_stills,
    deleted_at,
    offspring,
});

macro_rules! kin_columns {
    () => {
        "g.id, g.remixed_from, g.derived_by, SUBSTR(CASE WHEN g.title = '' THEN g.prompt ELSE g.title END, 1, 160) AS name, g.state, g.media_stills, g.deleted_at,
         (SELECT COUNT(*) FROM generations t WHERE t.quote_id = g.quote_id AND t.take <= g.take
            AND (t.id = g.id OR (t.prompt = g.prompt AND t.deleted_at IS NULL AND t.trashed_at IS NULL))) AS take,
         (SELECT COUNT(*) FROM generations c WHERE c.remixed_from = g.id AND c.deleted_at IS NULL) AS offspring"
    };
}

/// A person's own generation, also a deleted one.
///
/// # Errors
/// When the database does not answer.
pub async fn one(db: &Db, user: Uuid, id: Uuid) -> Result<Option<KinRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        kin_columns!(),
        " FROM generations g WHERE g.id = $1 AND g.user_id = $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// The takes of a video: what was created with it from the same prompt, itself among them, in their order. What was deleted or
/// lies in the trash is not there. Of more than [`WIDTH`] (the same words in several lines) the first.
///
/// # Errors
/// When the database does not answer.
pub async fn takes(db: &Db, row: &GenerationRow) -> Result<Vec<KinRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        kin_columns!(),
        " FROM generations g WHERE g.quote_id = $1 AND g.user_id = $2 AND g.deleted_at IS NULL
           AND (g.id = $3 OR (g.prompt = $4 AND g.trashed_at IS NULL)) ORDER BY g.take"
    );
    let takes: Vec<KinRow> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(row.quote_id)
        .bind(row.user_id)
        .bind(row.id)
        .bind(&row.prompt)
        .fetch_all(c)
        .await)?;
    let mut room = WIDTH - 1;
    let shown = takes.into_iter().filter(|take| {
        let is_shown = take.id == row.id || room > 0;
        room -= usize::from(is_shown && take.id != row.id);
        is_shown
    });
    Ok(shown.collect())
}

/// What came from up to [`PARENTS`] of a person's generations: of each the oldest [`WIDTH`], deleted ones last.
///
/// # Errors
/// When the database does not answer.
pub async fn children(db: &Db, user: Uuid, parents: &[Uuid]) -> Result<Vec<KinRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        kin_columns!(),
        " FROM (SELECT id, quote_id, take, remixed_from, derived_by, title, prompt, state, media_stills, deleted_at,
             ROW_NUMBER() OVER (PARTITION BY remixed_from ORDER BY CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END, id) AS place
           FROM generations WHERE user_id = $1 AND remixed_from IN ($3, $4, $5, $6, $7, $8, $9, $10)) g
         WHERE g.place <= $2 ORDER BY g.id"
    );
    // One text for every number of them: nothing came from the nil.
    let parent = |place: usize| parents.get(place).copied().unwrap_or(Uuid::nil());
    Ok(on_db!(db, |c| {
        let mut query = sqlx::query_as(SQL)
            .bind(user)
            .bind(i64::try_from(WIDTH).unwrap_or(i64::MAX));
        for place in 0..PARENTS {
            query = query.bind(parent(place));
        }
        query.fetch_all(c).await
    })?)
}
