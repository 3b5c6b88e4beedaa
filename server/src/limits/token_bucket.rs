//! An allowance that may be used up at once and comes back bit by bit (GCRA, the leaky bucket as a meter).
//!
//! It can be asked without being used and be given back, which is what several limits on one thing need:
//! all must allow it before any is counted.

use std::collections::HashMap;
use std::time::Duration;

use super::key::{Client, Key};
use super::rate::Rate;

/// What one client or account has used of its allowance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenBucket {
    /// When all of it has come back.
    whole_at: Duration,
}

impl TokenBucket {
    /// Whether one more is allowed; otherwise how long until it is.
    pub(super) fn check(&self, rate: Rate, now: Duration) -> Result<(), Duration> {
        let after = self.whole_at.max(now) + rate.one();
        match after.saturating_sub(now + rate.time) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Uses up one.
    pub(super) fn take(&mut self, rate: Rate, now: Duration) {
        self.whole_at = self.whole_at.max(now) + rate.one();
    }

    /// Gives back one that was not needed.
    pub(super) fn refund(&mut self, rate: Rate) {
        self.whole_at = self.whole_at.saturating_sub(rate.one());
    }

    /// Whether there is nothing left to remember.
    pub(super) fn is_full(&self, now: Duration) -> bool {
        self.whole_at <= now
    }
}

/// Uses up one of a client and of each of its networks, unless one of them has none left; then the error is
/// how long until it has.
pub(super) fn take(
    buckets: &mut HashMap<Key, TokenBucket>,
    client: &Client,
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
        assert!(!bucket.is_full(seconds(119)));
        assert!(bucket.is_full(seconds(120)));
    }
}
