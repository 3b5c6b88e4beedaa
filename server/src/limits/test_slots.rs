//! The limit on concurrent tests of this server, and the queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::counters::Place;
use super::options::LimitOptions;

/// The test slots of the server.
pub(super) struct TestSlots {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue_len: usize,
    queue_timeout: std::time::Duration,
}

/// A slot for one test, released when it is dropped.
pub(super) struct TestSlot {
    _slot: OwnedSemaphorePermit,
    _client: Place,
}

/// The server has no free slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoSlot;

impl TestSlots {
    pub(super) fn new(options: &LimitOptions) -> Self {
        // The semaphore has a maximum, which is more than any machine can run.
        let count = options.tests_at_once.get() as usize;
        Self {
            free: Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            queue_len: options.queue,
            queue_timeout: options.queue_wait,
        }
    }

    /// Whether all slots are in use and the queue is full.
    pub(super) fn is_full(&self) -> bool {
        self.free.available_permits() == 0 && self.waiting.load(Ordering::Relaxed) >= self.queue_len
    }

    /// Takes a slot for a test that has a place of its client, or waits for one in the queue.
    pub(super) async fn acquire(&self, client: Place) -> Result<TestSlot, NoSlot> {
        let free = Arc::clone(&self.free);
        let slot = match Arc::clone(&free).try_acquire_owned() {
            Ok(slot) => slot,
            Err(_) => {
                let _waiting = self.queue().ok_or(NoSlot)?;
                let slot = timeout(self.queue_timeout, free.acquire_owned()).await;
                slot.ok().and_then(Result::ok).ok_or(NoSlot)?
            }
        };
        Ok(TestSlot {
            _slot: slot,
            _client: client,
        })
    }

    /// A position in the queue, released when it is dropped, also when the client disconnects.
    fn queue(&self) -> Option<impl Drop + '_> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let longer = |waiting: usize| (waiting < self.queue_len).then_some(waiting + 1);
        let joined = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, longer);
        joined.ok().map(|_| Waiting(&self.waiting))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_queue_has_its_length_also_for_those_who_come_at_the_same_moment() {
        let options = LimitOptions {
            tests_at_once: std::num::NonZeroU32::MIN,
            queue: 1,
            ..LimitOptions::default()
        };
        let slots = TestSlots::new(&options);
        let _running = slots.acquire(Box::new(1)).await.ok().unwrap();
        let mut second = Box::pin(slots.acquire(Box::new(2)));
        assert!(second.as_mut().now_or_never().is_none());
        let third = slots.acquire(Box::new(3)).now_or_never();
        assert_eq!(third.map(Result::err), Some(Some(NoSlot)));
    }
}
