//! Connections to PostgreSQL for what somebody waits for: it is done within two seconds, or not.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::{Executor, PgConnection};
use tokio::time::{Instant, timeout_at};

/// So many connections at most, which are made when they are needed.
pub(crate) struct PromptConnections(PgPool);

/// Why a database has not done what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum OutOfReach {
    /// It refused, or could not be reached.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// There was no answer in time.
    #[error("no answer within {0:?}")]
    Silent(Duration),
}

/// How long anything may take.
const TIMEOUT: Duration = Duration::from_secs(2);

impl PromptConnections {
    pub(crate) fn new(database: PgConnectOptions, most: u32) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(TIMEOUT)
            // It would be a round trip more. That a connection has broken is found when it is used.
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // What nobody waits for any more must not hold its locks.
                    connection
                        .execute("SET statement_timeout = '3s'; SET lock_timeout = '2s'")
                        .await?;
                    Ok(())
                })
            })
            .connect_lazy_with(database);
        Self(pool)
    }

    /// Does something with a connection, within two seconds.
    ///
    /// # Errors
    ///
    /// When it was not done, or when it is not known whether it was.
    pub(crate) async fn with<T>(
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
