//! Connections to PostgreSQL for what somebody waits for: it is done within two seconds, or not.
//!
//! A pool of the library would ask each connection whether it still answers, which is a round trip more, and which
//! takes long when the network hangs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Executor, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// So many connections at most, which are made when they are needed.
pub(crate) struct PromptConnections {
    options: PgConnectOptions,
    free: Semaphore,
    /// Those that nobody uses, the last used at the end.
    idle: Mutex<Vec<PgConnection>>,
}

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

/// What nobody waits for any more must not hold its locks.
const SETTINGS: &str = "SET statement_timeout = '3s'; SET lock_timeout = '2s'";

impl PromptConnections {
    pub(crate) fn new(options: PgConnectOptions, most: usize) -> Self {
        Self {
            options,
            free: Semaphore::new(most),
            idle: Mutex::default(),
        }
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
        match timeout(TIMEOUT, self.run(run)).await {
            Ok(done) => done,
            Err(_) => {
                // Where one is silent, the others have perhaps lost their other end, too, and would each be silent for
                // as long once the network works again.
                self.idle().clear();
                Err(OutOfReach::Silent(TIMEOUT))
            }
        }
    }

    /// If this is dropped before its end, its connection is closed.
    async fn run<T>(
        &self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, OutOfReach> {
        let _free = self.free.acquire().await;
        // Apart, because the list must not stay locked meanwhile.
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => {
                let mut connection = self.options.connect().await?;
                connection.execute(SETTINGS).await?;
                connection
            }
        };
        let done = run(&mut connection).await;
        match &done {
            Err(error) if error.as_database_error().is_none() => {
                // The others are as old as this one, and have perhaps lost their other end with it.
                self.idle().clear();
            }
            _ => self.idle().push(connection),
        }
        Ok(done?)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
