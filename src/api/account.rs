//! Who is signed in, and the form that came back. Signing up, in and out are plain form posts (`server::http::forms`).

use super::wire::Wire;
use crate::model::{
    error::AppError,
    keys::ApiKey,
    person::{MailChoice, Viewer},
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
