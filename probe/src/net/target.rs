//! What a run is given.

use std::net::SocketAddr;

use crate::address::PrivateNetwork;
use crate::credentials::Credentials;
use crate::dialogue::OutgoingMessage;
use crate::endpoint::{Endpoint, HostName};
use crate::session::Disclosure;

/// One endpoint to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What is checked.
    pub endpoint: Endpoint,
    /// The domain of the customer's mail address, if it is known: what it publishes about the service is
    /// compared with the endpoint.
    pub domain: Option<HostName>,
    /// Where to connect to, whatever the DNS says; it is then not asked at all. Several count as the
    /// addresses of the host; none leaves it to the DNS. Certificates are still verified for the name of
    /// the endpoint. Only an operator may set them: such an address is not refused for being private.
    pub connect_to: Vec<SocketAddr>,
    /// The networks that are not public and may be connected to all the same, for this target only.
    pub private_networks: Vec<PrivateNetwork>,
}

/// What to sign in with, and who wants to know whether it was done.
pub struct SignIn {
    /// The account and its password.
    pub credentials: Credentials,
    /// Told before the password is sent to any server.
    pub disclosure: Disclosure,
    /// A message from the account to itself, if one is to be sent and seen to arrive. It needs a server to
    /// send it and an IMAP server that opens the inbox among the targets.
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
