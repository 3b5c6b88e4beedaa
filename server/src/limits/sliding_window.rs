//! Exact counts over a time that moves along.
//!
//! A rate limiter of the usual kind gives back its allowance bit by bit, and so lets nearly twice as
//! much pass in its time. An account that is locked by the fifth wrong password needs it exactly.

use std::collections::VecDeque;
use std::time::Duration;

use super::rate::Rate;

/// The moments at which something happened, and how often it may yet happen.
#[derive(Debug, Default)]
pub(super) struct SlidingWindow {
    moments: VecDeque<Duration>,
    pending: usize,
}

impl SlidingWindow {
    /// Whether one more may happen; otherwise when to ask again.
    pub(super) fn check(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        if self.count(rate, now) < rate.count.get() as usize {
            return Ok(());
        }
        let oldest = self.moments.front();
        // What is pending will be known within a minute.
        let soon = Duration::from_secs(60);
        Err(oldest.map_or(soon, |oldest| (*oldest + rate.time).saturating_sub(now)))
    }

    /// How many have happened, and may yet happen.
    pub(super) fn count(&mut self, rate: Rate, now: Duration) -> usize {
        self.forget(rate, now);
        self.moments.len() + self.pending
    }

    /// Counts one that is not known yet.
    pub(super) fn reserve(&mut self) {
        self.pending += 1;
    }

    /// What was reserved is known now: it happened so often.
    pub(super) fn settle(&mut self, times: usize, rate: Rate, now: Duration) {
        self.pending = self.pending.saturating_sub(1);
        // More than the limit would change nothing but the memory it takes.
        let times = times.min(rate.count.get() as usize);
        self.moments.extend(std::iter::repeat_n(now, times));
        let too_many = self.moments.len().saturating_sub(rate.count.get() as usize);
        self.moments.drain(..too_many);
    }

    /// Whether as much happened as may.
    pub(super) fn is_full(&mut self, rate: Rate, now: Duration) -> bool {
        self.forget(rate, now);
        self.moments.len() >= rate.count.get() as usize
    }

    /// Begins anew; what is pending stays so.
    pub(super) fn clear(&mut self) {
        self.moments.clear();
    }

    /// Whether there is nothing left to remember.
    pub(super) fn is_over(&mut self, rate: Rate, now: Duration) -> bool {
        self.forget(rate, now);
        self.moments.is_empty() && self.pending == 0
    }

    fn forget(&mut self, rate: Rate, now: Duration) {
        let over = |moment: &Duration| *moment + rate.time <= now;
        let old = self
            .moments
            .iter()
            .take_while(|moment| over(moment))
            .count();
        self.moments.drain(..old);
    }
}
