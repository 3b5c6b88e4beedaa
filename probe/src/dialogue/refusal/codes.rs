//! What the codes of refusals mean.

use crate::outcome::Outcome;
use crate::outcome::Outcome::*;

/// How far a code can be trusted.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// The code says it all.
    Exact(Outcome),
    /// Words that name a cause exactly say more; otherwise it is this.
    UnlessExactWords(Outcome),
    /// Servers give this code for whatever there is, so any words that name a cause say more.
    UnlessWords(Outcome),
}

use Meaning::{Exact, UnlessExactWords, UnlessWords};

/// Response codes of IMAP (RFC 5530 §3 unless noted).
pub(super) const IMAP: &[(&str, Meaning)] = &[
    ("AUTHENTICATIONFAILED", UnlessWords(WrongCredentials)),
    ("AUTHORIZATIONFAILED", UnlessExactWords(NotAuthorized)),
    ("EXPIRED", Exact(PasswordExpired)),
    ("PRIVACYREQUIRED", Exact(TlsRequired)),
    ("CONTACTADMIN", UnlessExactWords(AccountDisabled)),
    // Dovecot also for too many connections of one user.
    ("UNAVAILABLE", UnlessExactWords(TemporaryFailure)),
    // Yahoo also for too many tries.
    ("LIMIT", UnlessExactWords(TooManyConnections)),
    ("INUSE", UnlessExactWords(MailboxInUse)),
    // Gmail also for too much in too short a time.
    ("OVERQUOTA", UnlessExactWords(MailboxFull)),
    ("SERVERBUG", UnlessExactWords(ServerFault)),
    ("CORRUPTION", Exact(ServerFault)),
    ("NOPERM", UnlessExactWords(NotAuthorized)),
    // The account lives on another server (RFC 2221). A password is never carried there.
    ("REFERRAL", Exact(NotAuthorized)),
    ("CLIENTBUG", UnlessExactWords(SignInProtocolError)),
    ("CANNOT", UnlessExactWords(SignInProtocolError)),
    // Gmail's way of asking for a sign-in in the browser first.
    ("WEBALERT", Exact(AppPasswordRequired)),
    // Of no RFC, but met.
    ("TEMPFAIL", UnlessExactWords(TemporaryFailure)),
    ("THROTTLED", UnlessExactWords(RateLimited)),
];

/// Response codes of POP3 (RFC 2449 §8, RFC 3206). They are hierarchical: a longer code than the one
/// in the table means the same.
pub(super) const POP3: &[(&str, Meaning)] = &[
    ("AUTH", UnlessWords(WrongCredentials)),
    // Dovecot also for too many connections of one user.
    ("IN-USE", UnlessExactWords(MailboxInUse)),
    ("LOGIN-DELAY", Exact(TryLater)),
    ("SYS/TEMP", UnlessExactWords(TemporaryFailure)),
    ("SYS", UnlessExactWords(ServerFault)),
];

/// Reply codes of SMTP with the beginning of the enhanced code (RFC 4954 §6, RFC 5248). The first
/// row that fits counts.
pub(super) const SMTP: &[(u16, &str, Meaning)] = &[
    // Microsoft: the server does not take what the client encrypts with.
    (421, "4.7.66", Exact(TlsRequired)),
    (421, "4.7", UnlessWords(RateLimited)),
    (421, "", UnlessWords(TemporaryFailure)),
    // Exchange for too many messages at once.
    (432, "4.3", UnlessExactWords(RateLimited)),
    (432, "", Exact(PasswordExpired)),
    // Exim for a lookup that failed for now.
    (435, "", UnlessExactWords(TemporaryFailure)),
    // Gmail also for too many tries.
    (454, "", UnlessExactWords(TemporaryFailure)),
    (500, "", UnlessWords(SignInProtocolError)),
    (501, "", UnlessWords(SignInProtocolError)),
    (502, "", UnlessWords(PasswordSignInNotOffered)),
    (503, "", UnlessWords(PasswordSignInNotOffered)),
    (504, "", UnlessExactWords(PasswordSignInNotOffered)),
    (523, "", Exact(TlsRequired)),
    (525, "", UnlessExactWords(AccountDisabled)),
    // Aliyun for a wrong password.
    (526, "", UnlessWords(WrongCredentials)),
    (530, "", UnlessWords(TlsRequired)),
    (534, "", UnlessExactWords(AppPasswordRequired)),
    // Microsoft for a wrong password as well as for rules that keep the account from signing in with one.
    (535, "5.7.139", UnlessExactWords(SignInRefused)),
    // Also of Postfix for a mechanism that it does not know and for broken base64.
    (535, "", UnlessWords(WrongCredentials)),
    (538, "", Exact(TlsRequired)),
    (550, "5.7.8", UnlessWords(WrongCredentials)),
    (554, "5.7.8", UnlessWords(WrongCredentials)),
];

/// The meaning of an IMAP response code, which may have an argument.
pub(super) fn imap(code: &str) -> Option<Meaning> {
    let name = code.split(' ').next().unwrap_or_default();
    let mut rows = IMAP.iter();
    let row = rows.find(|(code, _)| code.eq_ignore_ascii_case(name));
    row.map(|(_, meaning)| *meaning)
}

/// The meaning of a POP3 response code.
pub(super) fn pop3(code: &str) -> Option<Meaning> {
    let code = code.to_ascii_uppercase();
    let row = POP3.iter().find(|(name, _)| {
        code.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    row.map(|(_, meaning)| *meaning)
}

/// The meaning of a negative SMTP reply to AUTH, with its enhanced code, which may be empty.
pub(super) fn smtp(code: u16, enhanced: &str) -> Meaning {
    let fits = |prefix: &str| {
        let rest = enhanced.strip_prefix(prefix);
        rest.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    let row = SMTP
        .iter()
        .find(|(number, prefix, _)| *number == code && fits(prefix));
    match (row, code) {
        (Some((_, _, meaning)), _) => *meaning,
        (None, 400..=499) => UnlessExactWords(TemporaryFailure),
        // No evidence that the password is right, so it counts as refused.
        (None, 500..=599) => UnlessWords(SignInRefused),
        (None, _) => Exact(SignInProtocolError),
    }
}
