//! SQL of people, their sessions, the throttles and the server's own secrets.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// A person. It cannot be printed: there is a password's hash in it.
#[derive(Clone)]
pub struct UserRow {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
    pub password_hash: String,
    pub admin: bool,
}
from_row!(UserRow {
    id,
    email,
    name,
    password_hash,
    admin
});

/// A person as they are added.
pub struct NewUser<'a> {
    pub id: Uuid,
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub password_hash: &'a str,
    pub admin: bool,
    pub age_checked_at: Option<i64>,
    pub at: i64,
}

/// Adds a person. False when the address has an account.
pub async fn add_user(tx: &mut Tx, user: &NewUser<'_>) -> Result<bool> {
    const SQL: &str = "INSERT INTO users (id, email, name, password_hash, admin, age_checked_at, created_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user.id)
        .bind(user.email)
        .bind(user.name)
        .bind(user.password_hash)
        .bind(user.admin)
        .bind(user.age_checked_at)
        .bind(user.at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Has others who count what this person has wait for the end of the transaction. Who holds videos as well took them first.
pub async fn lock(tx: &mut Tx, user: Uuid) -> Result<()> {
    // On SQLite nobody else writes.
    if let Tx::Postgres(transaction) = tx {
        sqlx::query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE")
            .bind(user)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The person with an address.
pub async fn user_by_email(db: &Db, email: &str) -> Result<Option<UserRow>> {
    const SQL: &str = "SELECT id, email, name, password_hash, admin FROM users WHERE email = $1";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(email)
        .fetch_optional(c)
        .await)?)
}

/// Replaces a password's hash, if it is still the old one.
pub async fn set_password(tx: &mut Tx, user: Uuid, old: &str, new: &str) -> Result<()> {
    const SQL: &str = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(old)
        .bind(new)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes down the language that a person chose.
pub async fn set_language(tx: &mut Tx, user: Uuid, tag: &str) -> Result<()> {
    const SQL: &str = "UPDATE users SET language = $2 WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(tag)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// A session with its person.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
    pub admin: bool,
    pub renewed_at: i64,
    /// The tag of the language that they chose, if they did.
    pub language: Option<String>,
    /// Whether they want letters about long work.
    pub mail_ended: bool,
    /// When they showed that the address is theirs, if they did.
    pub mail_confirmed_at: Option<i64>,
    /// When the address was last asked, and how often in vain.
    pub mail_asked_at: Option<i64>,
    pub mail_asks: i64,
    /// Credits, read along: every page of the studio shows them.
    pub available: i64,
    pub held: i64,
}
from_row!(SessionRow {
    id,
    email,
    name,
    admin,
    renewed_at,
    language,
    mail_ended,
    mail_confirmed_at,
    mail_asked_at,
    mail_asks,
    available,
    held
});

/// The session behind a token's hash, unless it has expired.
pub async fn session(db: &Db, token_hash: &[u8], now: i64) -> Result<Option<SessionRow>> {
    const SQL: &str = "SELECT u.id, u.email, u.name, u.admin, s.renewed_at, u.language, u.mail_ended,
          u.mail_confirmed_at, u.mail_asked_at, u.mail_asks, COALESCE(b.available, 0) AS available, COALESCE(b.held, 0) AS held
        FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN ledger_balances b ON b.user_id = u.id
        WHERE s.token_hash = $1 AND s.expires_at > $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(token_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Adds a session, and forgets the one it replaces and all that expired.
pub async fn add_session(
    tx: &mut Tx,
    token_hash: &[u8],
    user: Uuid,
    replaces: Option<&[u8]>,
    now: i64,
    expires: i64,
) -> Result<()> {
    const FORGET: &str = "DELETE FROM sessions WHERE token_hash = $1 OR expires_at <= $2";
    const ADD: &str = "INSERT INTO sessions (token_hash, user_id, created_at, renewed_at, expires_at) VALUES ($1, $2, $3, $3, $4)";
    on_tx!(tx, |c| sqlx::query(FORGET)
        .bind(replaces)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    on_tx!(tx, |c| sqlx::query(ADD)
        .bind(token_hash)
        .bind(user)
        .bind(now)
        .bind(expires)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Moves a session's end further away.
pub async fn renew_session(tx: &mut Tx, token_hash: &[u8], now: i64, expires: i64) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET renewed_at = $2, expires_at = $3 WHERE token_hash = $1";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(token_hash)
        .bind(now)
        .bind(expires)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Ends a session.
pub async fn end_session(tx: &mut Tx, token_hash: &[u8]) -> Result<()> {
    const SQL: &str = "DELETE FROM sessions WHERE token_hash = $1";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(token_hash)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Counts a try under a key and says how many there were in the window that runs.
pub async fn count_try(tx: &mut Tx, key: &str, now: i64, window_ms: i64) -> Result<i64> {
    const SQL: &str = "INSERT INTO throttles (key, tries, resets_at) VALUES ($1, 1, $2 + $3)
        ON CONFLICT (key) DO UPDATE SET
          tries = CASE WHEN throttles.resets_at <= $2 OR throttles.resets_at > $2 + $3 THEN 1 ELSE throttles.tries + 1 END,
          resets_at = CASE WHEN throttles.resets_at <= $2 OR throttles.resets_at > $2 + $3 THEN $2 + $3
                           ELSE throttles.resets_at END
        RETURNING tries";
    let (tries,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(key)
        .bind(now)
        .bind(window_ms)
        .fetch_one(c)
        .await)?;
    Ok(tries)
}

/// Forgets the tries under a key, and all whose window is over.
pub async fn forget_tries(tx: &mut Tx, key: &str, now: i64) -> Result<()> {
    const SQL: &str = "DELETE FROM throttles WHERE key = $1 OR resets_at <= $2";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(key)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// A secret of the server, made at the first call; every process gets the same.
pub async fn secret(db: &Db, name: &str, fresh: &[u8]) -> Result<Vec<u8>> {
    const ADD: &str =
        "INSERT INTO server_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    const GET: &str = "SELECT value FROM server_secrets WHERE name = $1";
    let found: Option<(Vec<u8>,)> = on_db!(db, |c| sqlx::query_as(GET).bind(name).fetch_optional(c).await)?;
    if let Some((value,)) = found {
        return Ok(value);
    }
    let mut tx = db.begin().await?;
    on_tx!(&mut tx, |c| sqlx::query(ADD)
        .bind(name)
        .bind(fresh)
        .execute(c)
        .await
        .map(|_| ()))?;
    tx.commit().await?;
    let (value,): (Vec<u8>,) = on_db!(db, |c| sqlx::query_as(GET).bind(name).fetch_one(c).await)?;
    Ok(value)
}
