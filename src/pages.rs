//! One file for each page.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

pub mod account;
pub mod create;
pub mod credits;
pub mod keys;
pub mod landing;
pub mod library;
pub mod not_found;
pub mod sign_in;
pub mod sign_up;
pub mod video;
