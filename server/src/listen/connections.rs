//! How many connections there are: in all, and of each client.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::key::networks;
use crate::limits::per_client::{PerClientPermit, PerClientSemaphore};

/// How many connections may be open.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connections")]
pub struct ConnectionOptions {
    /// Maximum number of connections; more wait in the backlog. It is lowered where the limit on open files
    /// would leave too few for tests
    #[arg(long, value_name = "N", default_value = "4096")]
    pub connections: NonZeroUsize,

    /// Maximum number of connections of one client, and of requests at once on all of them; more are closed
    /// or refused. A /56 may have 4 times as many together, a /48 16 times. Trusted proxies are exempt
    #[arg(long, value_name = "N", default_value = "64")]
    pub connections_per_client: NonZeroUsize,
}

impl ConnectionOptions {
    /// Lowers the number of connections so that `reserve` of `open_files` are left for everything else. A
    /// customer who waits for a connection is served later; a test that cannot open one says nothing.
    ///
    /// Where the limit on open files is very low, connections get at least a fixed share of it.
    pub fn leaving(self, reserve: usize, open_files: usize) -> Self {
        let most = open_files.saturating_sub(reserve);
        let most = most.max(open_files / MIN_CONNECTION_SHARE);
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

/// The share of the open files that connections always get: one in so many.
const MIN_CONNECTION_SHARE: usize = 8;

/// Counts the open connections. Clones share the counts.
#[derive(Clone)]
pub struct Connections {
    permits: Arc<Semaphore>,
    open: Arc<PerClientSemaphore<IpNet>>,
    requests: Arc<PerClientSemaphore<IpNet>>,
    per_client: usize,
}

/// How many connections there may be to the port for operators.
pub const MAX_OPERATOR_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// Counts the requests on one connection for its client. A client may have as many requests at once as
/// connections: with HTTP/2 it could have many on each connection, and read none of the answers.
pub(super) struct RequestLimit {
    connections: Connections,
    client: Option<IpAddr>,
}

/// The client has as many requests at once as it may.
pub(super) struct TooManyRequests;

impl RequestLimit {
    /// For a connection of this client, or for one of a trusted proxy.
    pub(super) fn new(connections: Connections, client: Option<IpAddr>) -> Self {
        Self {
            connections,
            client,
        }
    }

    /// Counts one more request until the permit is dropped. A trusted proxy needs none.
    pub(super) fn permit(&self) -> Result<Option<PerClientPermit<IpNet>>, TooManyRequests> {
        let Some(client) = self.client else {
            return Ok(None);
        };
        let requests = &self.connections.requests;
        let permit = PerClientSemaphore::try_acquire(
            requests,
            networks(client),
            self.connections.per_client,
        );
        permit.map(Some).ok_or(TooManyRequests)
    }
}

impl Connections {
    /// As many as the options allow.
    pub fn new(options: &ConnectionOptions) -> Self {
        let count = options.connections.get().min(Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(count)),
            open: Arc::default(),
            requests: Arc::default(),
            per_client: options.connections_per_client.get(),
        }
    }

    /// For the port for operators, which has its own count: it must answer when all others are taken.
    pub fn for_operators() -> Self {
        Self::new(&ConnectionOptions {
            connections: MAX_OPERATOR_CONNECTIONS,
            connections_per_client: MAX_OPERATOR_CONNECTIONS,
        })
    }

    /// Waits for a permit for another connection. `None` would mean that the semaphore was closed.
    pub(super) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Counts a connection for its client until the permit is dropped; `None` if the client has as many as it may.
    pub(super) fn client_permit(&self, client: IpAddr) -> Option<PerClientPermit<IpNet>> {
        PerClientSemaphore::try_acquire(&self.open, networks(client), self.per_client)
    }
}

impl Default for Connections {
    /// With the defaults of the options.
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
