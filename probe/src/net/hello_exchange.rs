//! Sends a hello that was written by hand, and reads what a server answers in the clear.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::tls::flight::{self, Flight};

/// What came back for a hello.
pub(super) struct Exchange {
    pub(super) received: Vec<u8>,
    pub(super) flight: Flight,
    /// Whether the server ended the connection, or has said all that it says in the clear.
    pub(super) ended: bool,
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
