//! The life of a generation: quote, hold, queue, worker, provider, storage, capture or release.

mod cards;
mod drive;
mod estimates;
pub mod life;
pub mod quotes;
pub mod service;
mod store;
pub mod worker;

pub use service::Generations;

/// The kind of job in the queue.
pub const JOB: &str = "generation";
