//! How long work usually takes: measured over the last forty of the same model, size and length, remembered for a while.

use crate::model::{catalogue::Size, generation::Estimate};
use crate::server::{db::Db, db::durations, error::Result};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Over how many it is measured, and from how many on it means something.
const LAST: i64 = 40;
const ENOUGH: usize = 3;
/// How long an answer is remembered.
const FRESH: Duration = Duration::from_secs(10);
/// How many answers are remembered; catalogues are small, and beyond this all are worked out anew.
const MOST: usize = 1_000;

type Key = (String, Size, u32);

/// The estimates of this process.
#[derive(Default)]
pub struct Estimates {
    known: Mutex<HashMap<Key, (Instant, Option<Estimate>)>>,
}

impl Estimates {
    /// How long such a video usually takes; none before there is history.
    pub async fn of(&self, db: &Db, model: &str, size: Size, seconds: u32) -> Result<Option<Estimate>> {
        let key = (model.to_owned(), size, seconds);
        if let Some((at, estimate)) = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            && at.elapsed() < FRESH
        {
            return Ok(*estimate);
        }
        let (width, height, length) = (i64::from(size.width), i64::from(size.height), i64::from(seconds));
        let estimate = measure(durations::last(db, model, width, height, length, LAST).await?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, (Instant::now(), estimate));
        Ok(estimate)
    }
}

fn measure(mut durations: Vec<i64>) -> Option<Estimate> {
    durations.retain(|duration| *duration >= 0);
    if durations.len() < ENOUGH {
        return None;
    }
    let (p50_ms, p90_ms) = percentiles(&mut durations)?;
    Some(Estimate {
        p50_ms,
        p90_ms,
        of: u32::try_from(durations.len()).unwrap_or(u32::MAX),
    })
}

/// What half of them and what nine of ten stay within; nothing of nothing.
pub fn percentiles(durations: &mut [i64]) -> Option<(i64, i64)> {
    durations.sort_unstable();
    let last = durations.len().checked_sub(1)?;
    let at = |percent: usize| durations[last * percent / 100];
    Some((at(50), at(90)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_needs_history_and_tells_the_middle_and_the_slow_end() {
        assert_eq!(
            measure(vec![5, -1, 7]),
            None,
            "a clock that went backwards does not count"
        );
        let estimate = measure((1..=10).rev().map(|n| n * 100).collect()).unwrap();
        assert_eq!((estimate.p50_ms, estimate.p90_ms, estimate.of), (500, 900, 10));
    }
}
