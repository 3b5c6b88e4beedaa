//! What it means that a mailbox does not open although the password was accepted.
//!
//! Nothing can be wrong with the password any more. What is left is the account, the mailbox, or the
//! server, and words that name one of them beat every code.

use super::refusal::{self, Answer};
use crate::outcome::Outcome;
use crate::outcome::Outcome::*;

/// Words, in lower case, with which servers keep a client out that they do not know. The first row that fits
/// counts, in this table and across both.
const KEPT_OUT: &[&str] = &[
    "unsafe login",
    "unsafe client",
    "untrusted client",
    "client id",
    "identify",
    "introduce yourself",
    "id command",
    "not trusted",
];

/// Words, in lower case, of a server that is at fault, where a code would say less.
const AT_FAULT: &[&str] = &[
    "permission denied",
    "authenticated but not connected",
    "internal error",
    "server error",
    "i/o error",
    "input/output",
    "no such file",
    "read-only file system",
    "corrupt",
    "cannot open",
    "can't open",
    "could not open",
    "failed to open",
    "unable to open",
];

/// The cause of a mailbox that does not open: what a negative answer to SELECT, EXAMINE (RFC 9051 §6.3.2) or
/// STAT (RFC 1939 §5) means.
pub(super) fn not_opened(answer: Answer<'_>) -> Outcome {
    let words = answer.words().to_ascii_lowercase();
    let says = |table: &[&str]| table.iter().any(|part| words.contains(part));
    match refusal::after_sign_in(answer) {
        _ if says(KEPT_OUT) => MailboxRefused,
        _ if says(AT_FAULT) => MailboxFault,
        // The account, as the sign-in would have it.
        Some(
            reason @ (AccessSwitchedOff | AccountDisabled | MailboxFull | MailboxInUse
            | RateLimited | SendingBlocked | TooManyConnections | TryLater),
        ) => reason,
        Some(AppPasswordRequired | BasicAuthenticationOff | NotAuthorized | PasswordExpired) => {
            MailboxRefused
        }
        _ => MailboxFault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_the_reason() {
        for (code, words, expected) in [
            (
                "",
                "SELECT Unsafe Login. Please contact kefu@188.com for help",
                MailboxRefused,
            ),
            (
                "",
                "EXAMINE The login is not safe! Client ID is missing",
                MailboxRefused,
            ),
            ("", "User is authenticated but not connected.", MailboxFault),
            (
                "SERVERBUG",
                "Internal error occurred. Refer to server log",
                MailboxFault,
            ),
            ("NOPERM", "Permission denied", MailboxFault),
            ("NOPERM", "This client may not read here", MailboxRefused),
            ("NONEXISTENT", "Unknown Mailbox: INBOX", MailboxFault),
            ("", "Mailbox does not exist", MailboxFault),
            ("INUSE", "locked", MailboxInUse),
            ("LIMIT", "", TooManyConnections),
            ("OVERQUOTA", "", MailboxFull),
            ("UNAVAILABLE", "backend is away", MailboxFault),
            ("AUTHENTICATIONFAILED", "what?", MailboxFault),
            ("", "", MailboxFault),
        ] {
            let answer = Answer::Imap { code, words };
            assert_eq!(not_opened(answer), expected, "[{code}] {words}");
        }
        for (code, words, expected) in [
            ("IN-USE", "do not poll", MailboxInUse),
            ("SYS/TEMP", "not now", MailboxFault),
            ("SYS/PERM", "broken", MailboxFault),
            ("AUTH", "what?", MailboxFault),
            ("", "Unable to open the maildrop", MailboxFault),
        ] {
            let answer = Answer::Pop3 { code, words };
            assert_eq!(not_opened(answer), expected, "[{code}] {words}");
        }
    }
}
