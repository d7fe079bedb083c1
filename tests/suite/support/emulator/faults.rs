//! What goes wrong on command: the prompt says what.

use super::{super::sample_video, Job, KEY, video};
use axum::{
    Json,
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::{io, net::SocketAddr, time::Duration};

/// At the `tries`-th order with this prompt.
pub fn at_create(prompt: &str, tries: usize) -> Option<Response> {
    let error =
        |status: StatusCode, error: Value| Some((status, Json(json!({ "error": error }))).into_response());
    match prompt {
        "busy once" if tries == 1 => Some(
            (
                StatusCode::TOO_MANY_REQUESTS,
                [("retry-after", "1")],
                Json(json!({"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}})),
            )
                .into_response(),
        ),
        "down once" if tries == 1 => Some(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        "crash at the door" => {
            Some((StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response())
        }
        "block at the door" => error(
            StatusCode::BAD_REQUEST,
            json!({"message": "Blocked.", "type": "invalid_request_error", "code": "sentinel_block"}),
        ),
        // FastAPI, of an address that it does not have.
        "no such address" => {
            Some((StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response())
        }
        "refuse" => error(
            StatusCode::BAD_REQUEST,
            json!({"message": "This size is not for you."}),
        ),
        "refuse and repeat the key" => error(
            StatusCode::FORBIDDEN,
            json!({ "message": format!("The key {KEY} may not do this.") }),
        ),
        "refuse and repeat the prompt" => error(
            StatusCode::BAD_REQUEST,
            json!({ "message": format!("Why do you say {prompt}?") }),
        ),
        "refuse with a detail" => {
            let detail = json!([{"type": "x", "loc": ["body", "seconds"], "msg": "No.", "input": "the secret prompt"}]);
            Some(
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    Json(json!({ "detail": detail })),
                )
                    .into_response(),
            )
        }
        "no id" => Some(Json(json!({"object": "video", "status": "queued"})).into_response()),
        "a web page at the door" => Some(axum::response::Html("<h1>Welcome</h1>").into_response()),
        "endless answer at the door" => Some(Body::from_stream(endless()).into_response()),
        "redirect at the door" => Some(Redirect::temporary("/v2/videos").into_response()),
        _ => None,
    }
}

/// Instead of the job.
pub fn at_poll(job: &Job) -> Option<Response> {
    let early = job.polls < 3;
    match job.prompt.as_str() {
        "garbage at first" if early => Some("{\"id\": \"video_1\", \"stat".into_response()),
        "errors at first" if early => Some(StatusCode::BAD_GATEWAY.into_response()),
        "too many polls" if job.polls == 1 => {
            Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response())
        }
        _ => None,
    }
}

/// Changes the job as it is shown.
pub fn shown(job: &Job, shown: &mut Value) {
    let early = job.polls < 3;
    let mut fail = |error: Value| {
        if job.polls > 0 {
            (shown["status"], shown["error"]) = (json!("failed"), error);
        }
    };
    match job.prompt.as_str() {
        "fail" => fail(json!({"message": "CUDA out of memory at node 7"})),
        "fail and repeat the prompt" => fail(json!({"message": format!("Cannot draw “{}”", job.prompt)})),
        "fail without a word" => fail(json!(null)),
        "block later" => fail(json!({
            "code": "moderation_blocked", "message": "Your request was blocked by our moderation system.",
            "moderation_details": {"moderation_stage": "output", "categories": ["violence"]},
        })),
        "unknown word at first" if early => shown["status"] = json!("brewing"),
        "unknown word" => shown["status"] = json!("brewing"),
        "never" | "vanish" => (shown["status"], shown["progress"]) = (json!("in_progress"), json!(7)),
        "only an id" if job.polls == 0 => *shown = json!({"id": shown["id"]}),
        _ => {}
    }
}

/// Instead of the video.
pub fn at_content(job: &Job, range: Option<&str>, elsewhere: SocketAddr) -> Response {
    let whole = sample_video();
    match job.prompt.as_str() {
        "cut" => cut(whole, range, job.downloads, "\"one\""),
        "cut and changed" => cut(whole, range, job.downloads, &format!("\"{}\"", job.downloads)),
        "always cut" => broken_off(whole, 0, "\"one\""),
        "endless" => video(Body::from_stream(endless())),
        "a web page" => axum::response::Html("<h1>Not here</h1>").into_response(),
        "json with 200" => Json(json!({"error": {"message": "not ready"}})).into_response(),
        "not a video" => video(vec![7; 5_000].into()),
        "half a video" => video(whole[..whole.len() / 2].to_vec().into()),
        "gone when done" => StatusCode::NOT_FOUND.into_response(),
        "not there at first" if job.downloads == 1 => StatusCode::NOT_FOUND.into_response(),
        "redirect elsewhere" => Redirect::temporary(&format!("http://{elsewhere}/a.mp4")).into_response(),
        "redirect inside" => Redirect::temporary("http://169.254.169.254/latest/meta-data").into_response(),
        "redirect to a name inside" => Redirect::temporary("http://localhost:9/a.mp4").into_response(),
        "redirect in circles" => Redirect::temporary("content").into_response(),
        "redirect to a file" => Redirect::temporary("file:///etc/passwd").into_response(),
        _ => video(whole.to_vec().into()),
    }
}

/// The first answer breaks off in the middle; later ones are the rest, if it is asked for by the same tag.
fn cut(whole: &'static [u8], range: Option<&str>, downloads: u32, etag: &str) -> Response {
    let from: usize = range
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok())
        .unwrap_or(0);
    if downloads == 1 {
        return broken_off(whole, 0, etag);
    }
    if etag != "\"one\"" || from == 0 {
        return video(whole.to_vec().into());
    }
    let span = format!("bytes {from}-{}/{}", whole.len() - 1, whole.len());
    let mut answer = video(whole[from..].to_vec().into());
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    answer
        .headers_mut()
        .insert("content-range", span.parse().expect("a header"));
    answer
}

fn broken_off(whole: &'static [u8], from: usize, etag: &str) -> Response {
    let half = Ok(Bytes::from_static(&whole[from..whole.len() / 2]));
    let broken = async {
        // The first half should have arrived before the connection breaks.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let stream = futures::stream::iter([half]).chain(futures::stream::once(broken));
    let mut answer = video(Body::from_stream(stream));
    let headers: &mut HeaderMap = answer.headers_mut();
    headers.insert("content-length", whole.len().into());
    headers.insert("etag", etag.parse().expect("a header"));
    answer
}

/// A body without an end.
pub fn endless_body() -> Body {
    Body::from_stream(endless())
}

fn endless() -> impl futures::Stream<Item = io::Result<Bytes>> {
    futures::stream::repeat_with(|| Ok(Bytes::from_static(&[0; 16_384])))
}
