//! Sends a hello that was written by hand, and reads what a server answers in the clear.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::prepare_tls::prepare_tls;
use crate::endpoint::Endpoint;
use crate::tls::flight::{self, Flight};

/// What came back for a hello.
pub(super) struct Exchange {
    pub(super) received: Vec<u8>,
    pub(super) flight: Flight,
    /// Whether the server ended the connection, or has said all that it says in the clear.
    pub(super) ended: bool,
}

/// Exchanges a hello on a connection that may begin in the clear. `None` where the server does not come to TLS.
/// What it says on the way is not shown.
pub(super) async fn exchange_in_tls(
    stream: TcpStream,
    endpoint: &Endpoint,
    hello: &[u8],
    response_timeout: Duration,
) -> Option<Exchange> {
    let ready = prepare_tls(stream, endpoint, &Arc::default()).await.ok()?;
    Some(exchange(ready.upgrade.into_stream(), hello, response_timeout).await)
}

/// Sends a hello and reads until all is said that is said in the clear, but not longer than `response_timeout`.
pub(super) async fn exchange(
    mut stream: TcpStream,
    hello: &[u8],
    response_timeout: Duration,
) -> Exchange {
    let mut received = Vec::new();
    let mut flight = Flight::default();
    let reading = async {
        stream.write_all(hello).await?;
        let mut bytes = [0; 4096];
        while !flight.complete && received.len() < flight::MAX_FLIGHT_LEN {
            match stream.read(&mut bytes).await? {
                0 => break,
                length => received.extend_from_slice(&bytes[..length]),
            }
            flight = flight::parse(&received);
        }
        Ok::<_, std::io::Error>(())
    };
    let ended = timeout(response_timeout, reading).await.is_ok();
    Exchange {
        received,
        flight,
        ended,
    }
}
