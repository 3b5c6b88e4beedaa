//! One sign-in leads, and the others follow only if the password is not refused.
//!
//! Providers lock accounts after a few wrong passwords, and four services at once would use up four.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::judgement::Judgement;
use crate::outcome::Outcome;

/// Whether a password was disclosed to a server, or was about to be. Clones tell the same.
///
/// It is known at once, and also to somebody who has stopped listening to the run.
#[derive(Clone, Debug, Default)]
pub struct Disclosure(Arc<AtomicBool>);

impl Disclosure {
    /// Whether the password may have reached a server.
    pub fn happened(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Says that the password is about to be sent.
    pub fn happens(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// RunContext by all endpoints of a run. Nobody signs in without having passed it.
pub(super) struct Gate {
    verdict: Mutex<Verdict>,
    disclosure: Disclosure,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// No password was judged.
    Open,
    /// A sign-in came to an unknown end: the server may have refused the password without a word. One
    /// more try is the most that may be risked.
    OpenOnceMore,
    Accepted,
    Closed,
}

/// What one endpoint may do.
pub(super) enum Pass<'a> {
    /// Sign in, and tell the result with [`Lead::settle`]. All others wait for it.
    Lead(Lead<'a>),
    /// Sign in: the password was accepted elsewhere.
    Follow,
    /// Do not sign in: the password was refused elsewhere, or perhaps was so twice.
    Stop,
}

/// Held during a sign-in that leads. Dropping it without a result leaves its end unknown.
pub(super) struct Lead<'a> {
    verdict: MutexGuard<'a, Verdict>,
    before: Verdict,
}

impl Gate {
    /// Lets the sign-ins of one run pass, and notes it before the first of them.
    pub(super) fn new(disclosure: Disclosure) -> Self {
        Self {
            verdict: Mutex::new(Verdict::Open),
            disclosure,
        }
    }

    /// Waits until no sign-in of unknown end is under way.
    pub(super) async fn enter(&self) -> Pass<'_> {
        let mut verdict = self.verdict.lock().await;
        let before = *verdict;
        *verdict = match before {
            Verdict::Open => Verdict::OpenOnceMore,
            Verdict::OpenOnceMore => Verdict::Closed,
            Verdict::Accepted => {
                self.disclosure.happens();
                return Pass::Follow;
            }
            Verdict::Closed => return Pass::Stop,
        };
        self.disclosure.happens();
        Pass::Lead(Lead { verdict, before })
    }
}

impl Lead<'_> {
    /// Tells the others how the sign-in ended. Only one that went through proves the password. A fault
    /// that says that the password was not judged, such as a server that is too busy, lets the next one
    /// lead as if nothing had happened.
    pub(super) fn settle(mut self, outcome: Outcome) {
        *self.verdict = match (outcome, outcome.judgement()) {
            (Outcome::Ok, _) => Verdict::Accepted,
            (_, Judgement::Refused) => Verdict::Closed,
            (_, Judgement::Accepted | Judgement::NotJudged) => self.before,
            (_, Judgement::Unknown) => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// How many services sign in one after the other when all of their sign-ins end like this, and what
    /// the next one may do then; at most five are asked.
    fn led(outcome: Option<Outcome>) -> (usize, &'static str) {
        let gate = Gate::new(Disclosure::default());
        for count in 0..5 {
            let Some(pass) = gate.enter().now_or_never() else {
                panic!("the first that led is gone, and the next one waits")
            };
            let lead = match pass {
                Pass::Lead(lead) => lead,
                Pass::Follow => return (count, "follow"),
                Pass::Stop => return (count, "stop"),
            };
            assert!(
                gate.enter().now_or_never().is_none(),
                "the second must wait"
            );
            match outcome {
                Some(outcome) => lead.settle(outcome),
                None => drop(lead),
            }
        }
        (5, "lead")
    }

    #[test]
    fn the_password_is_risked_once_more_where_nobody_knows_and_never_after_a_verdict() {
        use Outcome::*;
        for (outcomes, expected) in [
            (&[Ok][..], (1, "follow")),
            (
                &[
                    WrongCredentials,
                    AppPasswordRequired,
                    PasswordExpired,
                    AccountDisabled,
                ],
                (1, "stop"),
            ),
            // The server says that it did not look at the password.
            (
                &[
                    TemporaryFailure,
                    ServerFault,
                    TlsRequired,
                    PasswordSignInNotOffered,
                ],
                (5, "lead"),
            ),
            // The password is right, says a server that then turns the customer away for another reason.
            // Codes of this kind are also given for less, so it proves nothing to the others.
            (
                &[NotAuthorized, MailboxInUse, MailboxFull, TooManyConnections],
                (5, "lead"),
            ),
            (
                &[
                    ClosedEarly,
                    NoReply,
                    MalformedReply,
                    ReplyTooLong,
                    SignInProtocolError,
                    RateLimited,
                    TryLater,
                    DroppedAfterSignIn,
                    Deadline,
                    Cancelled,
                ],
                (2, "stop"),
            ),
        ] {
            for outcome in outcomes {
                assert_eq!(led(Some(*outcome)), expected, "{outcome}");
            }
        }
        assert_eq!(led(None), (2, "stop"), "given up");
    }

    #[test]
    fn a_fault_without_a_verdict_does_not_use_up_the_one_more_try() {
        use Outcome::*;
        for (outcomes, expected) in [
            (&[ClosedEarly, Ok][..], "follow"),
            (&[ClosedEarly, TemporaryFailure], "lead"),
            (&[TemporaryFailure, ClosedEarly], "lead"),
            (&[TemporaryFailure, ClosedEarly, NoReply], "stop"),
            (&[ClosedEarly, TemporaryFailure, NoReply], "stop"),
            (&[ClosedEarly, WrongCredentials], "stop"),
        ] {
            let gate = Gate::new(Disclosure::default());
            for outcome in outcomes {
                let Some(Pass::Lead(lead)) = gate.enter().now_or_never() else {
                    panic!("{outcomes:?}: nobody leads")
                };
                lead.settle(*outcome);
            }
            let pass = match gate.enter().now_or_never() {
                Some(Pass::Lead(_)) => "lead",
                Some(Pass::Follow) => "follow",
                Some(Pass::Stop) => "stop",
                None => "wait",
            };
            assert_eq!(pass, expected, "{outcomes:?}");
        }
    }

    #[test]
    fn a_password_is_disclosed_from_the_first_that_may_sign_in_on() {
        let disclosure = Disclosure::default();
        let gate = Gate::new(disclosure.clone());
        assert!(!disclosure.happened());
        let pass = gate.enter().now_or_never();
        assert!(matches!(pass, Some(Pass::Lead(_))));
        assert!(disclosure.happened());
    }
}
