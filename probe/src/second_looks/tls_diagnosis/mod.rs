//! Finds the cause of a failed handshake that rustls cannot name, with a few hellos made by hand.
//!
//! One alert stands for many causes (RFC 8446 §6.2), and a closed connection for all of them. What a
//! server would have chosen instead is in the clear, so it is asked, on new connections, and left
//! alone as soon as it has answered. Nothing is ever encrypted here.

mod decision;
mod hellos;

use std::time::Duration;

use rustls::crypto::CryptoProvider;

use self::decision::{Next, Offer, Response, Supported, decide};
use self::hellos::client_hello;
use super::hello_exchange::{Exchange, exchange, exchange_in_tls};
use super::visit::Visitor;
use crate::dialogue::recognise::{ServiceKind, recognise};
use crate::dialogue::{Fault, timeout};
use crate::endpoint::Endpoint;
use crate::step::Facts;

/// The time for everything here together.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(8);

/// The time for the answer to one hello. A server that is there needs one round trip.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Diagnoses a server that refused TLS without a reason. Returns the cause and what the server would have
/// chosen, or `first` where nothing more is found.
pub(crate) async fn diagnose(
    first: Fault,
    endpoint: &Endpoint,
    ours: &CryptoProvider,
    visitor: &impl Visitor,
) -> (Fault, Facts) {
    let supported = Supported::of(ours);
    let asking = async {
        let mut responses = Vec::new();
        loop {
            match decide(first.outcome, &responses, &supported) {
                Next::Ask(offer) => {
                    if !visitor.wait_for_turn().await {
                        return (first.outcome, Facts::None {});
                    }
                    let response = ask(offer, &supported, endpoint, ours, visitor).await;
                    responses.push((offer, response));
                }
                Next::Found(outcome, facts) => return (outcome, facts),
            }
        }
    };
    match timeout(&visitor.clock(), DIAGNOSIS_TIMEOUT, asking).await {
        Some((outcome, facts)) if outcome != first.outcome => (outcome.into(), facts),
        Some((_, facts)) => (first, facts),
        None => (first, Facts::None {}),
    }
}

/// Whether a server that says nothing, or hangs up without a word, waits for TLS. It is enough that it answers
/// a hello with a record of TLS, whatever that says.
pub(crate) async fn answers_tls(
    endpoint: &Endpoint,
    provider: &CryptoProvider,
    visitor: &impl Visitor,
) -> bool {
    let Some(hello) = hello(Offer::All, &Supported::of(provider), endpoint, provider) else {
        return false;
    };
    if !visitor.wait_for_turn().await {
        return false;
    }
    match visitor.open().await {
        Some(visit) => {
            let clock = visitor.clock();
            let exchange = exchange(visit.stream, &hello, RESPONSE_TIMEOUT, &clock).await;
            let received = exchange.received;
            received.len() > 1 && recognise(&received) == ServiceKind::Tls
        }
        None => false,
    }
}

/// Makes an offer on a connection of its own.
async fn ask(
    offer: Offer,
    supported: &Supported,
    endpoint: &Endpoint,
    provider: &CryptoProvider,
    visitor: &impl Visitor,
) -> Response {
    let Some(hello) = hello(offer, supported, endpoint, provider) else {
        return Response::Nothing;
    };
    let Some(visit) = visitor.open().await else {
        return Response::Nothing;
    };
    let clock = visitor.clock();
    let exchange = exchange_in_tls(visit, endpoint, &hello, RESPONSE_TIMEOUT, &clock);
    match exchange.await {
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
