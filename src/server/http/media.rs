//! `GET /media/{id}/{file}`: the owner's videos, posters and strips, with ranges.

use crate::{
    model::{error::AppError, ids::GenerationId},
    server::{
        db::generations::GenerationRow,
        error::{ErrorResponse, Failure, Result},
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{fmt::Write as _, ops::Range};

/// A file of a generation.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its key below the generation's prefix.
    name: &'static str,
    media_type: &'static str,
}

/// The video.
pub const VIDEO: File = File {
    name: "video.mp4",
    media_type: "video/mp4",
};
/// A still of it.
pub const POSTER: File = File {
    name: "poster.jpg",
    media_type: "image/jpeg",
};
/// The same, small. Videos that were stored before there were such have the poster in its place.
pub const TILE: File = File {
    name: "tile.jpg",
    media_type: "image/jpeg",
};
/// Eight frames side by side.
pub const STRIP: File = File {
    name: "strip.jpg",
    media_type: "image/jpeg",
};

/// What was asked for, as the captions of a video with sound.
const WORDS: &str = "words.vtt";
/// The most characters that are shown over a picture.
const WORDS_MOST: usize = 200;

/// Serves one file. HEAD is answered by the same code; axum drops the body.
///
/// # Errors
/// `not_found` for everything that is not the person's own, signed in or not.
pub async fn media(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path((id, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let person = signed_in.0.ok_or_else(AppError::not_found)?;
    let id: GenerationId = id.parse().map_err(|_| AppError::not_found())?;
    if file == WORDS {
        let row = web.app.generations.media(person.id, id).await?;
        return Ok(words(&row).ok_or_else(AppError::not_found)?.into_response());
    }
    // The name is one of ours or nothing: no path is ever made from what somebody typed.
    let file = [VIDEO, POSTER, TILE, STRIP]
        .into_iter()
        .find(|known| known.name == file)
        .ok_or_else(AppError::not_found)?;
    let row = web.app.generations.media(person.id, id).await?;
    let mut response = serve(&web, &row, &file, &headers).await?;
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("cookie"));
    let download = query.is_some_and(|query| {
        query
            .split('&')
            .any(|part| part == "download" || part == "download=")
    });
    if download && file == VIDEO {
        offer_download(&mut response, &row);
    }
    Ok(response)
}

/// A file of a stored generation, or the part of it that a request wants.
///
/// # Errors
/// `not_found` when there are no stills; when the store does not answer.
pub async fn serve(web: &Web, row: &GenerationRow, file: &File, headers: &HeaderMap) -> Result<Response> {
    if *file != VIDEO && !row.media_stills {
        return Err(AppError::not_found().into());
    }
    let key = |file: &File| [row.media_prefix.as_deref().unwrap_or_default(), "/", file.name].concat();
    let (mut file, mut name) = (file, key(file));
    let length = match row.media_bytes {
        Some(bytes) if *file == VIDEO => bytes.unsigned_abs(),
        _ => match web.app.storage.length(&name).await {
            Err(error)
                if *file == TILE
                    && matches!(error, Failure::Storage(object_store::Error::NotFound { .. })) =>
            {
                (file, name) = (&POSTER, key(&POSTER));
                web.app.storage.length(&name).await?
            }
            length => length?,
        },
    };
    let etag = format!(
        "\"{}-{}\"",
        row.media_etag.as_deref().unwrap_or_default(),
        &file.name[..1]
    );
    let mut response = match wanted(headers, &etag, length) {
        Wanted::Nothing => StatusCode::NOT_MODIFIED.into_response(),
        Wanted::Impossible => {
            let content_range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, content_range).into_response()
        }
        Wanted::All => {
            let body = Body::from_stream(web.app.storage.get(&name, None).await?.bytes);
            (
                StatusCode::OK,
                [(header::CONTENT_LENGTH, length.to_string())],
                body,
            )
                .into_response()
        }
        Wanted::Part(range) => {
            let body = Body::from_stream(web.app.storage.get(&name, Some(range.clone())).await?.bytes);
            let content_range = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            let headers = [
                (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
                (header::CONTENT_RANGE, content_range),
            ];
            (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
        }
    };
    describe(&mut response, &etag, file.media_type);
    Ok(response)
}

/// One cue of `WebVTT` over the whole video; nothing where there is nothing to hear.
fn words(row: &GenerationRow) -> Option<impl IntoResponse + use<>> {
    let text: String = row.prompt.chars().take(WORDS_MOST).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let headers = [
        (header::CONTENT_TYPE, "text/vtt; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::VARY, "cookie"),
    ];
    let end = row.seconds + 1;
    let cue = format!(
        "WEBVTT\n\n00:00:00.000 --> {:02}:{:02}:{:02}.000\n[{text}]\n",
        end / 3_600,
        end / 60 % 60,
        end % 60
    );
    (row.media_sound == Some(true)).then_some((headers, cue))
}

fn has_body(response: &Response) -> bool {
    matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT)
}

fn describe(response: &mut Response, etag: &str, media_type: &'static str) {
    if has_body(response) {
        let media_type = HeaderValue::from_static(media_type);
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    }
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Kept by its owner's browser only, and asked for again each time: whoever signs out or deletes sees it gone.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
}

/// Lets the browser save a video under a name that says what it is.
pub fn offer_download(response: &mut Response, row: &GenerationRow) {
    if has_body(response)
        && let Ok(disposition) = HeaderValue::from_str(&disposition(row))
    {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, disposition);
    }
}

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Part(Range<u64>),
    Nothing,
    Impossible,
}

/// RFC 9110, 13.2.2 and 14: `If-None-Match` before `Range`; `If-Range` decides whether the range counts; what is no
/// range at all is ignored; several ranges are answered with the whole.
pub(super) fn wanted(headers: &HeaderMap, etag: &str, length: u64) -> Wanted {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(known) = text(header::IF_NONE_MATCH)
        && (known.trim() == "*"
            || known
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == etag))
    {
        return Wanted::Nothing;
    }
    let Some(range) = text(header::RANGE) else {
        return Wanted::All;
    };
    // A date never matches: we send none.
    if text(header::IF_RANGE).is_some_and(|tag| tag.trim() != etag) {
        return Wanted::All;
    }
    let Ok(parsed) = http_range_header::parse_range_header(range) else {
        return Wanted::All;
    };
    match parsed.validate(length).as_deref() {
        Ok([one]) => Wanted::Part(*one.start()..*one.end() + 1),
        Ok(_) => Wanted::All,
        Err(_) => Wanted::Impossible,
    }
}

