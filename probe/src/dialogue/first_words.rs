//! What is common to the first words of all three protocols.

use super::clock::Clock;
use super::connection::Connection;
use super::decode::decode;
use super::fault::Fault;
use super::recognise::{ServiceKind, recognise};
use super::refusal::{self, Answer};
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

/// The fault of a greeting that is not one of the protocol. A firewall that keeps the client out need not know
/// which protocol is spoken on the port.
pub(super) fn foreign_greeting<S, C>(connection: &Connection<S, C>, line: &[u8]) -> Fault {
    let words = decode(line);
    let turned_away = refusal_in(&words).and_then(|(answer, _)| refusal::before_sign_in(answer));
    let outcome = match (recognise(line), turned_away) {
        (ServiceKind::Text | ServiceKind::Mail, Some(outcome)) => outcome,
        (ServiceKind::Mail | ServiceKind::Other, _) => Outcome::UnexpectedService,
        (ServiceKind::Tls | ServiceKind::Text | ServiceKind::Binary, _) => Outcome::MalformedReply,
    };
    connection.fault(outcome, line)
}

/// What a server means that turns a client away in the clear where it should begin TLS: a negative greeting
/// (RFC 5321 §4.3.1, RFC 9051 §7.1.5, RFC 1939 §3). Nothing where it only does not understand TLS.
#[cfg(feature = "tls")]
pub(crate) fn refusal_in_the_clear(bytes: &[u8]) -> Option<Outcome> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = decode(line);
    match refusal_in(&line)? {
        (answer, Understood::Yes) => Some(refusal::of_greeting(answer)),
        (answer, Understood::Perhaps) => refusal::before_sign_in(answer),
    }
}

/// Whether a server that says no has understood what it was asked.
enum Understood {
    Yes,
    /// The bytes of TLS may have been taken for a command (RFC 5321 §4.2.3).
    Perhaps,
}

/// The refusal in a line of any of the protocols.
fn refusal_in(line: &str) -> Option<(Answer<'_>, Understood)> {
    let (first, rest) = next_word(line);
    negative(first, rest).or_else(|| {
        // Behind the star or the tag of IMAP.
        let (second, rest) = next_word(rest);
        negative(second, rest).filter(|(answer, _)| matches!(answer, Answer::Imap { .. }))
    })
}

fn negative<'a>(status: &str, rest: &'a str) -> Option<(Answer<'a>, Understood)> {
    let code = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (code, words) = code.unwrap_or(("", rest));
    Some(match status.to_ascii_uppercase().as_str() {
        "BYE" => (Answer::Imap { code, words }, Understood::Yes),
        "NO" | "BAD" => (Answer::Imap { code, words }, Understood::Perhaps),
        "-ERR" if words.to_ascii_lowercase().contains("command") => {
            (Answer::Pop3 { code, words }, Understood::Perhaps)
        }
        "-ERR" => (Answer::Pop3 { code, words }, Understood::Yes),
        status => {
            let digits = status.split('-').next().filter(|code| code.len() == 3)?;
            let code = digits
                .parse()
                .ok()
                .filter(|code| (400..=599).contains(code))?;
            let understood = match code {
                500..=504 => Understood::Perhaps,
                _ => Understood::Yes,
            };
            let answer = Answer::Smtp {
                code,
                enhanced: "",
                words: rest,
            };
            (answer, understood)
        }
    })
}

fn next_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(' ').unwrap_or((line, ""))
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_the_clear_is_told_from_a_greeting_and_from_a_misunderstanding() {
        use Outcome::{GreetingBusy, GreetingRefused};
        for (line, outcome) in [
            (
                "554 5.7.1 You are not allowed to connect",
                Some(GreetingRefused),
            ),
            ("554-blocked\r\n554 for good", Some(GreetingRefused)),
            ("421 too many connections", Some(GreetingBusy)),
            ("* BYE", Some(GreetingRefused)),
            ("* BYE [UNAVAILABLE] later", Some(GreetingBusy)),
            ("* BAD Your IP is blocked", Some(GreetingRefused)),
            ("-ERR go away", Some(GreetingRefused)),
            ("-ERR [SYS/TEMP] not now", Some(GreetingBusy)),
            (
                " NO LOGOUT Intrusion prevention active",
                Some(GreetingRefused),
            ),
            ("500 5.5.1 You are on a blocklist", Some(GreetingRefused)),
            ("500 5.5.1 Command unrecognized", None),
            ("502 5.5.2 Error: command not recognized", None),
            ("* BAD invalid command", None),
            ("-ERR unknown command", None),
            ("* OK ready", None),
            ("+OK ready", None),
            ("220 mail.example.test ESMTP", None),
            ("HTTP/1.1 403 Forbidden", None),
            ("521 no mail here", Some(GreetingRefused)),
            (
                "* BYE [UNAVAILABLE] Down for maintenance",
                Some(GreetingBusy),
            ),
            (
                "* bye Too many connections from your address",
                Some(GreetingBusy),
            ),
            ("* BAD intrusion prevention active", Some(GreetingRefused)),
            ("-ERR access denied", Some(GreetingRefused)),
            ("450 4.3.2 try again later", Some(GreetingBusy)),
            ("500 5.5.2 Error: bad syntax", None),
            ("220 ready\r\n554 later", None),
            ("5540 what", None),
            ("hello there", None),
            ("", None),
        ] {
            assert_eq!(refusal_in_the_clear(line.as_bytes()), outcome, "{line}");
        }
    }
}
