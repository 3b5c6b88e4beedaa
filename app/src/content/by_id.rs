//! Words for what is declared in the structure, by its ids: one for each, and none for anything else.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::file::File;

/// A table of words.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct ById<W>(BTreeMap<Spanned<String>, W>);

impl<W> Default for ById<W> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// Where a table of words stands, and what its ids are.
pub(crate) struct Table<'a> {
    file: &'a File,
    name: String,
    /// What stands at the head of the table that holds this one, where there is such a table.
    inside: Option<&'a Spanned<String>>,
    /// What an id is, for whoever used another one.
    ids: &'a str,
}

impl<W> ById<W> {
    /// Joins the words with what is declared. `make` is told where the words stand.
    ///
    /// # Errors
    ///
    /// An id without words, or words without an id.
    pub(crate) fn join<'s, S, T>(
        mut self,
        table: &Table<'_>,
        declared: impl IntoIterator<Item = (&'s str, S)>,
        mut make: impl FnMut(&Spanned<String>, S, W) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut joined = Vec::new();
        for (id, structure) in declared {
            let (place, words) = self.0.remove_entry(id).ok_or_else(|| table.missing(id))?;
            joined.push(make(&place, structure, words)?);
        }
        match self.0.keys().next() {
            None => Ok(joined),
            Some(unknown) => {
                let message = table.unknown(unknown.get_ref());
                Err(table.file.fault_at(unknown, message))
            }
        }
    }

    /// The words of these ids, in their order.
    pub(crate) fn in_order<'s>(
        self,
        table: &Table<'_>,
        ids: impl IntoIterator<Item = &'s str>,
    ) -> Result<Vec<W>, String> {
        let declared = ids.into_iter().map(|id| (id, ()));
        self.join(table, declared, |_, (), words| Ok(words))
    }

    /// The words of these ids, each with what it is the id of.
    pub(crate) fn map<'s, K: Ord>(
        self,
        table: &Table<'_>,
        declared: impl IntoIterator<Item = (&'s str, K)>,
    ) -> Result<BTreeMap<K, W>, String> {
        let pairs = self.join(table, declared, |_, key, words| Ok((key, words)))?;
        Ok(pairs.into_iter().collect())
    }
}

impl<'a> Table<'a> {
    /// A table with this name, which is empty for the file itself.
    pub(crate) fn new(file: &'a File, name: impl Into<String>, ids: &'a str) -> Self {
        Self {
            file,
            name: name.into(),
            inside: None,
            ids,
        }
    }

    /// A table inside of another one, at whose head this stands.
    pub(crate) fn inside(self, place: &'a Spanned<String>) -> Self {
        Self {
            inside: Some(place),
            ..self
        }
    }

    /// Words that must be there.
    pub(crate) fn required<T>(&self, id: &str, words: Option<T>) -> Result<T, String> {
        words.ok_or_else(|| self.missing(id))
    }

    /// Words that are there exactly where the structure says so.
    pub(crate) fn optional<T>(
        &self,
        id: &str,
        declared: bool,
        words: Option<T>,
    ) -> Result<Option<T>, String> {
        match (declared, &words) {
            (true, None) => Err(self.missing(id)),
            (false, Some(_)) => Err(self.fault(self.unknown(id))),
            (true, Some(_)) | (false, None) => Ok(words),
        }
    }

    fn missing(&self, id: &str) -> String {
        self.fault(format!("[{}] is missing", self.path(id)))
    }

    fn unknown(&self, id: &str) -> String {
        format!("[{}] is unknown, expected {}", self.path(id), self.ids)
    }

    fn path(&self, id: &str) -> String {
        match self.name.as_str() {
            "" => id.to_owned(),
            name => format!("{name}.{id}"),
        }
    }

    fn fault(&self, message: String) -> String {
        match self.inside {
            Some(place) => self.file.fault_at(place, message),
            None => self.file.fault(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Words {
        word: ById<String>,
    }

    #[test]
    fn every_id_has_words_and_nothing_else_has() {
        for (text, expected) in [
            ("word.a = \"A\"\nword.b = \"B\"", Ok("A B")),
            ("[word]\nb = \"B\"\na = \"A\"", Ok("A B")),
            ("[word]\na = \"A\"", Err("en/x.toml: [word.b] is missing")),
            (
                "[word]\na = \"A\"\nb = \"B\"\n  c = \"C\"",
                Err("en/x.toml:4:3: [word.c] is unknown, expected an id of x"),
            ),
        ] {
            let file = File::new("en/x.toml", text);
            let words: Words = file.toml().unwrap();
            let table = Table::new(&file, "word", "an id of x");
            let found = words.word.in_order(&table, ["a", "b"]);
            let found = found.map(|words| words.join(" "));
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
