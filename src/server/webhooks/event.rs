//! Events: what they say, and that they are written with what they tell.
//!
//! An event never carries a prompt: it goes to a foreign server, and who receives it can ask for the video with a key.

use super::{JOB, QUEUE};
use crate::language::{Language, within};
use crate::model::{
    catalogue::Size,
    generation::{Reason, State},
    protocol::{self, ENDPOINT, EVENT, VIDEO, write_id},
    webhooks::EventKind,
};
use crate::server::{
    clock::Ids,
    db::{
        Tx,
        generations::GenerationRow,
        webhooks::{self as db, NewDelivery},
    },
    error::{Failure, Result},
    jobs,
};
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Event<'a, D> {
    id: &'a str,
    object: &'static str,
    /// Unix seconds.
    created_at: i64,
    #[serde(rename = "type")]
    kind: EventKind,
    data: D,
}

/// The video object of `/v1/videos` without its prompt. Times are unix seconds.
#[derive(Serialize)]
struct Video<'a> {
    id: String,
    object: &'static str,
    status: &'static str,
    model: &'a str,
    size: String,
    seconds: String,
    created_at: i64,
    completed_at: i64,
    error: Option<Trouble>,
}

#[derive(Serialize)]
struct Trouble {
    code: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
struct Tested {
    id: String,
    object: &'static str,
}

/// Writes down, in the transaction that ends a generation, that the person's endpoints shall hear of it. Whether there
/// are any. Who has none pays with one look into an index.
///
/// # Errors
/// When the database does not answer.
pub async fn announce(tx: &mut Tx, ids: &Ids, row: &GenerationRow) -> Result<bool> {
    let kind = if row.state == State::Succeeded.as_str() {
        EventKind::Completed
    } else {
        EventKind::Failed
    };
    let endpoints = db::listening(tx, row.user_id, kind.as_str()).await?;
    let now = row.finished_at.unwrap_or(row.created_at);
    for endpoint in &endpoints {
        let id = ids.uuid();
        let body = video(id, kind, row, now)?;
        let new = NewDelivery {
            id,
            endpoint_id: *endpoint,
            kind: kind.as_str(),
            generation_id: Some(row.id),
            body: &body,
            now,
        };
        jobs::enqueue(tx, JOB, id, QUEUE, *endpoint, now).await?;
        db::add_delivery(tx, &new).await?;
    }
    Ok(!endpoints.is_empty())
}

fn video(id: Uuid, kind: EventKind, row: &GenerationRow, now: i64) -> Result<String> {
    let state =
        State::parse(&row.state).ok_or_else(|| Failure::broken("a generation has an unknown state"))?;
    let reason = row
        .reason
        .as_deref()
        .and_then(Reason::parse)
        .unwrap_or(Reason::Internal);
    let error = (state != State::Succeeded).then(|| Trouble {
        code: protocol::error_code(reason),
        // Programs are told in English, whoever ended it.
        message: within(Language::English, || reason.in_words()),
    });
    let side = |side: i64| u32::try_from(side).unwrap_or_default();
    let data = Video {
        id: write_id(VIDEO, row.id),
        object: "video",
        status: protocol::status(state),
        model: &row.model,
        size: Size::new(side(row.width), side(row.height)).to_string(),
        seconds: row.seconds.to_string(),
        created_at: row.created_at / 1_000,
        completed_at: now / 1_000,
        error,
    };
    written(id, kind, now, data)
}

/// The body of a test.
///
/// # Errors
/// Never in practice: it is made of plain values.
pub fn test(id: Uuid, endpoint: Uuid, now: i64) -> Result<String> {
    let data = Tested {
        id: write_id(ENDPOINT, endpoint),
        object: "webhook_endpoint",
    };
    written(id, EventKind::Test, now, data)
}

fn written(id: Uuid, kind: EventKind, now: i64, data: impl Serialize) -> Result<String> {
    let event = Event {
        id: &write_id(EVENT, id),
        object: "event",
        created_at: now / 1_000,
        kind,
        data,
    };
    serde_json::to_string(&event).map_err(|error| Failure::broken(error.to_string()))
}
