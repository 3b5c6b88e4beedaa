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
    /// A page of the provider on which it is done.
    pub link: Option<CardLink>,
    /// What to do, where the program is not known or does not matter.
    pub steps: Vec<Prose>,
    /// How to see that it has worked.
    pub after: Prose,
}

/// A page of the provider, as its record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardLink {
    /// Where a forgotten password is replaced.
    PasswordReset,
}

impl Card {
    /// Whether it says something else for each address.
    pub fn has_values(&self, own_steps: Option<&[Prose]>) -> bool {
        let steps = own_steps.unwrap_or(&self.steps);
        let texts = [&self.why, &self.after].into_iter().chain(steps);
        texts.into_iter().any(Prose::has_values)
    }
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
