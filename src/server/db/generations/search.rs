//! The search in a person's prompts, and in what they wrote to their videos.
//!
//! `prompt_search` holds the folded prompt, title, note and tags, and patterns over it decide what is found, on both engines
//! alike. The index of words, and of pairs of words, (FTS5, or GIN over a `tsvector`) says which videos of a large library
//! are worth looking at.

use super::{
    CardRow,
    view::{Sieve, Value, View},
    words::{Search, entries, fold, sort_key},
};
use crate::{
    execute, from_row,
    model::library::Sort,
    on_db, on_tx,
    server::{
        db::{Db, Tx},
        error::Result,
    },
};
use uuid::Uuid;

/// How many videos, the first in their order, are looked at one by one where that is likely to fill a page.
const FIRST: i64 = 2_000;
/// How many tell whether it is likely.
const SAMPLE: i64 = 200;
/// So many that the index finds are sorted sooner than all videos of a large library.
const SORTED: i64 = 5_000;

/// How many prompts are folded in one transaction at a start after an update.
const BATCH: i64 = 500;

/// How a search goes about it. Every way finds the same; tests compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As is likely to be the quickest.
    Quickest,
    /// By the index of words.
    Index,
    /// The same, as where it finds very many.
    Many,
    /// Each video is looked at.
    OneByOne,
}

/// A page of what a search finds in a view, in its order.
pub async fn find(db: &Db, view: &View, limit: i64, way: Way) -> Result<Vec<CardRow>> {
    let search = Search::read(&view.search);
    if search.patterns.is_empty() {
        return Ok(Vec::new());
    }
    if way == Way::OneByOne {
        return among_first(db, view, &search, limit, i64::MAX).await;
    }
    let is_full = |rows: &Vec<CardRow>| i64::try_from(rows.len()).is_ok_and(|rows| rows == limit);
    // The index would list every video that a frequent word is in.
    if way == Way::Quickest
        && let Some(first) = likely_first(db, view, &search, limit).await?
    {
        let rows = among_first(db, view, &search, limit, first).await?;
        if is_full(&rows) || has_fewer(db, view, first).await? {
            return Ok(rows);
        }
    }
    // What the index finds fits nearly always.
    let enough = 4 * limit;
    let found = match db {
        _ if way == Way::Many => SORTED,
        Db::Sqlite { .. } => finds_most(db, view, &search, enough).await?,
        // It counts no faster than it looks for the first ones where time is the order.
        Db::Postgres(_) if view.is_by_id() => enough,
        Db::Postgres(_) => finds_most(db, view, &search, SORTED).await?,
    };
    if found >= enough {
        let rows = by_index(db, view, &search, limit, enough, found).await?;
        if is_full(&rows) {
            return Ok(rows);
        }
    }
    by_index(db, view, &search, limit, i64::MAX, found).await
}

/// `AND prompt_search LIKE …`, for each pattern.
fn fits(search: &Search, sieve: &mut Sieve) {
    for pattern in &search.patterns {
        sieve.and("prompt_search LIKE ?", Value::Text(pattern.clone()));
    }
}

async fn among_first(db: &Db, view: &View, search: &Search, limit: i64, first: i64) -> Result<Vec<CardRow>> {
    let mut sieve = view.sieve();
    let (order, first) = (view.order(), sieve.bind(Value::Number(first)));
    let conditions = std::mem::replace(&mut sieve.sql, String::from("TRUE"));
    fits(search, &mut sieve);
    let limit = sieve.bind(Value::Number(limit));
    let (cards, patterns) = (card_columns!(), &sieve.sql);
    let sql = if view.is_by_id() {
        // Read one by one, in order, until the page is full.
        format!(
            "SELECT {cards} FROM (SELECT * FROM generations WHERE {conditions} ORDER BY {order} LIMIT {first}) AS head
             WHERE {patterns} ORDER BY {order} LIMIT {limit}"
        )
    } else {
        format!(
            "SELECT {cards} FROM generations
             WHERE id IN (SELECT id FROM generations WHERE {conditions} ORDER BY {order} LIMIT {first})
               AND {patterns} ORDER BY {order} LIMIT {limit}"
        )
    };
    sieve.fetch(db, sql).await
}

