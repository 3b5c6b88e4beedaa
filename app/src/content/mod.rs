//! The files of `content/`, which are a part of the program.
//!
//! The folder `structure` holds what is the same in every language: ids, order, targets and conditions. Every
//! other folder is a language, named as in HTML (RFC 5646), and holds words by these ids. Both are read
//! strictly: what is missing, unknown or empty is refused with its place.
//!
//! | module | idea |
//! |---|---|
//! | `file` | one file, and where in it something is wrong |
//! | `by_id` | words for what is declared in the structure |
//! | [`template`] | a text with placeholders, checked when it is read |
//! | `words` | declares the words of a page |

pub(crate) mod by_id;
pub(crate) mod file;
pub mod template;
pub(crate) mod words;

use std::collections::BTreeMap;

use icu_locale_core::LanguageIdentifier;
use rust_embed::RustEmbed;

use file::File;

#[derive(RustEmbed)]
#[folder = "content"]
struct Embedded;

/// The folder of what is the same in every language.
const STRUCTURE: &str = "structure";

/// All files, by their paths below `content`.
#[derive(Clone, Debug)]
pub struct Files(pub BTreeMap<String, String>);

impl Files {
    /// The files that the program carries.
    ///
    /// # Errors
    ///
    /// The name of a file that is not text in UTF-8.
    pub fn built_in() -> Result<Self, String> {
        let files = Embedded::iter().filter_map(|name| {
            let data = Embedded::get(&name)?.data.into_owned();
            let text = String::from_utf8(data).map_err(|_| format!("{name} is not UTF-8"));
            Some(text.map(|text| (name.into_owned(), text)))
        });
        files.collect::<Result<_, _>>().map(Self)
    }

    /// The languages that have a folder, in the order of their names.
    ///
    /// # Errors
    ///
    /// A file in no folder, or a folder that is not named by the tag of a language.
    pub(crate) fn languages(&self) -> Result<Vec<String>, String> {
        let mut languages: Vec<String> = Vec::new();
        for path in self.0.keys() {
            let (folder, _) = path.split_once('/').ok_or_else(|| {
                format!("{path} is in no folder, expected the folder of a language")
            })?;
            if folder == STRUCTURE || languages.last().is_some_and(|last| last == folder) {
                continue;
            }
            match LanguageIdentifier::normalize(folder) {
                Ok(tag) if tag == folder => languages.push(folder.to_owned()),
                Ok(tag) => return Err(format!("{folder} is unusual, expected `{tag}`")),
                Err(_) => {
                    return Err(format!(
                        "{folder} is no language, expected a tag such as `de` or `pt-BR`"
                    ));
                }
            }
        }
        Ok(languages)
    }

    /// The folder of what is the same in every language.
    pub(crate) fn structure(&self) -> Folder<'_> {
        self.folder(STRUCTURE)
    }

    /// The folder of a language, or of the structure.
    pub(crate) fn folder<'a>(&'a self, name: &'a str) -> Folder<'a> {
        Folder { files: self, name }
    }
}

/// One folder of [`Files`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folder<'a> {
    files: &'a Files,
    name: &'a str,
}

impl Folder<'_> {
    /// One file.
    pub(crate) fn file(&self, path: &str) -> Result<File, String> {
        let name = format!("{}/{path}", self.name);
        match self.files.0.get(&name) {
            Some(text) => Ok(File::new(name, text.clone())),
            None => Err(format!("{name} is missing")),
        }
    }

    /// All files of a folder inside, in the order of their names.
    pub(crate) fn files(&self, folder: &str) -> Vec<File> {
        let folder = format!("{}/{folder}/", self.name);
        let files = self.files.0.iter();
        let files = files.filter(|(name, _)| name.starts_with(&folder));
        files
            .map(|(name, text)| File::new(name.clone(), text.clone()))
            .collect()
    }

    /// Refuses files besides these, which nothing would read. A folder inside stands for all files in it.
    pub(crate) fn only(&self, expected: &[&str]) -> Result<(), String> {
        let mut names = self.files.0.keys().filter_map(|path| {
            let name = path.strip_prefix(self.name)?.strip_prefix('/')?;
            Some(name.split('/').next().unwrap_or(name))
        });
        match names.find(|name| !expected.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let (folder, expected) = (self.name, expected.join(", "));
                Err(format!(
                    "{folder}/{name} is unknown, expected one of {expected}"
                ))
            }
        }
    }

    /// The names, without their endings, of the files in a folder inside, in the order of the alphabet.
    /// Refuses files with another ending, which nothing would read.
    pub(crate) fn stems(&self, folder: &str) -> Result<Vec<String>, String> {
        let prefix = format!("{}/{folder}/", self.name);
        let paths = self.files.0.keys();
        let names = paths.filter_map(|path| Some((path, path.strip_prefix(&prefix)?)));
        let stems = names.map(|(path, name)| match name.strip_suffix(".toml") {
            Some(stem) => Ok(stem.to_owned()),
            None => Err(format!("{path} is unknown, expected a file .toml")),
        });
        stems.collect()
    }
}

/// The languages that the program speaks, by their names in HTML.
pub fn languages() -> Vec<String> {
    let languages = Files::built_in().and_then(|files| files.languages());
    languages.unwrap_or_default()
}

/// Another language for tests: every word of American English with a mark before it.
#[cfg(test)]
pub(crate) fn with_marked_language(name: &str) -> Files {
    let mut files = Files::built_in().unwrap();
    let english = files.0.clone().into_iter();
    files.0.extend(english.filter_map(|(path, text)| {
        let path = path.strip_prefix("en/")?;
        let marked = text
            .replace(" = \"", " = \"·")
            .replace("= [\"", "= [\"·")
            .replace("\n  \"", "\n  \"·");
        Some((format!("{name}/{path}"), marked))
    }));
    files
}
