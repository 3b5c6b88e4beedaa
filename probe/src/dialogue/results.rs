//! What the stages of a dialogue return.

use std::time::Duration;

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

/// A mailbox that was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedMailbox {
    /// How full it is, as far as the server tells.
    pub usage: MailboxUsage,
    /// What the server can do now, over IMAP.
    pub capabilities: Capabilities,
}

/// The use and the limit of one resource (RFC 9208 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The amount in use.
    pub used: u64,
    /// The limit, where the server reports one.
    pub limit: Option<u64>,
}

/// A message that is ready to be sent (RFC 5322).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The Message-ID, without its angle brackets. It has neither quotes nor control characters.
    pub id: String,
    /// Header and body, in lines that end with CRLF.
    pub content: Vec<u8>,
}

/// A message that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When it was seen, by the clock of the connection.
    pub seen: Duration,
    /// The folder in which it lies, by the server's name for it, safe to show.
    pub folder: Option<String>,
    /// Whether that is the folder of junk mail.
    pub in_junk: bool,
    /// What the server that delivered it found of SPF: a result of RFC 8601 §2.7.2.
    pub spf: Option<String>,
    /// What it found of DKIM: a result of RFC 8601 §2.7.1.
    pub dkim: Option<String>,
    /// What it found of DMARC: a result of RFC 7489 §11.2.
    pub dmarc: Option<String>,
}
