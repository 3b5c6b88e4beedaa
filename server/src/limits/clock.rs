//! The one clock of all limits: Tokio's, which tests can stop and set.

use std::time::Duration;

use tokio::time::Instant;

/// Counts from the moment when it was made.
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
