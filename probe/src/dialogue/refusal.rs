//! What the answer to a sign-in means.
//!
//! Codes come first, because they are made for programs. Words decide only where a code is missing,
//! or where servers are known to use one code for several causes.

use crate::outcome::Outcome;
use crate::outcome::Outcome::*;

/// How far a code can be trusted.
#[derive(Clone, Copy)]
enum Meaning {
    /// The code says it all.
    Exact(Outcome),
    /// The words may name a more exact cause; otherwise it is this.
    UnlessWords(Outcome),
}

use Meaning::{Exact, UnlessWords};

/// Response codes of IMAP (RFC 5530 §3 unless noted).
const IMAP: &[(&str, Meaning)] = &[
    ("AUTHENTICATIONFAILED", UnlessWords(WrongCredentials)),
    ("AUTHORIZATIONFAILED", Exact(NotAuthorized)),
    ("EXPIRED", Exact(PasswordExpired)),
    ("PRIVACYREQUIRED", Exact(TlsRequired)),
    ("CONTACTADMIN", Exact(AccountDisabled)),
    ("UNAVAILABLE", Exact(TemporaryFailure)),
    ("LIMIT", Exact(TooManyConnections)),
    ("INUSE", Exact(MailboxInUse)),
    ("OVERQUOTA", Exact(MailboxFull)),
    ("SERVERBUG", Exact(ServerFault)),
    ("CORRUPTION", Exact(ServerFault)),
    ("NOPERM", Exact(NotAuthorized)),
    // The account lives on another server (RFC 2221). A password is never carried there.
    ("REFERRAL", Exact(NotAuthorized)),
    ("CLIENTBUG", Exact(SignInProtocolError)),
    ("CANNOT", Exact(SignInProtocolError)),
    // Gmail's way of asking for a sign-in in the browser first.
    ("WEBALERT", Exact(AppPasswordRequired)),
    // Cyrus, Courier and others give no code at all.
    ("", UnlessWords(WrongCredentials)),
];

/// Response codes of POP3 (RFC 2449 §8, RFC 3206). They are hierarchical: a longer code than the one
/// in the table means the same.
const POP3: &[(&str, Meaning)] = &[
    ("AUTH", UnlessWords(WrongCredentials)),
    ("IN-USE", Exact(MailboxInUse)),
    ("LOGIN-DELAY", Exact(TryLater)),
    ("SYS/TEMP", Exact(TemporaryFailure)),
    ("SYS", Exact(ServerFault)),
    ("", UnlessWords(WrongCredentials)),
];

/// Reply codes of SMTP with the beginning of the enhanced code (RFC 4954 §6, RFC 5248). The first
/// row that fits counts.
const SMTP: &[(u16, &str, Meaning)] = &[
    (421, "4.7", UnlessWords(RateLimited)),
    (421, "", UnlessWords(TemporaryFailure)),
    (432, "", Exact(PasswordExpired)),
    // Exim for a lookup that failed for now.
    (435, "", Exact(TemporaryFailure)),
    (454, "", Exact(TemporaryFailure)),
    (500, "", Exact(SignInProtocolError)),
    (501, "", Exact(SignInProtocolError)),
    (502, "", Exact(PasswordSignInNotOffered)),
    (503, "", Exact(PasswordSignInNotOffered)),
    (504, "", UnlessWords(PasswordSignInNotOffered)),
    (523, "", Exact(TlsRequired)),
    (525, "", Exact(AccountDisabled)),
    (530, "5.7.0", Exact(TlsRequired)),
    (530, "", UnlessWords(TlsRequired)),
    (534, "", Exact(AppPasswordRequired)),
    // Microsoft: the tenant or the mailbox allows no password sign-in.
    (535, "5.7.139", UnlessWords(AppPasswordRequired)),
    // Also of Postfix for a mechanism that it does not know and for broken base64.
    (535, "", UnlessWords(WrongCredentials)),
    (538, "", Exact(TlsRequired)),
    (550, "", UnlessWords(NotAuthorized)),
    (554, "", UnlessWords(NotAuthorized)),
];

