//! One file of the content, and where in it something is wrong.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::toml_position::position;

/// A file of the content.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its path below `content`, as faults name it.
    name: String,
    text: String,
}

impl File {
    /// A file with this text.
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Reads the file strictly; the error begins with the file, the line and the column.
    pub(crate) fn toml<T: DeserializeOwned>(&self) -> Result<T, String> {
        toml::from_str(&self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.fault_at_byte(offset, error.message())
        })
    }

    /// Refuses an id that is there twice. `what` says what the ids are of.
    pub(crate) fn unique<'a, T: AsRef<str> + 'a>(
        &self,
        what: &str,
        ids: impl IntoIterator<Item = &'a Spanned<T>>,
    ) -> Result<(), String> {
        let mut known = BTreeSet::new();
        let mut ids = ids.into_iter();
        match ids.find(|id| !known.insert(id.get_ref().as_ref())) {
            None => Ok(()),
            Some(id) => {
                let message = format!("{what} `{}` is there twice", id.get_ref().as_ref());
                Err(self.fault_at(id, message))
            }
        }
    }

    /// A fault of the whole file.
    pub(crate) fn fault(&self, message: impl std::fmt::Display) -> String {
        format!("{}: {message}", self.name)
    }

    /// A fault of something that stands in the file.
    pub(crate) fn fault_at<T>(
        &self,
        place: &Spanned<T>,
        message: impl std::fmt::Display,
    ) -> String {
        self.fault_at_byte(place.span().start, message)
    }

    fn fault_at_byte(&self, offset: usize, message: impl std::fmt::Display) -> String {
        let (line, column) = position(&self.text, offset);
        format!("{}:{line}:{column}: {message}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Ids {
        ids: Vec<Spanned<String>>,
    }

    #[test]
    fn what_is_there_twice_is_refused_at_the_second_place() {
        for (text, expected) in [
            ("ids = []", Ok(())),
            ("ids = [\"a\", \"b\"]", Ok(())),
            (
                "ids = [\"a\",\n  \"b\",\n  \"a\",\n  \"b\"]",
                Err("x.toml:3:3: letter `a` is there twice"),
            ),
        ] {
            let file = File::new("x.toml", text);
            let ids = file.toml::<Ids>().unwrap().ids;
            let found = file.unique("letter", &ids);
            assert_eq!(
                found.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|error| *error)
            );
        }
    }
}
