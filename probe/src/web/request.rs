//! What the page asks for.

use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{Credentials, CredentialsError};
use crate::dialogue::OutgoingMessage;
use crate::endpoint::{Endpoint, HostName};
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;
use crate::session::{SignIn, self_message};

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
    /// The words of a message from the customer to the customer, if one is to be sent.
    message: Option<MessageWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageWords {
    subject: String,
    text: String,
}

/// Why there is nothing to sign in with.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    /// The name or the password cannot be sent.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// There is no address to which the message could go.
    #[error("a message needs the customer's mail address")]
    NoAddress,
    /// The message cannot be written.
    #[error("the message cannot be written: {0}")]
    Message(Outcome),
}

impl SignInRequest {
    /// What to sign in with. `domain` is that of the customer's mail address.
    ///
    /// # Errors
    ///
    /// When it holds what cannot be sent. The error never holds the name or the password.
    pub(super) fn parse(self, domain: Option<&HostName>) -> Result<SignIn, RequestError> {
        let Self {
            user,
            password,
            message,
        } = self;
        let address = EnvelopeAddress::of_user(&user, domain);
        let message = message.map(|words| write(address.as_ref(), &words));
        Ok(SignIn {
            message: message.transpose()?,
            ..Credentials::new(user, password)?.into()
        })
    }
}

fn write(
    address: Option<&EnvelopeAddress>,
    words: &MessageWords,
) -> Result<OutgoingMessage, RequestError> {
    let address = address.ok_or(RequestError::NoAddress)?;
    self_message(address, &words.subject, &words.text).map_err(RequestError::Message)
}
