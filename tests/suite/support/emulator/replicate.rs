//! Replicate (replicate/replicate-python, `replicate/{prediction,exceptions}.py`; replicate.com/docs/reference/http).

use super::{
    super::LENGTH,
    KEY,
    hosted::{Inner, Job, Shared, at_order, at_poll, is_picture, object},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The only model's parameters.
const PARAMETERS: [&str; 5] = ["prompt", "duration", "aspect_ratio", "seed", "image"];

pub fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/v1/account", get(account))
        .route("/v1/models/{owner}/{name}", get(model))
        .route("/v1/models/{owner}/{name}/predictions", post(of_model))
        .route("/v1/predictions", post(of_version))
        .route("/v1/predictions/{id}", get(prediction))
        .route("/v1/predictions/{id}/cancel", post(cancel))
}

fn wrong(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({"title": title, "detail": detail, "status": status.as_u16()});
    (status, Json(body)).into_response()
}

fn guard(headers: &HeaderMap) -> Result<(), Box<Response>> {
    let bearer = format!("Bearer {KEY}");
    if headers
        .get("authorization")
        .is_some_and(|sent| sent == bearer.as_str())
    {
        return Ok(());
    }
    let words = "You did not pass a valid authentication token";
    Err(Box::new(wrong(StatusCode::UNAUTHORIZED, words)))
}

async fn account(headers: HeaderMap) -> Response {
    match guard(&headers) {
        Err(no) => *no,
        Ok(()) => Json(json!({"type": "organization", "username": "acme"})).into_response(),
    }
}

async fn model(headers: HeaderMap, Path((owner, name)): Path<(String, String)>) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    if (owner.as_str(), name.as_str()) != ("acme", "wan") {
        return wrong(
            StatusCode::NOT_FOUND,
            "The requested resource could not be found.",
        );
    }
    let properties: Map<String, Value> = PARAMETERS
        .iter()
        .map(|name| ((*name).to_owned(), json!({"title": name})))
        .collect();
    let schemas = json!({"Input": {"type": "object", "required": ["prompt"], "properties": properties}});
    let version = json!({"id": "abc1", "openapi_schema": {"components": {"schemas": schemas}}});
    Json(json!({"owner": owner, "name": name, "latest_version": version})).into_response()
}

async fn of_model(
    State(inner): Shared,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if (owner.as_str(), name.as_str()) != ("acme", "wan") {
        return wrong(
            StatusCode::NOT_FOUND,
            "The requested resource could not be found.",
        );
    }
    create(&inner, &format!("{owner}/{name}"), &headers, &body)
}

async fn of_version(State(inner): Shared, headers: HeaderMap, body: Bytes) -> Response {
    create(&inner, "", &headers, &body)
}

fn create(inner: &Inner, path: &str, headers: &HeaderMap, body: &[u8]) -> Response {
    if let Err(no) = guard(headers) {
        return *no;
    }
    let Some(body) = object(headers, body) else {
        return wrong(StatusCode::BAD_REQUEST, "The request body is not JSON");
    };
    let prompt = body.get("input").and_then(|input| input["prompt"].as_str());
    let prompt = prompt.unwrap_or_default().to_owned();
    let tries = inner.note(path, headers, &body, &prompt);
    if let Err(detail) = check(path, headers, &body) {
        return wrong(StatusCode::UNPROCESSABLE_ENTITY, &detail);
    }
    if prompt == "block at the door" {
        let words = "- input: The prompt was flagged as sensitive.\n";
        return wrong(StatusCode::UNPROCESSABLE_ENTITY, words);
    }
    if let Some(fault) = at_order(&prompt, tries, wrong) {
        return fault;
    }
    let id = inner.take(&prompt, body);
    let job = inner.jobs()[&id].clone();
    (StatusCode::CREATED, Json(show(inner, &id, &job))).into_response()
}

