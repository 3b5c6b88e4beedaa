//! Shared counters in PostgreSQL.
//!
//! Each decision is one call of a function of `migrations/postgres/0010_limits.sql` or `0013_relays.sql`: one transaction, one round trip.
//! It has connections of its own, so that no decision waits for the history.

pub(crate) mod parameters;
mod prune;
#[cfg(test)]
pub(super) mod tests;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{query, query_as, query_scalar};

use self::parameters::{as_bytes, as_count, as_micros, denial_of, from_micros, kind_of, locks};
use self::prune::Pruned;
use super::counters::{Denial, RateLimit, SignInEnd};
use super::id::Id;
use super::key::{ClientScopes, Key, KeyHasher};
use super::memory::{buckets_of, sign_in_delay, tell_of_pause};
use super::options::LimitOptions;
use super::rates::Rates;
use super::relay::RelayScopes;
use super::shared::{OutOfReach, RenewError, SERVER_LEASE, Settled, SharedCounters};
use super::sign_in::SignIn;
use crate::storage::prompt::PromptConnections;

/// Counters in a PostgreSQL database.
pub struct DatabaseCounters {
    connections: PromptConnections,
    rates: Rates,
    server: i64,
    check_value: Key,
    /// How long a test may take at most, after which its server must have died.
    test_lease: Duration,
    pruned: Pruned,
}

/// How many connections there are at most. A decision takes a millisecond.
const MAX_CONNECTIONS: usize = 8;

/// How long a test runs at most, once it has its slot and its delay is over.
const MAX_TEST: Duration = Duration::from_secs(180);

/// The time after which to try again where it is not known: sign-ins that are under way are settled by then.
const SOON: Duration = Duration::from_secs(60);

impl DatabaseCounters {
    /// The counters of this database, whose tables exist. No connection is made yet.
    pub fn new(database: PgConnectOptions, options: &LimitOptions, keys: &KeyHasher) -> Self {
        Self {
            connections: PromptConnections::new(database, MAX_CONNECTIONS),
            rates: Rates::new(options),
            server: Id::of_process(),
            check_value: keys.check_value(),
            test_lease: options.queue_wait + MAX_TEST,
            pruned: Pruned::default(),
        }
    }

    async fn try_test(&self, client: &ClientScopes) -> Result<Result<(), Denial>, OutOfReach> {
        let rate = self.rates.tests;
        let keys = client.iter().map(|scope| scope.key);
        let ones = client.iter().map(|scope| rate.times(scope.factor).one());
        let ones: Vec<i64> = ones.map(as_micros).collect();
        let call = query_scalar("SELECT limit_count_test($1, $2, $3, $4)")
            .bind(locks(keys.clone()))
            .bind(as_bytes(keys))
            .bind(ones)
            .bind(as_micros(rate.time));
        let wait: i64 = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        Ok(match wait {
            0 => Ok(()),
            wait => Err(Denial {
                limit: RateLimit::TestsPerClient,
                wait: from_micros(wait),
            }),
        })
    }

