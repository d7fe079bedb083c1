//! The session cookie: read once for each request, before anything else looks at it.

use super::language;
use crate::server::{
    error::ErrorResponse,
    identity::{Person, Session, Token},
    router::Web,
    web::SignedIn,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

/// The cookie's name where it travels over TLS only.
const SECURE: &str = "__Host-aisora";
/// Its name in development on this machine, where there is no TLS.
const PLAIN: &str = "aisora_session";

/// The token that a browser sent.
#[must_use]
pub fn token(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let name = if secure { SECURE } else { PLAIN };
    cookie(headers, name)
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok());
    let mut pairs = cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The header that gives a browser its token.
#[must_use]
pub fn set(token: &Token, web: &Web) -> HeaderValue {
    keep(token.secret(), web)
}

/// The header that lets a browser keep its token for as long as a session lasts from now on.
fn keep(token: &str, web: &Web) -> HeaderValue {
    header_value(
        token,
        web.app.config.session_days * 86_400,
        web.app.config.secure_cookies(),
    )
}

/// The header that takes it away.
#[must_use]
pub fn clear(web: &Web) -> HeaderValue {
    header_value("", 0, web.app.config.secure_cookies())
}

fn header_value(value: &str, seconds: i64, secure: bool) -> HeaderValue {
    let (name, secure) = if secure { (SECURE, "; Secure") } else { (PLAIN, "") };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Finds out who is signed in, and leads people who are not to the door. A session whose end has moved takes its cookie's
/// end along.
pub async fn layer(State(web): State<Web>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/pkg/") || is_probe(path) {
        return next.run(request).await;
    }
    let token = token(request.headers(), web.app.config.secure_cookies()).filter(|token| !token.is_empty());
    let found = match token {
        Some(token) => web.app.identity.session(token).await,
        None => Ok(None),
    };
    let Session { person, renewed } = match found {
        Ok(Some(session)) => session,
        Ok(None) => return answer(None, request, next).await,
        Err(error) => return ErrorResponse::from(error).into_response(),
    };
    let cookie = token.filter(|_| renewed).map(|token| keep(token, &web));
    let mut response = answer(Some(person), request, next).await;
    if let Some(cookie) = cookie.filter(|_| may_carry_cookie(&response, &web)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn answer(person: Option<Person>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() == Method::GET || request.method() == Method::HEAD {
        match (&person, path) {
            (None, path) if needs_person(path) => return to_sign_in(request.uri()),
            (Some(_), "/sign-in" | "/sign-up") => return Redirect::to("/create").into_response(),
            _ => {}
        }
    }
    let account = person.as_ref().and_then(|person| person.language);
    request.extensions_mut().insert(SignedIn(person));
    language::of_account(account, request, next).await
}

/// Not where signing in or out has just set it, and not on a file that shared caches keep for everybody.
fn may_carry_cookie(response: &Response, web: &Web) -> bool {
    let name = if web.app.config.secure_cookies() {
        SECURE
    } else {
        PLAIN
    };
    let headers = response.headers();
    let is_set = headers.get_all(header::SET_COOKIE).iter().any(|cookie| {
        let cookie = cookie.to_str().ok().and_then(|cookie| cookie.split_once('='));
        cookie.is_some_and(|(set, _)| set == name)
    });
    let is_public = headers
        .get(header::CACHE_CONTROL)
        .and_then(|policy| policy.to_str().ok())
        .is_some_and(|policy| policy.starts_with("public"));
    !is_set && !is_public
}

fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// Pages that show a person's own things.
#[must_use]
pub fn needs_person(path: &str) -> bool {
    ["/create", "/library", "/credits", "/account", "/presets"]
        .iter()
        .any(|page| under(path, page))
        || path.starts_with("/v/")
}

fn under(path: &str, page: &str) -> bool {
    path.strip_prefix(page)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn to_sign_in(uri: &Uri) -> Response {
    let wanted = uri.path_and_query().map_or("/create", |wanted| wanted.as_str());
    let next: String = form_encode(wanted);
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, format!("/sign-in?next={next}"))],
    )
        .into_response()
}

/// Percent-encodes everything that could end a query's value.
fn form_encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// A path of this site that a form asked to be led to; anything else leads to the studio.
#[must_use]
pub fn safe_next(next: Option<&str>) -> &str {
    let safe = next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && !next.contains('\\')
            && next.len() < 2_000
            && next.bytes().all(|byte| byte.is_ascii_graphic())
    });
    safe.unwrap_or("/create")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(safe_next(Some("/v/1?x=2")), "/v/1?x=2");
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "",
            "javascript:alert(1)",
            "/a\nb",
        ] {
            assert_eq!(safe_next(Some(evil)), "/create", "{evil:?}");
        }
    }

    #[test]
    fn own_pages_need_a_person() {
        for page in ["/create", "/library", "/account/keys", "/v/1"] {
            assert!(needs_person(page), "{page}");
        }
        for page in ["/", "/sign-in", "/created", "/healthz", "/v"] {
            assert!(!needs_person(page), "{page}");
        }
    }
}
