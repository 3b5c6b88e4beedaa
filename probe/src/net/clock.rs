//! Tokio's clock for the dialogues.

use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::dialogue::Clock;

/// Counts from the start of a run.
#[derive(Clone, Copy)]
pub(crate) struct TokioClock(pub(crate) Instant);

impl Clock for TokioClock {
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep_until(&self, moment: Duration) -> Sleep {
        sleep_until(self.0 + moment)
    }
}
