//! The responses to the challenges of a server during one sign-in.

use super::clock::Clock;
use super::fault::Fault;
use super::sasl::{self, Secret};
use super::verified_connection::{VerifiedConnection, VerifiedTls};
use crate::outcome::Outcome;

/// The responses of one SASL exchange (RFC 4422 §3) that are still to be sent.
pub(super) struct SaslExchange {
    /// In reverse order: the last one is sent next.
    responses: Vec<Secret>,
    phase: Phase,
}

#[derive(PartialEq, Eq)]
enum Phase {
    Open,
    /// The server has sent the reason of its refusal, and may refuse now.
    ErrorReported,
    /// The client has cancelled, and what the server says now does not judge the password.
    Cancelled,
}

impl SaslExchange {
    /// These are the responses, in their order.
    pub(super) fn new(mut responses: Vec<Secret>) -> Self {
        responses.reverse();
        Self {
            responses,
            phase: Phase::Open,
        }
    }

    /// Whether the client has cancelled the exchange.
    pub(super) fn cancelled(&self) -> bool {
        self.phase == Phase::Cancelled
    }

    /// Answers a challenge. Its words do not matter as long as there is a response: they differ by
    /// server and by language. When there is none left, the exchange is cancelled (RFC 4954 §4,
    /// RFC 5034 §4, RFC 9051 §6.2.2), so that no server can keep it going for ever.
    pub(super) async fn respond<S: VerifiedTls, C: Clock>(
        &mut self,
        server: &mut VerifiedConnection<S, C>,
        challenge: &[u8],
    ) -> Result<(), Fault> {
        if let Some(response) = self.responses.pop() {
            return server.send_secret("", &response).await;
        }
        if self.phase == Phase::Open && sasl::is_error_report(challenge) {
            self.phase = Phase::ErrorReported;
            return server.connection().send(b"\r\n").await;
        }
        self.phase = Phase::Cancelled;
        server.connection().send(b"*\r\n").await
    }
}

/// The fault of a sign-in: a malformed reply to it leaves open whether the password is right.
pub(super) fn as_sign_in_fault(fault: Fault) -> Fault {
    match fault.outcome {
        Outcome::MalformedReply => fault.with(Outcome::SignInProtocolError),
        _ => fault,
    }
}
