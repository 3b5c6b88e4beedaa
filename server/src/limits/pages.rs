//! Limits on pages that are rendered, and on pages in memory that their clients have not read.
//!
//! Pages that are the same for everybody are served from the page cache and are not limited. The others are
//! rendered for one request, because their URL contains what was typed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::clock::Clock;
use super::key::{ClientScopes, Key};
use super::options::LimitOptions;
use super::per_client::{PerClientPermit, PerClientSemaphore};
use super::rate::Rate;
use super::token_bucket::{self, TokenBucket};
use crate::process::half_of_cores;

/// The maximum time that a page waits to be rendered. Rendering takes about a millisecond, so even behind the
/// maximum number of pages the wait is shorter.
const RENDER_QUEUE_TIMEOUT: Duration = Duration::from_secs(2);

/// The `Retry-After` if it is not known when there will be a free permit.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// How often the entries of inactive clients are removed.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The limits on pages that are rendered for one request each.
pub(super) struct PageLimits {
    clock: Clock,
    rate: Rate,
    counts: Mutex<RequestCounts>,
    of_client: Arc<PerClientSemaphore<Key>>,
    per_client: usize,
    all: Arc<Semaphore>,
    render_permits: Semaphore,
}

/// How many pages each client and network has requested.
#[derive(Default)]
struct RequestCounts {
    buckets: HashMap<Key, TokenBucket>,
    swept: Duration,
}

/// A permit for one page, held from before it is rendered until it has been sent.
pub(crate) struct PagePermit {
    _all: OwnedSemaphorePermit,
    _of_client: Option<PerClientPermit<Key>>,
}

/// Why a page is not rendered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageDenial {
    /// The client has requested too many.
    TooMany {
        /// The time until it may request another one.
        wait: Duration,
    },
    /// The client has not read the pages that it requested.
    TooManyAtOnce,
    /// The server has the maximum number of pages to render or to send.
    Busy,
}

impl PageDenial {
    /// The label in the metrics.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::TooMany { .. } => "pages-per-client",
            Self::TooManyAtOnce => "pages-at-once-per-client",
            Self::Busy => "pages-at-once",
        }
    }

    /// When to try again, in whole seconds.
    pub(crate) fn retry_after(self) -> u64 {
        let wait = match self {
            Self::TooMany { wait } => wait,
            Self::TooManyAtOnce | Self::Busy => DEFAULT_RETRY_AFTER,
        };
        wait.as_secs() + 1
    }
}

impl PageLimits {
    pub(super) fn new(options: &LimitOptions) -> Self {
        let all = options.pages_at_once.get().min(Semaphore::MAX_PERMITS);
        Self {
            clock: Clock::start(),
            rate: options.pages_per_client,
            counts: Mutex::default(),
            of_client: Arc::default(),
            per_client: options.pages_at_once_per_client.get(),
            all: Arc::new(Semaphore::new(all)),
            render_permits: Semaphore::new(half_of_cores()),
        }
    }

    /// Acquires a permit for one page, for this client if it is known. It does not wait: a client without a free
    /// permit has pages that it has not read.
    pub(super) fn permit(&self, client: Option<ClientScopes>) -> Result<PagePermit, PageDenial> {
        let of_client = match client {
            None => None,
            Some(client) => {
                self.count(&client)?;
                let own = PerClientSemaphore::try_acquire(&self.of_client, client, self.per_client);
                Some(own.ok_or(PageDenial::TooManyAtOnce)?)
            }
        };
        let all = Arc::clone(&self.all).try_acquire_owned();
        Ok(PagePermit {
            _all: all.map_err(|_| PageDenial::Busy)?,
            _of_client: of_client,
        })
    }

    /// Waits until a page may be rendered, in the order of the requests.
    pub(super) async fn render_permit(&self) -> Result<SemaphorePermit<'_>, PageDenial> {
        let render_permit = timeout(RENDER_QUEUE_TIMEOUT, self.render_permits.acquire()).await;
        render_permit
            .ok()
            .and_then(Result::ok)
            .ok_or(PageDenial::Busy)
    }

    /// Counts one more page of the client, unless it, or one of its networks, has requested too many.
    fn count(&self, client: &ClientScopes) -> Result<(), PageDenial> {
        let now = self.clock.now();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= counts.swept + SWEEP_INTERVAL {
            counts.swept = now;
            counts.buckets.retain(|_, bucket| !bucket.is_untouched(now));
        }
        token_bucket::take(&mut counts.buckets, client, self.rate, now)
            .map_err(|wait| PageDenial::TooMany { wait })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::limits::Rate;
    use crate::limits::key::KeyHasher;

    fn pages(
        per_client: usize,
        all: usize,
        rate: u32,
    ) -> (PageLimits, impl Fn(u8) -> Option<ClientScopes>) {
        let count = |count: usize| count.try_into().unwrap();
        let pages = PageLimits::new(&LimitOptions {
            pages_per_client: Rate::new(rate.try_into().unwrap(), 60),
            pages_at_once_per_client: count(per_client),
            pages_at_once: count(all),
            ..LimitOptions::default()
        });
        let keys = KeyHasher::random().unwrap();
        let key = move |number| Some(keys.client([192, 0, 2, number].into()));
        (pages, key)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_has_room_for_a_few_pages_until_it_takes_them() {
        let (pages, client) = pages(2, 3, 1000);
        let first = pages.permit(client(1)).ok().unwrap();
        let _second = pages.permit(client(1)).ok().unwrap();
        assert_eq!(
            pages.permit(client(1)).err(),
            Some(PageDenial::TooManyAtOnce)
        );
        let _other = pages.permit(client(2)).ok().unwrap();
        // The limit of the server is reached, also for a client without a page.
        assert_eq!(pages.permit(client(3)).err(), Some(PageDenial::Busy));
        drop(first);
        assert!(pages.permit(client(3)).is_ok());
        assert!(pages.permit(client(1)).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_has_so_many_pages_in_a_while_and_others_have_theirs() {
        let (pages, client) = pages(8, 8, 3);
        for _ in 0..3 {
            assert!(pages.permit(client(1)).is_ok());
        }
        let wait = Duration::from_secs(20);
        let denial = pages.permit(client(1)).err().unwrap();
        assert_eq!(denial, PageDenial::TooMany { wait });
        assert_eq!(denial.retry_after(), 21);
        assert!(pages.permit(client(2)).is_ok());
        advance(wait).await;
        assert!(pages.permit(client(1)).is_ok());
        // Expired entries are removed.
        advance(Duration::from_secs(600)).await;
        assert!(pages.permit(client(3)).is_ok());
        assert_eq!(pages.counts.lock().unwrap().buckets.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whose_turn_does_not_come_is_not_kept_waiting() {
        let (pages, _) = pages(8, 8, 8);
        let mut render_permits = Vec::new();
        while let Ok(render_permit) = pages.render_permit().await {
            render_permits.push(render_permit);
        }
        assert_eq!(render_permits.len(), half_of_cores());
        render_permits.pop();
        assert!(pages.render_permit().await.is_ok());
    }
}
