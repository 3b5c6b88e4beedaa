//! What it means that a mailbox does not open although the password was accepted.
//!
//! Nothing can be wrong with the password any more, nor with the way in which it was sent. What is left is the
//! account, the mailbox, or the server. The same words mean the same, whether the server says no or goodbye with
//! them.

use super::refusal::{self, Answer};
use crate::outcome::Outcome;
use crate::outcome::Outcome::*;

/// The cause of a mailbox that does not open: what a negative answer to SELECT, EXAMINE (RFC 9051 §6.3.2) or
/// STAT (RFC 1939 §5) means.
pub(super) fn not_opened(answer: Answer<'_>) -> Outcome {
    of_hangup(answer).unwrap_or(MailboxFault)
}

/// The cause that a server names that hangs up after it has accepted the password (RFC 9051 §7.1.5). `None` where
/// it names none that can still hold.
pub(super) fn of_hangup(answer: Answer<'_>) -> Option<Outcome> {
    match refusal::of_mailbox(answer)? {
        reason @ (MailboxRefused | MailboxFault) => Some(reason),
        // The account, as the sign-in would have it.
        reason @ (AccessSwitchedOff | AccountDisabled | MailboxFull | MailboxInUse
        | RateLimited | SendingBlocked | TooManyConnections | TryLater) => Some(reason),
        // Who may go on must do something else first, or come from elsewhere.
        AppPasswordRequired
        | BasicAuthenticationOff
        | GreetingRefused
        | NotAuthorized
        | PasswordExpired => Some(MailboxRefused),
        GreetingBusy | ServerFault | TemporaryFailure => Some(MailboxFault),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mailbox outcome for `NO`; for `BYE` the same, or none where the words give no reason.
    #[test]
    fn a_no_and_a_goodbye_mean_the_same() {
        for (line, expected) in [
            ("Permission denied", Some(MailboxFault)),
            ("mailbox: Permission denied (uid 5000)", Some(MailboxFault)),
            ("INBOX: Input/output error", Some(MailboxFault)),
            ("Cannot open the index", Some(MailboxFault)),
            ("The storage is down for maintenance", Some(MailboxFault)),
            ("RuntimeError: no more threads", Some(MailboxFault)),
            ("Unsafe Login", Some(MailboxRefused)),
            (
                "Untrusted client, see https://example.test/x",
                Some(MailboxRefused),
            ),
            ("Programs must identify themselves", Some(MailboxRefused)),
            ("Access denied", Some(MailboxRefused)),
            ("Accès refusé", Some(MailboxRefused)),
            ("Your IP address is blocked", Some(MailboxRefused)),
            ("You have no permission to read here", Some(MailboxRefused)),
            ("Please log in via your web browser", Some(MailboxRefused)),
            (
                "Unable to open: IMAP is disabled for this mailbox",
                Some(AccessSwitchedOff),
            ),
            ("Cannot open INBOX: over quota", Some(MailboxFull)),
            (
                "Cannot open: mailbox is locked by another session",
                Some(MailboxInUse),
            ),
            ("The account is suspended", Some(AccountDisabled)),
            (
                "Too many simultaneous connections",
                Some(TooManyConnections),
            ),
            ("Invalid password", None),
            ("Unknown command", None),
            ("Must issue STARTTLS first", None),
            ("Unsupported mechanism", None),
            ("untrusted@example.test logged out", None),
            ("Logging out", None),
            ("", None),
        ] {
            for answer in [
                Answer::Imap {
                    code: "",
                    words: line,
                },
                Answer::Imap {
                    code: "ALERT",
                    words: line,
                },
                Answer::Pop3 {
                    code: "",
                    words: line,
                },
            ] {
                assert_eq!(of_hangup(answer), expected, "{answer:?}");
                assert_eq!(
                    not_opened(answer),
                    expected.unwrap_or(MailboxFault),
                    "{answer:?}"
                );
            }
        }
        for (code, expected) in [
            ("SERVERBUG", Some(MailboxFault)),
            ("UNAVAILABLE", Some(MailboxFault)),
            ("NOPERM", Some(MailboxRefused)),
            ("CONTACTADMIN", Some(AccountDisabled)),
            ("AUTHENTICATIONFAILED", None),
            ("PRIVACYREQUIRED", None),
            ("CLIENTBUG", None),
        ] {
            let answer = Answer::Imap { code, words: "" };
            assert_eq!(of_hangup(answer), expected, "{code}");
        }
    }

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