/// Among how many first ones, after any place, a page is likely to be filled, as the newest of a view tell; nothing when that
/// is not likely.
async fn likely_first(db: &Db, view: &View, search: &Search, limit: i64) -> Result<Option<i64>> {
    let from_the_top = View {
        after: None,
        ..view.clone()
    };
    let mut sieve = from_the_top.sieve();
    let sample = sieve.bind(Value::Number(SAMPLE));
    let conditions = std::mem::replace(&mut sieve.sql, String::from("TRUE"));
    fits(search, &mut sieve);
    let sql = format!(
        "SELECT COUNT(*) AS count FROM (SELECT prompt_search FROM generations WHERE {conditions} ORDER BY id DESC LIMIT {sample})
         AS newest WHERE {}",
        sieve.sql
    );
    let fitting = count(db, &sieve, sql).await?;
    if fitting * FIRST < limit * SAMPLE {
        return Ok(None);
    }
    if view.is_by_id() {
        return Ok(Some(FIRST));
    }
    // Of another order the newest tell less, and what the index finds has to be sorted anyway.
    if fitting * 2 < SAMPLE && finds_most(db, view, search, SORTED).await? < SORTED {
        return Ok(None);
    }
    Ok(Some((4 * limit * SAMPLE / fitting).min(FIRST)))
}

/// Whether a view has fewer than so many.
async fn has_fewer(db: &Db, view: &View, first: i64) -> Result<bool> {
    let mut sieve = view.sieve();
    let limit = sieve.bind(Value::Number(first));
    let sql = format!(
        "SELECT COUNT(*) AS count FROM (SELECT id FROM generations WHERE {} LIMIT {limit}) AS few",
        sieve.sql
    );
    Ok(count(db, &sieve, sql).await? < first)
}

struct Count {
    count: i64,
}
from_row!(Count { count });

/// What a query counts as `count`.
async fn count(db: &Db, sieve: &Sieve, sql: String) -> Result<i64> {
    let rows: Vec<Count> = sieve.fetch(db, sql).await?;
    Ok(rows.iter().map(|row| row.count).sum())
}

/// What the index of words finds, as `found`.
fn finds(db: &Db, view: &View, search: &Search, sieve: &mut Sieve) -> String {
    match db {
        Db::Sqlite { .. } => {
            let question = sieve.bind(Value::Text(search.for_sqlite(view.user)));
            format!("SELECT rowid AS found FROM prompt_index WHERE prompt_index MATCH {question}")
        }
        Db::Postgres(_) => {
            // The person says in which part of the table.
            let user = sieve.bind(Value::Id(view.user));
            let question = sieve.bind(Value::Text(search.for_postgres(view.user)));
            format!(
                "SELECT generation_id AS found FROM prompt_words
                 WHERE user_id = {user} AND words @@ CAST(CAST({question} AS TEXT) AS TSQUERY)"
            )
        }
    }
}

/// How many the index finds; it looks for so many and no more.
async fn finds_most(db: &Db, view: &View, search: &Search, most: i64) -> Result<i64> {
    let mut sieve = Sieve::default();
    let finds = finds(db, view, search, &mut sieve);
    let most = sieve.bind(Value::Number(most));
    let sql = format!("SELECT COUNT(found) AS count FROM ({finds} LIMIT {most}) AS few");
    count(db, &sieve, sql).await
}

/// Looks at the first so many of what the index finds, which are `found` or more.
async fn by_index(
    db: &Db,
    view: &View,
    search: &Search,
    limit: i64,
    most: i64,
    found: i64,
) -> Result<Vec<CardRow>> {
    let mut sieve = view.sieve();
    let conditions = std::mem::take(&mut sieve.sql);
    let most = sieve.bind(Value::Number(most));
    let finds = finds(db, view, search, &mut sieve);
    let (with, source) = match db {
        // The view's own index holds the row as well, so that nothing else is read.
        Db::Sqlite { .. } => (
            String::new(),
            format!("generations WHERE {conditions} AND search_row IN ({finds})"),
        ),
        // A view and the many that are found are each read once, and put together: PostgreSQL, which believes that they are
        // few, would go into the view's index for every one of them, but does not look into what has an OFFSET.
        Db::Postgres(_) if found >= SORTED => (
            String::new(),
            format!(
                "(SELECT id, seconds, finished_at, title_sort FROM generations WHERE {conditions} OFFSET 0) AS seen
                 JOIN ({finds} OFFSET 0) AS every ON every.found = seen.id"
            ),
        ),
        // First of all: PostgreSQL believes of every word that it is frequent.
        Db::Postgres(_) => (
            format!(
                "every AS MATERIALIZED ({finds}), {}",
                first_of_every(view, &most, &mut sieve)
            ),
            format!("generations WHERE {conditions} AND id IN (SELECT found FROM first)"),
        ),
    };
    sieve.sql = String::from("TRUE");
    fits(search, &mut sieve);
    let limit = sieve.bind(Value::Number(limit));
    let (cards, order, patterns) = (card_columns!(), view.order(), &sieve.sql);
    let sql = format!(
        "WITH {with}head AS MATERIALIZED (SELECT id FROM {source} ORDER BY {order} LIMIT {most})
         SELECT {cards} FROM generations WHERE id IN (SELECT id FROM head) AND {patterns} ORDER BY {order} LIMIT {limit}"
    );
    sieve.fetch(db, sql).await
}

