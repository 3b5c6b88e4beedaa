//! A real PostgreSQL for tests, with a clock that they set.

mod decisions;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use sqlx::Executor;
use sqlx::postgres::PgPool;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::*;
use crate::limits::counters::{Counters, Place};
use crate::postgres::PostgresServer;
use crate::storage::Database;
use crate::storage::postgres::PostgresDatabase;

/// A PostgreSQL server of this test, and a runtime that it is asked from.
pub(in crate::limits) struct TestDatabase {
    server: PostgresServer,
    runtime: Arc<Runtime>,
    next: AtomicU32,
}

impl TestDatabase {
    /// Starts the server.
    pub(in crate::limits) fn start() -> Self {
        Self {
            server: PostgresServer::start(),
            runtime: Arc::new(Runtime::new().unwrap()),
            next: AtomicU32::new(0),
        }
    }

    /// A new database with the tables, whose clock is in the table `test_clock`.
    pub(in crate::limits) fn create(&self) -> PgConnectOptions {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let url = self.server.database(&format!("test{number}"));
        self.block(async move {
            let database = PostgresDatabase::new(&url).unwrap();
            database.open().await.unwrap();
            let clock = "CREATE TABLE test_clock (now bigint); INSERT INTO test_clock VALUES (0);
                CREATE OR REPLACE FUNCTION limit_now() RETURNS bigint LANGUAGE sql VOLATILE AS
                'SELECT now FROM test_clock'";
            database.pool().execute(clock).await.unwrap();
            url.parse().unwrap()
        })
    }

    /// Counters in a new database, for simulations on a paused clock: they block the thread until the database has
    /// answered, so that the clock stands still.
    pub(in crate::limits) fn counters(
        &self,
        options: &LimitOptions,
        keys: &KeyHasher,
    ) -> Arc<dyn Counters> {
        let database = self.create();
        Arc::new(Blocking {
            runtime: Arc::clone(&self.runtime),
            clock: self.block({
                let database = database.clone();
                async { PgPool::connect_lazy_with(database) }
            }),
            begin: Instant::now(),
            counters: Arc::new(DatabaseCounters::new(database, options, keys)),
        })
    }

    fn block<T: Send + 'static>(&self, run: impl Future<Output = T> + Send + 'static) -> T {
        block(&self.runtime, run)
    }
}

/// Runs something on another runtime, and blocks this thread until it is done.
fn block<T: Send + 'static>(runtime: &Runtime, run: impl Future<Output = T> + Send + 'static) -> T {
    let (sender, done) = mpsc::channel();
    runtime.spawn(async move { sender.send(run.await) });
    done.recv().unwrap()
}

struct Blocking {
    runtime: Arc<Runtime>,
    clock: PgPool,
    begin: Instant,
    counters: Arc<DatabaseCounters>,
}

impl Blocking {
    /// Asks the counters, at the time of the clock of the test.
    fn ask<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        ask: impl FnOnce(Arc<DatabaseCounters>) -> F,
    ) -> T {
        let clock = self.clock.clone();
        let now = Duration::from_secs(1_700_000_000) + self.begin.elapsed();
        let asked = ask(Arc::clone(&self.counters));
        block(&self.runtime, async move {
            let set = query("UPDATE test_clock SET now = $1 WHERE now <> $1").bind(as_micros(now));
            set.execute(&clock).await.unwrap();
            asked.await
        })
    }
}

/// Gives its place back when it is dropped.
struct BlockingPlace {
    counters: Arc<DatabaseCounters>,
    runtime: Arc<Runtime>,
    place: Id,
    client: ClientScopes,
}

impl Drop for BlockingPlace {
    fn drop(&mut self) {
        let (counters, place, client) =
            (Arc::clone(&self.counters), self.place, self.client.clone());
        block(&self.runtime, async move {
            counters.leave_place(place, &client).await.unwrap();
        });
    }
}

impl Counters for Blocking {
    fn count_test<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Result<(), Denial>> {
        let client = client.clone();
        let counted =
            self.ask(|counters| async move { counters.count_test(&client).await.unwrap() });
        ready(counted).boxed()
    }

    fn count_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>> {
        let sign_in = sign_in.clone();
        let counted =
            self.ask(|counters| async move { counters.count_sign_in(&sign_in).await.unwrap() });
        ready(counted).boxed()
    }

    fn count_relay<'a>(&'a self, relay: &'a RelayScopes) -> BoxFuture<'a, Result<(), Denial>> {
        let relay = relay.clone();
        let counted =
            self.ask(|counters| async move { counters.count_relay(&relay).await.unwrap() });
        ready(counted).boxed()
    }

    fn take_place<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Option<Place>> {
        let place = Id::next();
        let of = client.clone();
        let taken = self.ask(|counters| async move {
            counters.renew().await.unwrap();
            counters.take_place(place, &of).await.unwrap()
        });
        let place = taken.then(|| {
            Box::new(BlockingPlace {
                counters: Arc::clone(&self.counters),
                runtime: Arc::clone(&self.runtime),
                place,
                client: client.clone(),
            }) as Place
        });
        ready(place).boxed()
    }

    fn settle(&self, sign_in: &SignIn, end: SignInEnd) {
        let sign_in = sign_in.clone();
        self.ask(|counters| async move {
            // Nothing has passed since then on the clock of the test.
            let at = Instant::now() + SOON;
            // Nobody knows how often it was reported.
            for _ in 0..2 {
                let settled = Settled {
                    sign_in: sign_in.clone(),
                    end,
                    at,
                };
                counters.settle(&settled).await.unwrap();
            }
        });
    }
}
