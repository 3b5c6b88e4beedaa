//! Events that wait for being stored, shared by who records them and who stores them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use app::status::Event;
use tokio::sync::Notify;

use super::health::DatabaseHealth;
use super::queue::Queue;

/// Events that wait for being stored.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: Mutex<Queue>,
    health: DatabaseHealth,
    more: Notify,
}

impl Waiting {
    pub(super) fn new(health: DatabaseHealth) -> Self {
        Self {
            queue: Mutex::default(),
            health,
            more: Notify::new(),
        }
    }

    /// Whether the database does what it should.
    pub(super) fn health(&self) -> &DatabaseHealth {
        &self.health
    }

    /// Adds events, and has them shown before anybody can read a database that has them not yet.
    pub(super) fn add(&self, events: Vec<Event>, show: impl FnOnce(Vec<Event>)) {
        let mut queue = self.queue();
        let lost = events.iter().cloned().map(|event| queue.push(event)).sum();
        show(events);
        self.health.set_waiting(queue.len());
        drop(queue);
        self.health.count_lost(lost);
        self.more.notify_one();
    }

    /// Does something with copies of all that wait, while nothing can be added.
    pub(super) fn with_all(&self, use_them: impl FnOnce(Vec<Event>)) {
        let queue = self.queue();
        use_them(queue.events());
    }

    /// Takes out so many events at most.
    pub(super) fn take(&self, most: usize) -> Vec<Event> {
        self.queue().take(most)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.queue().len()
    }

    /// Waits until something waits.
    pub(super) async fn some(&self) {
        while self.len() == 0 {
            self.more.notified().await;
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
