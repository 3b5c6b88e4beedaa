//! A token bucket, which allows bursts and refills continuously (GCRA, the leaky bucket as a meter).
//!
//! It can be checked without taking a token, and a token can be returned. Several limits on one action need
//! both: all must allow it before any counts it.

use std::collections::HashMap;
use std::time::Duration;

use super::key::{ClientScopes, Key};
use super::rate::Rate;

/// The bucket of one client or account.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenBucket {
    /// When the bucket is full again.
    full_at: Duration,
}

impl TokenBucket {
    /// Whether there is a token; otherwise the time until there is one.
    pub(super) fn check(&self, rate: Rate, now: Duration) -> Result<(), Duration> {
        let after = self.full_at.max(now) + rate.one();
        match after.saturating_sub(now + rate.time) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Takes one token.
    pub(super) fn take(&mut self, rate: Rate, now: Duration) {
        self.full_at = self.full_at.max(now) + rate.one();
    }

    /// Takes one token that was given elsewhere, even if there is none.
    pub(super) fn take_what_is_left(&mut self, rate: Rate, now: Duration) {
        self.take(rate, now);
        self.full_at = self.full_at.min(now + rate.time);
    }

    /// Returns one token that was not needed.
    pub(super) fn refund(&mut self, rate: Rate) {
        self.full_at = self.full_at.saturating_sub(rate.one());
    }

    /// Whether the bucket is full, so that it need not be stored.
    pub(super) fn is_untouched(&self, now: Duration) -> bool {
        self.full_at <= now
    }
}

/// Takes one token of a client and of each of its networks, unless one of them has none; then the error is the
/// time until it has one.
pub(super) fn take(
    buckets: &mut HashMap<Key, TokenBucket>,
    client: &ClientScopes,
    rate: Rate,
    now: Duration,
) -> Result<(), Duration> {
    for scope in client {
        let bucket = buckets.get(&scope.key).copied().unwrap_or_default();
        bucket.check(rate.times(scope.factor), now)?;
    }
    for scope in client {
        let bucket = buckets.entry(scope.key).or_default();
        bucket.take(rate.times(scope.factor), now);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_comes_back_bit_by_bit_and_what_was_not_needed_at_once() {
        let rate = Rate::new(3.try_into().unwrap(), 30);
        let seconds = Duration::from_secs;
        let mut bucket = TokenBucket::default();
        for now in [100, 100, 101] {
            assert_eq!(bucket.check(rate, seconds(now)), Ok(()), "{now}");
            bucket.take(rate, seconds(now));
        }
        assert_eq!(bucket.check(rate, seconds(101)), Err(seconds(9)));
        assert_eq!(bucket.check(rate, seconds(110)), Ok(()));
        bucket.refund(rate);
        assert_eq!(bucket.check(rate, seconds(101)), Ok(()));
        assert!(!bucket.is_untouched(seconds(119)));
        assert!(bucket.is_untouched(seconds(120)));
    }
}
