//! Servers that do not monitor show what the one that does has found.
//!
//! The database says when something was stored (NOTIFY), and it is read then. Where that cannot be heard it is read
//! every few seconds.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use time::UtcDateTime;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::storage::{Database, Recorder, Store};

/// The name under which the database tells of changes.
const CHANNEL: &str = "mailguide_history";

/// How often it is read without a word, because a word may be lost.
const READ_EVERY: Duration = Duration::from_secs(10);

/// What is told in this time is read together.
const TOGETHER: Duration = Duration::from_millis(200);

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of what is known already is read again: a check is stored at its end, under the time of its begin.
const OVERLAP: Duration = Duration::from_secs(180);

/// Where nothing is known yet, so much is read.
const FIRST: Duration = Duration::from_secs(3600);

/// Shows what other servers have stored.
pub struct Follower {
    database: Arc<dyn Database>,
    connect: PgConnectOptions,
    recorder: Recorder,
    /// Opened when it is needed. Only one reads at a time.
    store: Mutex<Option<Arc<dyn Store>>>,
}

impl Follower {
    /// Reads from this database and shows it with this recorder.
    pub fn new(database: Arc<dyn Database>, connect: PgConnectOptions, recorder: Recorder) -> Self {
        Self {
            database,
            connect,
            recorder,
            store: Mutex::default(),
        }
    }

    /// Shows what is stored, for ever.
    pub async fn run(&self) {
        loop {
            let mut listener = self.listener().await;
            let mut reads = true;
            while reads {
                self.catch_up().await;
                let read_at = Instant::now() + READ_EVERY;
                reads = match &mut listener {
                    Some(listener) => told(listener, read_at).await,
                    None => {
                        sleep_until(read_at).await;
                        false
                    }
                };
            }
        }
    }

    /// Shows now what is stored.
    pub async fn catch_up(&self) {
        let mut store = self.store.lock().await;
        let read = timeout(PATIENCE, async {
            let open = match store.take() {
                Some(open) => open,
                None => self.database.open().await?,
            };
            let from = match self.recorder.last_result() {
                Some(last) => last - OVERLAP,
                None => UtcDateTime::now() - FIRST,
            };
            let events = open.since(from).await?;
            *store = Some(open);
            Ok::<_, crate::storage::StoreError>(events)
        })
        .await;
        // A failure is said by whoever stores the history.
        if let Ok(Ok(events)) = read {
            self.recorder.learn(events);
        }
    }

    /// A connection that hears of changes; `None` where there is none now.
    async fn listener(&self) -> Option<PgListener> {
        let connecting = async {
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .max_lifetime(None)
                .idle_timeout(None)
                .connect_with(self.connect.clone())
                .await?;
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        timeout(PATIENCE, connecting).await.ok()?.ok()
    }
}

/// Waits until something was stored, or until this time; false where the connection is broken.
async fn told(listener: &mut PgListener, read_at: Instant) -> bool {
    tokio::select! {
        told = listener.try_recv() => {
            if !matches!(told, Ok(Some(_))) {
                return false;
            }
            sleep(TOGETHER).await;
            while let Some(_told) = listener.next_buffered() {}
            true
        }
        () = sleep_until(read_at) => {
            // One whose other end is gone hears nothing, and does not know it.
            matches!(timeout(PATIENCE, listener.execute("SELECT 1")).await, Ok(Ok(_)))
        }
    }
}
