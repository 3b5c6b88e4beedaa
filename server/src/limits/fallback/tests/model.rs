//! A model of the shared counters: those of one server in memory, to which every server has a line that may break.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use crate::limits::LimitOptions;
use crate::limits::counters::{Denial, Place, SignInEnd};
use crate::limits::id::Id;
use crate::limits::key::ClientScopes;
use crate::limits::memory::MemoryCounters;
use crate::limits::rates::Rates;
use crate::limits::relay::RelayScopes;
use crate::limits::shared::{OutOfReach, RenewError, SERVER_LEASE, Settled, SharedCounters};
use crate::limits::sign_in::SignIn;

/// The counters of all servers.
pub(super) struct Model {
    counters: MemoryCounters,
    down: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pending: HashMap<Id, (SignIn, Instant)>,
    settled: HashSet<Id>,
    places: HashMap<Id, Place>,
    servers: HashMap<u64, Instant>,
}

/// The line of one server to the model.
pub(super) struct Line {
    model: Arc<Model>,
    server: u64,
    broken: AtomicBool,
    loses_answers: AtomicBool,
    other_secret: AtomicBool,
    delay: AtomicU64,
    fails_next: AtomicBool,
}

/// How long a sign-in is pending at most.
const SIGN_IN_LEASE: Duration = Duration::from_secs(190);

impl Model {
    pub(super) fn new(options: &LimitOptions) -> Arc<Self> {
        Arc::new(Self {
            counters: MemoryCounters::new(Rates::new(options)),
            down: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    /// Whether nobody can reach it.
    pub(super) fn down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// How many servers are there.
    pub(super) fn servers(&self) -> usize {
        self.state().servers.len()
    }

    /// How many sign-ins were settled.
    pub(super) fn settled(&self) -> usize {
        self.state().settled.len()
    }

    /// Counts the sign-ins of servers that have died as refused.
    fn expire(&self, state: &mut State) {
        let over: Vec<Id> = (state.pending.iter())
            .filter(|(_, (_, until))| *until <= Instant::now())
            .map(|(id, _)| *id)
            .collect();
        for id in over {
            if let Some((sign_in, _)) = state.pending.remove(&id) {
                let end = SignInEnd::Sent {
                    refusals: 1,
                    message: true,
                };
                self.counters.settle_sign_in(&sign_in, end);
                state.settled.insert(id);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Line {
    pub(super) fn to(model: &Arc<Model>) -> Arc<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Arc::new(Self {
            model: Arc::clone(model),
            server: NUMBER.fetch_add(1, Ordering::Relaxed),
            broken: AtomicBool::new(false),
            loses_answers: AtomicBool::new(false),
            other_secret: AtomicBool::new(false),
            delay: AtomicU64::new(0),
            fails_next: AtomicBool::new(false),
        })
    }

    /// Whether nothing comes to the model.
    pub(super) fn broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }

    /// Whether everything comes to the model, and nothing back.
    pub(super) fn lose_answers(&self, lose: bool) {
        self.loses_answers.store(lose, Ordering::Relaxed);
    }

    pub(super) fn other_secret(&self, other: bool) {
        self.other_secret.store(other, Ordering::Relaxed);
    }

    /// How long answers take from the moment at which the model has counted.
    pub(super) fn delay(&self, delay: Duration) {
        self.delay
            .store(delay.as_millis().try_into().unwrap(), Ordering::Relaxed);
    }

    /// Whatever is asked next does not come to the model, and what is asked after it does.
    pub(super) fn fail_next(&self) {
        self.fails_next.store(true, Ordering::Relaxed);
    }

    async fn ask<T>(&self, ask: impl FnOnce(&Model, &mut State) -> T) -> Result<T, OutOfReach> {
        let unreachable = || OutOfReach::Silent(Duration::from_secs(1));
        let fails = self.fails_next.swap(false, Ordering::Relaxed);
        if fails || self.broken.load(Ordering::Relaxed) || self.model.down.load(Ordering::Relaxed) {
            return Err(unreachable());
        }
        let answer = {
            let mut state = self.model.state();
            self.model.expire(&mut state);
            ask(&self.model, &mut state)
        };
        match Duration::from_millis(self.delay.load(Ordering::Relaxed)) {
            Duration::ZERO => {}
            delay => sleep(delay).await,
        }
        match self.loses_answers.load(Ordering::Relaxed) {
            true => Err(unreachable()),
            false => Ok(answer),
        }
    }
}

impl SharedCounters for Line {
    fn count_test<'a>(
        &'a self,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>> {
        self.ask(|model, _| model.counters.try_test(client)).boxed()
    }

    fn count_relay<'a>(
        &'a self,
        relay: &'a RelayScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>> {
        self.ask(|model, _| model.counters.try_relay(relay)).boxed()
    }

    fn count_sign_in<'a>(
        &'a self,
        sign_in: &'a SignIn,
    ) -> BoxFuture<'a, Result<Result<Duration, Denial>, OutOfReach>> {
        self.ask(|model, state| {
            let counted = model.counters.try_sign_in(sign_in)?;
            let until = Instant::now() + SIGN_IN_LEASE;
            state.pending.insert(sign_in.id, (sign_in.clone(), until));
            Ok(counted)
        })
        .boxed()
    }

    fn settle<'a>(&'a self, settled: &'a Settled) -> BoxFuture<'a, Result<(), OutOfReach>> {
        self.ask(|model, state| {
            let Settled { sign_in, end, .. } = settled;
            if !state.settled.insert(sign_in.id) {
                return;
            }
            if state.pending.remove(&sign_in.id).is_none() {
                if *end == SignInEnd::NotSent {
                    return;
                }
                model.counters.note_sign_in(sign_in);
            }
            model.counters.settle_sign_in(sign_in, *end);
        })
        .boxed()
    }

    fn confirm(&self) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.ask(|_, _| ()).boxed()
    }

    fn take_place<'a>(
        &'a self,
        place: Id,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<bool, OutOfReach>> {
        self.ask(move |model, state| {
            let taken = model.counters.try_place(client);
            taken
                .map(|taken| state.places.insert(place, taken))
                .is_some()
        })
        .boxed()
    }

    fn leave_place<'a>(
        &'a self,
        place: Id,
        _: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<(), OutOfReach>> {
        self.ask(move |_, state| state.places.remove(&place))
            .map(|left| left.map(drop))
            .boxed()
    }

    fn renew(&self) -> BoxFuture<'_, Result<u32, RenewError>> {
        async {
            if self.other_secret.load(Ordering::Relaxed) {
                return Err(RenewError::OtherSecret);
            }
            let servers = self.ask(|_, state| {
                let now = Instant::now();
                state.servers.insert(self.server, now);
                state.servers.retain(|_, seen| *seen + SERVER_LEASE > now);
                state.servers.len()
            });
            Ok(servers.await?.try_into().unwrap())
        }
        .boxed()
    }

    fn end(&self) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.ask(|_, state| state.servers.remove(&self.server))
            .map(|left| left.map(drop))
            .boxed()
    }

    fn prune(&self) -> BoxFuture<'_, Result<bool, OutOfReach>> {
        self.ask(|_, _| false).boxed()
    }
}
