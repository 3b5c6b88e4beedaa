//! Further connections to the server of a session, through the relay.

use std::net::SocketAddr;
use std::time::Duration;

use super::clock::BrowserClock;
use super::relay::Relay;
use super::relay_end::RelayWatch;
use super::relay_stream::RelayStream;
use super::request::Service;
use crate::dialogue::timeout;
use crate::second_looks::{SecondLooks, Visit, Visitor};

/// The time to open a connection to a server that has just had one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// The argument of EHLO. The browser does not know from which address the relay connects, and an address literal is
/// what a client without a name sends (RFC 5321 §4.1.3).
pub(super) const CLIENT_NAME: &str = "[127.0.0.1]";

/// Visits the server of a service.
pub(super) struct RelayVisitor<'a> {
    pub(super) relay: &'a Relay,
    pub(super) service: &'a Service,
    pub(super) peer: SocketAddr,
    pub(super) clock: BrowserClock,
    pub(super) second_looks: &'a SecondLooks<BrowserClock>,
}

impl Visitor for RelayVisitor<'_> {
    type Stream = RelayStream;
    type Clock = BrowserClock;

    fn clock(&self) -> BrowserClock {
        self.clock
    }

    async fn wait_for_turn(&self) -> bool {
        self.second_looks.wait_for_turn(self.peer).await
    }

    async fn open(&self) -> Option<Visit<RelayStream>> {
        // A relay that gives this connection up does not end the session.
        let connecting = self
            .relay
            .connect(self.service, RelayWatch::default(), drop);
        let connected = timeout(&self.clock, CONNECT_TIMEOUT, connecting).await?;
        Some(Visit {
            stream: connected.ok()?.stream,
            client_name: CLIENT_NAME.to_owned(),
        })
    }
}
