//! `/account/spending`: the person's spending guards.

#![expect(
    clippy::missing_errors_doc,
    reason = "it fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, led_to, person};
use crate::{
    model::spending::GuardsForm,
    server::{error::ErrorResponse, router::Web, web::SignedIn},
};
use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};

/// `POST /account/spending`
pub async fn save(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let posted = Posted::read(request).await?;
    let person = person(&signed_in)?;
    let form: GuardsForm = posted.form()?;
    Ok(match web.app.spending.set(person.id, &form).await {
        Ok(()) => led_to("/account/spending", None),
        Err(failure) => posted.refuse(&web, failure, || {}).await,
    })
}
