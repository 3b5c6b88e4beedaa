//! Why a stage failed.

use crate::outcome::Outcome;

/// Why a stage failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The cause.
    pub outcome: Outcome,
    /// The server's words that belong to it, safe to show.
    pub server_reply: Option<String>,
}