/// A file name that says what the video is: words of its title or prompt, size and length.
fn disposition(row: &GenerationRow) -> String {
    let words: String = row.name().chars().take(60).collect();
    let join = |keep: fn(char) -> bool| {
        let parts = words
            .split(|sign: char| !keep(sign))
            .filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("-").to_lowercase()
    };
    let or_video = |name: String| if name.is_empty() { "video".to_owned() } else { name };
    let tail = format!("{}x{}-{}s.mp4", row.width, row.height, row.seconds);
    let plain = format!("{}-{tail}", or_video(join(|sign| sign.is_ascii_alphanumeric())));
    let full = format!("{}-{tail}", or_video(join(char::is_alphanumeric)));
    let encoded = full.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(pairs: &[(header::HeaderName, &str)]) -> Wanted {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        wanted(&headers, "\"tag\"", 1_000)
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let range = |text: &str| ask(&[(header::RANGE, text)]);
        assert_eq!(range("bytes=0-"), Wanted::Part(0..1_000));
        assert_eq!(range("bytes=0-0"), Wanted::Part(0..1));
        assert_eq!(range("bytes=990-2000"), Wanted::Part(990..1_000));
        assert_eq!(range("bytes=-10"), Wanted::Part(990..1_000));
        assert_eq!(range("bytes=1000-"), Wanted::Impossible);
        assert_eq!(range("bytes=0-1,5-6"), Wanted::All, "several ranges");
        for junk in ["", "bytes", "bytes=", "bytes=a-b", "lines=1-2", "bytes=--1"] {
            assert_eq!(range(junk), Wanted::All, "{junk}");
        }
    }

    #[test]
    fn tags_decide_before_ranges() {
        let part = (header::RANGE, "bytes=1-2");
        assert_eq!(
            ask(&[(header::IF_NONE_MATCH, "\"a\", W/\"tag\""), part.clone()]),
            Wanted::Nothing
        );
        assert_eq!(
            ask(&[(header::IF_RANGE, "\"tag\""), part.clone()]),
            Wanted::Part(1..3)
        );
        assert_eq!(ask(&[(header::IF_RANGE, "\"old\""), part.clone()]), Wanted::All);
        assert_eq!(
            ask(&[(header::IF_RANGE, "Mon, 23 Nov 2026 00:00:00 GMT"), part]),
            Wanted::All
        );
    }
}
