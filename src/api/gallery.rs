//! The library, and the page of one video.

use super::wire::Wire;
use crate::model::{
    error::AppError,
    generation::{LibraryPage, LibraryQuery},
    trash::{TrashPage, TrashQuery},
};
#[cfg(feature = "ssr")]
use crate::model::{generation::VideoPage, ids::GenerationId};
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

/// Everything about one of the person's own videos, with the price of a variation; `quote` is one that was shown before.
///
/// # Errors
/// `sign_in_needed`; `not_found` for what is not there and for what belongs to somebody else.
#[cfg(feature = "ssr")]
pub async fn video(id: GenerationId, quote: String) -> Result<VideoPage, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    let mut page = context.app.generations.page_again(person.id, id, quote).await?;
    page.about = context.app.organising.about(person.id, id).await?;
    Ok(page)
}

/// Everything about two of the person's own videos, for a page that does not live in the browser.
///
/// # Errors
/// `sign_in_needed`; `not_found` unless both are theirs.
#[cfg(feature = "ssr")]
pub async fn two_videos(one: GenerationId, other: GenerationId) -> Result<(VideoPage, VideoPage), AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    let generations = &context.app.generations;
    Ok((
        generations.page(person.id, one).await?,
        generations.page(person.id, other).await?,
    ))
}

/// One page of the person's trash.
///
/// # Errors
/// `sign_in_needed`.
#[server(prefix = "/api", endpoint = "gallery/trash-page", protocol = Wire)]
pub async fn trash_listing(query: TrashQuery) -> Result<TrashPage, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.trash_page(person.id, &query).await?)
}
