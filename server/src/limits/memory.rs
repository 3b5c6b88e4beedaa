//! Counters in the memory of one server.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::clock::Clock;
use super::counters::{Counters, Denial, RateLimit, SignInEnd};
use super::key::{ClientScopes, Key};
use super::options::LimitOptions;
use super::rate::Rate;
use super::sign_in::SignIn;
use super::sliding_window::SlidingWindow;
use super::token_bucket::{self, TokenBucket};

/// Counters in memory, which are lost when the program ends.
pub struct MemoryCounters {
    clock: Clock,
    rates: Rates,
    state: Mutex<State>,
}

struct Rates {
    tests: Rate,
    sign_ins: Rate,
    messages: Rate,
    accounts: Rate,
    failures_of_account: Rate,
    failures_of_provider: Rate,
}

#[derive(Default)]
struct State {
    /// The tests of each client and network.
    tests: HashMap<Key, TokenBucket>,
    /// The sign-ins to each mailbox.
    sign_ins: HashMap<Key, TokenBucket>,
    /// The messages of each mailbox to itself.
    messages: HashMap<Key, TokenBucket>,
    /// The accounts that each client and network has signed in to.
    accounts: HashMap<Key, HashMap<Key, AccountUse>>,
    /// The sign-ins that each mailbox refused.
    failures_of: HashMap<Key, SlidingWindow>,
    /// The providers with sign-ins. There are at most as many as records.
    providers: HashMap<Key, Provider>,
    swept: Duration,
}

/// How a client has used an account.
#[derive(Default, PartialEq, Eq)]
struct AccountUse {
    last: Option<Duration>,
    /// How many sign-ins are under way.
    pending: usize,
}

/// The refused passwords of one provider.
#[derive(Default)]
struct Provider {
    failures: SlidingWindow,
    /// Until when sign-ins are refused.
    sign_ins_paused_until: Duration,
}

/// How often expired entries are removed. Without this, memory would grow without bound.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The delay of the last sign-in that the limit of a provider allows.
const MAX_SIGN_IN_DELAY: Duration = Duration::from_secs(5);

impl MemoryCounters {
    /// Counters at zero.
    pub fn new(options: &LimitOptions) -> Self {
        Self {
            clock: Clock::start(),
            rates: Rates {
                tests: options.tests_per_client,
                sign_ins: options.sign_ins_per_account,
                messages: options.messages_per_account,
                accounts: options.accounts_per_client,
                failures_of_account: options.failed_sign_ins_per_account,
                failures_of_provider: options.failed_sign_ins,
            },
            state: Mutex::default(),
        }
    }

    fn try_test(&self, client: &ClientScopes) -> Result<(), Denial> {
        let now = self.clock.now();
        let mut state = self.state();
        self.sweep(&mut state, now);
        token_bucket::take(&mut state.tests, client, self.rates.tests, now)
            .map_err(denied_by(RateLimit::TestsPerClient))
    }

    fn try_sign_in(&self, sign_in: &SignIn) -> Result<Duration, Denial> {
        let now = self.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        state.check_sign_in(sign_in, &self.rates, now)?;
        for scope in &sign_in.client {
            let accounts = state.accounts.entry(scope.key).or_default();
            accounts.entry(sign_in.account).or_default().pending += 1;
        }
        for mailbox in &sign_in.mailboxes {
            let bucket = state.sign_ins.entry(*mailbox).or_default();
            bucket.take(self.rates.sign_ins, now);
            if sign_in.message {
                let bucket = state.messages.entry(*mailbox).or_default();
                bucket.take(self.rates.messages, now);
            }
            state.failures_of.entry(*mailbox).or_default().reserve();
        }
        let provider = state.providers.entry(sign_in.provider).or_default();
        provider.failures.reserve();
        Ok(provider.delay(self.rates.failures_of_provider, now))
    }

    fn settle_sign_in(&self, sign_in: &SignIn, end: SignInEnd) {
        let now = self.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        let (refusals, message) = match end {
            SignInEnd::NotSent => (0, false),
            SignInEnd::Sent { refusals, message } => (refusals, message),
        };
        for scope in &sign_in.client {
            let accounts = state.accounts.entry(scope.key).or_default();
            let seen = accounts.entry(sign_in.account).or_default();
            seen.pending = seen.pending.saturating_sub(1);
            match end {
                SignInEnd::Sent { .. } => seen.last = Some(now),
                SignInEnd::NotSent if *seen == AccountUse::default() => {
                    accounts.remove(&sign_in.account);
                }
                SignInEnd::NotSent => {}
            }
        }
        for mailbox in &sign_in.mailboxes {
            if end == SignInEnd::NotSent {
                let bucket = state.sign_ins.entry(*mailbox).or_default();
                bucket.refund(self.rates.sign_ins);
            }
            if sign_in.message && !message {
                let bucket = state.messages.entry(*mailbox).or_default();
                bucket.refund(self.rates.messages);
            }
            let failures = state.failures_of.entry(*mailbox).or_default();
            failures.settle(refusals, self.rates.failures_of_account, now);
        }
        let provider = state.providers.entry(sign_in.provider).or_default();
        provider.settle(refusals, self.rates.failures_of_provider, now);
    }

