//! What a server counts alone.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::counters::{Denial, RateLimit, SignInEnd};
use super::super::key::ClientScopes;
use super::super::memory::{MemoryCounters, tell_of_pause};
use super::super::rates::{Rates, Share};
use super::super::relay::RelayScopes;
use super::super::sign_in::SignIn;

/// Counters in memory, with the part of the limits that one of several servers may use.
pub(super) struct OwnCounters {
    counters: MemoryCounters,
    whole: Rates,
    share: Mutex<(NonZeroU32, Share)>,
}

/// How many servers there may be, as long as the shared counters have never said it.
const DEFAULT_SERVERS: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// When to try again what this server may not decide alone: the shared counters may be back.
const SOON: Duration = Duration::from_secs(60);

impl OwnCounters {
    pub(super) fn new(whole: Rates) -> Self {
        let share = whole.share(DEFAULT_SERVERS);
        Self {
            counters: MemoryCounters::new(share.rates),
            whole,
            share: Mutex::new((DEFAULT_SERVERS, share)),
        }
    }

    /// The counters, to note in them what was allowed by others.
    pub(super) fn counters(&self) -> &MemoryCounters {
        &self.counters
    }

    /// So many servers there are now, with this one.
    pub(super) fn set_servers(&self, servers: u32) {
        let servers = NonZeroU32::new(servers).unwrap_or(NonZeroU32::MIN);
        let mut share = self.share();
        if share.0 != servers {
            *share = (servers, self.whole.share(servers));
            self.counters.set_rates(share.1.rates);
        }
    }

    pub(super) fn servers(&self) -> u32 {
        self.share().0.get()
    }

    pub(super) fn try_test(&self, client: &ClientScopes) -> Result<(), Denial> {
        self.check([RateLimit::TestsPerClient])?;
        self.counters.try_test(client)
    }

    pub(super) fn try_relay(&self, relay: &RelayScopes) -> Result<(), Denial> {
        self.check([
            RateLimit::FailuresPerProvider,
            RateLimit::RelaysPerClient,
            RateLimit::RelaysPerService,
        ])?;
        self.counters.try_relay(relay)
    }

    pub(super) fn try_sign_in(&self, sign_in: &SignIn) -> Result<Duration, Denial> {
        let message = sign_in.message.then_some(RateLimit::MessagesPerAccount);
        let limits = [
            RateLimit::FailuresPerProvider,
            RateLimit::FailuresPerAccount,
            RateLimit::AccountsPerClient,
            RateLimit::SignInsPerAccount,
        ];
        self.check(limits.into_iter().chain(message))?;
        self.counters.try_sign_in(sign_in)
    }

    /// Takes in the end of a sign-in. `decides` is whether these counters decide, so that a pause is told.
    pub(super) fn settle(&self, sign_in: &SignIn, end: SignInEnd, decides: bool) {
        let paused = self.counters.settle_sign_in(sign_in, end);
        if let Some(limit) = paused.filter(|_| decides) {
            tell_of_pause(limit);
        }
    }

    /// Whether anything of these limits is left for one server.
    fn check(&self, limits: impl IntoIterator<Item = RateLimit>) -> Result<(), Denial> {
        let share = self.share().1;
        let empty = limits.into_iter().find(|limit| share.is_empty(*limit));
        empty.map_or(Ok(()), |limit| Err(Denial { limit, wait: SOON }))
    }

    fn share(&self) -> MutexGuard<'_, (NonZeroU32, Share)> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
