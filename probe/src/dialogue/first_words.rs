//! What is common to the greetings of all three protocols.

use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
use super::recognise::{ServiceKind, recognise};
use super::stream::Stream;
use crate::outcome::Outcome;

/// Waits for the first bytes of a greeting. TLS is refused here, because its records have no line end.
pub(super) async fn await_first_bytes<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<(), Fault> {
    let silent = |fault: Fault| match fault.outcome {
        Outcome::NoReply => fault.with(Outcome::NoGreeting),
        _ => fault,
    };
    // A text may begin with the first byte of a TLS record by chance; the second is its version.
    let mut seen = recognise(connection.peek(1).await.map_err(silent)?);
    if seen == ServiceKind::Tls {
        seen = recognise(connection.peek(2).await?);
    }
    match seen {
        ServiceKind::Tls => Err(Fault::from(Outcome::TlsOnPlainPort)),
        _ => Ok(()),
    }
}

/// The fault of a greeting that is not one of the protocol.
pub(super) fn foreign_greeting<S, C>(connection: &Connection<S, C>, line: &[u8]) -> Fault {
    let outcome = match recognise(line) {
        ServiceKind::Mail | ServiceKind::Other => Outcome::UnexpectedService,
        ServiceKind::Tls | ServiceKind::Text | ServiceKind::Binary => Outcome::MalformedReply,
    };
    connection.fault(outcome, line)
}

/// Whether the text of a rejecting greeting says that the rejection is temporary.
pub(super) fn is_temporary_rejection(words: &str) -> bool {
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
