//! `/account/mail`: whether letters are wanted. `/unsubscribe/{token}`, `/confirm/{token}`: the links in letters.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, led_to, person};
use crate::server::{
    error::ErrorResponse,
    http::{pages, session},
    router::Web,
    web::SignedIn,
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    response::Response,
};

/// `POST /account/mail`
pub async fn want(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    web.app
        .mail
        .want(person.id, posted.value("ended") == "on")
        .await?;
    let next = posted.values.get("next").map(String::as_str);
    Ok(led_to(session::safe_next(next), None))
}

/// `GET /unsubscribe/{token}`: asks. Mail programs and their guards follow links by themselves, so that looking changes
/// nothing.
pub async fn asks(
    State(web): State<Web>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let wanted = web.app.mail.wanted(&token).await?;
    Ok(pages::unsubscribe(&web, request, wanted).await)
}

/// `POST /unsubscribe/{token}`: the button on that page, and the one in mail programs (RFC 8058). Whatever else is posted
/// does not matter.
pub async fn stop(
    State(web): State<Web>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    web.app.mail.stop(&token).await?;
    Ok(pages::unsubscribe(&web, request, false).await)
}

/// `GET /confirm/{token}`: asks, for the same reason.
pub async fn asks_to_confirm(
    State(web): State<Web>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let asked = web.app.mail.asked(&token).await?;
    Ok(pages::confirm_mail(&web, request, asked).await)
}

/// `POST /confirm/{token}`: the button on that page.
pub async fn confirm(
    State(web): State<Web>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let asked = web.app.mail.confirm(&token).await?;
    Ok(pages::confirm_mail(&web, request, asked).await)
}
