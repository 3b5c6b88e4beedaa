//! What it means that a server takes no mail of a customer who has signed in.
//!
//! Servers use the codes of `MAIL` and `RCPT` for many causes, so words that name one come first. Where there
//! are none, the enhanced status code decides (RFC 3463), then the command that was refused.

use super::reply::Reply;
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

/// Words, in lower case; all of a row must be there. The first row that fits counts: what the account may not
/// do stands before who may not send, and that before what is wrong with a mailbox, because the longer
/// explanations of a block also name the sender and the recipient.
const WORDS: &[(&[&str], Outcome)] = &[
    (&["greylist"], Greylisted),
    (&["graylist"], Greylisted),
    (&["grey list"], Greylisted),
    (&["grey-list"], Greylisted),
    (&["postgrey"], Greylisted),
    (&["relay server"], SendingFault),
    (&["relay", "denied"], RelayingDenied),
    (&["relay", "not permitted"], RelayingDenied),
    (&["relay", "not allowed"], RelayingDenied),
    (&["relay", "prohibited"], RelayingDenied),
    (&["unable to relay"], RelayingDenied),
    (&["cannot relay"], RelayingDenied),
    (&["do not relay"], RelayingDenied),
    (&["not owned by"], SenderRefused),
    (&["not own"], SenderRefused),
    (&["sendas"], SenderRefused),
    (&["send as"], SenderRefused),
    (&["send on behalf"], SenderRefused),
    (&["same as", "auth"], SenderRefused),
    (&["equal", "auth"], SenderRefused),
    (&["match", "auth"], SenderRefused),
    (&["not allowed", "from this address"], SenderRefused),
    (&["sender", "mismatch"], SenderRefused),
    (&["from", "address", "not verified"], SenderRefused),
    (&["spam"], SendingBlocked),
    (&["suspicious"], SendingBlocked),
    (&["compromised"], SendingBlocked),
    (&["abuse"], SendingBlocked),
    (&["suspended"], SendingBlocked),
    (&["blocked"], SendingBlocked),
    (&["banned"], SendingBlocked),
    (&["rate limit"], SendingBlocked),
    (&["ratelimit"], SendingBlocked),
    (&["sending limit"], SendingBlocked),
    (&["sending quota"], SendingBlocked),
    (&["daily", "limit"], SendingBlocked),
    (&["daily", "quota"], SendingBlocked),
    (&["hourly", "limit"], SendingBlocked),
    (&["message limit"], SendingBlocked),
    (&["recipient limit"], SendingBlocked),
    (&["limit", "exceeded", "messages"], SendingBlocked),
    (&["exceeded", "number of messages"], SendingBlocked),
    (&["too many", "messages"], SendingBlocked),
    (&["too many", "mails"], SendingBlocked),
    (&["too many", "recipients"], SendingBlocked),
    (&["too much mail"], SendingBlocked),
    (&["sending", "disabled"], SendingBlocked),
    (&["not allowed to send"], SendingBlocked),
    (&["not permitted to send"], SendingBlocked),
    (&["over quota"], MailboxFull),
    (&["overquota"], MailboxFull),
    (&["quota", "exceeded"], MailboxFull),
    (&["exceed", "quota"], MailboxFull),
    (&["mailbox", "full"], MailboxFull),
    (&["insufficient storage", "mailbox"], MailboxFull),
    (&["user unknown"], RecipientRefused),
    (&["unknown user"], RecipientRefused),
    (&["no such user"], RecipientRefused),
    (&["unknown recipient"], RecipientRefused),
    (&["no such recipient"], RecipientRefused),
    (&["recipient", "not found"], RecipientRefused),
    (&["mailbox unavailable"], RecipientRefused),
    (&["mailbox not found"], RecipientRefused),
    (&["does not exist"], RecipientRefused),
    (&["doesn't exist"], RecipientRefused),
];

/// The meaning of a reply that refuses a command. `None` where nothing is refused.
pub(super) fn judge(command: MailCommand, reply: &Reply) -> Option<Outcome> {
    use MailCommand::{Data, Mail, Rcpt, Rset};
    if (command, reply.code) == (Data, 354) {
        return None;
    }
    // An envelope that a server without RSET keeps is taken back by QUIT just as well.
    if command == Rset {
        return (reply.code == 421).then_some(SendingFault);
    }
    let words = reply.texts.join(" ").to_ascii_lowercase();
    let said = WORDS
        .iter()
        .find(|(parts, _)| parts.iter().all(|part| words.contains(part)))
        .map(|(_, outcome)| *outcome);
    let about_recipient = matches!(said, Some(RecipientRefused | MailboxFull));
    let enhanced = reply.enhanced();
    let subject = enhanced.split_once('.').map_or("", |(_, rest)| rest);
    Some(match (reply.code, said) {
        (200..=299, _) if command != Data => return None,
        // What is said of a mailbox in the answer to MAIL is said of the sender.
        (_, Some(RecipientRefused)) if command == Mail => SenderRefused,
        (400..=599, Some(said)) if reply.code >= 500 || !about_recipient => said,
        (_, Some(MailboxFull)) => MailboxFull,
        (421, _) => SendingFault,
        (400..=499, _) => match subject {
            "2.2" => MailboxFull,
            "7.1" if words.contains("try again in") || words.contains("retry in") => Greylisted,
            _ => SendingDeferred,
        },
        (500..=599, _) => match (subject, command) {
            ("2.2", _) => MailboxFull,
            ("4.5", _) => SendingBlocked,
            ("1.7" | "1.8" | "7.60", _) | ("1.0" | "1.1" | "1.3", Mail) => SenderRefused,
            ("1.0" | "1.1" | "1.2" | "1.3" | "1.6" | "1.10" | "2.1", Rcpt) => RecipientRefused,
            // The server forgets that there was a sign-in.
            ("7.0", _) if reply.code == 530 => RelayingDenied,
            (_, Mail) if reply.code == 553 => SenderRefused,
            (_, Rcpt) if reply.code == 553 => RecipientRefused,
            ("", Rcpt) if reply.code == 550 => RecipientRefused,
            (subject, _) if subject.starts_with("7.") => SendingBlocked,
            ("", Mail) if matches!(reply.code, 550 | 554) => SendingBlocked,
            _ => SendingFault,
        },
        _ => MalformedReply,
    })
}

#[cfg(test)]
mod tests {
    use super::MailCommand::{Data, EndOfData, Mail, Rcpt, Rset};
    use super::*;

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
            (Mail, 550, "5.7.1 Message refused", Some(SendingBlocked)),
            (Mail, 554, "no", Some(SendingBlocked)),
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
