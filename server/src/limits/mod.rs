//! All limits on connection tests, sign-ins and pages.
//!
//! | module | idea |
//! |---|---|
//! | `options` | the command line options |
//! | `rate`, `rates` | a count per time, and those of all counters |
//! | [`key`] | keyed hashes of the clients and accounts that are counted |
//! | [`sign_in`] | a sign-in, as it is counted |
//! | [`relay`], `relay_permit` | a relay, as it is counted, and what it is told |
//! | `id` | names for what is counted, each used once |
//! | [`counters`] | the counters, as a trait, because several servers share theirs |
//! | [`memory`] | counters in the memory of one server |
//! | [`shared`] | counters that several servers share, as a trait |
//! | [`database`] | shared counters in PostgreSQL |
//! | [`fallback`] | shared counters, and stricter ones in memory while they are out of reach |
//! | `token_bucket`, `sliding_window` | counting over time: GCRA for rates, exact windows for refused passwords |
//! | `pages` | limits on pages that are rendered or not yet sent |
//! | `test_slots` | the limit on concurrent tests, and the queue |
//! | `per_client` | a semaphore for each client and network |
//!//!
//! A test passes them in this order: [`ClientLimits::count_request`] counts the request of the client, and [`ClientLimits::acquire`]
//! counts the sign-in, where there is one, and waits for a free slot.

mod clock;
pub mod counters;
pub mod database;
pub mod fallback;
mod id;
pub mod key;
pub mod memory;
mod options;
pub(crate) mod pages;
pub(crate) mod per_client;
mod rate;
mod rates;
pub mod relay;
pub(crate) mod relay_permit;
pub mod shared;
pub mod sign_in;
#[cfg(test)]
mod simulation;
mod sliding_window;
mod test_slots;
mod token_bucket;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::check::{ClientLimits, Refusal, RequestedSignIn, TestPermit};
use app::status::ServiceKey;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use probe::EndpointReport;
use probe::net::Disclosure;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::sleep;

use self::counters::{Counters, Denial, RateLimit, SignInEnd};
use self::id::Id;
use self::key::{ClientScopes, KeyHasher};
use self::memory::MemoryCounters;
pub use self::options::LimitOptions;
use self::pages::{PageDenial, PageLimits, PagePermit};
pub use self::rate::Rate;
pub(crate) use self::rate::seconds;
use self::rates::Rates;
use self::relay::RelayScopes;
use self::relay_permit::{RelayDenial, RelayPermit};
use self::test_slots::{NoSlot, TestSlot, TestSlots};
use crate::operations::metrics::{CountedTest, Metrics};

/// The number of this server among those with the same database, a new one each time it is started.
pub fn server_id() -> i64 {
    Id::of_process()
}

/// The limits of one server. Clones share the counts.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    keys: KeyHasher,
    counters: Arc<dyn Counters>,
    slots: TestSlots,
    pages: PageLimits,
    relays: Arc<Semaphore>,
    metrics: Metrics,
    /// Whether every test must end.
    ending: watch::Sender<bool>,
}

impl Limits {
    /// Limits with counters in memory.
    pub fn new(options: &LimitOptions, keys: KeyHasher, metrics: Metrics) -> Self {
        Self::counted_by(
            Arc::new(MemoryCounters::new(Rates::new(options))),
            options,
            keys,
            metrics,
        )
    }

    /// Limits with other counters.
    pub fn counted_by(
        counters: Arc<dyn Counters>,
        options: &LimitOptions,
        keys: KeyHasher,
        metrics: Metrics,
    ) -> Self {
        Self(Arc::new(Inner {
            keys,
            counters,
            slots: TestSlots::new(options),
            pages: PageLimits::new(options),
            relays: Arc::new(Semaphore::new(options.relays_at_once.get() as usize)),
            metrics,
            ending: watch::Sender::new(false),
        }))
    }

