//! Takes what the monitor tells, shows it on the pages and has it stored.

use std::sync::{Arc, Mutex, PoisonError};

use app::status::{Event, ServiceStatus, Snapshot};
use time::UtcDateTime;
use tokio::sync::Notify;

use super::Database;
use super::health::DatabaseHealth;
use super::queue::Queue;
use super::writer::Writer;

/// Takes what the monitor tells. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    status: ServiceStatus,
    /// What is to be stored; `None` where nothing is.
    stored: Option<Arc<Waiting>>,
}

/// What is to be stored.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: Mutex<Queue>,
    pub(super) health: DatabaseHealth,
    pub(super) more: Notify,
}

impl Recorder {
    /// Shows events on the pages of a site, and keeps them in memory only.
    pub fn in_memory(status: ServiceStatus) -> Self {
        Self {
            status,
            stored: None,
        }
    }

    /// Shows events on the pages of a site, and has them stored in a database by a [`Writer`], which must run. What
    /// the database has already is shown as soon as it is read.
    pub fn stored(
        status: ServiceStatus,
        database: Arc<dyn Database>,
        health: DatabaseHealth,
    ) -> (Self, Writer) {
        let waiting = Arc::new(Waiting {
            queue: Mutex::default(),
            health,
            more: Notify::new(),
        });
        let recorder = Self {
            status,
            stored: Some(Arc::clone(&waiting)),
        };
        let writer = Writer::new(database, recorder.clone(), waiting);
        (recorder, writer)
    }

    /// Takes in these events, all at once, without waiting for any database.
    pub fn record(&self, events: Vec<Event>) {
        match &self.stored {
            Some(waiting) => waiting.add(events, &self.status),
            None => self.status.apply(events),
        }
    }

    /// When the last check began of which anything is known.
    pub fn last_result(&self) -> Option<UtcDateTime> {
        let known = self.status.now()?;
        let last = known
            .services
            .values()
            .filter_map(|history| history.last.as_ref());
        last.map(|result| result.at).max()
    }

    /// Shows what another server has recorded, where that is not known yet.
    pub fn learn(&self, events: Vec<Event>) {
        let queue = self.stored.as_ref().map(|waiting| waiting.queue.lock());
        // Nothing can be recorded meanwhile.
        let _queue = queue.map(|queue| queue.unwrap_or_else(PoisonError::into_inner));
        let Some(before) = self.status.now() else {
            return;
        };
        let mut known = Snapshot::clone(&before);
        events.into_iter().for_each(|event| known.apply(event));
        // Whoever shows it live is told of what is new only.
        if known != *before {
            self.status.replace(known);
        }
    }

    /// Shows what the database has, and what was recorded before it could be read.
    pub(super) fn show(&self, mut known: Snapshot) {
        match &self.stored {
            Some(waiting) => {
                // Nothing can be recorded meanwhile.
                let queue = waiting.queue.lock();
                let queue = queue.unwrap_or_else(PoisonError::into_inner);
                let recorded = queue.events().into_iter();
                recorded.for_each(|event| known.apply(event));
                self.status.replace(known);
            }
            None => self.status.replace(known),
        }
    }
}

impl Waiting {
    fn add(&self, events: Vec<Event>, status: &ServiceStatus) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = events.iter().cloned().map(|event| queue.push(event)).sum();
        // Before anybody can read the database and put that in the place of this.
        status.apply(events);
        self.health.set_waiting(queue.len());
        drop(queue);
        self.health.count_lost(lost);
        self.more.notify_one();
    }

    /// Takes out so many events at most.
    pub(super) fn take(&self, most: usize) -> Vec<Event> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.take(most)
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.len()
    }
}