/// Words, in lower case, of servers that give no exact code. The first row that fits counts.
const WORDS: &[(&[&str], Outcome)] = &[
    (&["application-specific password"], AppPasswordRequired),
    (&["app password"], AppPasswordRequired),
    (&["app-password"], AppPasswordRequired),
    (&["web browser"], AppPasswordRequired),
    (&["web login required"], AppPasswordRequired),
    (&["basic authentication is disabled"], AppPasswordRequired),
    (&["clientauthentication is disabled"], NotAuthorized),
    (&["password", "expired"], PasswordExpired),
    (&["account", "disabled"], AccountDisabled),
    (&["account", "suspended"], AccountDisabled),
    (&["account", "locked"], AccountDisabled),
    (&["user", "disabled"], AccountDisabled),
    (&["too many", "connections"], TooManyConnections),
    (&["too many"], RateLimited),
    (&["rate limit"], RateLimited),
    (&["temporar"], TemporaryFailure),
    (&["try again later"], TemporaryFailure),
    (&["non-secure"], TlsRequired),
    (&["encryption required"], TlsRequired),
    (&["starttls"], TlsRequired),
    (&["mailbox", "full"], MailboxFull),
    (&["maildrop", "lock"], MailboxInUse),
    (&["mailbox", "in use"], MailboxInUse),
    (&["invalid authentication mechanism"], SignInProtocolError),
    (&["base64"], SignInProtocolError),
    (&["unknown command"], SignInProtocolError),
    (&["invalid command"], SignInProtocolError),
    (&["syntax error"], SignInProtocolError),
];

/// The meaning of a tagged `NO` with its response code, which may be empty.
pub(super) fn imap(code: &str, words: &str) -> Outcome {
    resolve(
        imap_code(code).unwrap_or(UnlessWords(WrongCredentials)),
        words,
    )
}

fn imap_code(code: &str) -> Option<Meaning> {
    let name = code.split(' ').next().unwrap_or_default();
    let mut rows = IMAP.iter();
    let row = rows.find(|(code, _)| code.eq_ignore_ascii_case(name));
    row.map(|(_, meaning)| *meaning)
}

