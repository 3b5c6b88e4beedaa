//! Exact counts in a sliding window.
//!
//! A token bucket refills continuously, and so allows nearly twice its count within its time. A limit that
//! keeps a provider from locking an account must be exact.

use std::collections::VecDeque;
use std::time::Duration;

use super::rate::Rate;

/// The times of events, and the number of pending ones.
#[derive(Debug, Default)]
pub(super) struct SlidingWindow {
    moments: VecDeque<Duration>,
    pending: usize,
}

impl SlidingWindow {
    /// Whether one more event is allowed; otherwise the time until it is.
    pub(super) fn check(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        if self.count(rate, now) < rate.count.get() as usize {
            return Ok(());
        }
        let oldest = self.moments.front();
        // Pending events are settled within a minute.
        let soon = Duration::from_secs(60);
        Err(oldest.map_or(soon, |oldest| (*oldest + rate.time).saturating_sub(now)))
    }

    /// The number of events in the window and of pending ones.
    pub(super) fn count(&mut self, rate: Rate, now: Duration) -> usize {
        self.forget(rate, now);
        self.moments.len() + self.pending
    }

    /// Counts one pending event.
    pub(super) fn reserve(&mut self) {
        self.pending += 1;
    }

    /// Settles a pending event: it happened this many times.
    pub(super) fn settle(&mut self, times: usize, rate: Rate, now: Duration) {
        self.pending = self.pending.saturating_sub(1);
        // More than the limit would only use more memory.
        let times = times.min(rate.count.get() as usize);
        self.moments.extend(std::iter::repeat_n(now, times));
        let too_many = self.moments.len().saturating_sub(rate.count.get() as usize);
        self.moments.drain(..too_many);
    }

    /// Whether the limit is reached, without pending events.
    pub(super) fn is_exhausted(&mut self, rate: Rate, now: Duration) -> bool {
        self.forget(rate, now);
        self.moments.len() >= rate.count.get() as usize
    }

    /// Removes all events; pending ones stay pending.
    pub(super) fn clear(&mut self) {
        self.moments.clear();
    }

    /// Whether there are no events and no pending ones.
    pub(super) fn is_empty(&mut self, rate: Rate, now: Duration) -> bool {
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
