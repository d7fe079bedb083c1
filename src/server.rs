//! Everything of the server. Arrows run down: cli and http → services → db, providers, storage → model.

pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credits;
pub mod db;
pub mod error;
pub mod generation;
pub mod http;
pub mod http_client;
pub mod identity;
pub mod jobs;
pub mod keys;
pub mod live;
pub mod mail;
pub mod media;
pub mod moderation;
pub mod organising;
pub mod presets;
pub mod providers;
pub mod router;
pub mod spending;
pub mod state;
pub mod storage;
pub mod web;
pub mod webhooks;
pub mod zip;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
