//! From what a test found to the card that mends it.

use std::collections::BTreeMap;

use probe::{Cause, Severity};
use serde::Deserialize;

use crate::content;

/// The card for each cause that is worth telling.
#[derive(Clone, Debug)]
pub struct GoOn {
    /// What the link says.
    pub label: String,
    cards: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoOnFile {
    label: Label,
    card: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    text: String,
}

impl GoOn {
    /// Reads the cards for all causes in this language; `is_card` knows the cards.
    pub(super) fn read(language: &str, is_card: impl Fn(&str) -> bool) -> Result<Self, String> {
        let file = content::file(language, "go_on.toml")?;
        let read: GoOnFile = file.toml()?;
        let fault = |text: String| Err(format!("{}: {text}", file.name));
        for cause in Cause::all() {
            let told = cause.severity() > Severity::Fine;
            if told && !read.card.contains_key(cause.code()) {
                return fault(format!("`{}` leads nowhere", cause.code()));
            }
        }
        for (code, card) in &read.card {
            if !Cause::all().any(|cause| cause.code() == code) {
                return fault(format!("`{code}` is nothing that the probe finds"));
            }
            if !is_card(card) {
                return fault(format!("there is no card `{card}`"));
            }
        }
        Ok(Self {
            label: read.label.text,
            cards: read.card,
        })
    }

    /// The card for this cause.
    pub fn card(&self, cause: Cause) -> Option<&str> {
        self.cards.get(cause.code()).map(String::as_str)
    }
}
