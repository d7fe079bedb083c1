//! Server functions, one file for each area. Each finds out who asks, calls one service and maps the error.

pub mod wire;

pub mod account;
pub mod credits;
pub mod gallery;
pub mod generation;
pub mod presets;
pub mod webhooks;
