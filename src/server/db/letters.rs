//! SQL of letters: who wants them, what is gathered, what is to be sent.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// Who a letter goes to.
#[derive(Clone, Debug)]
pub struct ReaderRow {
    pub email: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub mail_ended: bool,
    pub mail_confirmed_at: Option<i64>,
}
from_row!(ReaderRow {
    email,
    name,
    language,
    mail_ended,
    mail_confirmed_at,
});

/// Whether the address of a person was asked, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct AskedRow {
    pub mail_confirmed_at: Option<i64>,
    pub mail_asked_at: Option<i64>,
    pub mail_asks: i64,
}
from_row!(AskedRow {
    mail_confirmed_at,
    mail_asked_at,
    mail_asks,
});

/// A letter that is gathered or sent.
#[derive(Clone, Debug)]
pub struct LetterRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: String,
    pub created_at: i64,
    pub sealed_at: Option<i64>,
}
from_row!(LetterRow {
    id,
    user_id,
    kind,
    created_at,
    sealed_at,
});

/// Something that ended, as a letter tells it.
#[derive(Clone, Debug)]
pub struct EndedRow {
    pub id: Uuid,
    pub title: String,
    /// Its beginning.
    pub prompt: String,
    pub state: String,
    pub reason: Option<String>,
}
from_row!(EndedRow {
    id,
    title,
    prompt,
    state,
    reason,
});

/// Whether a person wants to hear of long work that ended, at an address that is theirs.
pub async fn wants_ended(tx: &mut Tx, user: Uuid) -> Result<bool> {
    const SQL: &str = "SELECT mail_ended FROM users WHERE id = $1 AND mail_confirmed_at IS NOT NULL";
    let row: Option<(bool,)> = on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).fetch_optional(c).await)?;
    Ok(row.is_some_and(|row| row.0))
}

/// Writes down whether they want it, and says whether their address was asked; nobody's when the account is gone. Who
/// wants it and has chosen no language gets the one that is spoken now.
pub async fn set_wants_ended(
    tx: &mut Tx,
    user: Uuid,
    wants: bool,
    spoken: Option<&str>,
) -> Result<Option<AskedRow>> {
    const SQL: &str =
        "UPDATE users SET mail_ended = $2, language = COALESCE(language, CAST($3 AS TEXT)) WHERE id = $1
        RETURNING mail_confirmed_at, mail_asked_at, mail_asks";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(wants)
        .bind(spoken)
        .fetch_optional(c)
        .await)?)
}

/// Notes that their address is asked.
pub async fn ask(tx: &mut Tx, user: Uuid, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE users SET mail_asked_at = $2, mail_asks = mail_asks + 1 WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Notes that this address is theirs, if letters are still wanted there.
pub async fn confirm(tx: &mut Tx, user: Uuid, email: &str, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE users SET mail_confirmed_at = $3, mail_asks = 0
        WHERE id = $1 AND email = $2 AND mail_ended AND mail_confirmed_at IS NULL";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(email)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Nothing is wanted at their address any more: it is asked again before anything comes.
pub async fn stop(tx: &mut Tx, user: Uuid) -> Result<()> {
    const SQL: &str = "UPDATE users SET mail_ended = $2, mail_confirmed_at = NULL WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(false)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Who a letter goes to; nobody when the account is gone.
pub async fn reader(db: &Db, user: Uuid) -> Result<Option<ReaderRow>> {
    const SQL: &str = "SELECT email, name, language, mail_ended, mail_confirmed_at FROM users WHERE id = $1";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// The letter of this kind that is being gathered for a person: the one that is there, or the new one. It stays open at
/// least as long as the transaction: who wants to seal it waits.
pub async fn gather(tx: &mut Tx, new: Uuid, user: Uuid, kind: &str, now: i64) -> Result<Uuid> {
    const SQL: &str = "INSERT INTO letters (id, user_id, kind, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, kind) WHERE sealed_at IS NULL DO UPDATE SET created_at = letters.created_at RETURNING id";
    let (id,): (Uuid,) = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(new)
        .bind(user)
        .bind(kind)
        .bind(now)
        .fetch_one(c)
        .await)?;
    Ok(id)
}

/// Adds what a letter tells of.
pub async fn add_item(tx: &mut Tx, letter: Uuid, generation: Uuid) -> Result<()> {
    const SQL: &str = "INSERT INTO letter_items (letter_id, generation_id) VALUES ($1, $2)
        ON CONFLICT (letter_id, generation_id) DO NOTHING";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(letter)
        .bind(generation)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// A letter, as it stands in the transaction.
pub async fn lookup(tx: &mut Tx, id: Uuid) -> Result<Option<LetterRow>> {
    const SQL: &str = "SELECT id, user_id, kind, created_at, sealed_at FROM letters WHERE id = $1";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// Whether more of an order that a letter tells of is still being made.
pub async fn order_goes_on(tx: &mut Tx, letter: &LetterRow) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM generations
        WHERE user_id = $1 AND state IN ('queued', 'submitting', 'running', 'storing') AND quote_id IN
          (SELECT g.quote_id FROM letter_items i JOIN generations g ON g.id = i.generation_id WHERE i.letter_id = $2) LIMIT 1";
    let row: Option<(i32,)> = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(letter.user_id)
        .bind(letter.id)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// Closes a letter.
pub async fn seal(tx: &mut Tx, id: Uuid, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE letters SET sealed_at = $2 WHERE id = $1 AND sealed_at IS NULL";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(id)
        .bind(now)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What a letter tells of and its person still has, oldest first, at most so many.
pub async fn items(db: &Db, letter: Uuid, most: i64) -> Result<Vec<EndedRow>> {
    const SQL: &str = "SELECT g.id, g.title, SUBSTR(g.prompt, 1, 1000) AS prompt, g.state, g.reason
        FROM letter_items i JOIN generations g ON g.id = i.generation_id
        WHERE i.letter_id = $1 AND g.deleted_at IS NULL AND g.trashed_at IS NULL ORDER BY g.id LIMIT $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(letter)
        .bind(most)
        .fetch_all(c)
        .await)?)
}

/// Removes a letter with what it tells of.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<()> {
    const SQL: &str = "DELETE FROM letters WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}
