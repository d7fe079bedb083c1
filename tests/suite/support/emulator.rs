//! Servers of the Videos protocol, played strictly: each refuses what the real one refuses, and does wrong what
//! the prompt tells it. Nothing here is shared with the adapter.

mod fal;
mod faults;
mod form;
pub mod hosted;
mod openrouter;
mod replicate;
mod rules;

use super::{longer_video, sample_video};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::net::TcpListener;

/// The key that every server asks for.
pub const KEY: &str = "sk-of-the-emulator";
/// The model that every server has.
pub const REMOTE: &str = "Wan-AI/Wan2.2";
/// The servers.
pub const PRESETS: [&str; 6] = [
    "sglang",
    "vllm-omni",
    "tensorrt-llm",
    "litellm",
    "new-api",
    "openai",
];

/// A running server.
#[derive(Clone)]
pub struct Emulator {
    pub address: SocketAddr,
    /// Another origin that downloads are redirected to.
    pub elsewhere: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    preset: &'static str,
    jobs: Mutex<HashMap<String, Job>>,
    seen: Mutex<Seen>,
    elsewhere: SocketAddr,
}

/// What the server saw, for the tests to look at.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Every order, also refused ones, by its fields.
    pub orders: Vec<Map<String, Value>>,
    /// The ids of deleted jobs.
    pub deleted: Vec<String>,
    /// `Range` and `If-Range` of every download.
    pub ranges: Vec<(Option<String>, Option<String>)>,
    /// Whether the key came to the other origin.
    pub key_elsewhere: bool,
    /// Downloads from the other origin.
    pub elsewhere: u32,
    /// When jobs were polled, by prompt.
    pub polls: Vec<(String, std::time::Instant)>,
}

#[derive(Clone)]
struct Job {
    prompt: String,
    seconds: Value,
    size: String,
    polls: u32,
    downloads: u32,
    /// It begins with another one.
    longer: bool,
}

impl Emulator {
    /// Starts one on a free port.
    pub async fn start(preset: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let other = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let elsewhere = other.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            preset,
            jobs: Mutex::default(),
            seen: Mutex::default(),
            elsewhere,
        });
        let app = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/videos", post(create).get(list))
            .route("/v1/videos/extensions", post(extend))
            .route("/v1/videos/{id}", any(job))
            .route("/v1/videos/{id}/content", get(content))
            .route("/openapi.json", get(description))
            .with_state(inner.clone());
        let cdn = Router::new()
            .route("/{id}", get(from_elsewhere))
            .with_state(inner.clone());
        tokio::spawn(axum::serve(listener, app).into_future());
        tokio::spawn(axum::serve(other, cdn).into_future());
        Self {
            address,
            elsewhere,
            inner,
        }
    }

    /// What it saw until now.
    pub fn seen(&self) -> Seen {
        self.inner.seen().clone()
    }

    /// As a server does that kept its jobs in memory and was restarted.
    pub fn restart(&self) {
        self.inner.jobs().clear();
    }
}

impl Inner {
    fn jobs(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        self.jobs.lock().expect("unpoisoned")
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("unpoisoned")
    }

    fn is(&self, preset: &str) -> bool {
        self.preset == preset
    }
}

type Shared = State<Arc<Inner>>;

async fn models(State(inner): Shared, headers: HeaderMap) -> Response {
    if let Err(no) = inner.guard(&headers) {
        return *no;
    }
    let owner = match inner.preset {
        "vllm-omni" => "vllm",
        "tensorrt-llm" => "tensorrt_llm",
        other => other,
    };
    let mut answer =
        Json(json!({"object": "list", "data": [{"id": REMOTE, "owned_by": owner}]})).into_response();
    if inner.is("new-api") {
        named(&mut answer, "x-oneapi-request-id");
    }
    answer
}

fn named(answer: &mut Response, header: &'static str) {
    answer
        .headers_mut()
        .insert(header, "1".parse().expect("a header"));
}

async fn list(State(inner): Shared, headers: HeaderMap) -> Response {
    match inner.guard(&headers) {
        Err(no) => *no,
        Ok(()) if inner.is("new-api") => StatusCode::NOT_FOUND.into_response(),
        Ok(()) if inner.is("litellm") => inner.wrong(StatusCode::BAD_REQUEST, "LLM Provider NOT provided."),
        Ok(()) => Json(json!({"object": "list", "data": []})).into_response(),
    }
}

async fn create(State(inner): Shared, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(no) = inner.guard(&headers) {
        return *no;
    }
    let order = match inner.order(&headers, &body) {
        Ok(order) => order,
        Err(no) => return *no,
    };
    let prompt = order
        .get("prompt")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let number = {
        let mut seen = inner.seen();
        seen.orders.push(order.clone());
        seen.orders.len()
    };
    if let Err(no) = inner.check(&order) {
        return *no;
    }
    let tries = inner
        .seen()
        .orders
        .iter()
        .filter(|order| order["prompt"] == prompt)
        .count();
    if let Some(fault) = faults::at_create(&prompt, tries) {
        return fault;
    }
    if prompt == "slow at the door" {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    }
    let job = Job {
        prompt,
        seconds: order["seconds"].clone(),
        size: order["size"].as_str().unwrap_or_default().into(),
        polls: 0,
        downloads: 0,
        longer: false,
    };
    let id = inner.new_id(number);
    let shown = inner.show(&id, &job);
    inner.jobs().insert(id, job);
    Json(shown).into_response()
}

