//! What the pages share.

pub mod chrome;
pub mod composer;
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
pub mod words;
