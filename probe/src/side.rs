//! Who can do something about what was found.

use serde::Serialize;

/// Where the cause lies, and so who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The provider's servers.
    Service,
    /// The account: its password, its rights, its mailbox.
    Account,
    /// The customer's own program, device or network, because everything is well from here.
    Customer,
    /// This machine and its network, so that nothing is known of the servers.
    Probe,
}
