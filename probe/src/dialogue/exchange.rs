//! The answers to the challenges of a server during one sign-in.

use super::clock::Clock;
use super::fault::Fault;
use super::protected::{Protected, VerifiedTls};
use super::sasl::{self, Secret};
use crate::outcome::Outcome;

/// What is left to be said in a sign-in that has begun.
pub(super) struct Exchange {
    /// The next one is the last.
    answers: Vec<Secret>,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    /// The server told why it will refuse, and may do so now.
    Reported,
    /// This side gave up, and whatever the server says now is no verdict.
    Cancelled,
}

impl Exchange {
    /// These are the answers, in their order.
    pub(super) fn new(mut answers: Vec<Secret>) -> Self {
        answers.reverse();
        Self {
            answers,
            state: State::Open,
        }
    }

    /// Whether the sign-in was given up.
    pub(super) fn cancelled(&self) -> bool {
        self.state == State::Cancelled
    }

    /// Answers a challenge. Its words do not matter as long as there is an answer: they differ by
    /// server and by language. When there is none left, the sign-in is given up (RFC 4954 §4,
    /// RFC 5034 §4, RFC 9051 §6.2.2), so that no server can ask for ever.
    pub(super) async fn answer<S: VerifiedTls, C: Clock>(
        &mut self,
        server: &mut Protected<S, C>,
        challenge: &[u8],
    ) -> Result<(), Fault> {
        if let Some(answer) = self.answers.pop() {
            return server.send_secret("", &answer).await;
        }
        if self.state == State::Open && sasl::is_error_report(challenge) {
            self.state = State::Reported;
            return server.wire().send(b"\r\n").await;
        }
        self.state = State::Cancelled;
        server.wire().send(b"*\r\n").await
    }
}

/// The same fault, where it leaves open whether the password is right.
pub(super) fn unjudged(fault: Fault) -> Fault {
    match fault.outcome {
        Outcome::MalformedReply => Fault {
            outcome: Outcome::SignInProtocolError,
            ..fault
        },
        _ => fault,
    }
}
