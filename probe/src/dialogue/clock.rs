//! The time, as a dialogue needs it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

/// Tells the time to a dialogue.
pub trait Clock {
    /// Ends when the moment has come.
    type Sleep: Future<Output = ()>;

    /// The time since any moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits until [`Clock::now`] is at least `moment`.
    fn sleep_until(&self, moment: Duration) -> Self::Sleep;
}

/// The result of a future, or `None` when the moment comes first.
pub(crate) async fn until<T>(
    clock: &impl Clock,
    moment: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    // The clock is asked first, so that a server that never pauses cannot outrun it.
    match select(pin!(clock.sleep_until(moment)), pin!(work)).await {
        Either::Left(_) => None,
        Either::Right((done, _)) => Some(done),
    }
}

/// The result of a future, or `None` when it takes longer than this.
#[cfg(feature = "tls")]
pub(crate) async fn timeout<T>(
    clock: &impl Clock,
    time: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    until(clock, clock.now() + time, work).await
}
