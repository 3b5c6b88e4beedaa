//! One service signs in first, and the others only if it was not refused the password.
//!
//! Providers lock accounts after a few wrong passwords, and four services at once would use up four.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::lock::{Mutex, MutexGuard};

use crate::judgement::Judgement;
use crate::outcome::Outcome;

/// Whether a password was disclosed to a server, or was about to be. Clones tell the same.
///
/// It is up to date also for a caller that no longer reads the events of the run.
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

/// Shared by all sessions with the same credentials. None signs in without having passed it.
pub struct SignInGate {
    password: Mutex<PasswordState>,
    disclosure: Disclosure,
}

/// What is known of the password so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PasswordState {
    /// No server has judged it.
    Untested,
    /// A sign-in came to an unknown end: the server may have refused the password without a word. One
    /// more try is the most that may be risked.
    MaybeRefused,
    /// A server has accepted it.
    Accepted,
    /// It must not be sent again.
    Refused,
}

/// What one session may do.
pub enum SignInPermit<'a> {
    /// Sign in, and report the result. All others wait for it.
    Exclusive(ExclusiveSignIn<'a>),
    /// Sign in: the password was accepted elsewhere.
    Shared,
    /// Do not sign in: the password was refused elsewhere, or perhaps was so twice.
    Denied,
}

/// Held during a sign-in on which the others wait. Dropping it without a report leaves its end unknown.
pub struct ExclusiveSignIn<'a> {
    password: MutexGuard<'a, PasswordState>,
    before: PasswordState,
}

impl SignInGate {
    /// A gate for one set of credentials. `disclosure` is marked before the first sign-in.
    pub fn new(disclosure: Disclosure) -> Self {
        Self {
            password: Mutex::new(PasswordState::Untested),
            disclosure,
        }
    }

    /// Waits until no sign-in of unknown end is under way.
    pub async fn enter(&self) -> SignInPermit<'_> {
        let mut password = self.password.lock().await;
        let before = *password;
        *password = match before {
            PasswordState::Untested => PasswordState::MaybeRefused,
            PasswordState::MaybeRefused => PasswordState::Refused,
            PasswordState::Accepted => {
                self.disclosure.happens();
                return SignInPermit::Shared;
            }
            PasswordState::Refused => return SignInPermit::Denied,
        };
        self.disclosure.happens();
        SignInPermit::Exclusive(ExclusiveSignIn { password, before })
    }
}

impl ExclusiveSignIn<'_> {
    /// Tells the others how the sign-in ended. Only one that went through proves the password. A fault
    /// that says that the password was not judged, such as a server that is too busy, lets the next one
    /// begin as if nothing had happened.
    pub fn report(mut self, outcome: Outcome) {
        *self.password = match (outcome, outcome.judgement()) {
            (Outcome::Ok, _) => PasswordState::Accepted,
            (_, Judgement::Refused) => PasswordState::Refused,
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
    fn sign_ins(outcome: Option<Outcome>) -> (usize, &'static str) {
        let gate = SignInGate::new(Disclosure::default());
        for count in 0..5 {
            let Some(permit) = gate.enter().now_or_never() else {
                panic!("the first sign-in is over, and the next one waits")
            };
            let exclusive = match permit {
                SignInPermit::Exclusive(exclusive) => exclusive,
                SignInPermit::Shared => return (count, "shared"),
                SignInPermit::Denied => return (count, "denied"),
            };
            assert!(
                gate.enter().now_or_never().is_none(),
                "the second must wait"
            );
            match outcome {
                Some(outcome) => exclusive.report(outcome),
                None => drop(exclusive),
            }
        }
        (5, "exclusive")
    }

    #[test]
    fn the_password_is_risked_once_more_where_nobody_knows_and_never_after_a_verdict() {
        use Outcome::*;
        for (outcomes, expected) in [
            (&[Ok][..], (1, "shared")),
            (
                &[
                    WrongCredentials,
                    AppPasswordRequired,
                    PasswordExpired,
                    AccountDisabled,
                ],
                (1, "denied"),
            ),
            // The server says that it did not look at the password.
            (
                &[
                    TemporaryFailure,
                    ServerFault,
                    TlsRequired,
                    PasswordSignInNotOffered,
                ],
                (5, "exclusive"),
            ),
            // The password is right, says a server that then turns the customer away for another reason.
            // Codes of this kind are also given for less, so it proves nothing to the others.
            (
                &[NotAuthorized, MailboxInUse, MailboxFull, TooManyConnections],
                (5, "exclusive"),
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
                (2, "denied"),
            ),
        ] {
            for outcome in outcomes {
                assert_eq!(sign_ins(Some(*outcome)), expected, "{outcome}");
            }
        }
        assert_eq!(sign_ins(None), (2, "denied"), "given up");
    }

    #[test]
    fn a_fault_without_a_verdict_does_not_use_up_the_one_more_try() {
        use Outcome::*;
        for (outcomes, expected) in [
            (&[ClosedEarly, Ok][..], "shared"),
            (&[ClosedEarly, TemporaryFailure], "exclusive"),
            (&[TemporaryFailure, ClosedEarly], "exclusive"),
            (&[TemporaryFailure, ClosedEarly, NoReply], "denied"),
            (&[ClosedEarly, TemporaryFailure, NoReply], "denied"),
            (&[ClosedEarly, WrongCredentials], "denied"),
        ] {
            let gate = SignInGate::new(Disclosure::default());
            for outcome in outcomes {
                let Some(SignInPermit::Exclusive(exclusive)) = gate.enter().now_or_never() else {
                    panic!("{outcomes:?}: nobody may sign in")
                };
                exclusive.report(*outcome);
            }
            let permit = match gate.enter().now_or_never() {
                Some(SignInPermit::Exclusive(_)) => "exclusive",
                Some(SignInPermit::Shared) => "shared",
                Some(SignInPermit::Denied) => "denied",
                None => "wait",
            };
            assert_eq!(permit, expected, "{outcomes:?}");
        }
    }

    #[test]
    fn a_password_is_disclosed_from_the_first_that_may_sign_in_on() {
        let disclosure = Disclosure::default();
        let gate = SignInGate::new(disclosure.clone());
        assert!(!disclosure.happened());
        let permit = gate.enter().now_or_never();
        assert!(matches!(permit, Some(SignInPermit::Exclusive(_))));
        assert!(disclosure.happened());
    }
}
