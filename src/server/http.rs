//! Plain axum routes and the layers around all of them.

pub mod connections;
pub mod events;
pub mod forms;
pub mod guard;
pub mod health;
pub mod hooks;
pub mod language;
pub mod media;
pub mod pages;
pub mod pictures;
pub mod session;
pub mod site;
pub mod videos_api;