fn check(path: &str, headers: &HeaderMap, body: &Map<String, Value>) -> Result<(), String> {
    for (name, value) in body {
        let fits = match name.as_str() {
            "input" => value.is_object(),
            "version" => path.is_empty() && value == "abc1",
            "webhook" => value.as_str().is_some_and(|url| url.starts_with("https://")),
            "webhook_events_filter" => *value == json!(["completed"]),
            _ => return Err(format!("- {name}: Additional property {name} is not allowed\n")),
        };
        if !fits {
            return Err(format!("- {name}: Invalid value\n"));
        }
    }
    if path.is_empty() && !body.contains_key("version") {
        return Err("- version is required\n".into());
    }
    let deadline = headers.get("cancel-after").and_then(|value| value.to_str().ok());
    let deadline = deadline.map(|text| {
        text.strip_suffix('s')
            .and_then(|seconds| seconds.parse::<u32>().ok())
    });
    if deadline.is_some_and(|seconds| seconds.is_none_or(|seconds| seconds < 5)) {
        return Err("Cancel-After must be at least 5 seconds".into());
    }
    let input = body["input"].as_object().ok_or("- input is required\n")?;
    for (name, value) in input {
        let fits = match name.as_str() {
            "prompt" => value.is_string(),
            "duration" => value == LENGTH,
            "aspect_ratio" => value == "16:9",
            "seed" => value.is_u64(),
            "image" => is_picture(value),
            _ => return Err(format!("- input: Additional property {name} is not allowed\n")),
        };
        if !fits {
            return Err(format!("- input.{name}: Invalid type or value\n"));
        }
    }
    if input.contains_key("prompt") {
        Ok(())
    } else {
        Err("- input: prompt is required\n".into())
    }
}

async fn prediction(State(inner): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    let Some(job) = inner.poll(&id) else {
        return wrong(
            StatusCode::NOT_FOUND,
            "The requested resource could not be found.",
        );
    };
    match at_poll(&job).await {
        Some(fault) => fault,
        None => Json(show(&inner, &id, &job)).into_response(),
    }
}

fn show(inner: &Inner, id: &str, job: &Job) -> Value {
    let place = format!("http://{}/v1/predictions/{id}", inner.address);
    let mut shown = json!({
        "id": id, "model": "acme/wan", "version": "hidden", "input": job.body["input"], "logs": "", "output": null,
        "data_removed": false, "error": null, "status": "starting", "created_at": "2026-11-23T10:00:00Z",
        "urls": {"get": place, "cancel": format!("{place}/cancel")},
    });
    let over = match job.prompt.as_str() {
        "fail" => Some(("failed", "CUDA out of memory at node 7")),
        "block later" => Some((
            "failed",
            "NSFW content detected. Try running it again, or try a different prompt.",
        )),
        "cancelled there" => Some(("canceled", "")),
        "stopped there" => Some(("aborted", "")),
        "unknown word" => Some(("brewing", "")),
        _ => None,
    };
    match (over, job.stage()) {
        (Some((status, error)), 1..) => {
            shown["status"] = json!(status);
            shown["error"] = if error.is_empty() {
                json!(null)
            } else {
                json!(error)
            };
        }
        (_, 0) => {}
        (_, 1) => {
            shown["status"] = json!("processing");
            shown["logs"] =
                json!("Using seed: 7\n  0%|          | 0/50\r 42%|████▏     | 21/50 [00:09<00:12]");
        }
        _ => {
            shown["status"] = json!("succeeded");
            shown["output"] = output(inner, id, &job.prompt);
            shown["data_removed"] = json!(job.prompt == "result over");
        }
    }
    shown
}

fn output(inner: &Inner, id: &str, prompt: &str) -> Value {
    match prompt {
        "result over" | "nothing made" => json!(null),
        "a list" => json!([inner.media(id)]),
        "media inside" => json!("http://169.254.169.254/a.mp4"),
        _ => json!(inner.media(id)),
    }
}

async fn cancel(State(inner): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    if let Err(no) = guard(&headers) {
        return *no;
    }
    if inner.cancel(&id) {
        Json(json!({"id": id, "status": "canceled"})).into_response()
    } else {
        wrong(
            StatusCode::NOT_FOUND,
            "The requested resource could not be found.",
        )
    }
}
