//! Whether the program takes requests.

use std::sync::Arc;

use probe::Outcome;
use tokio::sync::watch;

use super::probe_health::ProbeHealth;
use crate::storage::{Cause, DatabaseHealth};

/// Whether the program takes requests. Clones share the answer.
#[derive(Clone, Debug)]
pub struct Readiness {
    stopping: Arc<watch::Sender<bool>>,
    probe: ProbeHealth,
    database: DatabaseHealth,
}

/// How ready the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadinessState {
    /// It does all that it should.
    Ready,
    /// It serves every page, and something does not work.
    Degraded {
        /// Why its connection test does not work, if it does not.
        test: Option<Outcome>,
        /// Why its database does not do what it should, if it does not.
        database: Option<Cause>,
    },
    /// It was told to stop.
    Stopping,
}

impl Readiness {
    /// Ready, as far as the connection test and the database work.
    pub fn new(probe: ProbeHealth, database: DatabaseHealth) -> Self {
        Self {
            stopping: Arc::default(),
            probe,
            database,
        }
    }

    /// How ready the program is now.
    pub fn state(&self) -> ReadinessState {
        if self.is_stopping() {
            return ReadinessState::Stopping;
        }
        match (self.probe.fault(), self.database.fault()) {
            (None, None) => ReadinessState::Ready,
            (test, database) => ReadinessState::Degraded { test, database },
        }
    }

    /// Whether it was told to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until it was told to stop.
    pub(crate) async fn stopped(&self) {
        // The sender is here, so this ends when it says so only.
        let _ = self
            .stopping
            .subscribe()
            .wait_for(|stopping| *stopping)
            .await;
    }

    /// From now on it takes no requests, because it was told to stop.
    pub fn set_stopping(&self) {
        self.stopping.send_replace(true);
    }
}
