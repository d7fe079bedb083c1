//! Time and ids, injected, so that tests decide both. The only file that asks the system for the time.

use crate::model::ids::{GenerationId, KeyId, PictureId, PostingId, PresetId, QuoteId, UserId};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};
use uuid::{ContextV7, Timestamp, Uuid};

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that only moves when it is told, in unix milliseconds.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a time.
    #[must_use]
    pub fn manual(unix_ms: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(unix_ms)))
    }

    /// Now, in unix milliseconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    #[must_use]
    pub fn now(&self) -> i64 {
        match self {
            Self::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_millis()).ok())
                .unwrap_or_default(),
            Self::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock, also backwards. The system's clock stays as it is.
    pub fn advance(&self, ms: i64) {
        if let Self::Manual(at) = self {
            at.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// Makes ids that sort by the time they were made, also when the clock goes backwards within one process.
#[derive(Debug, Default)]
pub struct Ids {
    clock: Clock,
    context: Mutex<ContextV7>,
}

impl Ids {
    /// Ids by a clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            context: Mutex::new(ContextV7::new()),
        }
    }

    /// A new UUID version 7.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now()).unwrap_or_default();
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        let nanos = u32::try_from(now % 1000).unwrap_or_default() * 1_000_000;
        Uuid::new_v7(Timestamp::from_unix(&*context, now / 1000, nanos))
    }

    /// An id for a person.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId(self.uuid())
    }

    /// An id for a generation.
    #[must_use]
    pub fn generation(&self) -> GenerationId {
        GenerationId(self.uuid())
    }

    /// An id for a reference picture.
    #[must_use]
    pub fn picture(&self) -> PictureId {
        PictureId(self.uuid())
    }

    /// An id for a preset.
    #[must_use]
    pub fn preset(&self) -> PresetId {
        PresetId(self.uuid())
    }

    /// An id for a quote.
    #[must_use]
    pub fn quote(&self) -> QuoteId {
        QuoteId(self.uuid())
    }

    /// An id for a program's key.
    #[must_use]
    pub fn key(&self) -> KeyId {
        KeyId(self.uuid())
    }

    /// An id for a posting.
    #[must_use]
    pub fn posting(&self) -> PostingId {
        PostingId(self.uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_rising_when_the_clock_goes_backwards() {
        let clock = Clock::manual(1_800_000_000_000);
        let ids = Ids::new(clock.clone());
        let mut last = ids.uuid();
        for step in [0, 5, -60_000, 1, 0, -3_600_000, 2] {
            clock.advance(step);
            let next = ids.uuid();
            assert!(next > last, "after a step of {step} ms");
            last = next;
        }
    }
}
