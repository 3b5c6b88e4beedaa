//! The rates of all counters, and the part of them that one server may use alone.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use super::counters::RateLimit;
use super::options::LimitOptions;
use super::rate::Rate;

/// How much the counters allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rates {
    pub(super) tests: Rate,
    pub(super) sign_ins: Rate,
    pub(super) messages: Rate,
    pub(super) accounts: Rate,
    pub(super) failures_of_account: Rate,
    pub(super) failures_of_provider: Rate,
    pub(super) relays_of_client: Rate,
    pub(super) relays_to_service: Rate,
    /// How many tests of one client may wait or run at once.
    pub(super) places: NonZeroUsize,
}

/// What each of several servers may allow while they cannot count together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// The rates, divided by the number of servers.
    pub(super) rates: Rates,
    servers: u32,
    whole: Rates,
}

impl Rates {
    /// As the options say.
    pub(super) fn new(options: &LimitOptions) -> Self {
        Self {
            tests: options.tests_per_client,
            sign_ins: options.sign_ins_per_account,
            messages: options.messages_per_account,
            accounts: options.accounts_per_client,
            failures_of_account: options.failed_sign_ins_per_account,
            failures_of_provider: options.failed_sign_ins,
            relays_of_client: options.relays_per_client,
            relays_to_service: options.relays_per_service,
            places: options.tests_at_once_per_client,
        }
    }

    /// The part of one of so many servers, rounded down, so that all of them together allow no more than one. A client
    /// has one place at each server at least.
    pub(super) fn share(self, servers: NonZeroU32) -> Share {
        let part = |rate: Rate| Rate {
            count: NonZeroU32::new(rate.count.get() / servers).unwrap_or(NonZeroU32::MIN),
            ..rate
        };
        let places = self.places.get() / servers.get() as usize;
        Share {
            rates: Self {
                tests: part(self.tests),
                sign_ins: part(self.sign_ins),
                messages: part(self.messages),
                accounts: part(self.accounts),
                failures_of_account: part(self.failures_of_account),
                failures_of_provider: part(self.failures_of_provider),
                relays_of_client: part(self.relays_of_client),
                relays_to_service: part(self.relays_to_service),
                places: NonZeroUsize::new(places).unwrap_or(NonZeroUsize::MIN),
            },
            servers: servers.get(),
            whole: self,
        }
    }

    /// How long anything counts. What is reported later than that has no effect.
    pub(super) fn longest(self) -> Duration {
        let sign_ins = [
            self.accounts,
            self.failures_of_account,
            self.failures_of_provider,
        ];
        sign_ins
            .map(|rate| rate.time)
            .into_iter()
            .max()
            .unwrap_or_default()
    }

    /// The rate of a limit.
    fn of(self, limit: RateLimit) -> Rate {
        match limit {
            RateLimit::TestsPerClient => self.tests,
            RateLimit::AccountsPerClient => self.accounts,
            RateLimit::SignInsPerAccount => self.sign_ins,
            RateLimit::MessagesPerAccount => self.messages,
            RateLimit::FailuresPerAccount => self.failures_of_account,
            RateLimit::FailuresPerProvider => self.failures_of_provider,
            RateLimit::RelaysPerClient => self.relays_of_client,
            RateLimit::RelaysPerService => self.relays_to_service,
        }
    }
}

impl Share {
    /// Whether the limit is smaller than the number of servers, so that nothing is left for each.
    pub(super) fn is_empty(&self, limit: RateLimit) -> bool {
        self.whole.of(limit).count.get() < self.servers
    }
}
