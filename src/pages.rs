//! One file for each page.

pub mod account;
pub mod create;
pub mod credits;
pub mod landing;
pub mod library;
pub mod not_found;
pub mod sign_in;
pub mod sign_up;
pub mod video;