    async fn try_sign_in(&self, sign_in: &SignIn) -> Result<Result<Duration, Denial>, OutOfReach> {
        let rates = &self.rates;
        let clients = sign_in.client.iter().map(|scope| scope.key);
        let factors = sign_in.client.iter().map(|scope| scope.factor.get());
        let factors: Vec<i32> = factors.map(as_count).collect();
        let call = query_as(
            "SELECT denied, wait, refusals FROM limit_count_sign_in(\
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        )
        .bind(sign_in.id.bytes())
        .bind(locks(keys_of(sign_in)))
        .bind(sign_in.provider.bytes())
        .bind(sign_in.account.bytes())
        .bind(as_bytes(sign_in.mailboxes.iter().copied()))
        .bind(as_bytes(clients))
        .bind(factors)
        .bind(sign_in.message)
        .bind(as_micros(self.test_lease))
        .bind(as_count(rates.accounts.count.get()))
        .bind(as_micros(rates.accounts.time))
        .bind(as_micros(rates.sign_ins.one()))
        .bind(as_micros(rates.sign_ins.time))
        .bind(as_micros(rates.messages.one()))
        .bind(as_micros(rates.messages.time))
        .bind(as_count(rates.failures_of_account.count.get()))
        .bind(as_micros(rates.failures_of_account.time))
        .bind(as_count(rates.failures_of_provider.count.get()))
        .bind(as_micros(rates.failures_of_provider.time));
        let (denied, wait, refusals): (Option<i16>, Option<i64>, Option<i64>) = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        Ok(match denied.and_then(denial_of) {
            Some(limit) => Err(Denial {
                limit,
                wait: wait.map_or(SOON, from_micros),
            }),
            None => {
                let refusals = usize::try_from(refusals.unwrap_or_default());
                let refusals = refusals.unwrap_or(usize::MAX);
                Ok(sign_in_delay(refusals, rates.failures_of_provider))
            }
        })
    }

    async fn try_relay(&self, relay: &RelayScopes) -> Result<Result<(), Denial>, OutOfReach> {
        let failures = self.rates.failures_of_provider;
        let buckets: Vec<_> = buckets_of(relay, &self.rates).collect();
        let keys = buckets.iter().map(|(key, ..)| *key);
        let kinds = buckets.iter().map(|(_, limit, _)| kind_of(*limit));
        let ones = buckets.iter().map(|(.., rate)| as_micros(rate.one()));
        let windows = buckets.iter().map(|(.., rate)| as_micros(rate.time));
        let call =
            query_as("SELECT denied, wait FROM limit_count_relay($1, $2, $3, $4, $5, $6, $7, $8)")
                .bind(locks(keys.clone().chain([relay.provider])))
                .bind(as_bytes(keys))
                .bind(kinds.collect::<Vec<i16>>())
                .bind(ones.collect::<Vec<i64>>())
                .bind(windows.collect::<Vec<i64>>())
                .bind(relay.provider.bytes())
                .bind(as_count(failures.count.get()))
                .bind(as_micros(failures.time));
        let (denied, wait): (Option<i16>, Option<i64>) = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        Ok(match denied.and_then(denial_of) {
            Some(limit) => Err(Denial {
                limit,
                wait: wait.map_or(SOON, from_micros),
            }),
            None => Ok(()),
        })
    }

    async fn try_settle(&self, settled: &Settled) -> Result<(), OutOfReach> {
        let rates = &self.rates;
        let Settled { sign_in, end, at } = settled;
        let (sent, refusals, message) = match *end {
            SignInEnd::NotSent => (false, 0, false),
            SignInEnd::Sent { refusals, message } => (true, refusals, message),
        };
        let refusals = u32::try_from(refusals).unwrap_or(u32::MAX);
        let clients = sign_in.client.iter().map(|scope| scope.key);
        let call = query_scalar(
            "SELECT limit_settle(\
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(sign_in.id.bytes())
        .bind(locks(keys_of(sign_in)))
        .bind(sign_in.provider.bytes())
        .bind(sign_in.account.bytes())
        .bind(as_bytes(sign_in.mailboxes.iter().copied()))
        .bind(as_bytes(clients))
        .bind(sign_in.message)
        .bind(as_micros(at.elapsed()))
        .bind(sent)
        .bind(as_count(refusals))
        .bind(message)
        .bind(as_micros(rates.sign_ins.one()))
        .bind(as_micros(rates.messages.one()))
        .bind(as_count(rates.failures_of_account.count.get()))
        .bind(as_count(rates.failures_of_provider.count.get()))
        .bind(as_micros(rates.failures_of_provider.time));
        let paused: bool = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        if paused {
            tell_of_pause(rates.failures_of_provider);
        }
        Ok(())
    }

    async fn try_place(&self, place: Id, client: &ClientScopes) -> Result<bool, OutOfReach> {
        let most = self.rates.places.get();
        let most = client
            .iter()
            .map(|scope| most.saturating_mul(scope.factor.get() as usize));
        let most = most.map(|most| i64::try_from(most).unwrap_or(i64::MAX));
        let keys = client.iter().map(|scope| scope.key);
        let call = query_scalar("SELECT limit_take_place($1, $2, $3, $4, $5, $6, $7)")
            .bind(place.bytes())
            .bind(locks(keys.clone()))
            .bind(as_bytes(keys))
            .bind(most.collect::<Vec<_>>())
            .bind(self.server)
            .bind(as_micros(self.test_lease))
            .bind(as_micros(SERVER_LEASE));
        self.connections
            .with(async |connection| call.fetch_one(connection).await)
            .await
    }

    async fn try_leave(&self, place: Id, client: &ClientScopes) -> Result<(), OutOfReach> {
        let call = query("SELECT limit_leave_place($1, $2)")
            .bind(place.bytes())
            .bind(as_bytes(client.iter().map(|scope| scope.key)));
        self.connections
            .with(async |connection| call.execute(connection).await)
            .await?;
        Ok(())
    }

    async fn try_confirm(&self) -> Result<(), OutOfReach> {
        let call = query("SELECT limit_flush($1)").bind(self.server);
        self.connections
            .with(async |connection| call.execute(connection).await)
            .await?;
        Ok(())
    }

    async fn try_renew(&self) -> Result<u32, RenewError> {
        let call = query_as("SELECT servers, same_secret FROM limit_renew_server($1, $2, $3)")
            .bind(self.server)
            .bind(as_micros(SERVER_LEASE))
            .bind(self.check_value.bytes());
        let (servers, same_secret): (i64, bool) = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        match same_secret {
            true => Ok(u32::try_from(servers).unwrap_or(u32::MAX)),
            false => Err(RenewError::OtherSecret),
        }
    }

    async fn try_end(&self) -> Result<(), OutOfReach> {
        let call = query("SELECT limit_end_server($1)").bind(self.server);
        self.connections
            .with(async |connection| call.execute(connection).await)
            .await?;
        Ok(())
    }
}

impl SharedCounters for DatabaseCounters {
    fn count_test<'a>(
        &'a self,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>> {
        self.try_test(client).boxed()
    }

    fn count_sign_in<'a>(
        &'a self,
        sign_in: &'a SignIn,
    ) -> BoxFuture<'a, Result<Result<Duration, Denial>, OutOfReach>> {
        self.try_sign_in(sign_in).boxed()
    }

    fn count_relay<'a>(
        &'a self,
        relay: &'a RelayScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>> {
        self.try_relay(relay).boxed()
    }

    fn settle<'a>(&'a self, settled: &'a Settled) -> BoxFuture<'a, Result<(), OutOfReach>> {
        self.try_settle(settled).boxed()
    }

    fn confirm(&self) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.try_confirm().boxed()
    }

    fn take_place<'a>(
        &'a self,
        place: Id,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<bool, OutOfReach>> {
        self.try_place(place, client).boxed()
    }

    fn leave_place<'a>(
        &'a self,
        place: Id,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<(), OutOfReach>> {
        self.try_leave(place, client).boxed()
    }

    fn renew(&self) -> BoxFuture<'_, Result<u32, RenewError>> {
        self.try_renew().boxed()
    }

    fn end(&self) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.try_end().boxed()
    }

    fn prune(&self) -> BoxFuture<'_, Result<bool, OutOfReach>> {
        self.pruned
            .step(&self.connections, &self.rates, self.test_lease)
            .boxed()
    }
}

/// All keys that the counting of a sign-in touches.
fn keys_of(sign_in: &SignIn) -> impl Iterator<Item = Key> {
    let clients = sign_in.client.iter().map(|scope| scope.key);
    let mailboxes = sign_in.mailboxes.iter().copied();
    clients
        .chain(mailboxes)
        .chain([sign_in.provider])
        .collect::<Vec<_>>()
        .into_iter()
}
