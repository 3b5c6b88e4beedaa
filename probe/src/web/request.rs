//! What the page asks for.

use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{Credentials, CredentialsError};
use crate::dialogue::OutgoingMessage;
use crate::endpoint::{Endpoint, HostName};
use crate::session::SignIn;

/// One test of several services with one password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// The services, each with an id of its own.
    pub(super) services: Vec<Service>,
    /// The domain of the customer's mail address.
    pub(super) domain: Option<HostName>,
    /// What to sign in with.
    pub(super) sign_in: SignInRequest,
    /// Certificates that the operator trusts besides the Mozilla roots, as a PEM file.
    pub(super) extra_roots: Option<String>,
    /// How much later it is at the site than on this device, in seconds.
    pub(super) site_ahead: i64,
}

/// A documented service. The relay knows it by its ids and takes no names or ports.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    /// The id of the record in which it is documented.
    pub(super) record: String,
    /// What the record says of it.
    pub(super) endpoint: Endpoint,
}

/// A name and a password, and what is to be done with them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    user: String,
    password: SecretString,
    /// A message from the customer to the customer, if one is to be sent, as the site has written it.
    message: Option<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// The Message-ID, without its angle brackets.
    id: String,
    /// Header and body, in lines that end with CRLF.
    content: String,
}

impl From<Message> for OutgoingMessage {
    fn from(Message { id, content }: Message) -> Self {
        Self {
            id,
            content: content.into_bytes(),
        }
    }
}

impl SignInRequest {
    /// What to sign in with.
    ///
    /// # Errors
    ///
    /// When it holds what cannot be sent. The error never holds the name or the password.
    pub(super) fn parse(self) -> Result<SignIn, CredentialsError> {
        let Self {
            user,
            password,
            message,
        } = self;
        Ok(SignIn {
            message: message.map(Into::into),
            ..Credentials::new(user, password)?.into()
        })
    }
}
