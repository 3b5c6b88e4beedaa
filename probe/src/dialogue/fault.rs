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

impl Fault {
    /// The same fault with another cause.
    pub fn with(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }
}

impl From<Outcome> for Fault {
    /// A fault to which no words of the server belong.
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            server_reply: None,
        }
    }
}
