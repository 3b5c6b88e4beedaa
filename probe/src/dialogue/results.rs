//! What the stages of a dialogue return.

use super::capabilities::Capabilities;

/// The first words of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The words, safe to show.
    pub server_reply: Option<String>,
    /// The capabilities, where the greeting includes them (RFC 9051 §7.1).
    pub capabilities: Option<Capabilities>,
}

/// A sign-in that the server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The SASL mechanism, or the protocol's own command.
    pub mechanism: &'static str,
    /// The server's words, safe to show.
    pub server_reply: Option<String>,
    /// The capabilities after the sign-in, where the reply includes them.
    pub capabilities: Option<Capabilities>,
}

/// How full a mailbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxUsage {
    /// Bytes.
    pub storage: Option<Quota>,
    /// Messages.
    pub messages: Option<Quota>,
}

/// The use and the limit of one resource (RFC 9208 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The amount in use.
    pub used: u64,
    /// The limit, where the server reports one.
    pub limit: Option<u64>,
}
