//! Plain axum routes and the layers around all of them.

pub mod archive;
pub mod connections;
pub mod events;
pub mod forms;
pub mod guard;
pub mod health;
pub mod hooks;
pub mod language;
pub mod media;
pub mod notice;
pub mod pages;
pub mod pictures;
pub mod prompts;
pub mod session;
pub mod site;
pub mod strip;
pub mod videos_api;