    /// Ends all tests for a shutdown: running tests report it and end, and no new test starts.
    pub fn end_tests(&self) {
        self.0.ending.send_replace(true);
    }

    /// Gives a client a permit for one page that is rendered for it.
    pub(crate) fn page_permit(&self, client: Option<IpAddr>) -> Result<PagePermit, PageDenial> {
        let client = client.map(|address| self.0.keys.client(address));
        self.0
            .pages
            .permit(client)
            .inspect_err(|denial| self.0.metrics.limit_hit(denial.code()))
    }

    /// Waits until a page may be rendered.
    pub(crate) async fn render_permit(&self) -> Result<SemaphorePermit<'_>, PageDenial> {
        let permit = self.0.pages.render_permit().await;
        permit.inspect_err(|denial| self.0.metrics.limit_hit(denial.code()))
    }

    /// A permit for a relay of this client to this service, if every limit allows it. A relay that finds no place is
    /// not counted.
    pub(crate) async fn relay_permit(
        &self,
        client: IpAddr,
        service: &ServiceKey,
    ) -> Result<RelayPermit, RelayDenial> {
        let Inner {
            keys,
            counters,
            relays,
            metrics,
            ..
        } = &*self.0;
        let permit = async {
            let at_once = Arc::clone(relays).try_acquire_owned();
            let at_once = at_once.map_err(|_| RelayDenial::BUSY)?;
            let places = RelayScopes::places(keys, client, service);
            let place = counters.take_place(&places).await;
            let place = place.ok_or(RelayDenial::NO_PLACE)?;
            let scopes = RelayScopes::new(keys, client, service);
            counters.count_relay(&scopes).await?;
            Ok(RelayPermit {
                _at_once: at_once,
                _place: place,
            })
        };
        let permit: Result<_, RelayDenial> = permit.await;
        permit.inspect_err(|denial| metrics.limit_hit(denial.limit))
    }

    /// Waits until all tests and relays must end.
    pub(crate) async fn ended(&self) {
        ended(self.0.ending.subscribe()).await;
    }

    /// The limits as they are for one client.
    pub fn of_client(&self, address: IpAddr) -> Arc<dyn ClientLimits> {
        Arc::new(LimitsOfClient {
            client: self.0.keys.client(address),
            limits: Arc::clone(&self.0),
        })
    }
}

/// The limits as they are for one client.
struct LimitsOfClient {
    client: ClientScopes,
    limits: Arc<Inner>,
}

impl ClientLimits for LimitsOfClient {
    fn count_request(&self) -> BoxFuture<'_, Result<(), Refusal>> {
        async {
            // Checked first: a refusal because the server is full must not count as a test of the client.
            if self.limits.slots.is_full() {
                return Err(self.refused(Refusal::Busy));
            }
            let counted = self.limits.counters.count_test(&self.client).await;
            counted.map_err(|denial| self.refused(refusal(denial)))
        }
        .boxed()
    }

    fn acquire(
        &self,
        sign_in: Option<RequestedSignIn>,
    ) -> BoxFuture<'_, Result<Arc<dyn TestPermit>, Refusal>> {
        async move {
            let admitted = tokio::select! {
                biased;
                () = ended(self.limits.ending.subscribe()) => return Err(Refusal::Restarting),
                admitted = self.admitted(sign_in) => admitted,
            };
            let (slot, sign_in) = admitted.map_err(|refusal| self.refused(refusal))?;
            let permit: Arc<dyn TestPermit> = Arc::new(RunningTest {
                _slot: slot,
                _counted: self.limits.metrics.test(),
                metrics: self.limits.metrics.clone(),
                ending: self.limits.ending.subscribe(),
                sign_in,
            });
            Ok(permit)
        }
        .boxed()
    }
}

