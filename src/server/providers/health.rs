//! How a provider has been doing. One that keeps failing is paused for growing times, and its models say so before
//! anyone spends. What is known here is known to this process alone; it is learnt anew after a restart.

use crate::server::clock::Clock;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So many failures in a row lead to a pause.
const TOO_MANY: u32 = 5;
/// The first pause and the longest, in milliseconds. Each next one is twice as long.
const FIRST_PAUSE: i64 = 30_000;
const LONGEST_PAUSE: i64 = 30 * 60_000;
/// The success rate is that of so many last ends.
const LAST: usize = 100;

/// The record of one provider.
#[derive(Debug)]
pub struct Health {
    name: String,
    clock: Clock,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    in_a_row: u32,
    paused_until: i64,
    ends: VecDeque<bool>,
    last: Option<Last>,
}

/// The last end of an order there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// When, in unix milliseconds.
    pub at: i64,
    /// What went wrong, in words for the operator; nothing when it worked.
    pub wrong: Option<String>,
}

impl Health {
    /// An empty record.
    #[must_use]
    pub fn new(name: String, clock: Clock) -> Self {
        Self {
            name,
            clock,
            record: Mutex::default(),
        }
    }

    /// An order came to its end as it should.
    pub fn worked(&self) {
        let mut record = self.record();
        record.note(self.clock.now(), None);
        (record.in_a_row, record.paused_until) = (0, 0);
        self.show(&record, "worked");
    }

    /// An order could not be handed over, or failed there. What a person asked for wrongly does not belong here.
    pub fn failed(&self, wrong: &str) {
        let mut record = self.record();
        let now = self.clock.now();
        record.note(now, Some(wrong.to_owned()));
        record.in_a_row = record.in_a_row.saturating_add(1);
        // Orders that were on their way when the pause began do not make it longer.
        if record.in_a_row >= TOO_MANY && record.paused_until <= now {
            let doublings = (record.in_a_row - TOO_MANY).min(16);
            let pause = (FIRST_PAUSE << doublings).min(LONGEST_PAUSE);
            record.paused_until = now + pause;
            tracing::warn!(
                provider = self.name,
                seconds = pause / 1_000,
                failures = record.in_a_row,
                "a provider keeps failing and is paused"
            );
        } else if record.in_a_row > TOO_MANY {
            record.in_a_row -= 1;
        }
        self.show(&record, "failed");
    }

    /// Until when it is paused, in unix milliseconds.
    #[must_use]
    pub fn paused_until(&self) -> Option<i64> {
        let until = self.record().paused_until;
        (until > self.clock.now()).then_some(until)
    }

    /// The last end, if there was one.
    #[must_use]
    pub fn last(&self) -> Option<Last> {
        self.record().last.clone()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, record: &Record, outcome: &'static str) {
        let provider = self.name.clone();
        metrics::counter!("aisora_provider_orders_total", "provider" => provider.clone(), "outcome" => outcome)
            .increment(1);
        metrics::gauge!("aisora_provider_success_ratio", "provider" => provider.clone())
            .set(record.success());
        let paused = record.paused_until > self.clock.now();
        metrics::gauge!("aisora_provider_paused", "provider" => provider).set(f64::from(u8::from(paused)));
    }
}

impl Record {
    fn note(&mut self, at: i64, wrong: Option<String>) {
        self.ends.push_back(wrong.is_none());
        if self.ends.len() > LAST {
            self.ends.pop_front();
        }
        self.last = Some(Last { at, wrong });
    }

    /// From 0 to 1, over the last ends.
    fn success(&self) -> f64 {
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let good = self.ends.iter().filter(|good| **good).count();
        count(good) / count(self.ends.len().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    fn health() -> (Clock, Health) {
        let clock = Clock::manual(START);
        (clock.clone(), Health::new("gpu".into(), clock))
    }

    #[test]
    fn a_provider_that_keeps_failing_is_paused_for_growing_times() {
        let (clock, health) = health();
        for _ in 1..TOO_MANY {
            health.failed("502");
        }
        assert_eq!(health.paused_until(), None);
        for pause in [30, 60, 120, 240, 480, 960, 1800, 1800] {
            health.failed("502");
            assert_eq!(health.paused_until(), Some(clock.now() + pause * 1_000));
            // Those that were on their way.
            health.failed("502");
            health.failed("502");
            assert_eq!(health.paused_until(), Some(clock.now() + pause * 1_000));
            clock.advance(pause * 1_000);
            assert_eq!(health.paused_until(), None, "it gets another try");
        }
    }

    #[test]
    fn one_success_ends_it() {
        let (_, health) = health();
        for _ in 0..TOO_MANY {
            health.failed("502");
        }
        assert_eq!(
            health.last(),
            Some(Last {
                at: START,
                wrong: Some("502".into())
            })
        );
        health.worked();
        assert_eq!(
            (health.paused_until(), health.last()),
            (
                None,
                Some(Last {
                    at: START,
                    wrong: None
                })
            )
        );
        health.failed("502");
        assert_eq!(health.paused_until(), None, "it counts from the beginning");
        let success = health.record().success();
        assert!((success - 1.0 / 7.0).abs() < 1e-9, "{success}");
    }
}
