//! Who may come in: a key in the `Authorization` header, not too often, with the scope that a route needs.

use crate::{
    model::{
        error::{AppError, Code},
        keys::Scope,
    },
    server::{
        error::{ErrorResponse, Result},
        keys::{Caller, Pace},
        router::Web,
    },
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Looks at the key, counts the request, and tells how many more may come.
pub async fn door(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let caller = match caller(&web, request.headers()).await {
        Ok(caller) => caller,
        Err(failure) => return turned_away(failure.into()),
    };
    let pace = web.app.keys.count(caller.key);
    let mut response = if let Some(wait) = pace.wait {
        metrics::counter!("aisora_api_throttled_total").increment(1);
        too_fast(pace, wait)
    } else {
        request.extensions_mut().insert(caller);
        next.run(request).await
    };
    tell(response.headers_mut(), pace);
    response
}

async fn caller(web: &Web, headers: &HeaderMap) -> Result<Caller> {
    let given = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        refused("Send an API key in the header `Authorization: Bearer …`. Make one at /account/keys.")
    })?;
    let key = given
        .to_str()
        .ok()
        .and_then(bearer)
        .ok_or_else(|| refused("The header `Authorization` must be `Bearer` and an API key."))?;
    let caller = web.app.keys.recognise(key).await?;
    caller.ok_or_else(|| refused("This API key is not known here, or was revoked.").into())
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, key) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn refused(message: &str) -> AppError {
    AppError::new(Code::SignInNeeded, message)
}

fn turned_away(refusal: ErrorResponse) -> Response {
    let unauthorised = refusal.0.code == Code::SignInNeeded;
    let mut response = refusal.into_response();
    if unauthorised {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

fn too_fast(pace: Pace, wait: i64) -> Response {
    let message = format!(
        "This key may ask {} times in a minute. Wait a moment.",
        pace.limit
    );
    let mut response = ErrorResponse(AppError::new(Code::TooManyRequests, message)).into_response();
    let seconds = HeaderValue::from((wait + 999) / 1_000);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// The usual headers, with the usual notation of times.
fn tell(headers: &mut HeaderMap, pace: Pace) {
    let name = HeaderName::from_static;
    headers.insert(name("x-ratelimit-limit-requests"), pace.limit.into());
    headers.insert(name("x-ratelimit-remaining-requests"), pace.remaining.into());
    if let Ok(reset) = HeaderValue::from_str(&format!("{}ms", pace.full_in)) {
        headers.insert(name("x-ratelimit-reset-requests"), reset);
    }
}

/// Any program with a key.
pub struct Program(pub Caller);

/// A program that may look at videos.
pub struct MayRead(pub Caller);

/// A program that may create and change videos.
pub struct MayCreate(pub Caller);

fn allowed(parts: &Parts, scope: Option<Scope>) -> Result<Caller, ErrorResponse> {
    let caller = parts.extensions.get::<Caller>().cloned();
    let caller = caller.ok_or_else(|| refused("Send an API key."))?;
    match scope {
        Some(scope) if !caller.scopes.contains(&scope) => {
            let message = format!("This key has no scope `{}`.", scope.as_str());
            Err(AppError::new(Code::Forbidden, message).into())
        }
        _ => Ok(caller),
    }
}

impl FromRequestParts<Web> for Program {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, ErrorResponse> {
        allowed(parts, None).map(Self)
    }
}

impl FromRequestParts<Web> for MayRead {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, ErrorResponse> {
        allowed(parts, Some(Scope::Read)).map(Self)
    }
}

impl FromRequestParts<Web> for MayCreate {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, ErrorResponse> {
        allowed(parts, Some(Scope::Create)).map(Self)
    }
}
