//! Counters in the memory of one server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::clock::Clock;
use super::counters::{Counters, Denial, Place, RateLimit, SignInEnd};
use super::key::{ClientScopes, Key};
use super::per_client::PerClientSemaphore;
use super::rate::Rate;
use super::rates::Rates;
use super::relay::RelayScopes;
use super::sign_in::SignIn;
use super::sliding_window::SlidingWindow;
use super::token_bucket::{self, TokenBucket};

/// Counters in memory, which are lost when the program ends.
pub struct MemoryCounters {
    clock: Clock,
    places: Arc<PerClientSemaphore<Key>>,
    state: Mutex<State>,
}

struct State {
    rates: Rates,
    counts: Counts,
    swept: Duration,
}

#[derive(Default)]
struct Counts {
    /// The tests of each client and network.
    tests: HashMap<Key, TokenBucket>,
    /// The sign-ins to each mailbox.
    sign_ins: HashMap<Key, TokenBucket>,
    /// The relays of each client and network, and to each service.
    relays: HashMap<Key, TokenBucket>,
    /// The messages of each mailbox to itself.
    messages: HashMap<Key, TokenBucket>,
    /// The accounts that each client and network has signed in to.
    accounts: HashMap<Key, HashMap<Key, AccountUse>>,
    /// The sign-ins that each mailbox refused.
    failures_of: HashMap<Key, SlidingWindow>,
    /// The providers with sign-ins. There are at most as many as records.
    providers: HashMap<Key, Provider>,
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

/// How often expired entries are removed.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The delay of the last sign-in that the limit of a provider allows.
const MAX_SIGN_IN_DELAY: Duration = Duration::from_secs(5);

impl MemoryCounters {
    /// Counters at zero.
    pub(super) fn new(rates: Rates) -> Self {
        Self {
            clock: Clock::start(),
            places: Arc::default(),
            state: Mutex::new(State {
                rates,
                counts: Counts::default(),
                swept: Duration::ZERO,
            }),
        }
    }

    /// From now on these rates hold.
    pub(super) fn set_rates(&self, rates: Rates) {
        self.state().rates = rates;
    }

    /// Counts a test, if every limit allows it.
    pub(super) fn try_test(&self, client: &ClientScopes) -> Result<(), Denial> {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        token_bucket::take(&mut counts.tests, client, rates.tests, now)
            .map_err(denied_by(RateLimit::TestsPerClient))
    }

    /// Counts a test that was allowed elsewhere.
    pub(super) fn note_test(&self, client: &ClientScopes) {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        for scope in client {
            let bucket = counts.tests.entry(scope.key).or_default();
            bucket.take_what_is_left(rates.tests.times(scope.factor), now);
        }
    }

    /// Counts a relay, if every limit allows it.
    pub(super) fn try_relay(&self, relay: &RelayScopes) -> Result<(), Denial> {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        if let Some(provider) = counts.providers.get_mut(&relay.provider) {
            let checked = provider.check(rates.failures_of_provider, now);
            checked.map_err(denied_by(RateLimit::FailuresPerProvider))?;
        }
        for (key, limit, rate) in buckets_of(relay, rates) {
            let bucket = counts.relays.get(&key).copied().unwrap_or_default();
            bucket.check(rate, now).map_err(denied_by(limit))?;
        }
        for (key, _, rate) in buckets_of(relay, rates) {
            counts.relays.entry(key).or_default().take(rate, now);
        }
        Ok(())
    }

    /// Counts a relay that was allowed elsewhere.
    pub(super) fn note_relay(&self, relay: &RelayScopes) {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        for (key, _, rate) in buckets_of(relay, rates) {
            let bucket = counts.relays.entry(key).or_default();
            bucket.take_what_is_left(rate, now);
        }
    }

