//! SQL of programs' keys, of what they spend, and of requests that come again.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx, people};
use crate::{execute, from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct KeyRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub name: String,
    pub prefix: String,
    pub scopes: String,
    pub monthly_cap: Option<i64>,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}
from_row!(KeyRow {
    id,
    user_id,
    name,
    prefix,
    scopes,
    monthly_cap,
    created_at,
    last_used_at,
    revoked_at,
});

macro_rules! columns {
    () => {
        "id, user_id, name, prefix, scopes, monthly_cap, created_at, last_used_at, revoked_at"
    };
}

/// Adds a key.
pub async fn add(tx: &mut Tx, key: &KeyRow, hash: &[u8]) -> Result<()> {
    const SQL: &str =
        "INSERT INTO api_keys (id, user_id, name, hash, prefix, scopes, monthly_cap, created_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    execute!(
        tx,
        SQL,
        key.id,
        key.user_id,
        &key.name,
        hash,
        &key.prefix,
        &key.scopes,
        key.monthly_cap,
        key.created_at
    )?;
    Ok(())
}

/// The key behind a hash, unless it is revoked.
pub async fn by_hash(db: &Db, hash: &[u8]) -> Result<Option<KeyRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM api_keys WHERE hash = $1 AND revoked_at IS NULL"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(hash)
        .fetch_optional(c)
        .await)?)
}

/// A person's keys, those that work first, then the newest.
pub async fn list(db: &Db, user: Uuid, limit: i64) -> Result<Vec<KeyRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM api_keys WHERE user_id = $1
          ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// How many of a person's keys work. Others wait to count them until the transaction ends.
pub async fn count(tx: &mut Tx, user: Uuid) -> Result<i64> {
    const SQL: &str =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL";
    people::lock(tx, user).await?;
    let (count,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).fetch_one(c).await)?;
    Ok(count)
}

/// Whose key it is.
pub async fn owner(db: &Db, id: Uuid) -> Result<Option<Uuid>> {
    const SQL: &str = "SELECT user_id FROM api_keys WHERE id = $1";
    let row: Option<(Uuid,)> = on_db!(db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|row| row.0))
}

/// Ends a person's key; one that has ended keeps its time. False when it is not theirs.
pub async fn revoke(tx: &mut Tx, user: Uuid, id: Uuid, now: i64) -> Result<bool> {
    const SQL: &str =
        "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE id = $1 AND user_id = $2";
    Ok(execute!(tx, SQL, id, user, now)? == 1)
}

/// Writes down that a key is used, unless somebody has just done so, and forgets requests that are too old to come again.
pub async fn touch(tx: &mut Tx, id: Uuid, now: i64, stale: i64, forgotten: i64) -> Result<()> {
    const TOUCH: &str = "UPDATE api_keys SET last_used_at = $2
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3 OR last_used_at > $2)";
    const FORGET: &str = "DELETE FROM idempotency_keys WHERE created_at <= $1";
    execute!(tx, TOUCH, id, now, stale)?;
    execute!(tx, FORGET, forgotten)?;
    Ok(())
}

/// Credits of what a key has created since a time: on hold or charged. What was given back does not count.
const SPENT: &str = "SELECT CAST(COALESCE(SUM(g.credits), 0) AS BIGINT) FROM api_key_uses u
    JOIN generations g ON g.id = u.generation_id
    WHERE u.key_id = $1 AND u.created_at >= $2 AND g.state NOT IN ('failed', 'blocked', 'cancelled')";

/// What a key has spent since a time.
pub async fn spent(db: &Db, key: Uuid, since: i64) -> Result<i64> {
    let (spent,): (i64,) = on_db!(db, |c| sqlx::query_as(SPENT)
        .bind(key)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(spent)
}

/// The same inside a transaction, with what it has added.
pub async fn spent_in(tx: &mut Tx, key: Uuid, since: i64) -> Result<i64> {
    let (spent,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SPENT)
        .bind(key)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(spent)
}

/// Writes down which key created a generation.
pub async fn add_use(tx: &mut Tx, key: Uuid, generation: Uuid, now: i64) -> Result<()> {
    const SQL: &str = "INSERT INTO api_key_uses (generation_id, key_id, created_at) VALUES ($1, $2, $3)";
    execute!(tx, SQL, generation, key, now)?;
    Ok(())
}

/// What a request made that may come again.
#[derive(Debug)]
pub struct MadeRow {
    pub body_hash: Vec<u8>,
    pub generation_id: Uuid,
}
from_row!(MadeRow {
    body_hash,
    generation_id
});

/// What was made under an idempotency key after a time.
pub async fn made(db: &Db, user: Uuid, key: &str, after: i64) -> Result<Option<MadeRow>> {
    const SQL: &str = "SELECT body_hash, generation_id FROM idempotency_keys
                       WHERE user_id = $1 AND key = $2 AND created_at > $3";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(key)
        .bind(after)
        .fetch_optional(c)
        .await)?)
}

/// Takes an idempotency key for a generation. False when it was taken after `before`. Who takes the same one at the same
/// time waits for the end of this transaction.
pub async fn take(tx: &mut Tx, user: Uuid, key: &str, made: &MadeRow, now: i64, before: i64) -> Result<bool> {
    const SQL: &str = "INSERT INTO idempotency_keys (user_id, key, body_hash, generation_id, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, key) DO UPDATE
          SET body_hash = excluded.body_hash, generation_id = excluded.generation_id, created_at = excluded.created_at
          WHERE idempotency_keys.created_at <= $6";
    Ok(execute!(
        tx,
        SQL,
        user,
        key,
        &made.body_hash,
        made.generation_id,
        now,
        before
    )? == 1)
}
