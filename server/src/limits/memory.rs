//! Counters in the memory of one server.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{NotUntil, RateLimiter};

use super::clock::Clock;
use super::counters::{Counters, Denial, Limit};
use super::key::Key;
use super::options::LimitOptions;
use super::rate::Rate;
use super::window::Window;

/// Counters that end with the program.
pub struct Memory {
    clock: Clock,
    tests: Limiter,
    sign_ins: Limiter,
    accounts_per_client: Rate,
    failures_per_account: Rate,
    failures: Rate,
    state: Mutex<State>,
}

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, Clock, NoOpMiddleware<Duration>>;

/// What needs more than a rate limiter knows.
struct State {
    /// The accounts of each client, with the moment of the last sign-in to each.
    accounts: HashMap<Key, HashMap<Key, Duration>>,
    /// The sign-ins that each account refused.
    failures_of: HashMap<Key, Window>,
    /// The sign-ins that were refused in all.
    failures: Window,
    /// Until when nobody may sign in.
    broken_until: Option<Duration>,
    swept: Duration,
}

/// How often what is over is forgotten. Without that, memory would grow for ever.
const SWEEP: Duration = Duration::from_secs(60);

impl Memory {
    /// Counts nothing yet.
    pub fn new(options: &LimitOptions) -> Self {
        let clock = Clock::start();
        Self {
            clock,
            tests: RateLimiter::dashmap_with_clock(options.tests_per_client.quota(), clock),
            sign_ins: RateLimiter::dashmap_with_clock(options.sign_ins_per_account.quota(), clock),
            accounts_per_client: options.accounts_per_client,
            failures_per_account: options.failed_sign_ins_per_account,
            failures: options.failed_sign_ins,
            state: Mutex::new(State {
                accounts: HashMap::new(),
                failures_of: HashMap::new(),
                failures: Window::default(),
                broken_until: None,
                swept: clock.now(),
            }),
        }
    }

    fn count_test(&self, client: Key) -> Result<(), Denial> {
        let now = self.clock.now();
        self.sweep(&mut self.state(), now);
        self.tests
            .check_key(&client)
            .map_err(|until| denial(Limit::TestsOfClient, until.wait_time_from(now)))
    }

    fn count_sign_in(&self, client: Key, account: Key) -> Result<(), Denial> {
        let now = self.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        if let Some(until) = state.broken_until.filter(|until| *until > now) {
            return Err(denial(Limit::Failures, until - now));
        }
        state.broken_until = None;

        // What is under way may be refused, too.
        state
            .failures
            .check(self.failures, now)
            .map_err(|wait| denial(Limit::Failures, wait))?;
        // Each is asked before any is counted: a sign-in that is refused must cost nothing.
        let failures = state.failures_of.entry(account).or_default();
        failures
            .check(self.failures_per_account, now)
            .map_err(|wait| denial(Limit::FailuresOfAccount, wait))?;
        let accounts = state.accounts.entry(client).or_default();
        let known_for = self.accounts_per_client.time;
        accounts.retain(|_, seen| *seen + known_for > now);
        let many = accounts.len() >= self.accounts_per_client.count.get() as usize;
        if many && !accounts.contains_key(&account) {
            let oldest = accounts.values().min().copied().unwrap_or(now);
            let wait = (oldest + known_for).saturating_sub(now);
            return Err(denial(Limit::AccountsOfClient, wait));
        }
        self.sign_ins
            .check_key(&account)
            .map_err(|until: NotUntil<_>| {
                denial(Limit::SignInsOfAccount, until.wait_time_from(now))
            })?;
        accounts.insert(account, now);
        failures.reserve();
        state.failures.reserve();
        Ok(())
    }

    fn count_refusals(&self, account: Key, refusals: usize) {
        let now = self.clock.now();
        let mut state = self.state();
        let failures = state.failures_of.entry(account).or_default();
        failures.settle(refusals, self.failures_per_account, now);
        state.failures.settle(refusals, self.failures, now);
        if refusals > 0 && state.failures.is_full(self.failures, now) {
            state.failures.clear();
            state.broken_until = Some(now + self.failures.time);
            tracing::warn!(
                limit = %self.failures,
                "too many passwords were refused: none is tested for a while"
            );
        }
    }

    fn sweep(&self, state: &mut State, now: Duration) {
        if now < state.swept + SWEEP {
            return;
        }
        state.swept = now;
        let known_for = self.accounts_per_client.time;
        state.accounts.retain(|_, accounts| {
            accounts.retain(|_, seen| *seen + known_for > now);
            !accounts.is_empty()
        });
        state
            .failures_of
            .retain(|_, failures| !failures.is_over(self.failures_per_account, now));
        self.tests.retain_recent();
        self.sign_ins.retain_recent();
    }

    /// How many things are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        let state = self.state();
        let accounts: usize = state.accounts.values().map(HashMap::len).sum();
        accounts + state.failures_of.len() + self.tests.len() + self.sign_ins.len()
    }

    /// The state is in order even if somebody panicked while holding it: no change has two parts
    /// that must not be seen apart.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters for Memory {
    fn test(&self, client: Key) -> BoxFuture<'_, Result<(), Denial>> {
        ready(self.count_test(client)).boxed()
    }

    fn sign_in(&self, client: Key, account: Key) -> BoxFuture<'_, Result<(), Denial>> {
        ready(self.count_sign_in(client, account)).boxed()
    }

    fn settle(&self, account: Key, refusals: usize) {
        self.count_refusals(account, refusals);
    }
}

fn denial(limit: Limit, wait: Duration) -> Denial {
    Denial { limit, wait }
}
