//! Plain data and the rules that browser and server share: ids, credits, the catalogue, prompts, states, errors.
//! No input or output, no views; this room knows no other room.

pub mod catalogue;
pub mod composition;
pub mod credits;
pub mod error;
pub mod generation;
pub mod ids;
pub mod keys;
pub mod library;
pub mod lineage;
pub mod live;
pub mod person;
pub mod presets;
pub mod protocol;
pub mod spending;
pub mod trash;
pub mod webhooks;