    fn sweep(&self, state: &mut State, now: Duration) {
        if now < state.swept + SWEEP_INTERVAL {
            return;
        }
        state.swept = now;
        state.tests.retain(|_, bucket| !bucket.is_untouched(now));
        state.sign_ins.retain(|_, bucket| !bucket.is_untouched(now));
        state.messages.retain(|_, bucket| !bucket.is_untouched(now));
        let known_for = self.rates.accounts.time;
        state.accounts.retain(|_, accounts| {
            accounts.retain(|_, seen| seen.counts(known_for, now));
            !accounts.is_empty()
        });
        state
            .failures_of
            .retain(|_, failures| !failures.is_empty(self.rates.failures_of_account, now));
    }

    /// How many entries there are.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        let state = self.state();
        let accounts: usize = state.accounts.values().map(HashMap::len).sum();
        accounts
            + state.failures_of.len()
            + state.tests.len()
            + state.sign_ins.len()
            + state.messages.len()
    }

    /// The lock is also taken after a panic of a thread that held it. What that thread had counted and not yet
    /// settled then stays counted, which refuses too much rather than too little.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters for MemoryCounters {
    fn count_test<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Result<(), Denial>> {
        ready(self.try_test(client)).boxed()
    }

    fn count_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>> {
        ready(self.try_sign_in(sign_in)).boxed()
    }

    fn settle(&self, sign_in: &SignIn, end: SignInEnd) {
        self.settle_sign_in(sign_in, end);
    }
}

impl State {
    /// Checks that every limit allows the sign-in, without counting it.
    fn check_sign_in(
        &mut self,
        sign_in: &SignIn,
        rates: &Rates,
        now: Duration,
    ) -> Result<(), Denial> {
        if let Some(provider) = self.providers.get_mut(&sign_in.provider) {
            let checked = provider.check(rates.failures_of_provider, now);
            checked.map_err(denied_by(RateLimit::FailuresPerProvider))?;
        }
        for mailbox in &sign_in.mailboxes {
            if let Some(failures) = self.failures_of.get_mut(mailbox) {
                // A pending sign-in may be refused, too.
                let checked = failures.check(rates.failures_of_account, now);
                checked.map_err(denied_by(RateLimit::FailuresPerAccount))?;
            }
        }
        for scope in &sign_in.client {
            if let Some(accounts) = self.accounts.get_mut(&scope.key) {
                let rate = rates.accounts.times(scope.factor);
                let checked = check_accounts(accounts, sign_in.account, rate, now);
                checked.map_err(denied_by(RateLimit::AccountsPerClient))?;
            }
        }
        for mailbox in &sign_in.mailboxes {
            if let Some(bucket) = self.sign_ins.get(mailbox) {
                let checked = bucket.check(rates.sign_ins, now);
                checked.map_err(denied_by(RateLimit::SignInsPerAccount))?;
            }
            if sign_in.message
                && let Some(bucket) = self.messages.get(mailbox)
            {
                let checked = bucket.check(rates.messages, now);
                checked.map_err(denied_by(RateLimit::MessagesPerAccount))?;
            }
        }
        Ok(())
    }
}

/// Whether a client with these accounts may sign in to this one; otherwise the time until it may.
fn check_accounts(
    accounts: &mut HashMap<Key, AccountUse>,
    account: Key,
    rate: Rate,
    now: Duration,
) -> Result<(), Duration> {
    accounts.retain(|_, seen| seen.counts(rate.time, now));
    if accounts.len() < rate.count.get() as usize || accounts.contains_key(&account) {
        return Ok(());
    }
    // A pending one expires last.
    let last = |seen: &AccountUse| {
        if seen.pending > 0 {
            now
        } else {
            seen.last.unwrap_or(now)
        }
    };
    let oldest = accounts.values().map(last).min().unwrap_or(now);
    Err((oldest + rate.time).saturating_sub(now))
}

impl AccountUse {
    fn counts(&self, known_for: Duration, now: Duration) -> bool {
        self.pending > 0 || self.last.is_some_and(|last| last + known_for > now)
    }
}

impl Provider {
    fn check(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        match self.sign_ins_paused_until.saturating_sub(now) {
            Duration::ZERO => self.failures.check(rate, now),
            wait => Err(wait),
        }
    }

    /// The delay of the last counted sign-in. It grows with the number of refused passwords, so that guessing is
    /// slowed down before all sign-ins are paused.
    fn delay(&mut self, rate: Rate, now: Duration) -> Duration {
        let limit = rate.count.get();
        let half = limit.div_ceil(2);
        let count = u32::try_from(self.failures.count(rate, now)).unwrap_or(limit);
        let beyond = count.min(limit).saturating_sub(half);
        MAX_SIGN_IN_DELAY * beyond / (limit - half).max(1)
    }

    fn settle(&mut self, refusals: usize, rate: Rate, now: Duration) {
        self.failures.settle(refusals, rate, now);
        if refusals > 0 && self.failures.is_exhausted(rate, now) {
            self.failures.clear();
            self.sign_ins_paused_until = now + rate.time;
            tracing::warn!(
                limit = %rate,
                "too many refused passwords at one provider, its sign-ins are paused"
            );
        }
    }
}

fn denied_by(limit: RateLimit) -> impl Fn(Duration) -> Denial {
    move |wait| Denial { limit, wait }
}
