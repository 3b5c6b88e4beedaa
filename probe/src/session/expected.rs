//! Counts those who are still expected, and wakes up whoever waits for the last of them.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_listener::{Event, listener};
use futures_util::future::select;

use crate::dialogue::Clock;

/// How many are still expected. It runs in any runtime, because event-listener does.
#[derive(Debug, Default)]
pub(super) struct Expected {
    count: AtomicUsize,
    none_left: Event,
}

impl Expected {
    /// One more is expected.
    pub(super) fn one_more(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    /// One of those who are expected does not come.
    pub(super) fn one_less(&self) {
        // Where somebody has arrived already, nobody is expected any more.
        let less = |count: usize| count.checked_sub(1);
        let before = self
            .count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        if before == Ok(1) {
            self.none_left.notify(usize::MAX);
        }
    }

    /// One has arrived, so nobody is waited for any more.
    pub(super) fn arrived(&self) {
        self.count.store(0, Ordering::Release);
        self.none_left.notify(usize::MAX);
    }

    /// Waits until nobody is expected any more, but no longer than `timeout`.
    pub(super) async fn wait(&self, clock: &impl Clock, timeout: Duration) {
        let too_late = clock.sleep_until(clock.now() + timeout);
        select(pin!(self.none_left()), pin!(too_late)).await;
    }

    async fn none_left(&self) {
        while self.count.load(Ordering::Acquire) > 0 {
            listener!(self.none_left => changed);
            // It may have changed between the two lines above.
            if self.count.load(Ordering::Acquire) > 0 {
                changed.await;
            }
        }
    }
}
