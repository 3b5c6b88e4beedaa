//! Counters in the memory of one server.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::clock::Clock;
use super::counters::{Counters, Denial, End, Limit, SignIn};
use super::key::{Client, Key};
use super::options::LimitOptions;
use super::rate::Rate;
use super::sliding_window::Window;
use super::token_bucket::{self, Bucket};

/// Counters that end with the program.
pub struct Memory {
    clock: Clock,
    rates: Rates,
    state: Mutex<State>,
}

struct Rates {
    tests: Rate,
    sign_ins: Rate,
    accounts: Rate,
    failures_of_account: Rate,
    failures_of_provider: Rate,
}

#[derive(Default)]
struct State {
    /// The tests of each client and network.
    tests: HashMap<Key, Bucket>,
    /// The sign-ins to each mailbox.
    sign_ins: HashMap<Key, Bucket>,
    /// The accounts that each client and network has signed in to.
    accounts: HashMap<Key, HashMap<Key, Seen>>,
    /// The sign-ins that each mailbox refused.
    failures_of: HashMap<Key, Window>,
    /// The providers at which somebody signs in. There are only as many as records.
    providers: HashMap<Key, Provider>,
    swept: Duration,
}

/// When a client signed in to an account.
#[derive(Default, PartialEq, Eq)]
struct Seen {
    last: Option<Duration>,
    /// How many sign-ins are under way.
    pending: usize,
}

/// What happened at one provider.
#[derive(Default)]
struct Provider {
    failures: Window,
    /// Until when nobody may sign in.
    paused_until: Duration,
}

/// How often what is over is forgotten. Without that, memory would grow for ever.
const SWEEP: Duration = Duration::from_secs(60);

/// How long the last sign-in waits that a provider's limit allows.
const LONGEST_DELAY: Duration = Duration::from_secs(5);

impl Memory {
    /// Counts nothing yet.
    pub fn new(options: &LimitOptions) -> Self {
        Self {
            clock: Clock::start(),
            rates: Rates {
                tests: options.tests_per_client,
                sign_ins: options.sign_ins_per_account,
                accounts: options.accounts_per_client,
                failures_of_account: options.failed_sign_ins_per_account,
                failures_of_provider: options.failed_sign_ins,
            },
            state: Mutex::default(),
        }
    }

    fn count_test(&self, client: &Client) -> Result<(), Denial> {
        let now = self.clock.now();
        let mut state = self.state();
        self.sweep(&mut state, now);
        token_bucket::take(&mut state.tests, client, self.rates.tests, now)
            .map_err(denied_by(Limit::TestsOfClient))
    }

    fn count_sign_in(&self, sign_in: &SignIn) -> Result<Duration, Denial> {
        let now = self.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        state.check_sign_in(sign_in, &self.rates, now)?;
        for share in &sign_in.client {
            let accounts = state.accounts.entry(share.of).or_default();
            accounts.entry(sign_in.account).or_default().pending += 1;
        }
        for mailbox in &sign_in.mailboxes {
            let bucket = state.sign_ins.entry(*mailbox).or_default();
            bucket.take(self.rates.sign_ins, now);
            state.failures_of.entry(*mailbox).or_default().reserve();
        }
        let provider = state.providers.entry(sign_in.provider).or_default();
        provider.failures.reserve();
        Ok(provider.delay(self.rates.failures_of_provider, now))
    }

    fn count_end(&self, sign_in: &SignIn, end: End) {
        let now = self.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        let refusals = match end {
            End::NotSent => 0,
            End::Sent { refusals } => refusals,
        };
        for share in &sign_in.client {
            let accounts = state.accounts.entry(share.of).or_default();
            let seen = accounts.entry(sign_in.account).or_default();
            seen.pending = seen.pending.saturating_sub(1);
            match end {
                End::Sent { .. } => seen.last = Some(now),
                End::NotSent if *seen == Seen::default() => drop(accounts.remove(&sign_in.account)),
                End::NotSent => {}
            }
        }
        for mailbox in &sign_in.mailboxes {
            if end == End::NotSent {
                let bucket = state.sign_ins.entry(*mailbox).or_default();
                bucket.give_back(self.rates.sign_ins);
            }
            let failures = state.failures_of.entry(*mailbox).or_default();
            failures.settle(refusals, self.rates.failures_of_account, now);
        }
        let provider = state.providers.entry(sign_in.provider).or_default();
        provider.settle(refusals, self.rates.failures_of_provider, now);
    }

