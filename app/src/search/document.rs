//! What an entry is found by.

use serde::Deserialize;

use super::tokens::tokens;

/// What stands for what is left out.
pub(super) const GAP: &str = "…";

/// How much the pieces of an entry tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A word that turns the meaning of the message around it.
    Detail,
    /// The cause.
    #[default]
    Cause,
    /// What a program shows around the reply of a server.
    Dialog,
    /// A trouble that has several causes.
    Symptom,
    /// The name of a program or a device, which many texts only mention.
    Topic,
    /// A code that says little.
    Code,
}

impl Level {
    /// What the pieces of an entry count for what their words tell.
    pub(super) fn factor(self) -> f32 {
        match self {
            Self::Detail => 2.0,
            Self::Cause => 1.0,
            Self::Dialog => 0.5,
            Self::Symptom | Self::Topic => 0.35,
            Self::Code => 0.12,
        }
    }
}

/// What an entry is found by.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its pieces; `…` stands for what is different each time.
    pub pieces: Vec<String>,
    /// Messages that are known to be about it.
    pub examples: Vec<String>,
    /// What it is called, for texts in which no piece is found.
    pub words: String,
    /// How much its pieces tell.
    pub level: Level,
    /// The only program that shows it.
    pub program: Option<String>,
}

/// Whether a piece can be found: whether there is a word or a code on each side of every gap.
pub fn is_piece(text: &str) -> bool {
    text.split(GAP).all(|part| !tokens(part).is_empty())
}