    /// Counts a sign-in, if every limit allows it, and returns its delay.
    pub(super) fn try_sign_in(&self, sign_in: &SignIn) -> Result<Duration, Denial> {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        counts.check_sign_in(sign_in, rates, now)?;
        counts.take(sign_in, |bucket, rate| bucket.take(rate, now), rates);
        Ok(counts.reserve(sign_in, rates, now))
    }

    /// Counts a sign-in that was allowed elsewhere.
    pub(super) fn note_sign_in(&self, sign_in: &SignIn) {
        let (mut state, now) = self.swept_state();
        let State { rates, counts, .. } = &mut *state;
        let take = |bucket: &mut TokenBucket, rate| bucket.take_what_is_left(rate, now);
        counts.take(sign_in, take, rates);
        counts.reserve(sign_in, rates, now);
    }

    /// Takes in the end of a counted sign-in; returns the limit of the provider if its sign-ins are now paused.
    pub(super) fn settle_sign_in(&self, sign_in: &SignIn, end: SignInEnd) -> Option<Rate> {
        let now = self.clock.now();
        let mut state = self.state();
        let State { rates, counts, .. } = &mut *state;
        let paused = counts.settle(sign_in, end, rates, now);
        paused.then_some(rates.failures_of_provider)
    }

    /// Takes a place, if there is one.
    pub(super) fn try_place(&self, client: &ClientScopes) -> Option<Place> {
        let places = self.state().rates.places.get();
        let place = PerClientSemaphore::try_acquire(&self.places, client.clone(), places);
        place.map(|place| Box::new(place) as Place)
    }

    /// Takes a place that was given elsewhere.
    pub(super) fn note_place(&self, client: &ClientScopes) -> Place {
        Box::new(PerClientSemaphore::acquire(&self.places, client.clone()))
    }

    /// The counts without those that are over, and the time.
    fn swept_state(&self) -> (MutexGuard<'_, State>, Duration) {
        let now = self.clock.now();
        let mut state = self.state();
        if now >= state.swept + SWEEP_INTERVAL {
            state.swept = now;
            let State { rates, counts, .. } = &mut *state;
            counts.sweep(rates, now);
        }
        (state, now)
    }

    /// How many entries there are.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        let state = &self.state().counts;
        let accounts: usize = state.accounts.values().map(HashMap::len).sum();
        accounts
            + state.failures_of.len()
            + state.tests.len()
            + state.sign_ins.len()
            + state.messages.len()
            + state.relays.len()
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

    fn count_relay<'a>(&'a self, relay: &'a RelayScopes) -> BoxFuture<'a, Result<(), Denial>> {
        ready(self.try_relay(relay)).boxed()
    }

    fn take_place<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Option<Place>> {
        ready(self.try_place(client)).boxed()
    }

    fn settle(&self, sign_in: &SignIn, end: SignInEnd) {
        if let Some(limit) = self.settle_sign_in(sign_in, end) {
            tell_of_pause(limit);
        }
    }
}

/// Logs that the sign-ins of a provider are paused.
pub(super) fn tell_of_pause(limit: Rate) {
    tracing::warn!(
        %limit,
        "too many refused passwords at one provider, its sign-ins are paused"
    );
}

impl Counts {
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

    /// Takes a token for a sign-in to each mailbox, and for its message if there is one.
    fn take(&mut self, sign_in: &SignIn, take: impl Fn(&mut TokenBucket, Rate), rates: &Rates) {
        for mailbox in &sign_in.mailboxes {
            take(self.sign_ins.entry(*mailbox).or_default(), rates.sign_ins);
            if sign_in.message {
                take(self.messages.entry(*mailbox).or_default(), rates.messages);
            }
        }
    }

