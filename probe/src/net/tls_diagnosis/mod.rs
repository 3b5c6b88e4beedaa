//! Finds the cause of a failed handshake that rustls cannot name, with a few hellos made by hand.
//!
//! One alert stands for many causes (RFC 8446 §6.2), and a closed connection for all of them. What a
//! server would have chosen instead is in the clear, so it is asked, on new connections, and left
//! alone as soon as it has answered. Nothing is ever encrypted here.

mod decision;
mod hellos;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::decision::{Next, Offer, Response, Supported, decide};
use self::hellos::client_hello;
use super::prepare_tls::connect_and_prepare;
use crate::dialogue::{Fault, Redactor};
use crate::endpoint::Endpoint;
use crate::step::Facts;
use crate::tls::flight::{self, Flight};

/// The time for everything here together.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(8);

/// The time for the answer to one hello. A server that is there needs one round trip.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Diagnoses a server that refused TLS without a reason. Returns the cause and what the server would have
/// chosen, or `first` where nothing more is found.
pub(super) async fn diagnose(
    first: Fault,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    ours: &CryptoProvider,
) -> (Fault, Facts) {
    let supported = Supported::of(ours);
    let asking = async {
        let mut responses = Vec::new();
        loop {
            match decide(first.outcome, &responses, &supported) {
                Next::Ask(offer) => {
                    let response = ask(offer, &supported, peer, endpoint, redactor, ours).await;
                    responses.push((offer, response));
                }
                Next::Found(outcome, facts) => return (outcome, facts),
            }
        }
    };
    match timeout(DIAGNOSIS_TIMEOUT, asking).await {
        Ok((outcome, facts)) if outcome != first.outcome => (outcome.into(), facts),
        Ok((_, facts)) => (first, facts),
        Err(_) => (first, Facts::None {}),
    }
}

/// Makes an offer on a connection of its own.
async fn ask(
    offer: Offer,
    supported: &Supported,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    provider: &CryptoProvider,
) -> Response {
    let mut random = [0; 32];
    if provider.secure_random.fill(&mut random).is_err() {
        return Response::Nothing;
    }
    let hello = client_hello(offer, supported, &endpoint.host, random);
    match connect_and_prepare(peer, endpoint, redactor).await {
        Ok(ready) => read_response(ready.upgrade.into_stream(), &hello).await,
        Err(_) => Response::Nothing,
    }
}

/// Sends a hello and reads until all is said that is said in the clear.
async fn read_response(mut stream: TcpStream, hello: &[u8]) -> Response {
    let mut received = Vec::new();
    let mut read = Flight::default();
    let reading = async {
        stream.write_all(hello).await?;
        let mut bytes = [0; 4096];
        while !read.complete && received.len() < flight::MAX_FLIGHT_LEN {
            match stream.read(&mut bytes).await? {
                0 => break,
                length => received.extend_from_slice(&bytes[..length]),
            }
            read = flight::parse(&received);
        }
        Ok::<_, std::io::Error>(())
    };
    let ended = timeout(RESPONSE_TIMEOUT, reading).await;
    match (read.choice, read.alert) {
        (Some(choice), _) => Response::Chose(read, choice),
        (None, Some(alert)) => Response::Alert(alert),
        (None, None) if !received.is_empty() => Response::Nothing,
        (None, None) if ended.is_ok() => Response::Dropped,
        (None, None) => Response::Silent,
    }
}
