//! A server that does everything wrong: below a path of its own for good, at its root only at first.

use crate::support::sample_video;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use futures::StreamExt as _;
use serde_json::json;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

/// What the server saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The idempotency keys of all orders.
    pub orders: Vec<String>,
    /// How often somebody asked how far the video is.
    pub looks: usize,
    /// What was asked for of the file; empty for the whole.
    pub ranges: Vec<String>,
}

type Shared = Arc<Mutex<Seen>>;

/// A running server.
pub struct Odd {
    pub address: String,
    seen: Shared,
}

impl Odd {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Shared::default();
        let quote = json!({ "object": "video.quote", "credits": 3 });
        let wrong = |path: &str| format!("/{path}/v1/videos/quote");
        let app = Router::new()
            .route(&wrong("page"), post(async || Html("<h1>Welcome</h1>")))
            .route(&wrong("empty"), post(async || ()))
            .route(&wrong("list"), post(async || Json(json!([1]))))
            .route(
                &wrong("redirect"),
                post(async || Redirect::temporary("https://v.example.org/")),
            )
            .route(&wrong("broken"), post(async || StatusCode::BAD_GATEWAY))
            .route(&wrong("cut"), post(async || half(b"{\"credits\": 3")))
            .route("/v1/videos/quote", post(async move || Json(quote.clone())))
            .route("/v1/videos", post(create))
            .route("/v1/videos/{id}", get(look))
            .route("/v1/videos/{id}/content", get(content))
            .with_state(seen.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        Self { address, seen }
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("unpoisoned").clone()
    }
}

fn video(status: &str) -> serde_json::Value {
    json!({ "id": "video_odd", "status": status, "progress": 0 })
}

/// Some bytes of more, and then the connection breaks.
fn half(bytes: &'static [u8]) -> Response {
    let broken = async {
        // The bytes should have arrived before the connection breaks.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::other("cut"))
    };
    let pieces = futures::stream::iter([Ok(Bytes::from_static(bytes))]).chain(futures::stream::once(broken));
    Body::from_stream(pieces).into_response()
}

async fn create(State(seen): State<Shared>, headers: HeaderMap) -> Response {
    let mut seen = seen.lock().expect("unpoisoned");
    let name = headers.get("idempotency-key").expect("a name for all tries");
    seen.orders.push(name.to_str().expect("text").to_owned());
    match seen.orders.len() {
        1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        2 => half(b"{\"id\": \"video_o"),
        _ => ([("openai-poll-after-ms", "200")], Json(video("queued"))).into_response(),
    }
}

async fn look(State(seen): State<Shared>) -> Response {
    let mut seen = seen.lock().expect("unpoisoned");
    seen.looks += 1;
    match seen.looks {
        1 | 2 => StatusCode::BAD_GATEWAY.into_response(),
        3 => ([("openai-poll-after-ms", "200")], Json(video("in_progress"))).into_response(),
        _ => Json(video("completed")).into_response(),
    }
}

/// The first half only, until somebody asks for the rest.
async fn content(State(seen): State<Shared>, method: Method, headers: HeaderMap) -> Response {
    let whole = sample_video();
    let disposition = [(header::CONTENT_DISPOSITION, "attachment; filename=\"odd.mp4\"")];
    if method == Method::HEAD {
        return disposition.into_response();
    }
    let range = headers
        .get(header::RANGE)
        .map(|range| range.to_str().expect("text"));
    let mut seen = seen.lock().expect("unpoisoned");
    seen.ranges.push(range.unwrap_or_default().to_owned());
    let length = whole.len();
    let start = range.and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse::<usize>()
            .ok()
    });
    let Some(start) = start else {
        let mut response = half(&whole[..length / 2]);
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        return response;
    };
    let part = format!("bytes {start}-{}/{length}", length - 1);
    (
        StatusCode::PARTIAL_CONTENT,
        [(header::CONTENT_RANGE, part)],
        &whole[start..],
    )
        .into_response()
}