async fn extend(State(inner): Shared, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(no) = inner.guard(&headers) {
        return *no;
    }
    let order = match inner.extension(&headers, &body) {
        Ok(order) => order,
        Err(no) => return *no,
    };
    let prompt = order["prompt"].as_str().unwrap_or_default().to_owned();
    let number = {
        let mut seen = inner.seen();
        seen.orders.push(order.clone());
        seen.orders.len()
    };
    let size = match inner.check_extension(&order) {
        Ok(size) => size,
        Err(no) => return *no,
    };
    if let Some(fault) = faults::at_create(&prompt, 1) {
        return fault;
    }
    let job = Job {
        prompt,
        seconds: json!("2"),
        size,
        polls: 0,
        downloads: 0,
        longer: true,
    };
    let id = inner.new_id(number);
    let shown = inner.show(&id, &job);
    inner.jobs().insert(id, job);
    Json(shown).into_response()
}

async fn job(State(inner): Shared, method: Method, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(no) = inner.guard(&headers) {
        return *no;
    }
    match method {
        Method::GET => poll(&inner, &id),
        Method::DELETE if inner.deletes() => delete(&inner, &id),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn poll(inner: &Inner, id: &str) -> Response {
    let mut jobs = inner.jobs();
    let Some(job) = jobs.get_mut(id) else {
        // LiteLLM asks OpenAI about ids that are not its own.
        if inner.is("litellm") && !id.starts_with("video_") {
            let words = "Cannot connect to host api.openai.com:443";
            return inner.wrong(StatusCode::INTERNAL_SERVER_ERROR, words);
        }
        return inner.wrong(StatusCode::NOT_FOUND, "Video not found");
    };
    inner
        .seen()
        .polls
        .push((job.prompt.clone(), std::time::Instant::now()));
    job.polls += 1;
    let job = job.clone();
    if job.prompt == "vanish" && job.polls > 1 {
        jobs.remove(id);
    }
    if let Some(fault) = faults::at_poll(&job) {
        return fault;
    }
    let mut answer = Json(inner.show(id, &job)).into_response();
    let pause = if job.prompt == "slowly" { "700" } else { "200" };
    answer
        .headers_mut()
        .insert("openai-poll-after-ms", pause.parse().expect("a header"));
    answer
}

fn delete(inner: &Inner, id: &str) -> Response {
    if inner.jobs().remove(id).is_none() {
        return inner.wrong(StatusCode::NOT_FOUND, "Video not found");
    }
    inner.seen().deleted.push(id.to_owned());
    Json(json!({"id": id, "object": "video.deleted", "deleted": true})).into_response()
}

async fn content(
    State(inner): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(no) = inner.guard(&headers) {
        return *no;
    }
    // Only some know variants; SGLang and others send the video whatever is asked for.
    if query.as_deref() == Some("variant=thumbnail") {
        return if inner.is("openai") {
            ([("content-type", "image/webp")], "RIFF....WEBP").into_response()
        } else {
            ([("content-type", "video/mp4")], sample_video()).into_response()
        };
    }
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(ToOwned::to_owned)
    };
    let range = header("range");
    inner.seen().ranges.push((range.clone(), header("if-range")));
    let mut jobs = inner.jobs();
    let Some(job) = jobs.get_mut(&id) else {
        return inner.wrong(StatusCode::NOT_FOUND, "Video not found");
    };
    job.downloads += 1;
    let job = job.clone();
    drop(jobs);
    if inner.show(&id, &job)["status"] != "completed" {
        let early = if inner.is("sglang") {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        return inner.wrong(early, "Video is still in progress");
    }
    if job.longer {
        return video(longer_video().to_vec().into());
    }
    faults::at_content(&job, range.as_deref(), inner.elsewhere)
}

async fn from_elsewhere(State(inner): Shared, headers: HeaderMap) -> Response {
    let mut seen = inner.seen();
    seen.elsewhere += 1;
    seen.key_elsewhere |= headers.contains_key("authorization");
    video(sample_video().to_vec().into())
}

fn video(body: Body) -> Response {
    ([("content-type", "video/mp4"), ("etag", "\"one\"")], body).into_response()
}

async fn description(State(inner): Shared) -> Response {
    let content = match inner.preset {
        // LiteLLM takes JSON as well, and does not say so.
        "vllm-omni" | "litellm" => json!({"multipart/form-data": {}}),
        "sglang" => json!({"application/json": {}, "multipart/form-data": {}}),
        "tensorrt-llm" => json!({"application/json": {}}),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let create = json!({"post": {"requestBody": {"content": content}}});
    let title = if inner.is("litellm") {
        "LiteLLM API"
    } else {
        "FastAPI"
    };
    Json(json!({"info": {"title": title}, "paths": {"/v1/videos": create}})).into_response()
}
