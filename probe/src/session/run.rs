//! What all sessions of a run have in common, over whichever transport they go.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::delivery::{Delivery, DeliveryPart};
use super::delivery_stages::ARRIVAL_TIMEOUT;
use super::gate::{Disclosure, SignInGate, SignInTurn};
use crate::credentials::Credentials;
use crate::dialogue::{OutgoingMessage, Redactor};
use crate::endpoint::{Endpoint, HostName};
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;

/// What to sign in with, and who wants to know whether it was done.
pub struct SignIn {
    /// The account and its password.
    pub credentials: Credentials,
    /// Told before the password is sent to any server.
    pub disclosure: Disclosure,
    /// A message from the account to itself, if one is to be sent and seen to arrive. It needs a server to
    /// send it and an IMAP server that opens the inbox among the endpoints.
    pub message: Option<OutgoingMessage>,
}

impl From<Credentials> for SignIn {
    /// For those who hear of every sign-in as an event, and wait for the last.
    fn from(credentials: Credentials) -> Self {
        Self {
            credentials,
            disclosure: Disclosure::default(),
            message: None,
        }
    }
}

/// What all sessions of one run share.
pub(crate) struct SharedSignIn {
    pub(crate) credentials: Option<Credentials>,
    /// Hides the credentials in what the servers say.
    pub(crate) redactor: Arc<Redactor>,
    gate: SignInGate,
    delivery: Option<Delivery>,
}

/// What one endpoint does for all of them together. It is given up as soon as the check cannot come so far.
pub(crate) struct Parts<'a> {
    pub(crate) turn: Option<SignInTurn<'a>>,
    pub(crate) delivery: Option<DeliveryPart<'a>>,
}

impl SharedSignIn {
    /// Without anything to sign in with, no session goes further than to what the server can do.
    pub(crate) fn new(sign_in: Option<SignIn>) -> Self {
        let (credentials, disclosure, message) = match sign_in {
            Some(SignIn {
                credentials,
                disclosure,
                message,
            }) => (Some(credentials), disclosure, message),
            None => (None, Disclosure::default(), None),
        };
        Self {
            redactor: Arc::new(Redactor::new(credentials.as_ref())),
            credentials,
            gate: SignInGate::new(disclosure),
            delivery: message.map(Delivery::new),
        }
    }

    /// The time after which a run is given up that has this much for everything but the arrival of a message.
    pub(crate) fn deadline(&self, time: Duration) -> Duration {
        match self.delivery {
            Some(_) => time + ARRIVAL_TIMEOUT,
            None => time,
        }
    }

    /// The parts of the session with this endpoint. Every session has its parts before the first one begins, or a
    /// quick one would not know of the others.
    pub(crate) fn parts(&self, endpoint: &Endpoint) -> Parts<'_> {
        Parts {
            turn: (self.credentials.is_some()).then(|| self.gate.turn(endpoint)),
            delivery: (self.delivery.as_ref()).and_then(|delivery| delivery.part(endpoint)),
        }
    }

    /// The address of the account, where it is known. `domain` is that of the customer's address.
    pub(crate) fn address(&self, domain: Option<&HostName>) -> Option<EnvelopeAddress> {
        let credentials = self.credentials.as_ref()?;
        EnvelopeAddress::of_user(credentials.user(), domain)
    }
}

/// Goes through the steps of a check, or returns why they were interrupted.
///
/// The interruption is asked for first: when the time of a sign-in is over for which others wait, so is theirs, and
/// none of them may begin a sign-in of its own.
pub(crate) async fn interruptible<T>(
    interruption: impl Future<Output = Outcome>,
    steps: impl Future<Output = T>,
) -> Option<Outcome> {
    // Boxed, because they hold a TLS connection and the buffers of all stages.
    match select(pin!(interruption), Box::pin(steps)).await {
        Either::Left((outcome, _)) => Some(outcome),
        // When the steps end by themselves, the log holds everything, or what went wrong.
        Either::Right(_) => None,
    }
}
