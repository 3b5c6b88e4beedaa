//! One sign-in leads, and the others follow only if the password is not refused.
//!
//! Providers lock accounts after a few wrong passwords, and four services at once would use up four.

use tokio::sync::{Mutex, MutexGuard};

use crate::outcome::Outcome;

/// Shared by all endpoints of a run.
#[derive(Default)]
pub(super) struct Gate(Mutex<Verdict>);

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Verdict {
    #[default]
    Open,
    Accepted,
    Refused,
}

/// What one endpoint may do.
pub(super) enum Pass<'a> {
    /// Sign in, and tell the result with [`Lead::settle`]. All others wait for it.
    Lead(Lead<'a>),
    /// Sign in: the password was accepted elsewhere.
    Follow,
    /// Do not sign in: the password was refused elsewhere.
    Stop,
}

/// Held during the first sign-in. Dropping it without a result lets the next one lead.
pub(super) struct Lead<'a>(MutexGuard<'a, Verdict>);

impl Gate {
    /// Waits until no sign-in of unknown end is under way.
    pub(super) async fn enter(&self) -> Pass<'_> {
        let verdict = self.0.lock().await;
        match *verdict {
            Verdict::Open => Pass::Lead(Lead(verdict)),
            Verdict::Accepted => Pass::Follow,
            Verdict::Refused => Pass::Stop,
        }
    }
}

impl Lead<'_> {
    /// Tells the others how the sign-in ended. A fault that says nothing about the password, such as
    /// a server that is too busy, lets the next one lead.
    pub(super) fn settle(mut self, outcome: Outcome) {
        *self.0 = match outcome {
            Outcome::Ok => Verdict::Accepted,
            Outcome::WrongCredentials
            | Outcome::AppPasswordRequired
            | Outcome::PasswordExpired
            | Outcome::AccountDisabled => Verdict::Refused,
            _ => Verdict::Open,
        };
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_first_verdict_on_the_password_counts() {
        for (outcome, expected) in [
            (Some(Outcome::Ok), "follow"),
            (Some(Outcome::WrongCredentials), "stop"),
            (Some(Outcome::AppPasswordRequired), "stop"),
            (Some(Outcome::PasswordExpired), "stop"),
            (Some(Outcome::AccountDisabled), "stop"),
            (Some(Outcome::TemporaryFailure), "lead"),
            (Some(Outcome::ClosedEarly), "lead"),
            (None, "lead"),
        ] {
            let gate = Gate::default();
            let Some(Pass::Lead(lead)) = gate.enter().now_or_never() else {
                panic!("nobody leads")
            };
            assert!(
                gate.enter().now_or_never().is_none(),
                "the second must wait"
            );
            match outcome {
                Some(outcome) => lead.settle(outcome),
                None => drop(lead),
            }
            let pass = match gate.enter().now_or_never() {
                Some(Pass::Lead(_)) => "lead",
                Some(Pass::Follow) => "follow",
                Some(Pass::Stop) => "stop",
                None => "wait",
            };
            assert_eq!(pass, expected, "{outcome:?}");
        }
    }
}
