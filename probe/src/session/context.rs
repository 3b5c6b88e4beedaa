//! What a session works with.

use std::sync::Arc;

use super::delivery::DeliveryPart;
use super::gate::SignInTurn;
use super::step_log::StepLog;
use crate::credentials::Credentials;
use crate::dialogue::Redactor;
use crate::endpoint::Endpoint;
use crate::envelope_address::EnvelopeAddress;

/// One session with the server of an endpoint.
pub struct Session<'a, T, C, K> {
    /// What is spoken to.
    pub endpoint: &'a Endpoint,
    /// What to sign in with, if anything.
    pub credentials: Option<&'a Credentials>,
    /// The customer's own address, for which the server is asked whether it takes mail, where it is known.
    pub address: Option<EnvelopeAddress>,
    /// The place in the order of the sign-ins of all sessions that have the same credentials.
    pub turn: Option<SignInTurn<'a>>,
    /// What this session does for the message from the customer to the customer, if one is to be sent.
    pub delivery: Option<DeliveryPart<'a>>,
    /// Hides the credentials in what the server says.
    pub redactor: Arc<Redactor>,
    /// The argument of EHLO, a domain or an address literal (RFC 5321 §4.1.3).
    pub client_name: String,
    /// The connection's TLS, and what else only the layer below can find out.
    pub transport: T,
    /// Where the steps go.
    pub log: &'a mut StepLog<C, K>,
}
