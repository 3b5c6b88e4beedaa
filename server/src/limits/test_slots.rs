//! How many tests run at once: of one client, and in all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::key::{Client, Key};
use super::options::LimitOptions;
use super::per_client::{Own, Taken};

/// The places of the server.
pub(super) struct Places {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    taken: Arc<Taken<Key>>,
    per_client: usize,
    queue: usize,
    longest_wait: std::time::Duration,
}

/// A place for one test; free again when it is dropped.
pub(super) struct Place {
    _total: OwnedSemaphorePermit,
    _own: Own<Key>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The client has all the places it may have.
    Client,
    /// The server has no free place.
    Server,
}

impl Places {
    pub(super) fn new(options: &LimitOptions) -> Self {
        // No machine has room for more, and the semaphore does not take every number.
        let count = options.tests_at_once.get() as usize;
        Self {
            free: Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            taken: Arc::default(),
            per_client: options.tests_at_once_per_client.get(),
            queue: options.queue,
            longest_wait: options.queue_wait,
        }
    }

    /// Whether nobody can get a place now, not even by waiting.
    pub(super) fn are_full(&self) -> bool {
        self.free.available_permits() == 0 && self.waiting.load(Ordering::Relaxed) >= self.queue
    }

    /// One of the tests that the client may run at once, whether it waits or runs. So one client cannot fill
    /// the queue either.
    pub(super) fn own(&self, client: Client) -> Result<Own<Key>, Full> {
        Taken::take(&self.taken, client, self.per_client).ok_or(Full::Client)
    }

    /// Takes a place, or waits for one in the queue.
    pub(super) async fn take(&self, own: Own<Key>) -> Result<Place, Full> {
        let free = Arc::clone(&self.free);
        let total = match Arc::clone(&free).try_acquire_owned() {
            Ok(total) => total,
            Err(_) => {
                let _waiting = self.wait().ok_or(Full::Server)?;
                let total = timeout(self.longest_wait, free.acquire_owned()).await;
                total.ok().and_then(Result::ok).ok_or(Full::Server)?
            }
        };
        Ok(Place {
            _total: total,
            _own: own,
        })
    }

    /// A place in the queue, given back when it is dropped: also when the client goes away.
    fn wait(&self) -> Option<impl Drop + '_> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let longer = |waiting: usize| (waiting < self.queue).then_some(waiting + 1);
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
    use crate::limits::key::Keys;

    #[tokio::test(start_paused = true)]
    async fn the_queue_has_its_length_also_for_those_who_come_at_the_same_moment() {
        let options = LimitOptions {
            tests_at_once: std::num::NonZeroU32::MIN,
            queue: 1,
            ..LimitOptions::default()
        };
        let places = Places::new(&options);
        let keys = Keys::random().unwrap();
        let client = |number: u8| {
            let client = keys.client([192, 0, 2, number].into());
            places.own(client).ok().unwrap()
        };
        let _running = places.take(client(1)).await.ok().unwrap();
        let mut second = Box::pin(places.take(client(2)));
        assert!(second.as_mut().now_or_never().is_none());
        let third = places.take(client(3)).now_or_never();
        assert_eq!(third.map(Result::err), Some(Some(Full::Server)));
    }
}
