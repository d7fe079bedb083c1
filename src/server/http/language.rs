//! The language of a request: the one that was chosen (a cookie), else what the browser asks for, else English.

use super::session::cookie;
use crate::language::{Language, asked_for, speaking};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const COOKIE: &str = "language";
/// Seconds: a year.
const KEPT: u32 = 31_536_000;

/// The header that has a browser keep a choice; what is no language of ours is forgotten, and the browser's own counts.
#[must_use]
pub fn set(tag: &str) -> HeaderValue {
    let (tag, seconds) = Language::from_tag(tag).map_or(("", 0), |language| (language.tag(), KEPT));
    let text = format!("{COOKIE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn of(headers: &HeaderMap) -> Language {
    cookie(headers, COOKIE)
        .and_then(Language::from_tag)
        .or_else(|| asked_for(headers))
        .unwrap_or_default()
}

/// Everything that answers this request speaks its language, and pages say which that is.
pub async fn layer(request: Request, next: Next) -> Response {
    let language = of(request.headers());
    let mut response = speaking(language, next.run(request)).await;
    let headers = response.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    }
    response
}
