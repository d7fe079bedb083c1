//! `/library/download`: many videos in one ZIP, with ranges. `POST` keeps a long choice for a day and leads to its address.

use super::{
    forms::{led_to, person, sent::Sent},
    media::{Wanted, wanted},
};
use crate::{
    model::{
        error::AppError,
        generation::LibraryQuery,
        ids::{GenerationId, UserId},
    },
    server::{
        error::{ErrorResponse, Result},
        generation::service::archive::Archive,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use std::{ops::Range, sync::Arc};
use uuid::Uuid;

/// `GET /library/download?ids=…` or `?all=1` with the library's own query.
///
/// # Errors
/// `not_found` when none of them is finished and the person's own; `invalid` when they are too many.
pub async fn download(sent: Sent) -> Result<Response, ErrorResponse> {
    let ids = chosen(&sent).await?;
    Ok(answer(&sent.web, sent.person, &ids, &sent.parts.headers).await?)
}

/// `POST /library/download`
///
/// # Errors
/// As for `GET`.
pub async fn choose(sent: Sent) -> Result<Response, ErrorResponse> {
    let ids = chosen(&sent).await?;
    let id = sent.web.app.generations.keep_choice(sent.person, &ids).await?;
    Ok(led_to(&format!("/library/download/{id}"), None))
}

/// `GET /library/download/{id}`
///
/// # Errors
/// `not_found` when the choice is not theirs or not kept any longer, or nothing of it is left.
pub async fn chosen_before(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?.id;
    let id: Uuid = id.parse().map_err(|_| AppError::not_found())?;
    let ids = web.app.generations.choice(person, id).await?;
    Ok(answer(&web, person, &ids, &headers).await?)
}

async fn chosen(sent: &Sent) -> Result<Vec<GenerationId>> {
    if sent.fields.value("all").is_empty() {
        return sent.fields.ids();
    }
    // The library's own query, however it grows.
    let query: LibraryQuery = sent.fields.form()?;
    sent.web.app.generations.finished(sent.person, &query).await
}

async fn answer(web: &Web, person: UserId, ids: &[GenerationId], headers: &HeaderMap) -> Result<Response> {
    let archive = web.app.generations.archive(person, ids, &web.app.storage).await?;
    let (length, etag, videos) = (archive.length(), archive.etag.clone(), archive.videos);
    let (status, range) = match wanted(headers, &etag, length) {
        Wanted::Nothing => return Ok(described(StatusCode::NOT_MODIFIED.into_response(), &etag)),
        Wanted::Impossible => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            let response = (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response();
            return Ok(described(response, &etag));
        }
        Wanted::All => (StatusCode::OK, 0..length),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
    };
    let mut response = (status, body(archive, &range)).into_response();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    if status == StatusCode::PARTIAL_CONTENT {
        set(
            header::CONTENT_RANGE,
            &format!("bytes {}-{}/{length}", range.start, range.end - 1),
        );
    }
    let s = if videos == 1 { "" } else { "s" };
    set(header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    set(header::CONTENT_TYPE, "application/zip");
    set(
        header::CONTENT_DISPOSITION,
        &format!("attachment; filename=\"aisora-{videos}-video{s}.zip\""),
    );
    Ok(described(response, &etag))
}

fn body(archive: Archive, range: &Range<u64>) -> Body {
    Body::from_stream(Arc::new(archive).stream(range))
}

/// Kept by its owner's browser only, and asked for again each time.
fn described(mut response: Response, etag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}
