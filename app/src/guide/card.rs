//! One way to mend something.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::prose::Prose;
use crate::content::File;

/// One way to mend something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// What to do, in a few words.
    pub title: String,
    /// Why that helps.
    pub why: Prose,
    /// Whether every program has steps of its own for it.
    pub program: bool,
    /// What to do, where the program is not known or does not matter.
    pub steps: Vec<Prose>,
    /// How to see that it has worked.
    pub after: Prose,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFile {
    card: BTreeMap<String, Card>,
}

/// Reads all cards.
pub(super) fn parse(file: &File) -> Result<BTreeMap<String, Card>, String> {
    Ok(file.toml::<CardFile>()?.card)
}
