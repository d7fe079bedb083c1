//! fal's queue (fal-ai/fal-js 381105e, `libs/client/src/{queue,response,storage}.ts`; fal.ai/docs/api-reference).

use super::{
    super::LENGTH,
    KEY,
    hosted::{Inner, Job, Shared, at_order, at_poll, is_picture, object},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};

/// The endpoints of the only app.
const ENDPOINTS: [&str; 2] = ["fal-ai/wan/text-to-video", "fal-ai/wan/image-to-video"];

pub fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/{owner}/{app}/{path}", post(create))
        .route("/{owner}/{app}/requests/{id}/status", get(status))
        .route("/{owner}/{app}/requests/{id}", get(result))
        .route("/{owner}/{app}/requests/{id}/cancel", put(cancel))
        .route("/.well-known/jwks.json", get(keys))
        .route("/v1/models", get(models))
}

fn wrong(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "detail": message }))).into_response()
}

fn guard(headers: &HeaderMap) -> Result<(), Box<Response>> {
    let key = format!("Key {KEY}");
    if headers
        .get("authorization")
        .is_some_and(|sent| sent == key.as_str())
    {
        return Ok(());
    }
    let words = "Cannot access application. Authentication is required to access this application.";
    Err(Box::new(wrong(StatusCode::UNAUTHORIZED, words)))
}

async fn create(
    State(inner): Shared,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let Some(mut body) = object(&headers, &body) else {
        return wrong(StatusCode::UNPROCESSABLE_ENTITY, "Invalid JSON");
    };
    let prompt = body
        .get("prompt")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let path = uri.path().trim_start_matches('/');
    let whole = uri
        .path_and_query()
        .map_or(path, |whole| whole.as_str().trim_start_matches('/'));
    let tries = inner.note(whole, &headers, &body, &prompt);
    if !ENDPOINTS.contains(&path) {
        return wrong(StatusCode::NOT_FOUND, &format!("Path /{path} not found"));
    }
    if query
        .get("fal_webhook")
        .is_some_and(|url| !url.starts_with("https://"))
    {
        return wrong(StatusCode::BAD_REQUEST, "Invalid webhook url");
    }
    if let Err(words) = check_headers(&headers) {
        return wrong(StatusCode::BAD_REQUEST, words);
    }
    if prompt == "locked" {
        return wrong(
            StatusCode::FORBIDDEN,
            "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
        );
    }
    if let Some(fault) = at_order(&prompt, tries, wrong) {
        return fault;
    }
    body.insert("endpoint".into(), json!(path));
    let id = inner.take(&prompt, body);
    // A prompt can have the addresses lead to somebody else.
    let origin = if prompt == "addresses elsewhere" {
        "http://evil.example.org".to_owned()
    } else {
        format!("http://{}", inner.address)
    };
    let base = format!("{origin}/fal-ai/wan/requests/{id}");
    Json(json!({
        "status": "IN_QUEUE", "request_id": id, "response_url": base, "status_url": format!("{base}/status"),
        "cancel_url": format!("{base}/cancel"), "logs": null, "metrics": {}, "queue_position": 0,
    }))
    .into_response()
}

fn check_headers(headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let keep = text("x-fal-object-lifecycle-preference").unwrap_or("{}");
    let keep: Value = serde_json::from_str(keep).map_err(|_| "Invalid lifecycle preference")?;
    if !keep["expiration_duration_seconds"].is_u64() {
        return Err("Invalid lifecycle preference");
    }
    let wait = text("x-fal-request-timeout").unwrap_or("1").parse::<f64>();
    if wait.is_ok_and(|wait| wait > 0.1) {
        Ok(())
    } else {
        Err("Invalid request timeout")
    }
}

/// What the model itself minds; it is told in the result. Unknown fields are ignored there.
fn check(body: &Map<String, Value>) -> Result<(), Value> {
    let no = |name: &str, message: &str, kind: &str| {
        Err(
            json!([{"loc": ["body", name], "msg": message, "type": kind, "url": "https://docs.fal.ai/errors"}]),
        )
    };
    if body.get("prompt").and_then(Value::as_str).is_none() {
        return no("prompt", "Field required", "missing");
    }
    if body.get("duration") != Some(&json!(LENGTH.to_string())) {
        return no("duration", "Input should be '1'", "literal_error");
    }
    if !["16:9", "9:16"]
        .iter()
        .any(|ratio| body.get("aspect_ratio") == Some(&json!(ratio)))
    {
        return no(
            "aspect_ratio",
            "Input should be '16:9' or '9:16'",
            "literal_error",
        );
    }
    if body.get("seed").is_some_and(|seed| !seed.is_u64()) {
        return no("seed", "Input should be a valid integer", "int_parsing");
    }
    let with_picture = body["endpoint"] == ENDPOINTS[1];
    if with_picture && !body.get("image_url").is_some_and(is_picture) {
        return no("image_url", "Field required", "missing");
    }
    Ok(())
}

