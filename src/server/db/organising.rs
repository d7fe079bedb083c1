//! SQL of what a person makes of their library: titles, notes, favourites, collections, tags.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{
    Db, Tx,
    generations::{
        search,
        view::{Sieve, Value},
    },
    people,
};
use crate::{execute, from_row, model::library::AboutChange, on_db, on_tx, server::error::Result};
use std::collections::HashMap;
use uuid::Uuid;

/// What was written to a video.
#[derive(Debug)]
pub struct WrittenRow {
    pub title: String,
    pub note: String,
    pub favourite: bool,
}
from_row!(WrittenRow {
    title,
    note,
    favourite
});

/// A collection with how many videos are in it.
#[derive(Debug)]
pub struct CollectionRow {
    pub id: Uuid,
    pub name: String,
    pub videos: i64,
}
from_row!(CollectionRow { id, name, videos });

/// What was written to a person's own video.
pub async fn written(db: &Db, user: Uuid, id: Uuid) -> Result<Option<WrittenRow>> {
    const SQL: &str = "SELECT title, note, favourite FROM generations WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// What else a person wrote to a video, for whoever carries it away.
#[derive(Debug, Default)]
pub struct Belongings {
    pub note: String,
    /// By name, as are the collections.
    pub tags: Vec<String>,
    pub collections: Vec<String>,
}

/// How many videos are asked about at once.
const PIECE: usize = 200;

/// What belongs to videos that the caller knows to be the person's own; those to which nothing was written are not there.
pub async fn belongings(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Belongings>> {
    let mut found = HashMap::<Uuid, Belongings>::new();
    for piece in ids.chunks(PIECE) {
        let ask = |sql: &'static str| async move {
            let mut sieve = Sieve::default();
            let ids: Vec<_> = piece.iter().map(|id| sieve.bind(Value::Id(*id))).collect();
            let sql = sql.replace("{ids}", &ids.join(", "));
            sieve.fetch::<(Uuid, String)>(db, sql).await
        };
        for (id, note) in ask("SELECT id, note FROM generations WHERE note <> '' AND id IN ({ids})").await? {
            found.entry(id).or_default().note = note;
        }
        let tags =
            "SELECT generation_id, tag FROM generation_tags WHERE generation_id IN ({ids}) ORDER BY tag";
        for (id, tag) in ask(tags).await? {
            found.entry(id).or_default().tags.push(tag);
        }
        let collections = "SELECT i.generation_id, c.name FROM collection_items i JOIN collections c ON c.id = i.collection_id
            WHERE i.generation_id IN ({ids}) ORDER BY c.name_key";
        for (id, name) in ask(collections).await? {
            found.entry(id).or_default().collections.push(name);
        }
    }
    Ok(found)
}

/// The tags of a video.
pub async fn tags_of(db: &Db, id: Uuid) -> Result<Vec<String>> {
    const SQL: &str = "SELECT tag FROM generation_tags WHERE generation_id = $1 ORDER BY tag";
    Ok(on_db!(db, |c| sqlx::query_scalar(SQL)
        .bind(id)
        .fetch_all(c)
        .await)?)
}

/// The collections that a video is in.
pub async fn collections_of(db: &Db, id: Uuid) -> Result<Vec<Uuid>> {
    const SQL: &str = "SELECT collection_id FROM collection_items WHERE generation_id = $1";
    Ok(on_db!(db, |c| sqlx::query_scalar(SQL)
        .bind(id)
        .fetch_all(c)
        .await)?)
}

/// A person's collections, by name.
pub async fn collections(db: &Db, user: Uuid) -> Result<Vec<CollectionRow>> {
    const SQL: &str = "SELECT id, name, (SELECT COUNT(*) FROM collection_items WHERE collection_id = collections.id)
          -- What lies in the trash is little, and found by its own index.
          - (SELECT COUNT(*) FROM generations g JOIN collection_items i ON i.generation_id = g.id AND i.collection_id = collections.id
             WHERE g.user_id = $1 AND g.trashed_at IS NOT NULL AND g.deleted_at IS NULL) AS videos
        FROM collections WHERE user_id = $1 ORDER BY name_key LIMIT 1000";
    Ok(on_db!(db, |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await)?)
}

/// Whether a collection is there, and a person's.
pub async fn has_collection(db: &Db, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "SELECT id FROM collections WHERE id = $1 AND user_id = $2";
    let found: Option<Uuid> = on_db!(db, |c| sqlx::query_scalar(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    Ok(found.is_some())
}

/// A person's tags, by name. Each is found by one look into the index, however many videos have it.
pub async fn tags(db: &Db, user: Uuid, limit: i64) -> Result<Vec<String>> {
    const SQL: &str = "WITH RECURSIVE step(tag, n) AS (
          SELECT (SELECT MIN(tag) FROM generation_tags WHERE user_id = $1), CAST(1 AS BIGINT)
          UNION ALL
          SELECT (SELECT MIN(t.tag) FROM generation_tags t WHERE t.user_id = $1 AND t.tag > step.tag), n + 1
          FROM step WHERE step.tag IS NOT NULL AND n < $2)
        SELECT tag FROM step WHERE tag IS NOT NULL";
    Ok(on_db!(db, |c| sqlx::query_scalar(SQL)
        .bind(user)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The models of a person's videos, with their names for people; the same way.
pub async fn models(db: &Db, user: Uuid) -> Result<Vec<(String, String)>> {
    const SQL: &str = "WITH RECURSIVE step(model, n) AS (
          SELECT (SELECT MIN(model) FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL), CAST(1 AS BIGINT)
          UNION ALL
          SELECT (SELECT MIN(g.model) FROM generations g
                  WHERE g.user_id = $1 AND g.deleted_at IS NULL AND g.trashed_at IS NULL AND g.model > step.model), n + 1
          FROM step WHERE step.model IS NOT NULL AND n < 100)
        SELECT model, (SELECT MAX(model_label) FROM generations g
                       WHERE g.user_id = $1 AND g.deleted_at IS NULL AND g.trashed_at IS NULL AND g.model = step.model)
        FROM step WHERE model IS NOT NULL";
    Ok(on_db!(db, |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await)?)
}

/// Locks a person's own video for what follows in the transaction. False when it is not theirs or not there.
pub async fn take_hold(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "UPDATE generations SET searchable = searchable WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL";
    changed(tx, SQL, user, id).await
}

/// The same for a collection.
pub async fn take_hold_of_collection(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "UPDATE collections SET name = name WHERE id = $1 AND user_id = $2";
    changed(tx, SQL, user, id).await
}

/// Removes a collection; its videos stay.
pub async fn remove_collection(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "DELETE FROM collections WHERE id = $1 AND user_id = $2";
    changed(tx, SQL, user, id).await
}

async fn changed(tx: &mut Tx, sql: &'static str, user: Uuid, id: Uuid) -> Result<bool> {
    Ok(execute!(tx, sql, id, user)? == 1)
}

/// Marks a video, or takes the mark away.
pub async fn set_favourite(tx: &mut Tx, id: Uuid, favourite: bool) -> Result<()> {
    const SQL: &str = "UPDATE generations SET favourite = $2 WHERE id = $1";
    execute!(tx, SQL, id, favourite)?;
    Ok(())
}

/// Puts what a person wrote in the place of what they had written. The video is held.
pub async fn write(tx: &mut Tx, user: Uuid, id: Uuid, about: &AboutChange) -> Result<()> {
    const WRITE: &str = "UPDATE generations SET title = $2, note = $3, favourite = $4 WHERE id = $1";
    execute!(tx, WRITE, id, &about.title, &about.note, about.favourite)?;
    forget(tx, id).await?;
    for tag in &about.tags {
        add_tag(tx, user, id, tag).await?;
    }
    for collection in &about.collections {
        collect(tx, user, collection.0, id).await?;
    }
    search::renew(tx, id).await
}

/// Gives a video a tag.
pub async fn add_tag(tx: &mut Tx, user: Uuid, id: Uuid, tag: &str) -> Result<()> {
    const SQL: &str = "INSERT INTO generation_tags (user_id, tag, generation_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    execute!(tx, SQL, user, tag, id)?;
    Ok(())
}

/// Takes a tag away from a video.
pub async fn remove_tag(tx: &mut Tx, id: Uuid, tag: &str) -> Result<()> {
    const SQL: &str = "DELETE FROM generation_tags WHERE generation_id = $1 AND tag = $2";
    execute!(tx, SQL, id, tag)?;
    Ok(())
}

/// How many tags a video has.
pub async fn count_tags(tx: &mut Tx, id: Uuid) -> Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM generation_tags WHERE generation_id = $1";
    Ok(on_tx!(tx, |c| sqlx::query_scalar(SQL)
        .bind(id)
        .fetch_one(c)
        .await)?)
}

/// Puts a video into a collection of the same person; into somebody else's it does not come.
pub async fn collect(tx: &mut Tx, user: Uuid, collection: Uuid, id: Uuid) -> Result<()> {
    const SQL: &str = "INSERT INTO collection_items (collection_id, generation_id)
        SELECT id, $2 FROM collections WHERE id = $1 AND user_id = $3 ON CONFLICT DO NOTHING";
    execute!(tx, SQL, collection, id, user)?;
    Ok(())
}

/// Takes a video out of a collection. False when it was not in it.
pub async fn uncollect(tx: &mut Tx, collection: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "DELETE FROM collection_items WHERE collection_id = $1 AND generation_id = $2";
    Ok(execute!(tx, SQL, collection, id)? == 1)
}

/// Takes a video out of all collections and takes its tags away.
pub async fn forget(tx: &mut Tx, id: Uuid) -> Result<()> {
    for sql in [
        "DELETE FROM generation_tags WHERE generation_id = $1",
        "DELETE FROM collection_items WHERE generation_id = $1",
    ] {
        execute!(tx, sql, id)?;
    }
    Ok(())
}

/// How many collections a person has. Others wait to count them until the transaction ends.
pub async fn count_collections(tx: &mut Tx, user: Uuid) -> Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM collections WHERE user_id = $1";
    people::lock(tx, user).await?;
    Ok(on_tx!(tx, |c| sqlx::query_scalar(SQL)
        .bind(user)
        .fetch_one(c)
        .await)?)
}

/// The collection of a name, as names are compared.
pub async fn named(tx: &mut Tx, user: Uuid, key: &str) -> Result<Option<Uuid>> {
    const SQL: &str = "SELECT id FROM collections WHERE user_id = $1 AND name_key = $2";
    Ok(on_tx!(tx, |c| sqlx::query_scalar(SQL)
        .bind(user)
        .bind(key)
        .fetch_optional(c)
        .await)?)
}

/// Adds a collection. False when there is one of this name.
pub async fn add_collection(tx: &mut Tx, user: Uuid, id: Uuid, name: &str, now: i64) -> Result<bool> {
    const SQL: &str =
        "INSERT INTO collections (id, user_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, name_key) DO NOTHING";
    Ok(execute!(tx, SQL, id, user, name, key(name), now)? == 1)
}

/// Gives a held collection another name. False when another one has it.
pub async fn rename_collection(tx: &mut Tx, user: Uuid, id: Uuid, name: &str) -> Result<bool> {
    const SQL: &str = "UPDATE collections SET name = $2, name_key = $3 WHERE id = $1";
    let key = key(name);
    if named(tx, user, &key).await?.is_some_and(|other| other != id) {
        return Ok(false);
    }
    execute!(tx, SQL, id, name, &key)?;
    Ok(true)
}

/// A name as it is compared.
#[must_use]
pub fn key(name: &str) -> String {
    name.to_lowercase()
}
