//! One file for each page.
//!
//! The studio's pages live in the browser too. The others are read and filled in: they are the server's alone, and carry
//! no program but the few lines of `public/js`.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod compare;
pub mod create;
#[cfg(feature = "ssr")]
pub mod credits;
#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
pub mod landing;
#[cfg(feature = "ssr")]
pub mod library;
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod presets;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod sign_up;
#[cfg(feature = "ssr")]
pub mod spending;
#[cfg_attr(feature = "ssr", path = "pages/table/all.rs")]
#[cfg_attr(not(feature = "ssr"), path = "pages/table/live.rs")]
pub mod table;
#[cfg(feature = "ssr")]
pub mod trash;
pub mod video;
#[cfg(feature = "ssr")]
pub mod webhooks;

/// Whether the page of an address lives in the browser; it is in both tables then.
#[must_use]
pub fn is_live(path: &str) -> bool {
    path == "/create" || path.strip_prefix("/v/").is_some_and(|id| !id.contains('/'))
}
