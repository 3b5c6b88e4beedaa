//! How much the server does, and for whom: every limit in one place.
//!
//! | module | idea |
//! |---|---|
//! | `options` | what an operator can set |
//! | `rate` | so many in so long |
//! | [`key`] | whom something is counted for, without knowing who it is |
//! | [`counters`] | what is counted; several servers would do that in a database |
//! | [`memory`] | counters in the memory of one server |
//! | `token_bucket`, `sliding_window` | what is counted over time: GCRA for rates, exact windows for refused passwords |
//! | `pages` | how many pages are rendered, and lie in memory until they are sent |
//! | `test_slots` | how many tests run at once, and who waits |
//! | `per_client` | how many of something each client and network has |
//!
//! A test passes them in this order: [`Gate::knock`] asks whether the client may start a test at all,
//! [`Gate::place`] asks, with a password, whether the account may be signed in to, and gives it a place,
//! and [`Gate::probe`] looks whether somebody else has just asked for the same.

mod clock;
pub mod counters;
pub mod key;
pub mod memory;
mod options;
pub(crate) mod pages;
pub(crate) mod per_client;
mod rate;
#[cfg(test)]
mod simulation;
mod sliding_window;
mod test_slots;
mod token_bucket;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::check::{self, Account, Gate, Heard, Refusal};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use probe::EndpointReport;
use probe::net::{Disclosure, Probe, Target};
use tokio::sync::{SemaphorePermit, watch};
use tokio::time::sleep;

use self::counters::{Counters, Denial, End, Limit};
use self::key::{Client, Keys};
use self::memory::Memory;
pub use self::options::LimitOptions;
use self::pages::{PageDenial, PagePermit, Pages};
pub use self::rate::Rate;
use self::test_slots::{Full, Places};
use crate::operations::metrics::{Metrics, Running};
use crate::result_cache::Shared;

/// The limits of one server. Clones share what was counted.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    keys: Keys,
    counters: Arc<dyn Counters>,
    places: Places,
    pages: Pages,
    shared: Shared,
    metrics: Metrics,
    /// Whether every test must end.
    ending: watch::Sender<bool>,
}

impl Limits {
    /// Counts in memory.
    pub fn new(options: &LimitOptions, keys: Keys, metrics: Metrics) -> Self {
        Self::counted_by(Arc::new(Memory::new(options)), options, keys, metrics)
    }

    /// Counts somewhere else.
    pub fn counted_by(
        counters: Arc<dyn Counters>,
        options: &LimitOptions,
        keys: Keys,
        metrics: Metrics,
    ) -> Self {
        Self(Arc::new(Inner {
            keys,
            counters,
            places: Places::new(options),
            pages: Pages::new(options),
            shared: Shared::new(options.share_results),
            metrics,
            ending: watch::Sender::new(false),
        }))
    }

    /// The server stops: tests that are not finished say so, and end, and no more are begun.
    pub fn end_tests(&self) {
        self.0.ending.send_replace(true);
    }

    /// Gives a client room for one page that is made for it.
    pub(crate) fn page(&self, client: Option<IpAddr>) -> Result<PagePermit, PageDenial> {
        let client = client.map(|address| self.0.keys.client(address));
        self.0
            .pages
            .permit(client)
            .inspect_err(|denial| self.0.metrics.page_denied(*denial))
    }

    /// Waits until a page may be rendered.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, PageDenial> {
        let turn = self.0.pages.turn().await;
        turn.inspect_err(|denial| self.0.metrics.page_denied(*denial))
    }

    /// The limits as they are for one client.
    pub fn of_client(&self, address: IpAddr) -> Arc<dyn Gate> {
        Arc::new(ClientGate {
            client: self.0.keys.client(address),
            limits: Arc::clone(&self.0),
        })
    }
}

/// The limits as they are for one client.
struct ClientGate {
    client: Client,
    limits: Arc<Inner>,
}

