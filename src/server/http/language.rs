//! The language of a request: the one that was chosen in this browser (a cookie), else the one that the account has, else
//! what the browser asks for, else English.
//!
//! A choice in this browser counts more than the account's, because it is about this browser: somebody else's, or one that
//! is used for one language alone. A browser where nobody chose follows the account, also when it changes elsewhere.

use super::session::cookie;
use crate::language::{Language, asked_for, language, speaking};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const COOKIE: &str = "language";
/// Seconds: a year.
const KEPT: u32 = 31_536_000;

/// What the answer to a request speaks, where that is not what the browser wished.
#[derive(Clone, Copy)]
struct Spoken(Language);

/// The header that has a browser keep a choice; what is no language of ours is forgotten, and the account's or the
/// browser's own counts.
#[must_use]
pub fn set(tag: &str) -> HeaderValue {
    let (tag, seconds) = Language::from_tag(tag).map_or(("", 0), |language| (language.tag(), KEPT));
    let text = format!("{COOKIE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    cookie(headers, COOKIE).and_then(Language::from_tag)
}

/// Everything that answers this request speaks its language, and pages say which that is.
pub async fn layer(request: Request, next: Next) -> Response {
    let wished = chosen(request.headers())
        .or_else(|| asked_for(request.headers()))
        .unwrap_or_default();
    let mut response = speaking(wished, next.run(request)).await;
    let Spoken(language) = response.extensions().get().copied().unwrap_or(Spoken(wished));
    let headers = response.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    }
    response
}

/// Answers the request of somebody whose account has a language.
pub async fn of_account(account: Option<Language>, request: Request, next: Next) -> Response {
    let Some(account) = account.filter(|account| *account != language()) else {
        return next.run(request).await;
    };
    if chosen(request.headers()).is_some() {
        return next.run(request).await;
    }
    let mut response = speaking(account, next.run(request)).await;
    response.extensions_mut().insert(Spoken(account));
    response
}
