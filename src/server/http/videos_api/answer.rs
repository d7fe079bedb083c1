//! Refusals in the protocol's envelope: `{"error": {"message", "type", "param", "code"}}`.

use crate::{
    model::error::{AppError, Code},
    server::error::ErrorResponse,
};
use axum::{
    Json,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::any::Any;

/// The official clients try 409 again by themselves, unless this header says that it is no use.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Puts every error of the routes and layers below into the envelope.
pub async fn envelope(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<AppError>() else {
        return response;
    };
    let mut refusal = refusal(error);
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
            refusal.headers_mut().insert(name.clone(), value.clone());
        }
    }
    refusal
}

fn refusal(error: &AppError) -> Response {
    let status = StatusCode::from_u16(status(error.code)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, code) = words(error.code);
    // Money and rights belong to no field of the request.
    let at_field = matches!(error.code, Code::Invalid | Code::Conflict | Code::PromptRefused);
    let param = error
        .fields
        .first()
        .filter(|_| at_field)
        .map(|first| &first.field);
    let body = json!({ "error": { "message": error.message, "type": kind, "param": param, "code": code } });
    let mut response = (status, Json(body)).into_response();
    if error.code == Code::Conflict {
        let no = HeaderValue::from_static("false");
        response.headers_mut().insert(SHOULD_RETRY, no);
    }
    response
}

/// The protocol knows no 422: what does not fit is a bad request.
const fn status(code: Code) -> u16 {
    match code {
        Code::Invalid | Code::QuoteStale | Code::ConfirmationNeeded | Code::PromptRefused => 400,
        other => other.status(),
    }
}

/// The type and the code for programs.
const fn words(code: Code) -> (&'static str, &'static str) {
    let request = "invalid_request_error";
    match code {
        // Programs are never asked to confirm; the arm is here for completeness.
        Code::Invalid | Code::QuoteStale | Code::ConfirmationNeeded => (request, "invalid_value"),
        // The word that programs know from other servers of the protocol.
        Code::PromptRefused => (request, "moderation_blocked"),
        Code::SignInNeeded => (request, "invalid_api_key"),
        Code::Forbidden => ("permission_error", "missing_scope"),
        Code::NotFound => (request, "not_found"),
        Code::Conflict => (request, "conflict"),
        Code::InsufficientCredits => ("insufficient_quota", "insufficient_credits"),
        Code::MonthlyCapReached => ("insufficient_quota", "monthly_cap_reached"),
        Code::SpendingGuard => ("insufficient_quota", "spending_guard"),
        Code::TooManyRequests => ("requests", "rate_limit_exceeded"),
        Code::TooLarge => (request, "request_too_large"),
        Code::WrongMethod => (request, "method_not_allowed"),
        Code::WrongType => (request, "unsupported_media_type"),
        Code::Unavailable => ("server_error", "unavailable"),
        Code::Network | Code::Internal => ("server_error", "internal_error"),
    }
}

/// No such address.
pub async fn missing() -> ErrorResponse {
    ErrorResponse(AppError::new(
        Code::NotFound,
        "There is no such address. /docs/api lists all of them.",
    ))
}

/// An address without this method.
pub async fn wrong_method() -> ErrorResponse {
    ErrorResponse(AppError::new(
        Code::WrongMethod,
        "This address does not take this method.",
    ))
}

/// A mistake of ours that stopped a request.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request of a program panicked");
    ErrorResponse(AppError::internal()).into_response()
}
