//! The first words of a server, as far as they are the same in all protocols.

use futures_io::{AsyncRead, AsyncWrite};

use super::clock::Clock;
use super::fault::Fault;
use super::recognise::{Service, recognise};
use super::wire::Wire;
use crate::outcome::Outcome;

/// Waits for the first byte of a greeting and stops at TLS, whose bytes have no line end to wait for.
pub(super) async fn first_bytes<S, C>(wire: &mut Wire<S, C>) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    let silent = |fault: Fault| match fault.outcome {
        Outcome::NoReply => Fault {
            outcome: Outcome::NoGreeting,
            ..fault
        },
        _ => fault,
    };
    // The first byte alone may be one of TLS by chance; the second is its version.
    let mut seen = recognise(wire.peek(1).await.map_err(silent)?);
    if seen == Service::Tls {
        seen = recognise(wire.peek(2).await?);
    }
    match seen {
        Service::Tls => Err(Fault {
            outcome: Outcome::TlsOnPlainPort,
            server_said: None,
        }),
        _ => Ok(()),
    }
}

/// What is wrong with a greeting that is not one of the protocol.
pub(super) fn wrong_greeting<S, C>(wire: &Wire<S, C>, line: &[u8]) -> Fault {
    let outcome = match recognise(line) {
        Service::Mail | Service::Other => Outcome::UnexpectedService,
        Service::Tls | Service::Text | Service::Binary => Outcome::MalformedReply,
    };
    wire.fault(outcome, line)
}

/// Whether the words of a server that turns a client away say that it may come back later.
pub(super) fn sounds_busy(words: &str) -> bool {
    const BUSY: &[&str] = &[
        "[unavailable]",
        "[limit]",
        "[sys/temp]",
        "[inuse]",
        "[in-use]",
        "[login-delay]",
        "too many",
        "try again",
        "try later",
        "temporar",
        "busy",
        "overload",
        "come back",
    ];
    let words = words.to_ascii_lowercase();
    BUSY.iter().any(|busy| words.contains(busy))
}
