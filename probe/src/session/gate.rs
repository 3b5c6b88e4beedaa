//! One service signs in first, and the others only if it was not refused the password.
//!
//! Providers lock accounts after a few wrong passwords, and four services at once would use up four.
//! IMAP signs in first where it is among the services, because its servers name the reason of a refusal
//! most exactly: they have codes for it (RFC 5530).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::lock::{Mutex, MutexGuard};

use super::expected::Expected;
use crate::dialogue::Clock;
use crate::endpoint::{Endpoint, Protocol, Security};
use crate::judgement::Judgement;
use crate::outcome::Outcome;

/// For so long the others wait for a leader to come as far as the sign-in. A server that is slower than this
/// must not use up the time of all.
const LEADER_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// Those who sign in first, as long as none of them has come so far.
    leaders: Expected,
}

/// The place of one session in the order of the sign-ins. All places are taken before the first session
/// begins; a session that ends before its sign-in gives its place up by dropping it.
pub struct SignInTurn<'a> {
    gate: &'a SignInGate,
    leads: bool,
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
            leaders: Expected::default(),
        }
    }

    /// Takes a place for the session with this endpoint.
    pub fn turn(&self, endpoint: &Endpoint) -> SignInTurn<'_> {
        // Over a connection without encryption nobody signs in.
        let leads = endpoint.protocol == Protocol::Imap && endpoint.security != Security::None;
        if leads {
            self.leaders.one_more();
        }
        SignInTurn { gate: self, leads }
    }
}

impl<'a> SignInTurn<'a> {
    /// Waits until the session may sign in, or must not. Leaders come first, and nobody signs in while a
    /// sign-in of unknown end is under way.
    pub async fn enter(mut self, clock: &impl Clock) -> SignInPermit<'a> {
        let gate = self.gate;
        if !self.leads {
            gate.leaders.wait(clock, LEADER_TIMEOUT).await;
        }
        let mut password = gate.password.lock().await;
        // The others wait at the lock from now on, not for further leaders.
        if std::mem::take(&mut self.leads) {
            gate.leaders.arrived();
        }
        let before = *password;
        *password = match before {
            PasswordState::Untested => PasswordState::MaybeRefused,
            PasswordState::MaybeRefused => PasswordState::Refused,
            PasswordState::Accepted => {
                gate.disclosure.happens();
                return SignInPermit::Shared;
            }
            PasswordState::Refused => return SignInPermit::Denied,
        };
        gate.disclosure.happens();
        SignInPermit::Exclusive(ExclusiveSignIn { password, before })
    }
}

impl Drop for SignInTurn<'_> {
    fn drop(&mut self) {
        if self.leads {
            self.gate.leaders.one_less();
        }
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
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;
    use crate::testing::script::{Impatient, TestClock};

    fn turn(gate: &SignInGate, protocol: Protocol) -> SignInTurn<'_> {
        gate.turn(&Endpoint {
            id: "one".to_owned(),
            protocol,
            host: "mail.example.test".parse().unwrap(),
            port: 993.try_into().unwrap(),
            security: Security::Tls,
        })
    }

    /// What the session may do, unless it has to wait.
    fn enter(gate: &SignInGate, protocol: Protocol) -> Option<SignInPermit<'_>> {
        turn(gate, protocol)
            .enter(&TestClock::default())
            .now_or_never()
    }

    #[test]
    fn imap_signs_in_first_unless_it_gives_up_or_takes_too_long() {
        use Protocol::{Imap, Pop3, Smtp};
        let clock = TestClock::default();
        let gate = SignInGate::new(Disclosure::default());
        let (first, second) = (turn(&gate, Imap), turn(&gate, Imap));
        let mut smtp = pin!(turn(&gate, Smtp).enter(&clock));
        assert!(
            smtp.as_mut().now_or_never().is_none(),
            "two leaders are on their way"
        );
        drop(first);
        assert!(
            smtp.as_mut().now_or_never().is_none(),
            "one leader is on its way"
        );
        let Some(SignInPermit::Exclusive(leader)) = second.enter(&clock).now_or_never() else {
            panic!("the leader waits")
        };
        assert!(
            smtp.as_mut().now_or_never().is_none(),
            "the leader signs in"
        );
        leader.report(Outcome::Ok);
        assert!(matches!(smtp.now_or_never(), Some(SignInPermit::Shared)));

        let gate = SignInGate::new(Disclosure::default());
        let leader = turn(&gate, Imap);
        let mut pop3 = pin!(turn(&gate, Pop3).enter(&clock));
        assert!(pop3.as_mut().now_or_never().is_none());
        drop(leader);
        assert!(
            matches!(pop3.now_or_never(), Some(SignInPermit::Exclusive(_))),
            "the next one leads"
        );

        let gate = SignInGate::new(Disclosure::default());
        let _slow = turn(&gate, Imap);
        let too_late = turn(&gate, Pop3).enter(&Impatient).now_or_never();
        assert!(
            matches!(too_late, Some(SignInPermit::Exclusive(_))),
            "it has waited long enough"
        );
    }

    #[test]
    fn leaders_do_not_wait_for_each_other() {
        let gate = SignInGate::new(Disclosure::default());
        let (_slow, quick) = (turn(&gate, Protocol::Imap), turn(&gate, Protocol::Imap));
        let clock = TestClock::default();
        let Some(SignInPermit::Exclusive(leader)) = quick.enter(&clock).now_or_never() else {
            panic!("it waits for another leader")
        };
        leader.report(Outcome::WrongCredentials);
        assert!(matches!(
            enter(&gate, Protocol::Smtp),
            Some(SignInPermit::Denied)
        ));
    }

    /// How many services sign in one after the other when all of their sign-ins end like this, and what
    /// the next one may do then; at most five are asked.
    fn sign_ins(outcome: Option<Outcome>) -> (usize, &'static str) {
        let gate = SignInGate::new(Disclosure::default());
        for count in 0..5 {
            let Some(permit) = enter(&gate, Protocol::Pop3) else {
                panic!("the first sign-in is over, and the next one waits")
            };
            let exclusive = match permit {
                SignInPermit::Exclusive(exclusive) => exclusive,
                SignInPermit::Shared => return (count, "shared"),
                SignInPermit::Denied => return (count, "denied"),
            };
            assert!(
                enter(&gate, Protocol::Pop3).is_none(),
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
                let Some(SignInPermit::Exclusive(exclusive)) = enter(&gate, Protocol::Pop3) else {
                    panic!("{outcomes:?}: nobody may sign in")
                };
                exclusive.report(*outcome);
            }
            let permit = match enter(&gate, Protocol::Pop3) {
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
        let permit = enter(&gate, Protocol::Pop3);
        assert!(matches!(permit, Some(SignInPermit::Exclusive(_))));
        assert!(disclosure.happened());
    }
}
