//! SQL of the events: every change of a generation, counted for each person without holes.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// An event as it is stored.
#[derive(Debug)]
pub struct EventRow {
    pub id: i64,
    pub user_id: Uuid,
    pub seq: i64,
    pub generation_id: Uuid,
    pub state: String,
    pub progress: i64,
    pub reason: Option<String>,
    pub at: i64,
}
from_row!(EventRow {
    id,
    user_id,
    seq,
    generation_id,
    state,
    progress,
    reason,
    at
});

/// Adds an event and gives its number. The counter's row stays locked until the transaction ends, so that nobody
/// can see event 5 before event 4.
pub async fn add(tx: &mut Tx, event: &EventRow) -> Result<i64> {
    const NEXT: &str = "INSERT INTO generation_event_heads (user_id, seq) VALUES ($1, 1)
                        ON CONFLICT (user_id) DO UPDATE SET seq = generation_event_heads.seq + 1 RETURNING seq";
    const ADD: &str =
        "INSERT INTO generation_events (user_id, seq, generation_id, state, progress, reason, at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let added = on_tx!(tx, |c| async {
        let (seq,): (i64,) = sqlx::query_as(NEXT)
            .bind(event.user_id)
            .fetch_one(&mut *c)
            .await?;
        sqlx::query(ADD)
            .bind(event.user_id)
            .bind(seq)
            .bind(event.generation_id)
            .bind(&event.state)
            .bind(event.progress)
            .bind(&event.reason)
            .bind(event.at)
            .execute(&mut *c)
            .await?;
        Ok::<i64, sqlx::Error>(seq)
    }
    .await);
    Ok(added?)
}

/// The number of a person's last event; 0 before the first.
pub async fn head(db: &Db, user: Uuid) -> Result<i64> {
    const SQL: &str = "SELECT seq FROM generation_event_heads WHERE user_id = $1";
    let row: Option<(i64,)> = on_db!(db, |c| sqlx::query_as(SQL).bind(user).fetch_optional(c).await)?;
    Ok(row.map_or(0, |row| row.0))
}

/// A person's events after one, oldest first.
pub async fn after(db: &Db, user: Uuid, seq: i64, limit: i64) -> Result<Vec<EventRow>> {
    const SQL: &str =
        "SELECT id, user_id, seq, generation_id, state, progress, reason, at FROM generation_events
                       WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(seq)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Everybody's events after one, for the relay between processes.
pub async fn relay_after(db: &Db, id: i64, limit: i64) -> Result<Vec<EventRow>> {
    const SQL: &str =
        "SELECT id, user_id, seq, generation_id, state, progress, reason, at FROM generation_events
                       WHERE id > $1 ORDER BY id LIMIT $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The newest event of all.
pub async fn relay_head(db: &Db) -> Result<i64> {
    const SQL: &str = "SELECT COALESCE(MAX(id), 0) FROM generation_events";
    let (id,): (i64,) = on_db!(db, |c| sqlx::query_as(SQL).fetch_one(c).await)?;
    Ok(id)
}

/// The events of a generation, oldest first. No generation has nearly as many as the bound.
pub async fn of(db: &Db, generation: Uuid) -> Result<Vec<EventRow>> {
    const SQL: &str =
        "SELECT id, user_id, seq, generation_id, state, progress, reason, at FROM generation_events
                       WHERE generation_id = $1 ORDER BY seq LIMIT 1000";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(generation)
        .fetch_all(c)
        .await)?)
}

/// Tells other processes on PostgreSQL about an event when the transaction commits. SQLite's relay reads the table.
pub async fn notify(tx: &mut Tx, payload: &str) -> Result<()> {
    if let Tx::Postgres(transaction) = tx {
        sqlx::query("SELECT pg_notify('aisora_events', $1)")
            .bind(payload)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Where nudges are told to other processes on PostgreSQL.
pub const NUDGES: &str = "aisora_nudges";

/// Tells other processes on PostgreSQL that there is news of a provider's job.
pub async fn notify_nudge(db: &Db, payload: &str) -> Result<()> {
    if let Db::Postgres(pool) = db {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(NUDGES)
            .bind(payload)
            .execute(pool)
            .await?;
    }
    Ok(())
}
