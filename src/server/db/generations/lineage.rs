//! SQL of lineage. Deleted generations keep their place in it.

use crate::{
    from_row, on_db,
    server::{db::Db, error::Result},
};
use uuid::Uuid;

/// The most that come from one video and are listed.
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
    /// Its beginning.
    pub prompt: String,
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
    prompt,
    state,
    media_stills,
    deleted_at,
    offspring,
});

macro_rules! kin_columns {
    () => {
        "g.id, g.take, g.remixed_from, g.derived_by, SUBSTR(g.prompt, 1, 160) AS prompt, g.state, g.media_stills, g.deleted_at,
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

/// The takes under a quote that are not deleted.
///
/// # Errors
/// When the database does not answer.
pub async fn takes(db: &Db, user: Uuid, quote: Uuid) -> Result<Vec<KinRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        kin_columns!(),
        " FROM generations g WHERE g.quote_id = $1 AND g.user_id = $2 AND g.deleted_at IS NULL ORDER BY g.take LIMIT 8"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(quote)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// What came from up to [`PARENTS`] of a person's generations: of each the oldest [`WIDTH`], deleted ones last.
///
/// # Errors
/// When the database does not answer.
pub async fn children(db: &Db, user: Uuid, parents: &[Uuid]) -> Result<Vec<KinRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        kin_columns!(),
        " FROM (SELECT id, take, remixed_from, derived_by, prompt, state, media_stills, deleted_at,
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
