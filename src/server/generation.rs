//! The life of a generation: quote, hold, queue, worker, provider, storage, capture or release.

mod cards;
mod chores;
mod claiming;
mod clearing;
mod drive;
mod estimates;
mod handing_over;
mod lease;
pub mod life;
mod lineage;
pub mod nudges;
mod originals;
pub mod pictures;
mod polling;
pub mod quotes;
pub mod service;
mod store;
pub mod worker;

pub use estimates::percentiles;
pub use service::{
    Generations,
    programs::{Conditions, Repeat, Wish},
};

/// The kind of the job that makes a video.
pub const JOB: &str = "generation";
/// The kind of the job that removes what lies in the store for a generation that has no video (any more).
pub const PURGE: &str = "purge";
/// The queue of those.
pub const PURGES: &str = "storage";
/// The kind of the job that asks a provider to delete what it has of a video that was deleted here.
pub const FORGET: &str = "forget";
/// The queue of those.
pub const FORGETS: &str = "providers";
