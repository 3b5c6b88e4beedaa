//! Further connections to the server of a session.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::clock::TokioClock;
use super::connect::{client_name, connect};
use super::proxy_header::ProxyHeader;
use crate::second_looks::{SecondLooks, Visit, Visitor};

/// The time to open a connection to a server that has just had one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Visits the server at an address.
pub(super) struct TcpVisitor<'a> {
    pub(super) peer: SocketAddr,
    pub(super) proxy_header: Option<ProxyHeader>,
    pub(super) clock: TokioClock,
    pub(super) second_looks: &'a SecondLooks<TokioClock>,
}

impl Visitor for TcpVisitor<'_> {
    type Stream = Compat<TcpStream>;
    type Clock = TokioClock;

    fn clock(&self) -> TokioClock {
        self.clock
    }

    async fn wait_for_turn(&self) -> bool {
        self.second_looks.wait_for_turn(self.peer).await
    }

    async fn open(&self) -> Option<Visit<Compat<TcpStream>>> {
        let address = [self.peer];
        let connected = connect(&address, self.proxy_header, CONNECT_TIMEOUT).await;
        let (stream, _) = connected.stream.ok()?;
        Some(visit(stream))
    }
}

/// A connection that is open.
pub(super) fn visit(stream: TcpStream) -> Visit<Compat<TcpStream>> {
    Visit {
        client_name: client_name(&stream),
        stream: stream.compat(),
    }
}
