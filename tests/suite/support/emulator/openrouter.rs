//! OpenRouter (OpenRouterTeam/typescript-sdk cb9393a, `src/models/video*.ts`, `src/models/errors`).

use super::{
    super::{LENGTH, SIZE},
    KEY, REMOTE,
    hosted::{Inner, Job, Shared, at_order, at_poll, content, is_picture, object},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};

pub fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/api/v1/key", get(key))
        .route("/api/v1/videos", post(create))
        .route("/api/v1/videos/models", get(models))
        .route("/api/v1/videos/{id}", get(job))
        .route("/api/v1/videos/{id}/content", get(bytes))
}

fn wrong(status: StatusCode, message: &str) -> Response {
    let error = json!({"code": status.as_u16(), "message": message});
    (status, Json(json!({ "error": error, "user_id": null }))).into_response()
}

fn guard(headers: &HeaderMap) -> Result<(), Box<Response>> {
    let bearer = format!("Bearer {KEY}");
    match headers.get("authorization") {
        Some(sent) if sent == bearer.as_str() => Ok(()),
        Some(_) => Err(Box::new(wrong(StatusCode::UNAUTHORIZED, "User not found."))),
        None => Err(Box::new(wrong(
            StatusCode::UNAUTHORIZED,
            "No auth credentials found",
        ))),
    }
}

async fn key(headers: HeaderMap) -> Response {
    match guard(&headers) {
        Err(no) => *no,
        Ok(()) => Json(json!({"data": {"label": "sk-or-v1-…", "usage": 0.5, "limit": null}})).into_response(),
    }
}

async fn models(State(inner): Shared) -> Response {
    let list = inner.list();
    Json(list.unwrap_or_else(|| json!({ "data": [model()] }))).into_response()
}

/// One model, in the form of the real list.
fn model() -> Value {
    json!({
        "id": REMOTE, "canonical_slug": REMOTE, "hugging_face_id": null, "name": "Wan 2.2", "created": 1_764_000_000,
        "description": "A model.", "allowed_passthrough_parameters": [], "creativity": null, "upscale_factor": null,
        "generate_audio": true, "seed": true, "supported_aspect_ratios": ["16:9"], "supported_durations": [LENGTH],
        "supported_frame_images": ["first_frame"], "supported_resolutions": ["720p"], "supported_sizes": [SIZE.to_string()],
        "pricing_skus": {"duration_seconds_with_audio": "0.08", "duration_seconds_without_audio": "0.05"},
    })
}

async fn create(State(inner): Shared, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let Some(body) = object(&headers, &body) else {
        return wrong(StatusCode::BAD_REQUEST, "Invalid JSON body");
    };
    let prompt = body
        .get("prompt")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let tries = inner.note("/videos", &headers, &body, &prompt);
    if let Err(message) = check(&body) {
        return wrong(StatusCode::BAD_REQUEST, &message);
    }
    if prompt == "block at the door" {
        let metadata = json!({"reasons": ["violence"], "flagged_input": "block…", "provider_name": "Acme"});
        let error = json!({"code": 403, "message": "Your input was flagged", "metadata": metadata});
        return (StatusCode::FORBIDDEN, Json(json!({ "error": error }))).into_response();
    }
    if let Some(fault) = at_order(&prompt, tries, wrong) {
        return fault;
    }
    let id = inner.take(&prompt, body);
    let polling = format!("/api/v1/videos/{id}");
    let answer = json!({"id": id, "polling_url": polling, "status": "pending"});
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

/// Fields by name and type, and values that the model supports.
fn check(body: &Map<String, Value>) -> Result<(), String> {
    for (name, value) in body {
        let fits = match name.as_str() {
            "prompt" => value.as_str().is_some_and(|prompt| !prompt.is_empty()),
            "model" => value == REMOTE,
            "duration" => value == LENGTH,
            "size" => value.as_str() == Some(&SIZE.to_string()),
            "resolution" => value == "720p",
            "aspect_ratio" => value == "16:9",
            "seed" => value.is_i64(),
            "generate_audio" => value.is_boolean(),
            "callback_url" => value.as_str().is_some_and(|url| url.starts_with("https://")),
            "frame_images" => value.as_array().is_some_and(|frames| frames.iter().all(is_frame)),
            _ => return Err(format!("Unrecognized key: \"{name}\"")),
        };
        if !fits {
            return Err(format!("Invalid value for {name}: {value}"));
        }
    }
    match ["model", "prompt"].iter().find(|name| !body.contains_key(**name)) {
        Some(name) => Err(format!("{name}: Required")),
        None => Ok(()),
    }
}

fn is_frame(frame: &Value) -> bool {
    frame["type"] == "image_url"
        && frame["frame_type"] == "first_frame"
        && is_picture(&frame["image_url"]["url"])
}

async fn job(State(inner): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let Some(job) = inner.poll(&id) else {
        return wrong(StatusCode::NOT_FOUND, "Job not found");
    };
    match at_poll(&job).await {
        Some(fault) => fault,
        None => Json(show(&id, &job)).into_response(),
    }
}

fn show(id: &str, job: &Job) -> Value {
    let polling = format!("/api/v1/videos/{id}");
    let mut shown = json!({"id": id, "polling_url": polling, "status": "pending"});
    let over = match job.prompt.as_str() {
        "fail" => Some(("failed", json!("CUDA out of memory at node 7"))),
        "fail without a word" => Some(("failed", json!(null))),
        "block later" => Some((
            "failed",
            json!("The output was flagged by the provider's content policy."),
        )),
        "given up there" => Some(("cancelled", json!(null))),
        "run out there" => Some(("expired", json!(null))),
        "unknown word" => Some(("brewing", json!(null))),
        _ => None,
    };
    match (over, job.stage()) {
        (Some((status, error)), 1..) => {
            shown["status"] = json!(status);
            if !error.is_null() {
                shown["error"] = error;
            }
        }
        (_, 0) => {}
        (_, 1) => shown["status"] = json!("in_progress"),
        _ => {
            shown["status"] = json!("completed");
            shown["generation_id"] = json!("gen-1");
            shown["unsigned_urls"] = json!([format!(
                "https://openrouter.ai/api/v1/videos/{id}/content?index=0"
            )]);
            shown["usage"] = json!({"cost": 0.08, "is_byok": false});
        }
    }
    shown
}

async fn bytes(
    State(inner): Shared,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    if query.get("index").map(String::as_str) != Some("0") {
        return wrong(StatusCode::BAD_REQUEST, "Invalid index");
    }
    let job = inner.jobs().get(&id).cloned();
    match job {
        Some(job) if job.stage() == 2 => content(&job.prompt, inner.elsewhere),
        Some(_) => wrong(StatusCode::BAD_REQUEST, "The video is not ready"),
        None => wrong(StatusCode::NOT_FOUND, "Job not found"),
    }
}
