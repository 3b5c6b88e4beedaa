//! Whether the program takes requests.

use std::sync::Arc;

use probe::Outcome;
use tokio::sync::watch;

use super::probe_health::ProbeHealth;

/// Whether the program takes requests. Clones share the answer.
#[derive(Clone, Debug)]
pub struct Readiness {
    stopping: Arc<watch::Sender<bool>>,
    probe: ProbeHealth,
}

/// How ready the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadinessState {
    /// It does all that it should.
    Ready,
    /// It serves every page, and its connection test does not work, for this reason.
    Degraded(Outcome),
    /// It was told to stop.
    Stopping,
}

impl Readiness {
    /// Ready, as far as the connection test works.
    pub fn new(probe: ProbeHealth) -> Self {
        Self {
            stopping: Arc::default(),
            probe,
        }
    }

    /// How ready the program is now.
    pub fn state(&self) -> ReadinessState {
        if *self.stopping.borrow() {
            return ReadinessState::Stopping;
        }
        self.probe
            .fault()
            .map_or(ReadinessState::Ready, ReadinessState::Degraded)
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
