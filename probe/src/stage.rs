//! The stages of a check.

use serde::{Deserialize, Serialize};

/// The stages of a check, in their usual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Looking up the addresses of the host.
    Dns,
    /// Opening a TCP connection.
    Connect,
    /// The first words of the server.
    Greeting,
    /// Asking for encryption on a connection that began in the clear.
    Starttls,
    /// The TLS handshake.
    Tls,
    /// The certificate the server showed.
    Certificate,
    /// What the server says it can do.
    Capabilities,
    /// Signing in with the customer's password.
    SignIn,
    /// Opening the mailbox, and asking how full it is.
    Mailbox,
    /// Asking whether the customer may send, without sending anything.
    Sending,
    /// Sending a message to the customer's own address, and watching it arrive.
    Delivery,
    /// Saying goodbye.
    Close,
    /// Looking at the addresses of the host that were not used.
    OtherAddresses,
    /// Comparing with what the DNS publishes about the service.
    Published,
}
