//! How a provider has been doing. One that keeps failing is paused for growing times, and its models say so before
//! anyone spends. The record follows from how the last orders ended, whoever worked on them: `share` writes down what
//! this process saw and reads what the others did.

mod share;

pub use share::{recorded, share};

use super::ProviderError;
use crate::{model::catalogue::Doing, server::clock::Clock};
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
pub const LAST: usize = 100;

/// The record of one provider.
#[derive(Debug)]
pub struct Health {
    name: String,
    clock: Clock,
    record: Mutex<Record>,
    /// What this process saw and has not written down yet.
    unsent: Mutex<Vec<End>>,
}

/// What follows from how orders ended.
#[derive(Clone, Debug, Default)]
pub struct Record {
    in_a_row: u32,
    paused_until: i64,
    ends: VecDeque<bool>,
    last: Option<End>,
}

/// The end of an order there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
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
            unsent: Mutex::default(),
        }
    }

    /// An order came to its end as it should.
    pub fn worked(&self) {
        self.note(None);
    }

    /// An order could not be handed over, or failed there. What a person asked for wrongly does not belong here.
    pub fn failed(&self, wrong: &str) {
        self.note(Some(
            wrong.chars().filter(|sign| *sign != '\0').take(500).collect(),
        ));
    }

    /// Nothing came back from an order, or it was not sent at all.
    pub fn failed_with(&self, error: impl Into<ProviderError>) -> ProviderError {
        let error = error.into();
        self.failed(&error.to_string());
        error
    }

    fn note(&self, wrong: Option<String>) {
        let outcome = if wrong.is_none() { "worked" } else { "failed" };
        let end = End {
            at: self.clock.now(),
            wrong,
        };
        let mut record = self.record();
        let before = record.paused_until;
        record.note(end.clone());
        if record.paused_until > before {
            tracing::warn!(
                provider = self.name,
                seconds = (record.paused_until - end.at) / 1_000,
                failures = record.in_a_row,
                "a provider keeps failing and is paused"
            );
        }
        metrics::counter!("aisora_provider_orders_total", "provider" => self.name.clone(), "outcome" => outcome)
            .increment(1);
        self.show(&record);
        let mut unsent = self.unsent();
        // While the database is away, the newest are the ones that matter.
        if unsent.len() >= LAST {
            unsent.remove(0);
        }
        unsent.push(end);
    }

    /// Until when it is paused, in unix milliseconds.
    #[must_use]
    pub fn paused_until(&self) -> Option<i64> {
        self.record().paused_until(self.clock.now())
    }

    /// How its last orders ended, for people.
    #[must_use]
    pub fn doing(&self) -> Option<Doing> {
        self.record().doing()
    }

    /// Takes over the record as everybody has it; what this process has not written down yet comes on top.
    fn adopt(&self, mut record: Record) {
        let mut own = self.record();
        for end in self.unsent().iter() {
            record.note(end.clone());
        }
        self.show(&record);
        *own = record;
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unsent(&self) -> MutexGuard<'_, Vec<End>> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, record: &Record) {
        let gauge =
            |name: &'static str, value| metrics::gauge!(name, "provider" => self.name.clone()).set(value);
        let paused = record.paused_until(self.clock.now()).is_some();
        gauge("aisora_provider_success_ratio", record.success());
        gauge("aisora_provider_paused", f64::from(u8::from(paused)));
    }
}

impl Record {
    /// The record of ends, oldest first.
    #[must_use]
    pub fn of(ends: impl IntoIterator<Item = End>) -> Self {
        let mut record = Self::default();
        for end in ends {
            record.note(end);
        }
        record
    }

    fn note(&mut self, end: End) {
        self.ends.push_back(end.wrong.is_none());
        if self.ends.len() > LAST {
            self.ends.pop_front();
        }
        if end.wrong.is_none() {
            (self.in_a_row, self.paused_until) = (0, 0);
        } else if self.paused_until <= end.at {
            self.in_a_row = self.in_a_row.saturating_add(1);
            if self.in_a_row >= TOO_MANY {
                let doublings = (self.in_a_row - TOO_MANY).min(16);
                self.paused_until = end.at + (FIRST_PAUSE << doublings).min(LONGEST_PAUSE);
            }
        }
        // Else it was on its way when the pause began, and does not make it longer.
        self.last = Some(end);
    }

    /// Until when it is paused, in unix milliseconds.
    #[must_use]
    pub fn paused_until(&self, now: i64) -> Option<i64> {
        (self.paused_until > now).then_some(self.paused_until)
    }

    /// The last end, if there was one.
    #[must_use]
    pub const fn last(&self) -> Option<&End> {
        self.last.as_ref()
    }

    /// How the last orders ended, for people; nothing before the first one.
    #[must_use]
    pub fn doing(&self) -> Option<Doing> {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Doing {
            worked: count(self.ends.iter().filter(|good| **good).count()),
            of: count(self.ends.len()),
            last_at: self.last.as_ref()?.at,
        })
    }

    /// From 0 to 1, over the last ends.
    fn success(&self) -> f64 {
        self.doing()
            .map_or(1.0, |doing| f64::from(doing.worked) / f64::from(doing.of.max(1)))
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
            health.record().last().cloned(),
            Some(End {
                at: START,
                wrong: Some("502".into())
            })
        );
        health.worked();
        assert_eq!(
            (health.paused_until(), health.record().last().cloned()),
            (
                None,
                Some(End {
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
