//! How many connections there are: in all, and of one client.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::key::networks;
use crate::limits::per_client::{Own, Taken};

/// How many connections are taken.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connections")]
pub struct ConnectionOptions {
    /// How many connections there may be at once; more wait until one has ended. There are fewer where the
    /// limit on open files would leave too few to the tests
    #[arg(long, value_name = "N", default_value = "4096")]
    pub connections: NonZeroUsize,

    /// How many connections of one client there may be at once, and how many requests on all of them; more
    /// are closed or refused. A /56 may have 4 times as many together, a /48 16 times. This does not hold
    /// for trusted proxies
    #[arg(long, value_name = "N", default_value = "64")]
    pub connections_per_client: NonZeroUsize,
}

impl ConnectionOptions {
    /// The same, with at most so many connections that of so many open files these are left for all else. A
    /// customer who waits for a connection is served later; a test that cannot open one says nothing.
    ///
    /// Where there are hardly any open files, both have a share.
    pub fn leaving(self, reserve: usize, open_files: usize) -> Self {
        let most = open_files.saturating_sub(reserve);
        let most = most.max(open_files / SMALLEST_SHARE);
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        if most < self.connections {
            tracing::warn!(
                open_files,
                reserve,
                connections = most,
                "the limit on open files allows fewer connections than --connections says"
            );
        }
        Self {
            connections: self.connections.min(most),
            ..self
        }
    }
}

/// However few open files there are, one in so many may be a client's.
const SMALLEST_SHARE: usize = 8;

/// The connections that there are. Clones share what was counted.
#[derive(Clone)]
pub struct Connections {
    free: Arc<Semaphore>,
    taken: Arc<Taken<IpNet>>,
    requests: Arc<Taken<IpNet>>,
    per_client: usize,
}

/// How many connections operators have.
pub const OF_OPERATORS: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// Counts the requests on one connection for its client. A client may have as many requests at once as
/// connections: with HTTP/2 it could have many on each, and take nothing of any answer.
pub(super) struct RequestLimit {
    connections: Connections,
    client: Option<IpAddr>,
}

/// A client has as many requests as it may.
pub(super) struct TooManyRequests;

impl RequestLimit {
    /// For a connection of this client, or for one of a trusted proxy.
    pub(super) fn new(connections: Connections, client: Option<IpAddr>) -> Self {
        Self {
            connections,
            client,
        }
    }

    /// Counts one more until the permit is dropped. Those of a trusted proxy need none.
    pub(super) fn permit(&self) -> Result<Option<Own<IpNet>>, TooManyRequests> {
        let Some(client) = self.client else {
            return Ok(None);
        };
        let requests = &self.connections.requests;
        let permit = Taken::take(requests, networks(client), self.connections.per_client);
        permit.map(Some).ok_or(TooManyRequests)
    }
}

impl Connections {
    /// As many as the operator says.
    pub fn new(options: &ConnectionOptions) -> Self {
        let count = options.connections.get().min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(count)),
            taken: Arc::default(),
            requests: Arc::default(),
            per_client: options.connections_per_client.get(),
        }
    }

    /// As many as those who look at the metrics need. They have their own, to be able to look when all others
    /// are taken.
    pub fn of_operators() -> Self {
        Self::new(&ConnectionOptions {
            connections: OF_OPERATORS,
            connections_per_client: OF_OPERATORS,
        })
    }

    /// Waits until there is room for another connection. `None` would mean that there never is.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    /// Counts a connection for its client until the permit is dropped, unless the client has enough.
    pub(super) fn of_client(&self, client: IpAddr) -> Option<Own<IpNet>> {
        Taken::take(&self.taken, networks(client), self.per_client)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_open_files_to_the_tests() {
        for (connections, reserve, open_files, expected) in [
            (4096, 1000, 20_000, 4096),
            (4096, 1000, 5096, 4096),
            (4096, 1000, 5095, 4095),
            (4096, 1000, 1200, 200),
            (4096, 1000, 1024, 128),
            (4096, 1000, 100, 12),
            (4096, 1000, 3, 1),
            (10, 1000, 1024, 10),
            (4096, usize::MAX, usize::MAX, 4096),
        ] {
            let connections = NonZeroUsize::new(connections).unwrap();
            let options = ConnectionOptions {
                connections,
                connections_per_client: connections,
            };
            let found = options.leaving(reserve, open_files);
            assert_eq!(found.connections.get(), expected, "{open_files}");
        }
    }
}
