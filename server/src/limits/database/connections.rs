//! The connections for decisions, none of which waits long.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::{Executor, PgConnection};
use tokio::time::{Instant, timeout_at};

use super::super::shared::OutOfReach;

/// The connections of one server.
pub(super) struct Connections(PgPool);

/// How long a decision may take. A customer waits for it.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How many there are at most. A decision takes a millisecond.
const MAX_CONNECTIONS: u32 = 8;

impl Connections {
    pub(super) fn new(database: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(TIMEOUT)
            // It would be a round trip before each decision. A connection that has broken is found by the decision.
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // What nobody waits for any more must not hold its locks.
                    connection
                        .execute("SET statement_timeout = '2s'; SET lock_timeout = '1s'")
                        .await?;
                    Ok(())
                })
            })
            .connect_lazy_with(database);
        Self(pool)
    }

    /// Does something with a connection, within a second.
    pub(super) async fn with<T>(
        &self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, OutOfReach> {
        let deadline = Instant::now() + TIMEOUT;
        let silent = |_| OutOfReach::Silent(TIMEOUT);
        let connection = timeout_at(deadline, self.0.acquire()).await;
        let mut lent = Lent(Some(connection.map_err(silent)??));
        let Some(connection) = &mut lent.0 else {
            return Err(OutOfReach::Silent(TIMEOUT));
        };
        let done = timeout_at(deadline, run(connection))
            .await
            .map_err(silent)?;
        if done
            .as_ref()
            .err()
            .is_none_or(|error| error.as_database_error().is_some())
        {
            // The connection is at the end of an answer, so it can be used again.
            drop(lent.0.take());
        }
        Ok(done?)
    }
}

/// A connection that is closed at once if what is done with it does not come to its end: asking whether it still
/// answers would take as long as the network takes to say that it does not.
struct Lent(Option<PoolConnection<Postgres>>);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}
