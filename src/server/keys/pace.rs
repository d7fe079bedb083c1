//! How often each key may ask: a bucket of requests that fills evenly over a minute. Each process counts for itself.

use crate::model::ids::KeyId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// A minute in milliseconds.
const MINUTE: i64 = 60_000;
/// How many buckets are kept; beyond that, full ones are forgotten.
const MOST: usize = 10_000;

/// Where a key stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Requests in a minute.
    pub limit: i64,
    /// How many may follow at once.
    pub remaining: i64,
    /// Milliseconds until the bucket is full again.
    pub full_in: i64,
    /// Milliseconds until the next request may come, when this one may not.
    pub wait: Option<i64>,
}

/// The buckets of this process. Contents are counted in parts: a request is `MINUTE` parts, and `limit` of them come in
/// with each millisecond, so that whole numbers are exact.
pub struct Paces {
    limit: i64,
    buckets: Mutex<HashMap<KeyId, Bucket>>,
}

struct Bucket {
    parts: i64,
    at: i64,
}

impl Paces {
    /// Buckets of so many requests.
    #[must_use]
    pub fn new(per_minute: i64) -> Self {
        Self {
            limit: per_minute.max(1),
            buckets: Mutex::default(),
        }
    }

    /// Takes one request out of a key's bucket, if there is one. A clock that goes backwards fills nothing.
    pub fn count(&self, key: KeyId, now: i64) -> Pace {
        let full = self.limit * MINUTE;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.filled(bucket, now) < full);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { parts: full, at: now });
        bucket.parts = self.filled(bucket, now);
        bucket.at = now;
        let wait = MINUTE - bucket.parts;
        let refused = wait > 0;
        if !refused {
            bucket.parts -= MINUTE;
        }
        Pace {
            limit: self.limit,
            remaining: bucket.parts / MINUTE,
            full_in: ceil(full - bucket.parts, self.limit),
            wait: refused.then(|| ceil(wait, self.limit)),
        }
    }

    fn filled(&self, bucket: &Bucket, now: i64) -> i64 {
        let passed = (now - bucket.at).clamp(0, MINUTE);
        (bucket.parts + passed * self.limit).min(self.limit * MINUTE)
    }
}

const fn ceil(parts: i64, per_ms: i64) -> i64 {
    (parts + per_ms - 1) / per_ms
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let paces = Paces::new(3);
        let key = KeyId(Uuid::from_u128(1));
        let other = KeyId(Uuid::from_u128(2));
        for remaining in [2, 1, 0] {
            assert_eq!(paces.count(key, 0).remaining, remaining);
        }
        let refused = paces.count(key, 0);
        assert_eq!((refused.wait, refused.full_in), (Some(20_000), 60_000));
        assert_eq!(paces.count(other, 0).remaining, 2, "each key for itself");
        assert_eq!(paces.count(key, 19_999).wait, Some(1));
        assert_eq!(paces.count(key, 20_000).wait, None);
        assert!(
            paces.count(key, -50_000).wait.is_some(),
            "a clock that went backwards"
        );
        assert_eq!(paces.count(key, 1_000_000).remaining, 2, "never more than full");
    }
}
