//! The limits on concurrent tests: per client, and in total.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::key::{ClientScopes, Key};
use super::options::LimitOptions;
use super::per_client::{PerClientPermit, PerClientSemaphore};

/// The test slots of the server.
pub(super) struct TestSlots {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    clients: Arc<PerClientSemaphore<Key>>,
    per_client: usize,
    queue_len: usize,
    queue_timeout: std::time::Duration,
}

/// A slot for one test, released when it is dropped.
pub(super) struct TestSlot {
    _slot: OwnedSemaphorePermit,
    _client: PerClientPermit<Key>,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSlot {
    /// The client has the maximum number of tests.
    Client,
    /// The server has no free slot.
    Server,
}

impl TestSlots {
    pub(super) fn new(options: &LimitOptions) -> Self {
        // The semaphore has a maximum, which is more than any machine can run.
        let count = options.tests_at_once.get() as usize;
        Self {
            free: Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            clients: Arc::default(),
            per_client: options.tests_at_once_per_client.get(),
            queue_len: options.queue,
            queue_timeout: options.queue_wait,
        }
    }

    /// Whether all slots are in use and the queue is full.
    pub(super) fn is_full(&self) -> bool {
        self.free.available_permits() == 0 && self.waiting.load(Ordering::Relaxed) >= self.queue_len
    }

    /// Counts a test of the client, waiting or running, so that one client cannot fill the queue.
    pub(super) fn client_permit(
        &self,
        client: ClientScopes,
    ) -> Result<PerClientPermit<Key>, NoSlot> {
        PerClientSemaphore::try_acquire(&self.clients, client, self.per_client)
            .ok_or(NoSlot::Client)
    }

    /// Takes a slot, or waits for one in the queue.
    pub(super) async fn acquire(
        &self,
        client_permit: PerClientPermit<Key>,
    ) -> Result<TestSlot, NoSlot> {
        let free = Arc::clone(&self.free);
        let slot = match Arc::clone(&free).try_acquire_owned() {
            Ok(slot) => slot,
            Err(_) => {
                let _waiting = self.queue().ok_or(NoSlot::Server)?;
                let slot = timeout(self.queue_timeout, free.acquire_owned()).await;
                slot.ok().and_then(Result::ok).ok_or(NoSlot::Server)?
            }
        };
        Ok(TestSlot {
            _slot: slot,
            _client: client_permit,
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
    use crate::limits::key::KeyHasher;

    #[tokio::test(start_paused = true)]
    async fn the_queue_has_its_length_also_for_those_who_come_at_the_same_moment() {
        let options = LimitOptions {
            tests_at_once: std::num::NonZeroU32::MIN,
            queue: 1,
            ..LimitOptions::default()
        };
        let slots = TestSlots::new(&options);
        let keys = KeyHasher::random().unwrap();
        let client = |number: u8| {
            let client = keys.client([192, 0, 2, number].into());
            slots.client_permit(client).ok().unwrap()
        };
        let _running = slots.acquire(client(1)).await.ok().unwrap();
        let mut second = Box::pin(slots.acquire(client(2)));
        assert!(second.as_mut().now_or_never().is_none());
        let third = slots.acquire(client(3)).now_or_never();
        assert_eq!(third.map(Result::err), Some(Some(NoSlot::Server)));
    }
}
