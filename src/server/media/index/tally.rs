//! What the samples of one track add up to.

use super::{BROKEN, Key};
use crate::server::media::MediaError;

/// Samples in one track; a day at 60 frames a second has about five million.
pub(super) const MOST_SAMPLES: u64 = 6_000_000;
/// Key frames remembered; stills need eight.
const MOST_KEYS: usize = 100_000;
/// Samples after the last key frame that are remembered: at 60 frames a second, more than a minute.
const MOST_TAIL: usize = 5_000;
/// Samples of a film that are remembered to be copied: two minutes at 60 frames a second.
const MOST_COPIED: usize = 7_200;
/// Frame rates that are believed, in frames for each 1,000 seconds.
const RATES: std::ops::RangeInclusive<u64> = 1_000..=240_000;

/// What the samples of one track add up to.
#[derive(Debug, Default)]
pub(in crate::server::media) struct Tally {
    pub samples: u64,
    /// In units of the track's timescale.
    pub duration: u64,
    pub keys: Vec<Key>,
    /// From the last key frame on. One more than `MOST_TAIL` means: too many.
    tail: Vec<Key>,
    /// One more than `MOST_COPIED` means: too many.
    all: Vec<(Key, bool)>,
}

impl Tally {
    /// Counts one sample, after checking that it lies inside the file.
    pub(in crate::server::media) fn add(
        &mut self,
        key: Key,
        sync: bool,
        duration: u32,
        length: u64,
    ) -> Result<(), MediaError> {
        let end = key.offset.checked_add(key.size).ok_or(BROKEN)?;
        if end > length {
            return Err(MediaError::Truncated);
        }
        self.samples += 1;
        if self.samples > MOST_SAMPLES {
            return Err(BROKEN);
        }
        self.duration = self.duration.saturating_add(u64::from(duration));
        if sync && key.size > 0 && self.keys.len() < MOST_KEYS {
            self.keys.push(key);
        }
        if sync {
            self.tail.clear();
        }
        if key.size > 0 && self.tail.len() <= MOST_TAIL {
            self.tail.push(key);
        }
        if self.all.len() <= MOST_COPIED {
            self.all.push((key, sync));
        }
        Ok(())
    }

    /// Frames for each 1,000 seconds.
    pub(super) fn rate(&self, duration_ms: u64) -> Option<u64> {
        let rate = (self.samples * 1_000_000).checked_div(duration_ms)?;
        Some(rate).filter(|rate| RATES.contains(rate))
    }

    /// All samples; empty when they are too many.
    pub(super) fn copied(&self) -> Vec<(Key, bool)> {
        if self.all.len() > MOST_COPIED {
            return Vec::new();
        }
        self.all.clone()
    }

    /// From the last key frame on; empty when they are too many.
    pub(super) fn into_tail(self) -> Vec<Key> {
        if self.tail.len() > MOST_TAIL {
            return Vec::new();
        }
        self.tail
    }
}
