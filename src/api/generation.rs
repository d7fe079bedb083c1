//! The main job: quote, create, watch, cancel.

use super::wire::Wire;
use crate::model::{
    composition::{ComposerForm, Quote},
    error::AppError,
    generation::Card,
    ids::GenerationId,
    live::{Snapshot, Start, Studio},
};
use leptos::prelude::*;

/// What `/create` starts with.
///
/// # Errors
/// `sign_in_needed`; `not_found` when the video to start from is not theirs.
#[server(name = GetStudio, prefix = "/api", endpoint = "generation/studio", protocol = Wire)]
pub async fn studio(#[server(default)] start: Start) -> Result<Studio, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    let returned = use_context::<ComposerForm>();
    let mut studio = context.app.generations.studio(person.id, start, returned).await?;
    if let Some(returned) = use_context::<crate::model::person::FormState>() {
        studio.errors = returned.errors;
    }
    Ok(studio)
}

/// A frozen price for the choices of the form. The prompt is not looked at.
///
/// # Errors
/// `sign_in_needed`; `invalid` with the fields that do not fit.
#[server(name = GetQuote, prefix = "/api", endpoint = "generation/quote", protocol = Wire)]
pub async fn quote(form: ComposerForm) -> Result<Quote, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.quote(person.id, &form).await?)
}

/// Creates every take under the quote in the form. Called twice with one quote it creates once and answers the same.
///
/// # Errors
/// `sign_in_needed`; `invalid` with fields; `quote_stale`; `insufficient_credits`; `spending_guard`;
/// `confirmation_needed`: the same call again, a moment later, confirms.
#[server(prefix = "/api", endpoint = "generation/create", protocol = Wire)]
pub async fn create_generation(form: ComposerForm) -> Result<Vec<Card>, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.create(person.id, &form).await?)
}

/// Stops work that has not ended. It costs nothing.
///
/// # Errors
/// `sign_in_needed`, `not_found`; `conflict` when it has ended.
#[server(prefix = "/api", endpoint = "generation/cancel", protocol = Wire)]
pub async fn cancel_generation(id: GenerationId) -> Result<Card, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.cancel(person.id, id).await?)
}

/// The work, the credits and the place in the event stream; also what pages poll without a stream.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetSnapshot, prefix = "/api", endpoint = "generation/snapshot", protocol = Wire)]
pub async fn snapshot() -> Result<Snapshot, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.snapshot(person.id).await?)
}