type Place = Path<(String, String, String)>;

async fn status(State(inner): Shared, headers: HeaderMap, Path((_, _, id)): Place) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let Some(job) = inner.poll(&id) else {
        return wrong(StatusCode::NOT_FOUND, "Request not found");
    };
    if let Some(fault) = at_poll(&job).await {
        return fault;
    }
    let mut shown = json!({"request_id": id, "response_url": format!("http://{}/fal-ai/wan/requests/{id}", inner.address)});
    let (code, word) = match job.stage() {
        _ if job.prompt == "unknown word" => (StatusCode::ACCEPTED, "BREWING"),
        0 => (StatusCode::ACCEPTED, "IN_QUEUE"),
        1 => (StatusCode::ACCEPTED, "IN_PROGRESS"),
        _ => (StatusCode::OK, "COMPLETED"),
    };
    shown["status"] = json!(word);
    match word {
        "IN_QUEUE" => shown["queue_position"] = json!(3),
        "COMPLETED" if job.prompt == "fail in between" => {
            shown["error"] = json!("Runner disconnected at node 7");
            shown["error_type"] = json!("runner_disconnected");
        }
        "COMPLETED" => shown["metrics"] = json!({"inference_time": 3.5}),
        _ => {}
    }
    (code, Json(shown)).into_response()
}

async fn result(State(inner): Shared, headers: HeaderMap, Path((_, _, id)): Place) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let job = inner.jobs().get(&id).cloned();
    let Some(job) = job else {
        return wrong(StatusCode::NOT_FOUND, "Request not found");
    };
    if job.stage() < 2 {
        return wrong(StatusCode::BAD_REQUEST, "Request is still in progress");
    }
    answer(&inner, &id, &job)
}

fn answer(inner: &Inner, id: &str, job: &Job) -> Response {
    let detail =
        |status: StatusCode, detail: Value| (status, Json(json!({ "detail": detail }))).into_response();
    if let Err(no) = check(&job.body) {
        return detail(StatusCode::UNPROCESSABLE_ENTITY, no);
    }
    match job.prompt.as_str() {
        "block later" => detail(
            StatusCode::UNPROCESSABLE_ENTITY,
            json!([{
                "loc": ["body", "prompt"], "msg": "The content could not be processed because it was flagged by a content checker.",
                "type": "content_policy_violation", "url": "https://docs.fal.ai/errors#content_policy_violation",
                "input": "the secret prompt",
            }]),
        ),
        "fail" => detail(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!([{"loc": ["body"], "msg": "CUDA out of memory at node 7", "type": "internal_server_error"}]),
        ),
        "fail in between" => wrong(StatusCode::INTERNAL_SERVER_ERROR, "Runner disconnected"),
        "nothing made" => Json(json!({"images": []})).into_response(),
        "result over" => wrong(StatusCode::NOT_FOUND, "Request not found"),
        "media inside" => Json(json!({"video": {"url": "http://169.254.169.254/a.mp4"}})).into_response(),
        _ => {
            let file = json!({
                "url": inner.media(id), "content_type": "video/mp4", "file_name": "a.mp4", "file_size": 1_000,
            });
            Json(json!({"video": file, "seed": 7})).into_response()
        }
    }
}

async fn cancel(State(inner): Shared, headers: HeaderMap, Path((_, _, id)): Place) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    if inner.cancel(&id) {
        (
            StatusCode::ACCEPTED,
            Json(json!({"status": "CANCELLATION_REQUESTED"})),
        )
            .into_response()
    } else {
        (StatusCode::NOT_FOUND, Json(json!({"status": "NOT_FOUND"}))).into_response()
    }
}

/// Public: whoever brings a key here has leaked it.
async fn keys(State(inner): Shared, headers: HeaderMap) -> Response {
    let mut seen = inner.seen();
    seen.keys += 1;
    seen.key_elsewhere |= headers.contains_key("authorization");
    let x = BASE64_URL_SAFE_NO_PAD.encode(inner.public_key());
    let other = BASE64_URL_SAFE_NO_PAD.encode([1; 32]);
    let key = |x: &str| json!({"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig"});
    Json(json!({"keys": [key(&other), key(&x)]})).into_response()
}

/// The platform API's list.
async fn models(headers: HeaderMap, Query(query): Query<HashMap<String, String>>) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let id = query.get("endpoint_id").cloned().unwrap_or_default();
    let found: Vec<_> = ENDPOINTS
        .iter()
        .filter(|endpoint| **endpoint == id)
        .map(|endpoint| json!({"endpoint_id": endpoint, "metadata": {"status": "active"}}))
        .collect();
    Json(json!({"models": found, "next_cursor": null, "has_more": false})).into_response()
}
