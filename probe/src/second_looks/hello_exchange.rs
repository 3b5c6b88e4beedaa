//! Sends a hello that was written by hand, and reads what a server answers in the clear.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt};

use super::prepare_tls::prepare_tls;
use super::visit::Visit;
use crate::dialogue::{Clock, Stream, timeout};
use crate::endpoint::Endpoint;
use crate::tls::flight::{self, Flight};

/// What came back for a hello.
pub(crate) struct Exchange {
    pub(crate) received: Vec<u8>,
    pub(crate) flight: Flight,
    /// Whether the server ended the connection, or has said all that it says in the clear.
    pub(crate) ended: bool,
}

/// Exchanges a hello on a connection that may begin in the clear. `None` where the server does not come to TLS.
/// What it says on the way is not shown.
pub(crate) async fn exchange_in_tls<S: Stream, C: Clock + Clone>(
    visit: Visit<S>,
    endpoint: &Endpoint,
    hello: &[u8],
    response_timeout: Duration,
    clock: &C,
) -> Option<Exchange> {
    let redactor = Arc::default();
    let ready = prepare_tls(visit, endpoint, &redactor, clock.clone()).await;
    let stream = ready.ok()?.upgrade.into_stream();
    Some(exchange(stream, hello, response_timeout, clock).await)
}

/// Sends a hello and reads until all is said that is said in the clear, but not longer than `response_timeout`.
pub(crate) async fn exchange<S: Stream>(
    mut stream: S,
    hello: &[u8],
    response_timeout: Duration,
    clock: &impl Clock,
) -> Exchange {
    let mut received = Vec::new();
    let mut flight = Flight::default();
    let reading = async {
        stream.write_all(hello).await?;
        stream.flush().await?;
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
    let ended = timeout(clock, response_timeout, reading).await.is_some();
    Exchange {
        received,
        flight,
        ended,
    }
}
