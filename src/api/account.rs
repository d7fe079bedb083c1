//! Who is signed in, and the form that came back. Signing up, in and out are plain form posts (`server::http::forms`).

use super::wire::Wire;
use crate::model::{
    error::AppError,
    keys::ApiKey,
    person::{FormState, MailChoice, Viewer},
};
use leptos::prelude::*;

/// The person who is looking, or nobody.
///
/// # Errors
/// Only when the database does not answer.
#[server(name = GetViewer, prefix = "/api", endpoint = "account/viewer", protocol = Wire)]
pub async fn viewer() -> Result<Option<Viewer>, AppError> {
    let context = crate::server::web::context()?;
    Ok(context.person.as_ref().map(Viewer::from))
}

/// Whether the person wants letters about long work; nothing where no letters are sent, or nobody is signed in.
///
/// # Errors
/// Only when the database does not answer.
#[server(name = GetMailChoice, prefix = "/api", endpoint = "account/mail", protocol = Wire)]
pub async fn mail_choice() -> Result<Option<MailChoice>, AppError> {
    Ok(crate::server::web::context()?.mail_choice())
}

/// What a form carried when it came back with errors; empty on a first visit.
///
/// # Errors
/// Never; the type is that of every server function.
#[server(name = GetFormState, prefix = "/api", endpoint = "account/form", protocol = Wire)]
pub async fn form_state() -> Result<FormState, AppError> {
    Ok(use_context::<FormState>().unwrap_or_default())
}

/// The keys of the person's programs.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetKeys, prefix = "/api", endpoint = "account/keys", protocol = Wire)]
pub async fn keys() -> Result<Vec<ApiKey>, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.keys.list(person.id).await?)
}
