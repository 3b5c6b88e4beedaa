//! Stores what was recorded, in the background.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use app::status::{Event, ServiceStatus};
use time::UtcDateTime;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::health::DatabaseHealth;
use super::recorder::Recorder;
use super::waiting::Waiting;
use super::{Cause, Database, Store, StoreError};

/// What is recorded in this time is stored together. A crash costs no more than this and what is being written.
const TOGETHER: Duration = Duration::from_millis(500);

/// So many events are stored in one transaction at most.
const MAX_BATCH: usize = 1000;

/// After a failure it is tried again after this time, and after twice the time as long as it fails, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// How long the database may take for one thing.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often what is too old is removed, and the time between two steps of that.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
const BETWEEN_STEPS: Duration = Duration::from_millis(250);

/// Stores what a [`Recorder`] takes in.
pub struct Writer {
    database: Arc<dyn Database>,
    store: Option<Arc<dyn Store>>,
    recorder: Recorder,
    waiting: Arc<Waiting>,
    /// Whether what the database had before is shown.
    shown: bool,
    /// What is being stored. It stays here until it is known to be stored.
    batch: Vec<Event>,
    next_prune: Instant,
}

impl Writer {
    /// What shows events on the pages of a site, and what stores them in a database, once it runs. What the database
    /// has already is shown as soon as it is read.
    pub fn with_recorder(
        status: ServiceStatus,
        database: Arc<dyn Database>,
        health: DatabaseHealth,
    ) -> (Recorder, Self) {
        let waiting = Arc::new(Waiting::new(health));
        let recorder = Recorder::stored(status, Arc::clone(&waiting));
        let writer = Self {
            database,
            store: None,
            recorder: recorder.clone(),
            waiting,
            shown: false,
            batch: Vec::new(),
            next_prune: Instant::now() + TOGETHER,
        };
        (recorder, writer)
    }

    /// Opens the database and shows what it has, so that a fault of the configuration is seen at the start. Any other
    /// fault is logged, and it is tried again later.
    ///
    /// # Errors
    ///
    /// When nothing but another configuration helps.
    pub async fn open(&mut self) -> Result<(), StoreError> {
        let shown = match self.opened().await {
            Ok(store) => self.show(&store).await,
            Err(error) if error.cause.is_configuration() => return Err(error),
            Err(error) => Err(error),
        };
        if let Err(error) = shown {
            self.waiting.health().failed(&error);
            self.store = None;
        }
        Ok(())
    }

    /// Stores events as they are recorded, for ever.
    pub async fn run(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.step().await {
                Ok(()) => {
                    self.waiting.health().works(self.database.place());
                    pause = FIRST_PAUSE;
                    self.wait().await;
                }
                Err(error) => {
                    self.waiting.health().failed(&error);
                    self.store = None;
                    sleep(pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
            }
        }
    }

    /// Stores at the end what waits, and closes the database.
    pub async fn finish(mut self) {
        while let Err(error) = self.write().await {
            self.waiting.health().failed(&error);
            // What has just begun to fail may have been disturbed by the end of the program.
            if self.store.take().is_none() {
                break;
            }
        }
        let lost = self.waiting.len() + self.batch.len();
        if lost > 0 {
            tracing::error!(
                lost,
                "{}: results could not be stored",
                self.database.place()
            );
        }
        if let Some(store) = self.store {
            store.close().await;
        }
    }

    /// Opens the database where it is not open, stores what waits, and removes some of what is too old.
    async fn step(&mut self) -> Result<(), StoreError> {
        self.write().await?;
        if Instant::now() >= self.next_prune {
            let store = self.opened().await?;
            let pruning = store.prune(UtcDateTime::now());
            let more = in_time(self.database.as_ref(), pruning).await?;
            let pause = if more { BETWEEN_STEPS } else { PRUNE_EVERY };
            self.next_prune = Instant::now() + pause;
        }
        Ok(())
    }

    /// Waits for something to do.
    async fn wait(&self) {
        let more = async {
            self.waiting.some().await;
            sleep(TOGETHER).await;
        };
        tokio::select! {
            () = more => {}
            () = sleep_until(self.next_prune) => {}
        }
    }

    /// Stores all that waits.
    async fn write(&mut self) -> Result<(), StoreError> {
        let store = self.opened().await?;
        self.show(&store).await?;
        loop {
            if self.batch.is_empty() {
                self.batch = self.waiting.take(MAX_BATCH);
            }
            self.count_waiting();
            if self.batch.is_empty() {
                return Ok(());
            }
            match in_time(self.database.as_ref(), store.write(&self.batch)).await {
                Ok(()) => self.batch.clear(),
                Err(error) if error.cause == Cause::Unstorable => self.write_singly(&store).await?,
                Err(error) => return Err(error),
            }
        }
    }

    /// Shows what the database had before, if it is not shown.
    async fn show(&mut self, store: &Arc<dyn Store>) -> Result<(), StoreError> {
        if !self.shown {
            let known = in_time(self.database.as_ref(), store.load(UtcDateTime::now())).await?;
            self.recorder.show(known);
            self.shown = true;
        }
        Ok(())
    }

    /// Stores each event of the batch by itself, without those that the database takes at no time.
    async fn write_singly(&mut self, store: &Arc<dyn Store>) -> Result<(), StoreError> {
        while let Some(event) = self.batch.first() {
            let writing = store.write(std::slice::from_ref(event));
            match in_time(self.database.as_ref(), writing).await {
                Err(error) if error.cause == Cause::Unstorable => {
                    tracing::error!("{error}");
                    self.waiting.health().count_lost(1);
                }
                done => done?,
            }
            self.batch.remove(0);
        }
        Ok(())
    }

    fn count_waiting(&self) {
        let waiting = self.waiting.len() + self.batch.len();
        self.waiting.health().set_waiting(waiting);
    }

    async fn opened(&mut self) -> Result<Arc<dyn Store>, StoreError> {
        if let Some(store) = &self.store {
            return Ok(Arc::clone(store));
        }
        let store = self.database.open().await?;
        self.store = Some(Arc::clone(&store));
        Ok(store)
    }
}

/// What the database does in good time.
async fn in_time<T>(
    database: &dyn Database,
    doing: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| {
        let words = format_args!("it does not answer within {} seconds", PATIENCE.as_secs());
        Err(StoreError::new(database.place(), Cause::Unreachable, words))
    };
    timeout(PATIENCE, doing).await.unwrap_or_else(late)
}

impl fmt::Debug for Writer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.database.place();
        out.debug_tuple("Writer").field(&place).finish()
    }
}
