//! What is common to the greetings of all three protocols.

use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
#[cfg(feature = "tls")]
use super::recognise::is_negative_reply;
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

/// What a server means that turns a client away in the clear where it should begin TLS: a negative greeting
/// (RFC 5321 §4.3.1, RFC 9051 §7.1.5, RFC 1939 §3). Nothing where it only does not understand TLS.
#[cfg(feature = "tls")]
pub(crate) fn refusal_in_the_clear(bytes: &[u8]) -> Option<Outcome> {
    // These codes are about commands (RFC 5321 §4.2.3), which the bytes of TLS have been taken for.
    const ABOUT_COMMANDS: &[&str] = &["500", "501", "502", "503"];
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let words = String::from_utf8_lossy(line);
    if !is_negative_reply(line) || ABOUT_COMMANDS.iter().any(|code| words.starts_with(code)) {
        return None;
    }
    if words.starts_with('4') || is_temporary_rejection(&words) {
        Some(Outcome::GreetingBusy)
    } else {
        Some(Outcome::GreetingRefused)
    }
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

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_a_server_that_does_not_understand_tls() {
        for (line, expected) in [
            (
                "554 5.7.1 You are not allowed to connect.",
                Some(Outcome::GreetingRefused),
            ),
            ("554-mx.example.test", Some(Outcome::GreetingRefused)),
            ("521 no mail here", Some(Outcome::GreetingRefused)),
            (
                "550 5.7.1 Service unavailable; client host blocked",
                Some(Outcome::GreetingRefused),
            ),
            ("* BYE Not welcome", Some(Outcome::GreetingRefused)),
            (
                "* BYE [UNAVAILABLE] Down for maintenance",
                Some(Outcome::GreetingBusy),
            ),
            (
                "* bye Too many connections from your address",
                Some(Outcome::GreetingBusy),
            ),
            (
                "* BAD intrusion prevention active",
                Some(Outcome::GreetingRefused),
            ),
            ("-ERR access denied", Some(Outcome::GreetingRefused)),
            (
                "-ERR [SYS/TEMP] try again later",
                Some(Outcome::GreetingBusy),
            ),
            (
                "421 4.7.0 too many connections",
                Some(Outcome::GreetingBusy),
            ),
            ("450 4.3.2 try again later", Some(Outcome::GreetingBusy)),
            // The bytes of TLS were taken for a command.
            ("500 5.5.2 Error: bad syntax", None),
            ("502 5.5.2 Error: command not recognized", None),
            ("* OK ready", None),
            ("+OK ready", None),
            ("220 ready", None),
            ("220 ready\r\n554 later", None),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(refusal_in_the_clear(line.as_bytes()), expected, "{line}");
        }
    }
}
