//! The pauses that a server asked for, by job: from the poll whose answer said so until the pause is taken.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The pauses of one server.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<HashMap<String, Duration>>);

impl Pauses {
    /// Remembers what an answer asked for; one that asked for nothing ends what was asked before.
    pub fn set(&self, job: &str, pause: Option<Duration>) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match pause {
            Some(pause) => pauses.insert(job.to_owned(), pause),
            None => pauses.remove(job),
        };
    }

    /// The pause to take now, once.
    pub fn take(&self, job: &str) -> Option<Duration> {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.remove(job)
    }
}
