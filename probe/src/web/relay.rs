//! A connection to a documented service, through the relay.

use std::net::IpAddr;

use futures_util::StreamExt;
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};

use super::relay_end::{Closed, RelayEnd, RelayWatch};
use super::relay_step::RelayStep;
use super::relay_stream::RelayStream;
use super::request::Service;
use crate::outcome::Severity;
use crate::stage::Stage;
use crate::step::{Facts, Step};

/// The subprotocol (RFC 6455 §1.9) of the relay.
const PROTOCOL: &str = "mailguide.relay.v1";

/// Where the relay is.
pub(super) struct Relay {
    /// The address of its WebSocket, without the query.
    pub(super) url: String,
}

/// A connection that the relay has opened.
pub(super) struct RelayConnection {
    pub(super) stream: RelayStream,
    /// The address of the mail server.
    pub(super) address: IpAddr,
}

/// Why there is no connection.
pub(super) enum NotConnected {
    /// The last step that was taken says why.
    Server,
    /// It is the relay, or the way to it.
    Relay(RelayEnd),
}

impl Relay {
    /// Opens a connection. What the relay does for it, it tells as steps.
    ///
    /// # Errors
    ///
    /// When the relay or the mail server cannot be reached.
    pub(super) async fn connect(
        &self,
        service: &Service,
        watch: RelayWatch,
        mut take: impl FnMut(Step),
    ) -> Result<RelayConnection, NotConnected> {
        // Ids are made of letters, digits and hyphens.
        let url = format!(
            "{}?record={}&service={}",
            self.url, service.record, service.endpoint.id
        );
        let unreachable = || NotConnected::Relay(RelayEnd::unreachable());
        let socket = WebSocket::open_with_protocol(&url, PROTOCOL);
        let mut socket = socket.map_err(|_| unreachable())?;
        while let Some(message) = socket.next().await {
            match message {
                Ok(Message::Text(json)) => {
                    let step = serde_json::from_str::<RelayStep>(&json);
                    let step = Step::from(step.map_err(|_| unreachable())?);
                    let failed = step.outcome.severity() == Severity::Failure;
                    let connected = connected(&step);
                    take(step);
                    if failed {
                        return Err(NotConnected::Server);
                    }
                    if let Some(address) = connected {
                        let stream = RelayStream::new(socket, watch);
                        return Ok(RelayConnection { stream, address });
                    }
                }
                Err(WebSocketError::ConnectionClose(event)) => {
                    return Err(match event.into() {
                        Closed::ByRelay(end) => NotConnected::Relay(end),
                        Closed::ByServer | Closed::Reset => unreachable(),
                    });
                }
                // What is said about an error comes with the end.
                Err(_) => {}
                Ok(Message::Bytes(_)) => return Err(unreachable()),
            }
        }
        Err(unreachable())
    }
}

/// The address that was connected to.
fn connected(step: &Step) -> Option<IpAddr> {
    match step.facts {
        Facts::Connect { connected, .. } if step.stage == Stage::Connect => connected,
        _ => None,
    }
}
