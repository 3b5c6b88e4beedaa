//! What it means that a server takes no mail of a customer who has signed in.
//!
//! Servers use the codes of `MAIL` and `RCPT` for many causes, so words that name one come first. Where there
//! are none, the enhanced status code decides (RFC 3463), then the command that was refused.

#[cfg(test)]
mod tests;

use super::reply::Reply;
use crate::dialogue::refusal;
use crate::outcome::Outcome;
use crate::outcome::Outcome::*;

/// A command with which a message is offered and sent (RFC 5321 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MailCommand {
    /// `MAIL FROM`
    Mail,
    /// `RCPT TO`
    Rcpt,
    /// `RSET`
    Rset,
    /// `DATA`
    Data,
    /// The message, with the dot at its end.
    EndOfData,
}

/// The meaning of a reply that refuses a command. `None` where nothing is refused.
pub(super) fn judge(command: MailCommand, reply: &Reply) -> Option<Outcome> {
    use MailCommand::{Data, EndOfData, Mail, Rcpt, Rset};
    match (command, reply.code) {
        (Data, 354) => return None,
        // An envelope that a server without RSET keeps is taken back by QUIT just as well.
        (Rset, code) => return (code == 421).then_some(SendingFault),
        (Mail | Rcpt | EndOfData, 200..=299) => return None,
        _ => {}
    }
    let said = match reply.judged(refusal::words_of_sending) {
        // What is said of a mailbox in the answer to MAIL is said of the sender.
        Some(RecipientRefused) if command == Mail => Some(SenderRefused),
        // What is only a matter of minutes is no final no.
        Some(Greylisted) if reply.code >= 500 => None,
        said => said,
    };
    Some(match (reply.code, said) {
        // These two say it themselves, whatever is explained behind them.
        (400..=599, _) if subject(reply) == "2.2" => MailboxFull,
        (500..=599, _) if subject(reply) == "1.1" && command == Rcpt => RecipientRefused,
        // The server's configuration (RFC 3463 §3.4).
        (400..=599, None | Some(SendingFault | SendingDeferred)) if subject(reply) == "3.5" => {
            SendingFault
        }
        (421, None | Some(SendingDeferred)) if !reply.judged(refusal::is_busy) => SendingFault,
        (421, Some(RecipientRefused | SendingFault)) => SendingFault,
        // What may be tried again is no fault, and no final word on a mailbox.
        (
            400..=499,
            None | Some(RecipientRefused | SendingDeferred | SendingFault | SendingRefused),
        ) => deferred(reply),
        (400..=599, Some(said)) => said,
        (500..=599, None) => refused(command, reply),
        _ => MalformedReply,
    })
}

/// The meaning of 4yz without words that name a cause.
fn deferred(reply: &Reply) -> Outcome {
    match subject(reply) {
        "7.1" if reply.judged(refusal::asks_to_wait) => Greylisted,
        _ => SendingDeferred,
    }
}

/// The meaning of 5yz without words that name a cause (RFC 3463 §3, RFC 5248).
fn refused(command: MailCommand, reply: &Reply) -> Outcome {
    use MailCommand::{Mail, Rcpt};
    match (subject(reply), command, reply.code) {
        // Google's sending quota; Microsoft's limits, senders who sent spam, and organisations that sent too much.
        ("4.5" | "1.90" | "7.501" | "7.502" | "7.503" | "7.705", ..) => SendingBlocked,
        // The place from which this client connects.
        ("7.25" | "7.606" | "7.708", ..) => GreetingRefused,
        ("7.10" | "7.11", ..) => TlsRequired,
        ("1.7" | "1.8" | "7.60", ..) | ("1.0" | "1.1" | "1.3", Mail, _) => SenderRefused,
        ("1.0" | "1.1" | "1.2" | "1.3" | "1.6" | "1.10" | "2.1", Rcpt, _) => RecipientRefused,
        // The server forgets that there was a sign-in (RFC 4954 §6).
        (_, _, 530) => RelayingDenied,
        (_, Mail, 553) => SenderRefused,
        (_, Rcpt, 553) | ("", Rcpt, 550 | 551) => RecipientRefused,
        (subject, ..) if subject.starts_with("7.") => SendingRefused,
        // The system, the network and the protocol.
        (subject, ..) if subject.starts_with(['3', '4', '5']) => SendingFault,
        (_, _, 521 | 541 | 550 | 551 | 554 | 571) => SendingRefused,
        _ => SendingFault,
    }
}

/// The enhanced status code without its class.
fn subject(reply: &Reply) -> &str {
    let code = reply.enhanced().split_once('.');
    code.map_or("", |(_, rest)| rest)
}
