//! What a server means that says no: to a sign-in, before it and after it.
//!
//! Words that name a cause exactly come first, because servers give codes for more than they were made for. Then
//! come the codes, then words that only say whose trouble it is. What none of them names stays unclear: an unknown
//! answer to a sign-in is not a wrong password.

mod codes;
#[cfg(test)]
mod tests;
mod text;
mod words;

use self::codes::Meaning;
use self::text::Text;
use crate::outcome::Outcome;

/// A negative answer. Codes may be empty, and so may words.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer<'a> {
    /// `NO`, `BAD` or `BYE` with the response code between brackets (RFC 9051 §7.1).
    Imap { code: &'a str, words: &'a str },
    /// `-ERR` with the response code between brackets (RFC 2449 §8).
    Pop3 { code: &'a str, words: &'a str },
    /// A reply of 4yz or 5yz with its enhanced code (RFC 5321 §4.2.1, RFC 3463).
    Smtp {
        code: u16,
        enhanced: &'a str,
        words: &'a str,
    },
}

impl<'a> Answer<'a> {
    /// What stands behind the codes.
    pub(super) fn words(self) -> &'a str {
        match self {
            Self::Imap { words, .. } | Self::Pop3 { words, .. } | Self::Smtp { words, .. } => words,
        }
    }

    fn text(self) -> Text {
        Text::new(self.words())
    }

    fn meaning(self) -> Option<Meaning> {
        match self {
            Self::Imap { code, .. } => codes::imap(code),
            Self::Pop3 { code, .. } => codes::pop3(code),
            Self::Smtp { code, enhanced, .. } => Some(codes::smtp(code, enhanced)),
        }
    }
}

/// The cause of a refused sign-in; [`Outcome::SignInRefused`] where the answer names none.
pub(super) fn of_sign_in(answer: Answer<'_>) -> Outcome {
    named(answer).unwrap_or(Outcome::SignInRefused)
}

/// The cause that a server names that hangs up instead of answering a sign-in. `None` where it names none: it may
/// have refused the password.
pub(super) fn of_hangup_at_sign_in(answer: Answer<'_>) -> Option<Outcome> {
    named(answer)
}

/// The cause that a server names that opens no mailbox, or hangs up, after it has accepted the password: an outcome of
/// the mailbox where the words are of one, or else one of a sign-in. `None` where it names none.
pub(super) fn of_mailbox(answer: Answer<'_>) -> Option<Outcome> {
    words::mailbox(&answer.text()).or_else(|| named(answer))
}

/// What the words of a server mean that takes no mail after it has accepted the password. `None` where they name no
/// cause: the code and the command may.
pub(super) fn words_of_sending(answer: Answer<'_>) -> Option<Outcome> {
    let text = answer.text();
    words::sending(&text).or_else(|| {
        match words::exact(&text).or_else(|| words::general(&text))? {
            Outcome::SendingBlocked | Outcome::AccountDisabled => Some(Outcome::SendingBlocked),
            Outcome::ServerFault => Some(Outcome::SendingFault),
            Outcome::TemporaryFailure => Some(Outcome::SendingDeferred),
            kept @ (Outcome::MailboxFull | Outcome::GreetingRefused) => Some(kept),
            _ => None,
        }
    })
}

/// Whether the server has too much to do now, rather than a fault.
pub(super) fn is_busy(answer: Answer<'_>) -> bool {
    words::busy(&answer.text())
}

/// Whether the server asks for a few minutes and gives no reason.
pub(super) fn asks_to_wait(answer: Answer<'_>) -> bool {
    words::ask_to_wait(&answer.text())
}

/// What a server means that says no before anybody has signed in, where that is about this client or about its load:
/// [`Outcome::GreetingRefused`], [`Outcome::GreetingBusy`] or [`Outcome::RateLimited`]. `None` where it is about the
/// command.
pub(super) fn before_sign_in(answer: Answer<'_>) -> Option<Outcome> {
    let text = answer.text();
    if words::blocks_client(&text) {
        return Some(Outcome::GreetingRefused);
    }
    let closes = matches!(answer, Answer::Smtp { code: 421, .. });
    let said = match words::are_about_tls(&text) {
        true => None,
        false => words::turned_away(&text),
    };
    match (answer, said) {
        // What may be tried again later is no refusal, however it is explained.
        (
            Answer::Smtp {
                code: 400..=499, ..
            },
            Some(Outcome::GreetingRefused),
        ) => Some(Outcome::GreetingBusy),
        (_, None) if closes => Some(Outcome::GreetingBusy),
        (_, said) => said,
    }
}

/// What a server means that hangs up before anybody has signed in. `None` where it does not say why.
pub(super) fn of_hangup_before_sign_in(answer: Answer<'_>) -> Option<Outcome> {
    let its_own = || passes(answer) || named(answer) == Some(Outcome::ServerFault);
    before_sign_in(answer).or_else(|| its_own().then_some(Outcome::GreetingBusy))
}

/// What a server means that greets with a refusal.
pub(super) fn of_greeting(answer: Answer<'_>) -> Outcome {
    let is_temporary = match answer {
        Answer::Smtp { code, .. } => (400..=499).contains(&code),
        Answer::Imap { .. } | Answer::Pop3 { .. } => passes(answer),
    };
    before_sign_in(answer).unwrap_or(match is_temporary {
        true => Outcome::GreetingBusy,
        false => Outcome::GreetingRefused,
    })
}

/// Whether the server has refused the response that stood in the command of a sign-in before it has looked at it, so
/// that the password is not judged (RFC 4959).
pub(super) fn is_of_initial_response(answer: Answer<'_>) -> bool {
    words::refuse_initial_response(&answer.text())
}

/// Whether a code or words say that it passes by itself.
fn passes(answer: Answer<'_>) -> bool {
    matches!(
        named(answer),
        Some(
            Outcome::TemporaryFailure
                | Outcome::TooManyConnections
                | Outcome::MailboxInUse
                | Outcome::RateLimited
                | Outcome::TryLater
        )
    )
}

fn named(answer: Answer<'_>) -> Option<Outcome> {
    let text = answer.text();
    let exact = || words::exact(&text).and_then(|outcome| corrected(answer, outcome));
    let general = || words::general(&text).and_then(|outcome| corrected(answer, outcome));
    match answer.meaning() {
        Some(Meaning::Exact(outcome)) => Some(outcome),
        Some(Meaning::UnlessExactWords(outcome)) => exact().or(Some(outcome)),
        Some(Meaning::UnlessWords(outcome)) => exact().or_else(general).or(Some(outcome)),
        None => exact().or_else(general),
    }
}

/// What words mean beside a code of SMTP that leaves no room for their usual meaning.
fn corrected(answer: Answer<'_>, outcome: Outcome) -> Option<Outcome> {
    match (answer, outcome) {
        // What may be tried again is no wrong password (RFC 5321 §4.2.1).
        (
            Answer::Smtp {
                code: 400..=499, ..
            },
            Outcome::WrongCredentials,
        ) => None,
        // The command that is not known is AUTH.
        (
            Answer::Smtp {
                code: 500 | 502,
                words,
                ..
            },
            Outcome::SignInProtocolError,
        ) if words.to_ascii_lowercase().contains("command") => {
            Some(Outcome::PasswordSignInNotOffered)
        }
        _ => Some(outcome),
    }
}
