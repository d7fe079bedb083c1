//! What the pages share.
#![expect(
    clippy::must_use_candidate,
    reason = "views are used by the view macro, which uses what they return"
)]

pub mod asked;
pub mod chrome;
pub mod composer;
pub mod dynamic;
pub mod fact;
pub mod field;
pub mod icon;
pub mod live;
pub mod making;
pub mod outcome;
pub mod person;
pub mod screen;
pub mod status;
pub mod theme;
pub mod tile;
pub mod time;
#[cfg(feature = "ssr")]
pub mod video_sheet;
pub mod words;
