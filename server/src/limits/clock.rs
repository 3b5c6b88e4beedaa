//! The clock of all limits: that of Tokio, which tests can pause and advance.

use std::time::Duration;

use tokio::time::Instant;

/// Counts from its creation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
