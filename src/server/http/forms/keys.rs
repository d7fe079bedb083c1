//! `/account/keys`: a key is made and shown once, in answer to the form itself; a key is revoked.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, led_to, person};
use crate::{
    model::{
        error::AppError,
        ids::KeyId,
        keys::KeyForm,
        person::{FRESH_KEY, FormState},
    },
    server::{error::ErrorResponse, http::pages, router::Web, web::SignedIn},
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    response::Response,
};

/// `POST /account/keys`
pub async fn create(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let mut posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    posted.values.remove(FRESH_KEY);
    let form: KeyForm = posted.form()?;
    let made = match web.app.keys.create(person.id, &form).await {
        Ok(made) => made,
        Err(failure) => return Ok(posted.refuse(&web, failure, || {}).await),
    };
    let shown = FormState {
        values: [(FRESH_KEY.to_owned(), made.key)].into(),
        ..FormState::default()
    };
    Ok(pages::again(&web, posted.parts, 200, shown, || {}).await)
}

/// `POST /account/keys/{id}/revoke`
pub async fn revoke(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    let id: KeyId = text.parse().map_err(|_| AppError::not_found())?;
    web.app.keys.revoke(person.id, id).await?;
    Ok(led_to("/account/keys", None))
}
