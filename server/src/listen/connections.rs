//! How many connections there are: in all, and of one client.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::key::network;
use crate::limits::taken::{Own, Taken};

/// How many connections are taken.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connections")]
pub struct ConnectionOptions {
    /// How many connections there may be at once; more wait until one has ended
    #[arg(long, value_name = "N", default_value = "4096")]
    pub connections: NonZeroUsize,

    /// How many connections of one client there may be at once; more are closed. This does not hold for
    /// trusted proxies
    #[arg(long, value_name = "N", default_value = "128")]
    pub connections_per_client: NonZeroUsize,
}

/// The connections that there are. Clones share what was counted.
#[derive(Clone)]
pub struct Connections {
    free: Arc<Semaphore>,
    taken: Arc<Taken<IpAddr>>,
    per_client: usize,
}

impl Connections {
    /// As many as the operator says.
    pub fn new(options: &ConnectionOptions) -> Self {
        let count = options.connections.get().min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(count)),
            taken: Arc::default(),
            per_client: options.connections_per_client.get(),
        }
    }

    /// Waits until there is room for another connection. `None` would mean that there never is.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    /// Counts a connection for its client until the permit is dropped, unless the client has enough.
    pub(super) fn of_client(&self, client: IpAddr) -> Option<Own<IpAddr>> {
        Taken::take(&self.taken, network(client), self.per_client)
    }
}

impl Default for Connections {
    /// As many as there may be if nothing is said.
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Nothing {
            #[command(flatten)]
            connections: ConnectionOptions,
        }
        Self::new(&<Nothing as clap::Parser>::parse_from(["mailguide"]).connections)
    }
}
