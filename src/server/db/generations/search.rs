//! The search in a person's prompts.
//!
//! `prompt_search` holds the folded prompt, and patterns over it decide what is found, on both engines alike. Most searches
//! end within the newest videos; for the others, the index of words (FTS5, or GIN over a `tsvector`) says which videos of a
//! large library are worth looking at.

use super::{
    CardRow,
    words::{Search, entries, fold},
};
use crate::{
    on_db, on_tx,
    server::{
        db::{Db, Tx},
        error::Result,
    },
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// How many of the newest videos are looked at one by one before the index is asked.
pub const NEWEST: i64 = 2_000;

/// How many prompts are folded in one transaction at a start after an update.
const BATCH: i64 = 500;

/// Where a search looks: a person's videos, older than one, in a group of states.
#[derive(Clone, Copy)]
pub struct Among {
    pub user: Uuid,
    pub before: Uuid,
    /// SQL about `state`.
    pub states: &'static str,
}

/// A page of what a search finds, newest first. `newest` videos are looked at before the index is asked.
pub async fn find(db: &Db, among: Among, typed: &str, limit: i64, newest: i64) -> Result<Vec<CardRow>> {
    let search = Search::read(typed);
    if search.patterns.is_empty() {
        return Ok(Vec::new());
    }
    let rows = among_newest(db, among, &search, limit, newest).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == limit);
    if is_full || there_are_fewer(db, among, newest).await? {
        return Ok(rows);
    }
    by_index(db, among, &search, limit).await
}

/// `AND prompt_search LIKE $4 AND …`: as many as there are patterns, which are all bound.
fn fits(search: &Search) -> String {
    use std::fmt::Write as _;
    let mut sql = String::new();
    for n in 0..search.patterns.len() {
        let _ = write!(sql, " AND prompt_search LIKE ${}", n + 5);
    }
    sql
}

async fn among_newest(
    db: &Db,
    among: Among,
    search: &Search,
    limit: i64,
    newest: i64,
) -> Result<Vec<CardRow>> {
    let sql = format!(
        "SELECT {} FROM (SELECT * FROM generations
           WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL AND id < $2 AND {} ORDER BY id DESC LIMIT $4) AS newest
         WHERE TRUE{} ORDER BY id DESC LIMIT $3",
        card_columns!(),
        among.states,
        fits(search)
    );
    Ok(on_db!(db, |c| {
        let mut query = sqlx::query_as(AssertSqlSafe(sql))
            .bind(among.user)
            .bind(among.before)
            .bind(limit)
            .bind(newest);
        for pattern in &search.patterns {
            query = query.bind(pattern);
        }
        query.fetch_all(c).await
    })?)
}

async fn there_are_fewer(db: &Db, among: Among, newest: i64) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT id FROM generations
           WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL AND id < $2 AND {} LIMIT $3) AS newest",
        among.states
    );
    let count: (i64,) = on_db!(db, |c| sqlx::query_as(AssertSqlSafe(sql))
        .bind(among.user)
        .bind(among.before)
        .bind(newest)
        .fetch_one(c)
        .await)?;
    Ok(count.0 < newest)
}

async fn by_index(db: &Db, among: Among, search: &Search, limit: i64) -> Result<Vec<CardRow>> {
    let (question, found) = match db {
        Db::Sqlite { .. } => (
            search.for_sqlite(among.user),
            "row IN (SELECT rowid FROM prompt_index WHERE prompt_index MATCH $4)",
        ),
        Db::Postgres(_) => (
            search.for_postgres(among.user),
            "words @@ CAST(CAST($4 AS TEXT) AS TSQUERY)",
        ),
    };
    let sql = format!(
        "WITH found AS MATERIALIZED (SELECT generation_id FROM prompt_words WHERE {found})
         SELECT {} FROM generations WHERE user_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL AND id < $2 AND {}{}
           AND id IN (SELECT generation_id FROM found) ORDER BY id DESC LIMIT $3",
        card_columns!(),
        among.states,
        fits(search)
    );
    Ok(on_db!(db, |c| {
        let mut query = sqlx::query_as(AssertSqlSafe(sql))
            .bind(among.user)
            .bind(among.before)
            .bind(limit)
            .bind(question);
        for pattern in &search.patterns {
            query = query.bind(pattern);
        }
        query.fetch_all(c).await
    })?)
}

/// Puts a prompt into the index, in the transaction that adds its generation.
pub async fn add(tx: &mut Tx, user: Uuid, id: Uuid, folded: &str) -> Result<()> {
    let words = entries(user, folded);
    match tx {
        Tx::Sqlite(transaction) => {
            sqlx::query("INSERT INTO prompt_words (generation_id, words) VALUES ($1, $2)")
                .bind(id)
                .bind(words.join(" "))
                .execute(&mut **transaction)
                .await?;
        }
        Tx::Postgres(transaction) => {
            sqlx::query("INSERT INTO prompt_words (generation_id, words) VALUES ($1, array_to_tsvector($2))")
                .bind(id)
                .bind(words)
                .execute(&mut **transaction)
                .await?;
        }
    }
    Ok(())
}

/// Takes a prompt out of the index, in the transaction that deletes it.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<()> {
    const SQL: &str = "DELETE FROM prompt_words WHERE generation_id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Folds the prompts that an older version has written, and puts them into the index. Several processes may do so at once.
pub async fn catch_up(db: &Db) -> Result<()> {
    const SQL: &str = "SELECT id, user_id, prompt FROM generations WHERE NOT searchable AND deleted_at IS NULL ORDER BY id LIMIT $1";
    const DONE: &str = "UPDATE generations SET prompt_search = $2, searchable = TRUE
                        WHERE id = $1 AND NOT searchable AND deleted_at IS NULL";
    let mut done = 0;
    loop {
        let rows: Vec<(Uuid, Uuid, String)> =
            on_db!(db, |c| sqlx::query_as(SQL).bind(BATCH).fetch_all(c).await)?;
        if rows.is_empty() {
            break;
        }
        let mut tx = db.begin().await?;
        for (id, user, prompt) in &rows {
            let folded = fold(prompt);
            let changed = on_tx!(&mut tx, |c| sqlx::query(DONE)
                .bind(id)
                .bind(&folded)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if changed == 1 {
                add(&mut tx, *user, *id, &folded).await?;
            }
        }
        tx.commit().await?;
        done += rows.len();
        if done % 50_000 == 0 {
            tracing::info!(prompts = done, "making prompts searchable");
        }
    }
    Ok(())
}