/// The meaning of a `-ERR` with its response code, which may be empty.
pub(super) fn pop3(code: &str, words: &str) -> Outcome {
    let code = code.to_ascii_uppercase();
    let row = POP3.iter().find(|(name, _)| {
        code.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    resolve(
        row.map_or(UnlessWords(WrongCredentials), |(_, meaning)| *meaning),
        words,
    )
}

/// The meaning of a negative SMTP reply to AUTH, with its enhanced code, which may be empty.
pub(super) fn smtp(code: u16, enhanced: &str, words: &str) -> Outcome {
    let fits = |prefix: &str| {
        let rest = enhanced.strip_prefix(prefix);
        rest.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    let row = SMTP
        .iter()
        .find(|(number, prefix, _)| *number == code && fits(prefix));
    let meaning = match (row, code) {
        (Some((_, _, meaning)), _) => *meaning,
        (None, 400..=499) => UnlessWords(TemporaryFailure),
        (None, 500..=599) => UnlessWords(ServerFault),
        (None, _) => Exact(SignInProtocolError),
    };
    resolve(meaning, words)
}

/// The meaning of a server hanging up instead of answering (`* BYE`), with its response code, which may be
/// empty. Where it does not say why, it may have refused the password.
pub(super) fn imap_bye(code: &str, words: &str) -> Outcome {
    let said = imap_code(code).filter(|_| !code.is_empty());
    resolve(said.unwrap_or(UnlessWords(ClosedEarly)), words)
}

fn resolve(meaning: Meaning, words: &str) -> Outcome {
    match meaning {
        Exact(outcome) => outcome,
        UnlessWords(outcome) => {
            let words = words.to_ascii_lowercase();
            let said = |row: &&(&[&str], Outcome)| row.0.iter().all(|part| words.contains(part));
            WORDS.iter().find(said).map_or(outcome, |(_, exact)| *exact)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;

    /// Whatever a server answers to a sign-in says something about the sign-in.
    #[test]
    fn every_answer_is_about_the_account() {
        let about_account = |outcome: Outcome| {
            matches!(outcome.stage(), Some(Stage::SignIn | Stage::Mailbox))
                || outcome == PasswordSignInNotOffered
        };
        let words = WORDS.iter().map(|(parts, _)| parts.join(" "));
        for words in words.chain([String::new(), "no".to_owned()]) {
            for (code, _) in IMAP.iter().chain([&("X-OTHER", Exact(Ok))]) {
                for code in [code.to_string(), code.to_lowercase(), format!("{code} x")] {
                    assert!(about_account(imap(&code, &words)), "[{code}] {words}");
                }
            }
            for (code, _) in POP3.iter().chain([&("X-OTHER", Exact(Ok))]) {
                for code in [code.to_string(), code.to_lowercase(), format!("{code}/x")] {
                    assert!(about_account(pop3(&code, &words)), "[{code}] {words}");
                }
            }
            for code in 0..=999 {
                let enhanced = SMTP.iter().map(|(_, enhanced, _)| *enhanced);
                for enhanced in enhanced.chain(["5.7.8", "4.9.9", "x"]) {
                    let outcome = smtp(code, enhanced, &words);
                    assert!(about_account(outcome), "{code} {enhanced} {words}");
                }
            }
            for (code, _) in IMAP {
                let outcome = imap_bye(code, &words);
                assert!(about_account(outcome) || outcome == ClosedEarly, "{words}");
            }
        }
    }

    #[test]
    fn imap_codes() {
        for (code, words, outcome) in [
            (
                "AUTHENTICATIONFAILED",
                "Authentication failed.",
                WrongCredentials,
            ),
            ("authenticationfailed", "", WrongCredentials),
            (
                "AUTHENTICATIONFAILED",
                "Invalid credentials (Failure)",
                WrongCredentials,
            ),
            ("", "Login failed: authentication failure", WrongCredentials),
            ("", "Login failed.", WrongCredentials),
            ("", "", WrongCredentials),
            (
                "ALERT",
                "Application-specific password required: https://…",
                AppPasswordRequired,
            ),
            (
                "ALERT",
                "Please log in via your web browser",
                AppPasswordRequired,
            ),
            ("ALERT", "Your account has been disabled", AccountDisabled),
            (
                "WEBALERT https://accounts.example",
                "Web login required.",
                AppPasswordRequired,
            ),
            (
                "UNAVAILABLE",
                "Temporary authentication failure.",
                TemporaryFailure,
            ),
            ("EXPIRED", "", PasswordExpired),
            ("AUTHORIZATIONFAILED", "", NotAuthorized),
            ("PRIVACYREQUIRED", "", TlsRequired),
            ("CONTACTADMIN", "", AccountDisabled),
            ("LIMIT", "Maximum number of connections", TooManyConnections),
            ("INUSE", "", MailboxInUse),
            ("OVERQUOTA", "", MailboxFull),
            ("SERVERBUG", "", ServerFault),
            ("CORRUPTION", "", ServerFault),
            ("REFERRAL imap://evil.example/", "", NotAuthorized),
            ("X-UNHEARD-OF", "no", WrongCredentials),
        ] {
            assert_eq!(imap(code, words), outcome, "[{code}] {words}");
        }
    }

    #[test]
    fn a_server_that_hangs_up_is_believed_only_what_it_says() {
        for (code, words, outcome) in [
            (
                "",
                "Temporary problem, please try again later",
                TemporaryFailure,
            ),
            ("", "Too many connections", TooManyConnections),
            ("UNAVAILABLE", "", TemporaryFailure),
            ("AUTHENTICATIONFAILED", "", WrongCredentials),
            ("", "Logging out", ClosedEarly),
            ("ALERT", "", ClosedEarly),
            ("", "", ClosedEarly),
        ] {
            assert_eq!(imap_bye(code, words), outcome, "[{code}] {words}");
        }
    }

    #[test]
    fn pop3_codes() {
        for (code, words, outcome) in [
            ("AUTH", "Authentication failed.", WrongCredentials),
            ("auth", "", WrongCredentials),
            ("AUTH/DETAIL", "", WrongCredentials),
            (
                "AUTH",
                "Plaintext authentication disallowed on non-secure connections.",
                TlsRequired,
            ),
            (
                "AUTH",
                "Application-specific password required",
                AppPasswordRequired,
            ),
            ("IN-USE", "", MailboxInUse),
            ("LOGIN-DELAY", "", TryLater),
            ("SYS/TEMP", "", TemporaryFailure),
            ("SYS/TEMP/DB", "", TemporaryFailure),
            ("SYS/PERM", "", ServerFault),
            ("SYS/OTHER", "", ServerFault),
            ("", "Password incorrect", WrongCredentials),
            ("", "unable to lock maildrop", MailboxInUse),
            ("", "Unknown command.", SignInProtocolError),
            ("AUTHENTIC", "", WrongCredentials),
        ] {
            assert_eq!(pop3(code, words), outcome, "[{code}] {words}");
        }
    }

    #[test]
    fn smtp_codes() {
        for (code, enhanced, words, outcome) in [
            (
                535,
                "5.7.8",
                "Error: authentication failed: ",
                WrongCredentials,
            ),
            (535, "", "Incorrect authentication data", WrongCredentials),
            (535, "5.7.0", "Authentication failed", WrongCredentials),
            (
                535,
                "5.7.8",
                "Error: authentication failed: Invalid authentication mechanism",
                SignInProtocolError,
            ),
            (
                535,
                "5.7.8",
                "Invalid base64 data in continued response",
                SignInProtocolError,
            ),
            (
                535,
                "5.7.139",
                "Authentication unsuccessful, basic authentication is disabled.",
                AppPasswordRequired,
            ),
            (
                535,
                "5.7.139",
                "SmtpClientAuthentication is disabled for the Tenant.",
                NotAuthorized,
            ),
            (535, "5.7.1", "", WrongCredentials),
            (
                534,
                "5.7.9",
                "Application-specific password required",
                AppPasswordRequired,
            ),
            (
                534,
                "5.7.14",
                "Please log in via your web browser",
                AppPasswordRequired,
            ),
            (
                454,
                "4.7.0",
                "Temporary authentication failure",
                TemporaryFailure,
            ),
            (
                435,
                "",
                "Unable to authenticate at present",
                TemporaryFailure,
            ),
            (
                432,
                "4.7.12",
                "A password transition is needed",
                PasswordExpired,
            ),
            (525, "5.7.13", "", AccountDisabled),
            (523, "5.7.10", "", TlsRequired),
            (538, "5.7.11", "", TlsRequired),
            (
                530,
                "5.7.0",
                "Must issue a STARTTLS command first",
                TlsRequired,
            ),
            (
                504,
                "5.5.4",
                "Unrecognized authentication type",
                PasswordSignInNotOffered,
            ),
            (
                504,
                "5.7.4",
                "Encryption required for requested mechanism",
                TlsRequired,
            ),
            (
                503,
                "5.5.1",
                "AUTH command used when not advertised",
                PasswordSignInNotOffered,
            ),
            (500, "5.5.6", "", SignInProtocolError),
            (501, "5.5.2", "", SignInProtocolError),
            (501, "5.7.0", "Authentication aborted", SignInProtocolError),
            (421, "4.7.0", "Too many errors", RateLimited),
            (421, "4.7.0", "Too many connections", TooManyConnections),
            (421, "4.3.2", "Service not available", TemporaryFailure),
            (450, "", "", TemporaryFailure),
            (550, "5.7.14", "", NotAuthorized),
            (550, "5.7.1", "", NotAuthorized),
            (599, "", "", ServerFault),
            (250, "", "OK", SignInProtocolError),
        ] {
            assert_eq!(
                smtp(code, enhanced, words),
                outcome,
                "{code} {enhanced} {words}"
            );
        }
    }
}
