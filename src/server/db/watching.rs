//! SQL of what people are told about work while its provider has it.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::Db;
use crate::{from_row, model::generation::State, on_db, server::error::Result};
use std::collections::HashMap;
use uuid::Uuid;

/// What is known of one piece of work, in unix milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watched {
    /// When its provider last answered a poll.
    pub answered_at: Option<i64>,
    /// When it is given up.
    pub deadline_at: Option<i64>,
}

struct Row {
    id: Uuid,
    answered_at: Option<i64>,
    deadline_at: Option<i64>,
}
from_row!(Row {
    id,
    answered_at,
    deadline_at
});

/// Whether work in this state waits for its provider. Fetching and storing afterwards has no deadline.
#[must_use]
pub fn is_watched(state: &str) -> bool {
    [State::Submitting, State::Running]
        .iter()
        .any(|watched| watched.as_str() == state)
}

/// A person's work that waits for its provider, by id.
pub async fn of(db: &Db, kind: &str, owner: Uuid) -> Result<HashMap<Uuid, Watched>> {
    const SQL: &str = "SELECT g.id, j.answered_at, g.deadline_at FROM generations g
        JOIN jobs j ON j.kind = $1 AND j.subject = g.id
        WHERE g.user_id = $2 AND g.state IN ('submitting', 'running') LIMIT 200";
    let rows: Vec<Row> = on_db!(db, |c| sqlx::query_as(SQL)
        .bind(kind)
        .bind(owner)
        .fetch_all(c)
        .await)?;
    let watched = |row: Row| {
        let watched = Watched {
            answered_at: row.answered_at,
            deadline_at: row.deadline_at,
        };
        (row.id, watched)
    };
    Ok(rows.into_iter().map(watched).collect())
}
