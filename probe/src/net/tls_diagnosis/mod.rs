//! Finds the cause of a failed handshake that rustls cannot name, with a few hellos made by hand.
//!
//! One alert stands for many causes (RFC 8446 §6.2), and a closed connection for all of them. What a
//! server would have chosen instead is in the clear, so it is asked, on new connections, and left
//! alone as soon as it has answered. Nothing is ever encrypted here.

mod decision;
mod hellos;

use std::net::SocketAddr;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::decision::{Next, Offer, Response, Supported, decide};
use self::hellos::client_hello;
use super::connect::connect;
use super::hello_exchange::{Exchange, exchange, exchange_in_tls};
use super::second_looks::SecondLooks;
use crate::dialogue::Fault;
use crate::dialogue::recognise::{ServiceKind, recognise};
use crate::endpoint::Endpoint;
use crate::step::Facts;

/// The time for everything here together.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(8);

/// The time for the answer to one hello. A server that is there needs one round trip.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The time to open a connection to a server that has just had one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Diagnoses a server that refused TLS without a reason. Returns the cause and what the server would have
/// chosen, or `first` where nothing more is found.
pub(super) async fn diagnose(
    first: Fault,
    peer: SocketAddr,
    endpoint: &Endpoint,
    ours: &CryptoProvider,
    second_looks: &SecondLooks,
) -> (Fault, Facts) {
    let supported = Supported::of(ours);
    let asking = async {
        let mut responses = Vec::new();
        loop {
            match decide(first.outcome, &responses, &supported) {
                Next::Ask(offer) => {
                    if !second_looks.wait_for_turn(peer).await {
                        return (first.outcome, Facts::None {});
                    }
                    let response = ask(offer, &supported, peer, endpoint, ours).await;
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

/// Whether a server that says nothing, or hangs up without a word, waits for TLS. It is enough that it answers
/// a hello with a record of TLS, whatever that says.
pub(super) async fn answers_tls(
    peer: SocketAddr,
    endpoint: &Endpoint,
    provider: &CryptoProvider,
    second_looks: &SecondLooks,
) -> bool {
    let Some(hello) = hello(Offer::All, &Supported::of(provider), endpoint, provider) else {
        return false;
    };
    if !second_looks.wait_for_turn(peer).await {
        return false;
    }
    match open(peer).await {
        Some(stream) => {
            let received = exchange(stream, &hello, RESPONSE_TIMEOUT).await.received;
            received.len() > 1 && recognise(&received) == ServiceKind::Tls
        }
        None => false,
    }
}

/// Makes an offer on a connection of its own.
async fn ask(
    offer: Offer,
    supported: &Supported,
    peer: SocketAddr,
    endpoint: &Endpoint,
    provider: &CryptoProvider,
) -> Response {
    let Some(hello) = hello(offer, supported, endpoint, provider) else {
        return Response::Nothing;
    };
    let Some(stream) = open(peer).await else {
        return Response::Nothing;
    };
    match exchange_in_tls(stream, endpoint, &hello, RESPONSE_TIMEOUT).await {
        Some(exchange) => exchange.into(),
        None => Response::Nothing,
    }
}

/// The hello that makes an offer, unless there is no randomness for it.
fn hello(
    offer: Offer,
    supported: &Supported,
    endpoint: &Endpoint,
    provider: &CryptoProvider,
) -> Option<Vec<u8>> {
    let mut random = [0; 32];
    provider.secure_random.fill(&mut random).ok()?;
    Some(client_hello(offer, supported, &endpoint.host, random))
}

async fn open(peer: SocketAddr) -> Option<TcpStream> {
    let connected = connect(&[peer], CONNECT_TIMEOUT).await;
    connected.stream.ok().map(|(stream, _)| stream)
}

impl From<Exchange> for Response {
    fn from(exchange: Exchange) -> Self {
        let Exchange {
            received,
            flight,
            ended,
        } = exchange;
        match (flight.choice, flight.alert) {
            (Some(choice), _) => Self::Chose(flight, choice),
            (None, Some(alert)) => Self::Alert(alert, record_version(&received)),
            // A goodbye and no more is as good as none.
            (None, None) if received.is_empty() || flight.complete => {
                if ended {
                    Self::Dropped
                } else {
                    Self::Silent
                }
            }
            (None, None) => Self::Nothing,
        }
    }
}

/// The version of the first record (RFC 8446 §5.1).
fn record_version(received: &[u8]) -> u16 {
    match received {
        [_, high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    }
}
