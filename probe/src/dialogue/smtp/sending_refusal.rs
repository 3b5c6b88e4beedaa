//! What it means that a server takes no mail of a customer who has signed in.
//!
//! Servers use the codes of `MAIL` and `RCPT` for many causes, so words that name one come first. Where there
//! are none, the enhanced status code decides (RFC 3463), then the command that was refused.

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
        said => said,
    };
    Some(match (reply.code, said) {
        (421, None | Some(SendingDeferred | RecipientRefused | SendingRefused)) => SendingFault,
        (421, Some(said)) => said,
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
        "2.2" => MailboxFull,
        "7.1" if reply.judged(refusal::asks_to_wait) => Greylisted,
        _ => SendingDeferred,
    }
}

/// The meaning of 5yz without words that name a cause (RFC 3463 §3, RFC 5248).
fn refused(command: MailCommand, reply: &Reply) -> Outcome {
    use MailCommand::{Mail, Rcpt};
    match (subject(reply), command, reply.code) {
        ("2.2", ..) => MailboxFull,
        // Google's sending quota; Microsoft's limits, senders who sent spam, and organisations that sent too much.
        ("4.5" | "1.90" | "7.501" | "7.502" | "7.503" | "7.705", ..) => SendingBlocked,
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

#[cfg(test)]
mod tests {
    use super::MailCommand::{Data, EndOfData, Mail, Rcpt, Rset};
    use super::*;

    #[test]
    fn neither_addresses_nor_links_decide() {
        for (command, code, text, expected) in [
            (
                Rcpt,
                550,
                "5.1.1 <abuse@example.net>: User unknown",
                RecipientRefused,
            ),
            (
                Rcpt,
                550,
                "5.1.1 <spam@banned.test>... unknown, see https://example.test/spam",
                RecipientRefused,
            ),
            (Rcpt, 550, "5.2.1 blocked@example.net", RecipientRefused),
            (
                Mail,
                553,
                "5.7.1 <greylist@example.net>: no, see www.example.test/relay-denied",
                SenderRefused,
            ),
            (
                Mail,
                550,
                "5.7.1 rejected:<suspended@example.net>(example.test/abuse)",
                SendingRefused,
            ),
            (
                Rcpt,
                452,
                "4.2.2 <abuse@example.net> Mailbox is full",
                MailboxFull,
            ),
        ] {
            let reply = Reply::of(code, text);
            assert_eq!(judge(command, &reply), Some(expected), "{code} {text}");
        }
    }

    #[test]
    fn who_may_not_send_is_told_from_what_may_not_be_sent() {
        for (text, expected) in [
            (
                "Your account has been suspended due to abuse",
                SendingBlocked,
            ),
            ("Daily limit of recipients reached", SendingBlocked),
            ("You have reached your hourly sending limit", SendingBlocked),
            ("Too many recipients today", SendingBlocked),
            ("Outgoing mail is disabled for this mailbox", SendingBlocked),
            ("Sender blocked", SendingBlocked),
            ("Access denied, bad outbound sender", SendingBlocked),
            ("Versand gesperrt", SendingBlocked),
            ("You are not allowed to send messages", SendingBlocked),
            (
                "Sending rejected: you have been blocked for sending spam",
                SendingBlocked,
            ),
            (
                "You are not allowed to send from this address",
                SenderRefused,
            ),
            (
                "The sender address does not match the account",
                SenderRefused,
            ),
            ("Sender address is not allowed.", SenderRefused),
            ("Envelope sender must be equal to the login", SenderRefused),
            ("Diese Absenderadresse ist nicht erlaubt", SenderRefused),
            ("Sender address rejected: Domain not found", SenderRefused),
            (
                "Relaying denied. Proper authentication required.",
                RelayingDenied,
            ),
            ("We do not relay", RelayingDenied),
            ("You must authenticate first", RelayingDenied),
            ("The quota of the mailbox is exceeded", MailboxFull),
            ("Postfach ist voll", MailboxFull),
            ("The relay host cannot be reached", SendingFault),
        ] {
            for line in [text.to_owned(), format!("5.7.1 <jane@example.net>: {text}")] {
                let reply = Reply::of(550, &line);
                assert_eq!(judge(Mail, &reply), Some(expected), "{line}");
            }
        }
    }

    #[test]
    fn words_then_codes_then_the_command_decide() {
        for (command, code, text, expected) in [
            (Mail, 250, "2.1.0 Ok", None),
            (Rcpt, 251, "will forward", None),
            (
                Rcpt,
                553,
                "5.7.1 <a@b>: Sender address rejected: not owned by user c@d",
                Some(SenderRefused),
            ),
            (
                Mail,
                501,
                "mail from address must be same as authorization user",
                Some(SenderRefused),
            ),
            (
                Mail,
                550,
                "5.7.60 SMTP; Client does not have permissions to send as this sender",
                Some(SenderRefused),
            ),
            (Mail, 553, "sorry", Some(SenderRefused)),
            (Mail, 550, "5.1.0 No such user here", Some(SenderRefused)),
            (
                Rcpt,
                554,
                "5.7.1 <a@b>: Relay access denied",
                Some(RelayingDenied),
            ),
            (Rcpt, 550, "5.7.1 Unable to relay", Some(RelayingDenied)),
            (Rcpt, 550, "relay not permitted", Some(RelayingDenied)),
            (
                Mail,
                530,
                "5.7.0 Authentication required",
                Some(RelayingDenied),
            ),
            (
                Rcpt,
                550,
                "5.1.1 <a@b>: Recipient address rejected",
                Some(RecipientRefused),
            ),
            (Rcpt, 550, "no", Some(RecipientRefused)),
            (Rcpt, 550, "User unknown", Some(RecipientRefused)),
            (Rcpt, 552, "5.2.2 Mailbox full", Some(MailboxFull)),
            (
                Rcpt,
                452,
                "4.2.2 The email account is over quota",
                Some(MailboxFull),
            ),
            (
                Mail,
                550,
                "5.4.5 Daily user sending quota exceeded",
                Some(SendingBlocked),
            ),
            (
                Mail,
                554,
                "5.7.1 Your account sent spam and is blocked",
                Some(SendingBlocked),
            ),
            (
                Mail,
                450,
                "4.7.1 Error: too many messages",
                Some(SendingBlocked),
            ),
            (Mail, 550, "5.7.1 Message refused", Some(SendingRefused)),
            (Mail, 554, "no", Some(SendingRefused)),
            (Mail, 550, "", Some(SendingRefused)),
            (Mail, 550, "5.7.1 Access denied", Some(SendingRefused)),
            (Mail, 550, "5.7.26 no", Some(SendingRefused)),
            (Rcpt, 554, "no", Some(SendingRefused)),
            (EndOfData, 554, "5.7.1 no", Some(SendingRefused)),
            (EndOfData, 554, "5.6.0 no", Some(SendingRefused)),
            (
                Rcpt,
                554,
                "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
                Some(SendingRefused),
            ),
            (Mail, 550, "5.1.90 no", Some(SendingBlocked)),
            (Mail, 550, "5.7.503 no", Some(SendingBlocked)),
            (Mail, 553, "5.1.8 no", Some(SenderRefused)),
            (Mail, 550, "5.1.7 no", Some(SenderRefused)),
            (Mail, 530, "what?", Some(RelayingDenied)),
            (
                Mail,
                530,
                "5.7.0 Must issue a STARTTLS command first",
                Some(SendingFault),
            ),
            (
                Mail,
                554,
                "5.3.0 RuntimeError: no threads",
                Some(SendingFault),
            ),
            (Mail, 550, "5.3.0 no", Some(SendingFault)),
            (Mail, 554, "Internal error", Some(SendingFault)),
            (Mail, 451, "4.3.0 Internal error", Some(SendingDeferred)),
            (Rcpt, 550, "User database unavailable", Some(SendingFault)),
            (
                Rcpt,
                450,
                "4.2.0 <a@b>: Greylisted, see postgrey",
                Some(Greylisted),
            ),
            (
                Rcpt,
                451,
                "4.7.1 Please try again in 300 seconds",
                Some(Greylisted),
            ),
            (
                Rcpt,
                451,
                "4.3.0 Temporary lookup failure",
                Some(SendingDeferred),
            ),
            (
                Rcpt,
                450,
                "4.1.1 User unknown in local table",
                Some(SendingDeferred),
            ),
            (
                Mail,
                452,
                "4.3.1 Insufficient system storage",
                Some(SendingDeferred),
            ),
            (
                Mail,
                421,
                "4.4.0 [mail] Failed to connect to relay server",
                Some(SendingFault),
            ),
            (Mail, 421, "4.3.2 shutting down", Some(SendingFault)),
            (Mail, 500, "5.5.1 what?", Some(SendingFault)),
            (Mail, 354, "go on", Some(MalformedReply)),
            (Data, 354, "End data with <CR><LF>.<CR><LF>", None),
            (Data, 250, "what?", Some(MalformedReply)),
            (
                Data,
                554,
                "5.5.1 Error: no valid recipients",
                Some(SendingFault),
            ),
            (EndOfData, 250, "2.0.0 Ok: queued", None),
            (
                EndOfData,
                554,
                "5.7.1 This looks like spam",
                Some(SendingBlocked),
            ),
            (EndOfData, 452, "4.2.2 over quota", Some(MailboxFull)),
            (Rset, 250, "ok", None),
            (Rset, 502, "what?", None),
            (Rset, 421, "4.4.2 timeout", Some(SendingFault)),
        ] {
            let reply = Reply::of(code, text);
            assert_eq!(
                judge(command, &reply),
                expected,
                "{command:?} {code} {text}"
            );
        }
    }
}