    /// Counts a sign-in as pending, and returns its delay.
    fn reserve(&mut self, sign_in: &SignIn, rates: &Rates, now: Duration) -> Duration {
        for scope in &sign_in.client {
            let accounts = self.accounts.entry(scope.key).or_default();
            accounts.entry(sign_in.account).or_default().pending += 1;
        }
        for mailbox in &sign_in.mailboxes {
            self.failures_of.entry(*mailbox).or_default().reserve();
        }
        let provider = self.providers.entry(sign_in.provider).or_default();
        provider.failures.reserve();
        provider.delay(rates.failures_of_provider, now)
    }

    /// Takes in the end of a pending sign-in; returns whether the sign-ins of the provider are now paused.
    fn settle(&mut self, sign_in: &SignIn, end: SignInEnd, rates: &Rates, now: Duration) -> bool {
        let (refusals, message) = match end {
            SignInEnd::NotSent => (0, false),
            SignInEnd::Sent { refusals, message } => (refusals, message),
        };
        for scope in &sign_in.client {
            let accounts = self.accounts.entry(scope.key).or_default();
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
                let bucket = self.sign_ins.entry(*mailbox).or_default();
                bucket.refund(rates.sign_ins);
            }
            if sign_in.message && !message {
                let bucket = self.messages.entry(*mailbox).or_default();
                bucket.refund(rates.messages);
            }
            let failures = self.failures_of.entry(*mailbox).or_default();
            failures.settle(refusals, rates.failures_of_account, now);
        }
        let provider = self.providers.entry(sign_in.provider).or_default();
        provider.settle(refusals, rates.failures_of_provider, now)
    }

    /// Removes what counts no more. Without this, memory would grow without bound.
    fn sweep(&mut self, rates: &Rates, now: Duration) {
        self.tests.retain(|_, bucket| !bucket.is_untouched(now));
        self.sign_ins.retain(|_, bucket| !bucket.is_untouched(now));
        self.messages.retain(|_, bucket| !bucket.is_untouched(now));
        self.relays.retain(|_, bucket| !bucket.is_untouched(now));
        let known_for = rates.accounts.time;
        self.accounts.retain(|_, accounts| {
            accounts.retain(|_, seen| seen.counts(known_for, now));
            !accounts.is_empty()
        });
        self.failures_of
            .retain(|_, failures| !failures.is_empty(rates.failures_of_account, now));
    }
}

/// The buckets of a relay, in the order in which they are asked.
pub(super) fn buckets_of(
    relay: &RelayScopes,
    rates: &Rates,
) -> impl Iterator<Item = (Key, RateLimit, Rate)> {
    let of_client = rates.relays_of_client;
    let client = relay.client.iter().map(move |scope| {
        let rate = of_client.times(scope.factor);
        (scope.key, RateLimit::RelaysPerClient, rate)
    });
    let to_service = rates.relays_to_service;
    let service = (relay.service, RateLimit::RelaysPerService, to_service);
    client.chain([service])
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

    /// The delay of the last counted sign-in.
    fn delay(&mut self, rate: Rate, now: Duration) -> Duration {
        sign_in_delay(self.failures.count(rate, now), rate)
    }

    fn settle(&mut self, refusals: usize, rate: Rate, now: Duration) -> bool {
        self.failures.settle(refusals, rate, now);
        let paused = refusals > 0 && self.failures.is_exhausted(rate, now);
        if paused {
            self.failures.clear();
            self.sign_ins_paused_until = now + rate.time;
        }
        paused
    }
}

/// The delay of a sign-in with which so many count as refused at its provider. It grows with their number, so that
/// guessing is slowed down before all sign-ins are paused.
pub(super) fn sign_in_delay(refused: usize, rate: Rate) -> Duration {
    let limit = rate.count.get();
    let half = limit.div_ceil(2);
    let count = u32::try_from(refused).unwrap_or(limit);
    let beyond = count.min(limit).saturating_sub(half);
    MAX_SIGN_IN_DELAY * beyond / (limit - half).max(1)
}

fn denied_by(limit: RateLimit) -> impl Fn(Duration) -> Denial {
    move |wait| Denial { limit, wait }
}
