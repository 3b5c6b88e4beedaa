//! Words of a record: one text for every language, or a text for each.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::accept_language::longest_match;

/// Words of a record, as a text or as a table with a text for each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalizedText {
    default: String,
    languages: BTreeMap<String, String>,
}

/// The key of the text for languages that have none of their own.
const DEFAULT: &str = "default";

impl LocalizedText {
    /// The words in this language; without those the words in the one that it is a kind of, as `pt` for `pt-BR`;
    /// or else those for all other languages.
    pub fn in_language(&self, language: &str) -> &str {
        let find = |tag: &str| {
            let mut languages = self.languages.iter();
            languages.find(|(name, _)| name.eq_ignore_ascii_case(tag))
        };
        longest_match(language, &find).map_or(&self.default, |(_, text)| text)
    }

    /// The words for all languages that have none of their own.
    pub fn default_text(&self) -> &str {
        &self.default
    }

    /// The languages with words of their own, as tags of BCP 47, and these words.
    pub fn languages(&self) -> impl Iterator<Item = (&str, &str)> {
        let languages = self.languages.iter();
        languages.map(|(language, text)| (language.as_str(), text.as_str()))
    }
}

impl<'de> Deserialize<'de> for LocalizedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable)
    }
}

struct TextOrTable;

impl<'de> Visitor<'de> for TextOrTable {
    type Value = LocalizedText;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LocalizedText, E> {
        Ok(LocalizedText {
            default: checked(text.to_owned())?,
            languages: BTreeMap::new(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<LocalizedText, A::Error> {
        let mut languages = BTreeMap::new();
        while let Some((language, text)) = table.next_entry::<String, String>()? {
            languages.insert(language, checked(text)?);
        }
        let default = languages.remove(DEFAULT);
        let default = default.ok_or_else(|| A::Error::missing_field(DEFAULT))?;
        Ok(LocalizedText { default, languages })
    }
}

/// Something to read, on one line.
fn checked<E: Error>(text: String) -> Result<String, E> {
    if text.trim().is_empty() || text.contains(char::is_control) {
        let message = "text: expected some words, without line breaks or control characters";
        return Err(E::custom(message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        note: LocalizedText,
    }

    #[test]
    fn words_are_for_every_language_or_for_some() {
        let read = |text: &str| toml::from_str::<Table>(text);
        let note = read("note = \"Hello\"").unwrap().note;
        assert_eq!(note.in_language("de"), "Hello");
        let note = read("note = { default = \"Hello\", de = \"Hallo\" }")
            .unwrap()
            .note;
        assert_eq!(note.in_language("de"), "Hallo");
        assert_eq!(note.in_language("en"), "Hello");
        let note = read("note = { default = \"Hello\", pt = \"Olá\", pt-PT = \"Viva\" }");
        let note = note.unwrap().note;
        for (language, text) in [
            ("pt", "Olá"),
            ("pt-BR", "Olá"),
            ("PT-pt", "Viva"),
            ("pt-PT-x-a", "Viva"),
            ("p", "Hello"),
        ] {
            assert_eq!(note.in_language(language), text, "{language}");
        }
        for (text, message) in [
            ("note = { de = \"Hallo\" }", "missing field `default`"),
            ("note = \" \"", "expected some words"),
            ("note = { default = \"\" }", "expected some words"),
            (
                "note = { default = \"a\", de = \"a\\nb\" }",
                "expected some words",
            ),
            ("note = 1", "invalid type: integer `1`, expected a string"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().contains(message), "{text}: {error}");
        }
    }
}