impl LimitsOfClient {
    /// A slot, and the counted sign-in to the account. While a sign-in is delayed, its test holds no slot, so that
    /// other tests can use it.
    async fn admitted(
        &self,
        sign_in: Option<RequestedSignIn>,
    ) -> Result<(TestSlot, Option<CountedSignIn>), Refusal> {
        let Inner {
            keys,
            counters,
            slots,
            ..
        } = &*self.limits;
        let place = counters.take_place(&self.client).await;
        let place = place.ok_or(Refusal::TooManyAtOnce)?;
        let sign_in = match sign_in {
            None => None,
            Some(requested) => {
                let counted = sign_in::SignIn::new(keys, self.client.clone(), &requested);
                let delay = counters.count_sign_in(&counted).await.map_err(refusal)?;
                let sign_in = CountedSignIn {
                    counters: Arc::clone(counters),
                    counted,
                    disclosure: Disclosure::default(),
                    settled: AtomicBool::new(false),
                };
                if !delay.is_zero() {
                    sleep(delay).await;
                }
                Some(sign_in)
            }
        };
        let slot = slots.acquire(place).await.map_err(|NoSlot| Refusal::Busy)?;
        Ok((slot, sign_in))
    }

    fn refused(&self, refusal: Refusal) -> Refusal {
        self.limits.metrics.limit_hit(refusal.code());
        refusal
    }
}

/// The resources of a running test.
struct RunningTest {
    _slot: TestSlot,
    _counted: CountedTest,
    metrics: Metrics,
    ending: watch::Receiver<bool>,
    sign_in: Option<CountedSignIn>,
}

/// A sign-in that was counted and is settled once: with the result of the test, or when it is dropped.
struct CountedSignIn {
    counters: Arc<dyn Counters>,
    counted: sign_in::SignIn,
    disclosure: Disclosure,
    settled: AtomicBool,
}

impl TestPermit for RunningTest {
    fn disclosure(&self) -> Disclosure {
        let sign_in = self.sign_in.as_ref();
        sign_in.map_or_else(Disclosure::default, |sign_in| sign_in.disclosure.clone())
    }

    fn settle(&self, refusals: usize, message_sent: bool) {
        if let Some(sign_in) = &self.sign_in {
            sign_in.settle(refusals, message_sent);
        }
    }

    fn count_check(&self, report: &EndpointReport) {
        self.metrics.check(report);
    }

    fn shutdown(&self) -> BoxFuture<'static, ()> {
        ended(self.ending.clone()).boxed()
    }
}

/// Waits until every test must end.
async fn ended(mut ending: watch::Receiver<bool>) {
    if ending.wait_for(|ending| *ending).await.is_err() {
        // The sender belongs to the limits; after they are dropped, nothing can end the tests any more.
        std::future::pending::<()>().await;
    }
}

impl CountedSignIn {
    fn settle(&self, refusals: usize, message: bool) {
        let end = if self.disclosure.happened() {
            SignInEnd::Sent { refusals, message }
        } else {
            SignInEnd::NotSent
        };
        if !self.settled.swap(true, Ordering::Relaxed) {
            self.counters.settle(&self.counted, end);
        }
    }
}

impl Drop for CountedSignIn {
    /// The test was dropped before its end, for example because the client disconnected. If the password was sent,
    /// the result is unknown, so it counts as refused, and its message as sent.
    fn drop(&mut self) {
        self.settle(1, true);
    }
}

fn refusal(Denial { limit, wait }: Denial) -> Refusal {
    match limit {
        // Relays are no tests, and no test counts them.
        RateLimit::TestsPerClient | RateLimit::RelaysPerClient | RateLimit::RelaysPerService => {
            Refusal::TooMany { wait }
        }
        RateLimit::AccountsPerClient => Refusal::TooManyAccounts { wait },
        RateLimit::SignInsPerAccount => Refusal::TooManySignIns { wait },
        RateLimit::MessagesPerAccount => Refusal::TooManyMessages { wait },
        RateLimit::FailuresPerAccount => Refusal::TooManyFailures { wait },
        RateLimit::FailuresPerProvider => Refusal::SignInPaused { wait },
    }
}
