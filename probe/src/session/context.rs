//! What a session works with.

use std::sync::Arc;

use super::gate::SignInGate;
use super::step_log::StepLog;
use crate::credentials::Credentials;
use crate::dialogue::Redactor;
use crate::endpoint::Endpoint;

/// One session with the server of an endpoint.
pub struct Session<'a, T, C, K> {
    /// What is spoken to.
    pub endpoint: &'a Endpoint,
    /// What to sign in with, if anything.
    pub credentials: Option<&'a Credentials>,
    /// Passed before the sign-in; shared by all sessions that have the same credentials.
    pub gate: &'a SignInGate,
    /// Hides the credentials in what the server says.
    pub redactor: Arc<Redactor>,
    /// The argument of EHLO, a domain or an address literal (RFC 5321 §4.1.3).
    pub client_name: String,
    /// The connection's TLS, and what else only the layer below can find out.
    pub transport: T,
    /// Where the steps go.
    pub log: &'a mut StepLog<C, K>,
}
