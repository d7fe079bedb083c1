//! The library, and the page of one video.

use super::wire::Wire;
use crate::model::{
    error::AppError,
    generation::{LibraryPage, LibraryQuery, VideoPage},
    ids::GenerationId,
};
use leptos::prelude::*;

/// One page of the person's library.
///
/// # Errors
/// `sign_in_needed`.
#[server(prefix = "/api", endpoint = "gallery/library", protocol = Wire)]
pub async fn library(query: LibraryQuery) -> Result<LibraryPage, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.library(person.id, &query).await?)
}

/// What the person can filter their library by.
///
/// # Errors
/// `sign_in_needed`.
#[cfg(feature = "ssr")]
pub async fn shelves() -> Result<crate::model::library::Shelves, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.organising.shelves(person.id).await?)
}

/// Everything about one of the person's own videos.
///
/// # Errors
/// `sign_in_needed`; `not_found` for what is not there and for what belongs to somebody else.
#[server(prefix = "/api", endpoint = "gallery/video", protocol = Wire)]
pub async fn video(id: GenerationId) -> Result<VideoPage, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    let mut page = context.app.generations.page(person.id, id).await?;
    page.about = context.app.organising.about(person.id, id).await?;
    Ok(page)
}

/// Deletes a video: the file, the poster, the prompt. The ledger keeps its lines.
///
/// # Errors
/// `sign_in_needed`, `not_found`; `conflict` while it is being made (cancel it first).
#[server(prefix = "/api", endpoint = "gallery/delete", protocol = Wire)]
pub async fn delete_video(id: GenerationId) -> Result<(), AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.delete(person.id, id).await?)
}
