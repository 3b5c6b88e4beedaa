//! The time, as a dialogue needs it.

use std::future::Future;
use std::time::Duration;

/// Tells the time to a dialogue.
pub trait Clock {
    /// Ends when the moment has come.
    type Sleep: Future<Output = ()>;

    /// The time since any moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits until [`Clock::now`] is at least `moment`.
    fn sleep_until(&self, moment: Duration) -> Self::Sleep;
}
