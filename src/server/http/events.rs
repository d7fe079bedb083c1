//! `GET /events`: one stream of server-sent events per browser tab, resumable from the table.

use crate::language::t;
use crate::{
    model::error::{AppError, Code},
    server::{error::ErrorResponse, live::Stream, router::Web, web::SignedIn},
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{StreamExt as _, stream};
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A stream ends by itself after so long. The browser comes back at once, and shows its session anew: who has signed out
/// meanwhile hears nothing more.
const LONGEST: Duration = Duration::from_mins(15);

/// Where a page wants its stream to begin: after the event that its snapshot contains.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    after: Option<String>,
}

/// Streams a person's events. Who asks for what comes after an event that never was (the database is another one, or an
/// older copy of it) is first told to begin anew, by an event named `reset`.
///
/// # Errors
/// `sign_in_needed`; `invalid` when `Last-Event-ID` or `after` is no number.
pub async fn events(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::sign_in_needed)?;
    // A browser that lost its connection says where it was; that is newer than the address of the stream.
    let resumed = headers.get("last-event-id").filter(|id| !id.is_empty());
    let asked = match (resumed, from.after.as_deref()) {
        (Some(id), _) => Some(number(id.to_str().ok())?),
        (None, Some(after)) => Some(number(Some(after))?),
        (None, None) => None,
    };
    let mut source = Stream::new(&web.app.hub, web.app.db.clone(), person.id, 0);
    let head = crate::server::db::events::head(&web.app.db, person.id.0).await?;
    let reset = asked.filter(|asked| *asked > head).map(|_| Ok(reset(head)));
    source.begin(asked.map_or(head, |asked| asked.min(head)), head);
    let open = Open {
        source,
        stop: web.stop.clone(),
        until: Instant::now() + LONGEST,
        _count: Counted::new(),
    };
    let stream = stream::iter(reset).chain(stream::unfold(open, next));
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15)).text("");
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that collect answers would hold events back.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

fn number(text: Option<&str>) -> Result<i64, AppError> {
    let number = text
        .and_then(|text| text.parse::<i64>().ok())
        .filter(|number| *number >= 0);
    number.ok_or_else(|| {
        AppError::new(
            Code::Invalid,
            t!("The event to continue after must be a whole number."),
        )
    })
}

/// Takes the browser's `Last-Event-ID` back to where the events are. The data is an empty object: browsers pass on no event
/// without any.
fn reset(head: i64) -> Event {
    Event::default().event("reset").id(head.to_string()).data("{}")
}

struct Open {
    source: Stream,
    stop: CancellationToken,
    until: Instant,
    _count: Counted,
}

async fn next(mut open: Open) -> Option<(Result<Event, Infallible>, Open)> {
    let event = tokio::select! {
        event = open.source.next() => event,
        () = open.stop.cancelled() => return None,
        () = tokio::time::sleep_until(open.until) => return None,
    };
    match event {
        Ok(event) => {
            let data = serde_json::to_string(event.as_ref()).ok()?;
            Some((
                Ok(Event::default()
                    .event("generation")
                    .id(event.seq.to_string())
                    .data(data)),
                open,
            ))
        }
        // The browser comes back with `Last-Event-ID`; nothing is lost.
        Err(error) => {
            tracing::warn!(%error, "an event stream ended");
            None
        }
    }
}

/// Counts open streams for `/metrics`.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("aisora_event_streams").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("aisora_event_streams").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            ids::{GenerationId, UserId},
            live::LiveEvent,
        },
        server::{db::Db, live::Hub},
    };

    async fn database(folder: &tempfile::TempDir) -> Db {
        let url = format!("sqlite://{}", folder.path().join("events.db").display());
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        db
    }

    #[tokio::test]
    async fn what_comes_between_the_head_and_the_first_look_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let (hub, user) = (Hub::default(), UserId(uuid::Uuid::nil()));
        let mut stream = Stream::new(&hub, database(&folder).await, user, 0);
        let event = LiveEvent {
            seq: 8,
            id: GenerationId(uuid::Uuid::nil()),
            state: crate::model::generation::State::Running,
            progress: 1,
            reason: None,
            at: 0,
        };
        // The head is read as 7, and then somebody adds 8 (which is in no table here: only the hub can bring it).
        hub.publish(user, event.clone());
        stream.begin(7, 7);
        let heard = tokio::time::timeout(Duration::from_secs(5), stream.next()).await;
        assert_eq!(*heard.unwrap().unwrap(), event);
    }

    #[tokio::test]
    async fn a_stream_ends_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let open = |until| Open {
            source: Stream::new(&Hub::default(), db.clone(), UserId(uuid::Uuid::nil()), 0),
            stop: CancellationToken::new(),
            until,
            _count: Counted::new(),
        };
        assert!(next(open(Instant::now())).await.is_none());
        let goes_on = next(open(Instant::now() + LONGEST));
        assert!(
            tokio::time::timeout(Duration::from_millis(100), goes_on)
                .await
                .is_err()
        );
    }
}
