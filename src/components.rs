//! What the pages share.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

#[cfg(feature = "ssr")]
pub mod about;
pub mod asked;
#[cfg(feature = "ssr")]
pub mod bells;
pub mod chrome;
pub mod composer;
pub mod dynamic;
pub mod fact;
pub mod field;
pub mod icon;
pub mod language;
pub mod live;
pub mod making;
pub mod notice;
pub mod outcome;
pub mod person;
pub mod promises;
pub mod screen;
pub mod status;
pub mod theme;
pub mod tile;
pub mod time;
#[cfg(feature = "ssr")]
pub mod video_sheet;
pub mod words;