/// Of what PostgreSQL's index finds, what is looked for in a view: all of it; where time is the order, the first so many,
/// since ids carry the time.
fn first_of_every(view: &View, most: &str, sieve: &mut Sieve) -> String {
    if !view.is_by_id() {
        return String::from("first AS (SELECT found FROM every), ");
    }
    sieve.sql = String::from("TRUE");
    view.within(sieve, "found");
    let order = if view.sort == Sort::Newest { "DESC" } else { "ASC" };
    format!(
        "first AS MATERIALIZED (SELECT found FROM every WHERE {} ORDER BY found {order} LIMIT {most}), ",
        sieve.sql
    )
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
            sqlx::query("INSERT INTO prompt_words (generation_id, user_id, words) VALUES ($1, $2, array_to_tsvector($3))")
                .bind(id)
                .bind(user)
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
    execute!(tx, SQL, id)?;
    Ok(())
}

/// What a person wrote to a video, without its tags.
struct Written {
    user_id: Uuid,
    prompt: String,
    title: String,
    note: String,
}
from_row!(Written {
    user_id,
    prompt,
    title,
    note
});

/// Folds what a person wrote to a video (prompt, title, note, tags) anew, in the transaction that changed any of it.
pub async fn renew(tx: &mut Tx, id: Uuid) -> Result<()> {
    const WRITTEN: &str =
        "SELECT user_id, prompt, title, note FROM generations WHERE id = $1 AND deleted_at IS NULL";
    let written: Option<Written> = on_tx!(tx, |c| sqlx::query_as(WRITTEN).bind(id).fetch_optional(c).await)?;
    match written {
        Some(written) => fold_in(tx, id, &written).await,
        None => Ok(()),
    }
}

async fn fold_in(tx: &mut Tx, id: Uuid, written: &Written) -> Result<()> {
    const TAGS: &str = "SELECT tag FROM generation_tags WHERE generation_id = $1 ORDER BY tag";
    const DONE: &str =
        "UPDATE generations SET prompt_search = $2, title_sort = $3, searchable = TRUE WHERE id = $1";
    let tags: Vec<String> = on_tx!(tx, |c| sqlx::query_scalar(TAGS).bind(id).fetch_all(c).await)?;
    // Two spaces between the texts: no phrase goes over the end of one.
    let mut folded = fold(&written.prompt);
    for text in [&written.title, &written.note].into_iter().chain(&tags) {
        folded.push_str(&fold(text));
    }
    execute!(tx, DONE, id, &folded, sort_key(&written.title, &written.prompt))?;
    remove(tx, id).await?;
    add(tx, written.user_id, id, &folded).await
}

/// Folds the prompts that an older version has written, and puts them into the index. Several processes may do so at once.
pub async fn catch_up(db: &Db) -> Result<()> {
    const SQL: &str =
        "SELECT id FROM generations WHERE NOT searchable AND deleted_at IS NULL ORDER BY id LIMIT $1";
    // Under the row's lock: another process may have done it by now.
    const MINE: &str =
        "UPDATE generations SET searchable = TRUE WHERE id = $1 AND NOT searchable AND deleted_at IS NULL
         RETURNING user_id, prompt, title, note";
    let mut done = 0;
    loop {
        let rows: Vec<Uuid> = on_db!(db, |c| sqlx::query_scalar(SQL).bind(BATCH).fetch_all(c).await)?;
        if rows.is_empty() {
            break;
        }
        let mut tx = db.begin().await?;
        for id in &rows {
            let mine: Option<Written> =
                on_tx!(&mut tx, |c| sqlx::query_as(MINE).bind(id).fetch_optional(c).await)?;
            if let Some(written) = mine {
                fold_in(&mut tx, *id, &written).await?;
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
