//! What the pages share.

pub mod chrome;
pub mod icon;
pub mod live;
pub mod outcome;
pub mod person;
pub mod status;
pub mod theme;
pub mod time;