    fn sweep(&self, state: &mut State, now: Duration) {
        if now < state.swept + SWEEP {
            return;
        }
        state.swept = now;
        state.tests.retain(|_, bucket| !bucket.is_whole(now));
        state.sign_ins.retain(|_, bucket| !bucket.is_whole(now));
        let known_for = self.rates.accounts.time;
        state.accounts.retain(|_, accounts| {
            accounts.retain(|_, seen| seen.counts(known_for, now));
            !accounts.is_empty()
        });
        state
            .failures_of
            .retain(|_, failures| !failures.is_over(self.rates.failures_of_account, now));
    }

    /// How many things are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        let state = self.state();
        let accounts: usize = state.accounts.values().map(HashMap::len).sum();
        accounts + state.failures_of.len() + state.tests.len() + state.sign_ins.len()
    }

    /// The state is in order even if somebody panicked while holding it: no change has two parts
    /// that must not be seen apart.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters for Memory {
    fn test<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<(), Denial>> {
        ready(self.count_test(client)).boxed()
    }

    fn sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>> {
        ready(self.count_sign_in(sign_in)).boxed()
    }

    fn settle(&self, sign_in: &SignIn, end: End) {
        self.count_end(sign_in, end);
    }
}

impl State {
    /// Whether nothing forbids the sign-in. It counts nothing.
    fn check_sign_in(
        &mut self,
        sign_in: &SignIn,
        rates: &Rates,
        now: Duration,
    ) -> Result<(), Denial> {
        if let Some(provider) = self.providers.get_mut(&sign_in.provider) {
            let checked = provider.check(rates.failures_of_provider, now);
            checked.map_err(denied_by(Limit::FailuresOfProvider))?;
        }
        for mailbox in &sign_in.mailboxes {
            if let Some(failures) = self.failures_of.get_mut(mailbox) {
                // What is under way may be refused, too.
                let checked = failures.check(rates.failures_of_account, now);
                checked.map_err(denied_by(Limit::FailuresOfAccount))?;
            }
        }
        for share in &sign_in.client {
            if let Some(accounts) = self.accounts.get_mut(&share.of) {
                let rate = rates.accounts.times(share.times);
                let checked = check_accounts(accounts, sign_in.account, rate, now);
                checked.map_err(denied_by(Limit::AccountsOfClient))?;
            }
        }
        for mailbox in &sign_in.mailboxes {
            if let Some(bucket) = self.sign_ins.get(mailbox) {
                let checked = bucket.check(rates.sign_ins, now);
                checked.map_err(denied_by(Limit::SignInsOfAccount))?;
            }
        }
        Ok(())
    }
}

/// Whether a client that has these accounts may sign in to this one; otherwise when to ask again.
fn check_accounts(
    accounts: &mut HashMap<Key, Seen>,
    account: Key,
    rate: Rate,
    now: Duration,
) -> Result<(), Duration> {
    accounts.retain(|_, seen| seen.counts(rate.time, now));
    if accounts.len() < rate.count.get() as usize || accounts.contains_key(&account) {
        return Ok(());
    }
    // One that is under way is the last to be forgotten.
    let last = |seen: &Seen| {
        if seen.pending > 0 {
            now
        } else {
            seen.last.unwrap_or(now)
        }
    };
    let oldest = accounts.values().map(last).min().unwrap_or(now);
    Err((oldest + rate.time).saturating_sub(now))
}

impl Seen {
    fn counts(&self, known_for: Duration, now: Duration) -> bool {
        self.pending > 0 || self.last.is_some_and(|last| last + known_for > now)
    }
}

impl Provider {
    fn check(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        match self.paused_until.saturating_sub(now) {
            Duration::ZERO => self.failures.check(rate, now),
            wait => Err(wait),
        }
    }

    /// How long the sign-in that was counted last has to wait: the more passwords are refused, the slower it
    /// goes, so that who guesses is slowed down before everybody is stopped.
    fn delay(&mut self, rate: Rate, now: Duration) -> Duration {
        let limit = rate.count.get();
        let half = limit.div_ceil(2);
        let count = u32::try_from(self.failures.count(rate, now)).unwrap_or(limit);
        let beyond = count.min(limit).saturating_sub(half);
        LONGEST_DELAY * beyond / (limit - half).max(1)
    }

    fn settle(&mut self, refusals: usize, rate: Rate, now: Duration) {
        self.failures.settle(refusals, rate, now);
        if refusals > 0 && self.failures.is_full(rate, now) {
            self.failures.clear();
            self.paused_until = now + rate.time;
            tracing::warn!(
                limit = %rate,
                "too many passwords of one provider were refused: none of its is tested for a while"
            );
        }
    }
}

fn denied_by(limit: Limit) -> impl Fn(Duration) -> Denial {
    move |wait| Denial { limit, wait }
}
