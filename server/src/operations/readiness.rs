//! Whether the program takes requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use probe::Outcome;

use super::probe_health::ProbeHealth;

/// Whether the program takes requests. Clones share the answer.
#[derive(Clone, Debug)]
pub struct Readiness {
    accepting: Arc<AtomicBool>,
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
            accepting: Arc::new(AtomicBool::new(true)),
            probe,
        }
    }

    /// How ready the program is now.
    pub fn state(&self) -> ReadinessState {
        if !self.accepting.load(Ordering::Relaxed) {
            return ReadinessState::Stopping;
        }
        self.probe
            .fault()
            .map_or(ReadinessState::Ready, ReadinessState::Degraded)
    }

    /// From now on it takes no requests, because it was told to stop.
    pub fn set_stopping(&self) {
        self.accepting.store(false, Ordering::Relaxed);
    }
}
