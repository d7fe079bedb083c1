//! SQL of presets, and of the prompts that a person wrote last.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx, people};
use crate::{execute, from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// A preset. It cannot be printed: who has its token sees it.
#[derive(Clone)]
pub struct PresetRow {
    pub id: Uuid,
    pub name: String,
    pub kind: String,
    pub text: String,
    pub share_token: Option<String>,
    pub updated_at: i64,
}
from_row!(PresetRow {
    id,
    name,
    kind,
    text,
    share_token,
    updated_at
});

const LIST: &str = "SELECT id, name, kind, text, share_token, updated_at FROM presets
    WHERE user_id = $1 ORDER BY name_key, id LIMIT 1000";

/// A person's presets by name.
pub async fn list(db: &Db, user: Uuid) -> Result<Vec<PresetRow>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// The same inside a transaction.
pub async fn list_in(tx: &mut Tx, user: Uuid) -> Result<Vec<PresetRow>> {
    people::lock(tx, user).await?;
    Ok(on_tx!(tx, |c| sqlx::query_as(LIST)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// The preset behind a link, whoever's it is.
pub async fn shared(db: &Db, token: &str) -> Result<Option<PresetRow>> {
    const SQL: &str =
        "SELECT id, name, kind, text, share_token, updated_at FROM presets WHERE share_token = $1";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(token)
        .fetch_optional(c)
        .await)?)
}

/// Adds a preset. False when the person has one of this name.
pub async fn add(tx: &mut Tx, user: Uuid, row: &PresetRow, key: &str) -> Result<bool> {
    const SQL: &str = "INSERT INTO presets (id, user_id, name, name_key, kind, text, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING";
    Ok(execute!(
        tx,
        SQL,
        row.id,
        user,
        &row.name,
        key,
        &row.kind,
        &row.text,
        row.updated_at
    )? == 1)
}

/// Whether another one of the person's presets has this name.
pub async fn is_taken(tx: &mut Tx, user: Uuid, key: &str, but: Uuid) -> Result<bool> {
    const SQL: &str = "SELECT 1 FROM presets WHERE user_id = $1 AND name_key = $2 AND id <> $3";
    let row: Option<(i32,)> = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(key)
        .bind(but)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// Changes a preset. False when it is not theirs.
pub async fn update(tx: &mut Tx, user: Uuid, row: &PresetRow, key: &str) -> Result<bool> {
    const SQL: &str = "UPDATE presets SET name = $3, name_key = $4, kind = $5, text = $6, updated_at = $7
        WHERE id = $1 AND user_id = $2";
    Ok(execute!(
        tx,
        SQL,
        row.id,
        user,
        &row.name,
        key,
        &row.kind,
        &row.text,
        row.updated_at
    )? == 1)
}

/// Shares a preset under a token, or ends that with none. One that is shared keeps its token. False when it is not theirs.
pub async fn share(tx: &mut Tx, user: Uuid, id: Uuid, token: Option<&str>) -> Result<bool> {
    const SQL: &str =
        "UPDATE presets SET share_token = CASE WHEN $3 IS NULL THEN NULL ELSE COALESCE(share_token, $3) END
        WHERE id = $1 AND user_id = $2";
    Ok(execute!(tx, SQL, id, user, token)? == 1)
}

/// Forgets a preset, and the link to it. False when it is not theirs.
pub async fn delete(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "DELETE FROM presets WHERE id = $1 AND user_id = $2";
    Ok(execute!(tx, SQL, id, user)? == 1)
}

/// The prompts of what a person made lately, the newest first, each as often as it was made. Very long ones are left out.
pub async fn prompts(db: &Db, user: Uuid) -> Result<Vec<(String,)>> {
    const SQL: &str = "SELECT prompt FROM generations
        WHERE user_id = $1 AND deleted_at IS NULL AND LENGTH(prompt) <= 4000 ORDER BY id DESC LIMIT 400";
    Ok(on_db!(db, |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await)?)
}
