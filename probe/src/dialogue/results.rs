//! What the stages of a dialogue return.

use super::capabilities::Capabilities;

/// The first words of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The words, safe to show.
    pub server_reply: Option<String>,
    /// What the server can do, where it says so unasked (RFC 9051 §7.1).
    pub capabilities: Option<Capabilities>,
}

/// A sign-in that the server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The SASL mechanism, or the protocol's own command.
    pub mechanism: &'static str,
    /// The server's words, safe to show.
    pub server_reply: Option<String>,
    /// What the server can do from now on, where it says so unasked.
    pub capabilities: Option<Capabilities>,
}

/// How full a mailbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxUsage {
    /// In bytes.
    pub storage: Option<Quota>,
    /// In messages.
    pub messages: Option<Quota>,
}

/// How much is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So much.
    pub used: u64,
    /// Of so much, where the server tells.
    pub limit: Option<u64>,
}
