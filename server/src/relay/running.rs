//! The relays that run. An upgraded connection is none of those that the listener waits for, so they are waited for
//! apart when the program ends.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// The relays of this server. Clones are the same relays.
#[derive(Clone, Debug, Default)]
pub struct RunningRelays(TaskTracker);

impl RunningRelays {
    /// Keeps track of a relay.
    pub(crate) async fn track<T>(&self, relay: impl Future<Output = T>) -> T {
        self.0.track_future(relay).await
    }

    /// Waits until none runs any more, at most so long.
    pub async fn ended(&self, within: Duration) {
        self.0.close();
        let _ = timeout(within, self.0.wait()).await;
    }
}