impl Gate for ClientGate {
    fn knock(&self) -> BoxFuture<'_, Result<(), Refusal>> {
        async {
            // This comes first: a server that is full must not use up the tests of its clients.
            if self.limits.places.are_full() {
                return Err(self.refused(Refusal::Busy));
            }
            let counted = self.limits.counters.test(&self.client).await;
            counted.map_err(|denial| self.refused(refusal(denial)))
        }
        .boxed()
    }

    fn place(
        &self,
        account: Option<Account>,
    ) -> BoxFuture<'_, Result<Arc<dyn check::Place>, Refusal>> {
        async move {
            let admitted = tokio::select! {
                biased;
                () = ended(self.limits.ending.subscribe()) => return Err(Refusal::Restarting),
                admitted = self.admitted(account) => admitted,
            };
            let (place, sign_in) = admitted.map_err(|refusal| self.refused(refusal))?;
            let place: Arc<dyn check::Place> = Arc::new(TestPlace {
                _place: place,
                _running: self.limits.metrics.test(),
                metrics: self.limits.metrics.clone(),
                ending: self.limits.ending.subscribe(),
                sign_in,
            });
            Ok(place)
        }
        .boxed()
    }

    fn probe(
        &self,
        probe: &Probe,
        targets: Vec<Target>,
        place: Arc<dyn check::Place>,
    ) -> BoxStream<'static, Heard> {
        let start = |target| probe.run(vec![target], None);
        self.limits.shared.probe(targets, &place, start)
    }
}

impl ClientGate {
    /// A place, and the sign-in to the account as it was counted. Who has to wait before he signs in holds no
    /// place meanwhile: others could use it.
    async fn admitted(
        &self,
        account: Option<Account>,
    ) -> Result<(test_slots::Place, Option<SignIn>), Refusal> {
        let Inner {
            keys,
            counters,
            places,
            ..
        } = &*self.limits;
        let own = places.own(self.client.clone()).map_err(refusal_of_place)?;
        let sign_in = match account {
            None => None,
            Some(account) => {
                let counted = keys.sign_in(self.client.clone(), &account);
                let delay = counters.sign_in(&counted).await.map_err(refusal)?;
                let sign_in = SignIn {
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
        let place = places.take(own).await.map_err(refusal_of_place)?;
        Ok((place, sign_in))
    }

    fn refused(&self, refusal: Refusal) -> Refusal {
        self.limits.metrics.refusal(refusal);
        refusal
    }
}

/// What a running test holds.
struct TestPlace {
    _place: test_slots::Place,
    _running: Running,
    metrics: Metrics,
    ending: watch::Receiver<bool>,
    sign_in: Option<SignIn>,
}

/// A sign-in that was counted and is settled once: by what the test says of it, or when it is dropped.
struct SignIn {
    counters: Arc<dyn Counters>,
    counted: counters::SignIn,
    disclosure: Disclosure,
    settled: AtomicBool,
}

impl check::Place for TestPlace {
    fn disclosure(&self) -> Disclosure {
        let sign_in = self.sign_in.as_ref();
        sign_in.map_or_else(Disclosure::default, |sign_in| sign_in.disclosure.clone())
    }

    fn signed_in(&self, refusals: usize) {
        if let Some(sign_in) = &self.sign_in {
            sign_in.settle(refusals);
        }
    }

    fn checked(&self, report: &EndpointReport) {
        self.metrics.check(report);
    }

    fn must_end(&self) -> BoxFuture<'static, ()> {
        ended(self.ending.clone()).boxed()
    }
}

/// Ends when every test must end.
async fn ended(mut ending: watch::Receiver<bool>) {
    if ending.wait_for(|ending| *ending).await.is_err() {
        // The limits are gone, so nobody can ask for it any more.
        std::future::pending::<()>().await;
    }
}

impl SignIn {
    fn settle(&self, refusals: usize) {
        let end = if self.disclosure.happened() {
            End::Sent { refusals }
        } else {
            End::NotSent
        };
        if !self.settled.swap(true, Ordering::Relaxed) {
            self.counters.settle(&self.counted, end);
        }
    }
}

impl Drop for SignIn {
    /// The customer went away before the end. If the password was sent, nobody knows how it went, so it counts
    /// as refused.
    fn drop(&mut self) {
        self.settle(1);
    }
}

fn refusal(Denial { limit, wait }: Denial) -> Refusal {
    match limit {
        Limit::TestsOfClient => Refusal::TooMany { wait },
        Limit::AccountsOfClient => Refusal::TooManyAccounts { wait },
        Limit::SignInsOfAccount => Refusal::TooManySignIns { wait },
        Limit::FailuresOfAccount => Refusal::TooManyFailures { wait },
        Limit::FailuresOfProvider => Refusal::SignInPaused { wait },
    }
}

fn refusal_of_place(full: Full) -> Refusal {
    match full {
        Full::Client => Refusal::TooManyAtOnce,
        Full::Server => Refusal::Busy,
    }
}
