//! The files of `content/`, which are a part of the program. A language is a folder.

use rust_embed::RustEmbed;
use serde::de::DeserializeOwned;

use crate::record::error::position;

#[derive(RustEmbed)]
#[folder = "content"]
struct Content;

/// A file of one language.
pub(crate) struct File {
    /// Its path below `content`, as faults name it.
    pub(crate) name: String,
    text: String,
}

impl File {
    /// A file that a test has written.
    #[cfg(test)]
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// What is in it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The name without folder and ending.
    pub(crate) fn stem(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Reads the file strictly; the error begins with the file, the line and the column.
    pub(crate) fn toml<T: DeserializeOwned>(&self) -> Result<T, String> {
        toml::from_str(&self.text).map_err(|error| {
            let (line, column) = position(&self.text, error.span().map_or(0, |span| span.start));
            format!("{}:{line}:{column}: {}", self.name, error.message())
        })
    }
}

/// The languages that have a folder, by their names in HTML (RFC 5646).
pub fn languages() -> Vec<String> {
    let folders = Content::iter().filter_map(|name| Some(name.split_once('/')?.0.to_owned()));
    let mut languages: Vec<_> = folders.collect();
    languages.sort();
    languages.dedup();
    languages
}

/// One file.
pub(crate) fn file(language: &str, path: &str) -> Result<File, String> {
    let name = format!("{language}/{path}");
    let found = Content::get(&name).ok_or_else(|| format!("{name} is missing"))?;
    let text = String::from_utf8(found.data.into_owned());
    let text = text.map_err(|_| format!("{name} is not UTF-8"))?;
    Ok(File { name, text })
}

/// Every file in a folder, by name.
pub(crate) fn files(language: &str, folder: &str) -> Result<Vec<File>, String> {
    let prefix = format!("{language}/{folder}/");
    let mut names: Vec<_> = Content::iter()
        .filter_map(|name| name.strip_prefix(&prefix).map(str::to_owned))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| file(language, &format!("{folder}/{name}")))
        .collect()
}
