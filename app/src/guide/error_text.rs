//! What the messages of programs and servers mean.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::destination::Destination;
use super::pattern::{joined, patterns};
use super::program::Message;
use super::prose::GeneralProse;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;
use crate::search::document::Level;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// Its name in addresses of pages.
    pub id: String,
    /// The program that shows it; none for servers and for any program.
    pub program: Option<String>,
    /// The message as it is shown.
    pub text: String,
    /// What it is found by.
    pub pieces: Vec<String>,
    /// Messages that are known to be about it.
    pub examples: Vec<String>,
    /// How much the pieces tell.
    pub level: Level,
    /// What it means.
    pub means: GeneralProse,
    /// What usually causes it, where its meaning does not say that already.
    pub cause: Option<GeneralProse>,
    /// Where the fix is.
    pub to: Destination,
    /// What else may help.
    pub also: Vec<Destination>,
    /// Whether swindlers send such messages, too.
    pub scam: bool,
}

/// All messages that are of no program alone, as they are in every language, and how texts name programs.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    errors: Vec<ErrorStructure>,
    /// Messages that are known to be about an error, by its id.
    examples: BTreeMap<String, Vec<String>>,
    named: Vec<NamedProgram>,
    /// Pieces that stand in messages whatever is wrong.
    pub(super) ignored: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorStructure {
    id: Spanned<String>,
    program: Option<Spanned<String>>,
    /// How much the pieces tell.
    #[serde(default, rename = "tells")]
    level: Level,
    /// What it is found by in every language, such as numbers and what servers say.
    #[serde(default, rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
    /// Whether the usual cause is told.
    #[serde(default)]
    cause: bool,
    to: Spanned<Destination>,
    #[serde(default)]
    also: Vec<Spanned<Destination>>,
    #[serde(default)]
    scam: bool,
}

/// The words by which a text names the program that shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedProgram {
    program: Spanned<String>,
    #[serde(rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StructureFile {
    /// What stands in messages whatever is wrong.
    #[serde(default, deserialize_with = "patterns")]
    ignored: Vec<String>,
    #[serde(default)]
    named: Vec<NamedProgram>,
    error: Vec<ErrorStructure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    /// Words that only look like slips of others.
    #[serde(default)]
    proper: Vec<String>,
    error: ById<ErrorWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorWords {
    text: Plain,
    /// What it is found by in this language besides.
    #[serde(default, rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
    means: GeneralProse,
    cause: Option<GeneralProse>,
}

impl Errors {
    /// Reads all messages. `examples` are files with messages that are known to be about them.
    pub(super) fn read(file: &File, examples: &[File]) -> Result<Self, String> {
        let StructureFile {
            ignored,
            error,
            named,
        } = file.toml()?;
        file.unique("error", error.iter().map(|error| &error.id))?;
        let known: BTreeSet<&str> = error
            .iter()
            .map(|error| error.id.get_ref().as_str())
            .collect();
        let mut by_id: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in examples {
            for (id, messages) in file.toml::<BTreeMap<Spanned<String>, Vec<String>>>()? {
                if !known.contains(id.get_ref().as_str()) {
                    return Err(file.fault_at(
                        &id,
                        format!("`{}` is no error of the structure", id.get_ref()),
                    ));
                }
                by_id.entry(id.into_inner()).or_default().extend(messages);
            }
        }
        Ok(Self {
            errors: error,
            examples: by_id,
            named,
            ignored,
        })
    }

    /// Where the messages lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        let errors = self.errors.iter();
        errors.flat_map(|error| [&error.to].into_iter().chain(&error.also))
    }

    /// The programs that show messages, or that texts name.
    pub(super) fn programs(&self) -> impl Iterator<Item = &Spanned<String>> {
        let errors = self
            .errors
            .iter()
            .filter_map(|error| error.program.as_ref());
        errors.chain(self.named.iter().map(|named| &named.program))
    }

    /// The programs, each with a piece by which a text names it.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        let names = self.named.iter().flat_map(|named| {
            let pieces = named.pieces.iter().cloned();
            pieces.map(|piece| (named.program.get_ref().clone(), piece))
        });
        names.collect()
    }

    /// The messages in the words of one language, and the words of it that only look like slips of others.
    pub(super) fn with_words(&self, file: &File) -> Result<(Vec<ErrorText>, Vec<String>), String> {
        let table = Table::new(file, "error", "the id of an error of the structure");
        let declared = self.errors.iter();
        let declared = declared.map(|error| (error.id.get_ref().as_str(), error));
        let WordsFile { proper, error } = file.toml()?;
        let errors = error.join(&table, declared, |place, error, words| {
            let name = format!("error.{}", place.get_ref());
            let own = Table::new(file, name, "what the structure says of this error").inside(place);
            let also = error.also.iter().map(|to| to.get_ref().clone());
            Ok(ErrorText {
                id: error.id.get_ref().clone(),
                program: error.program.as_ref().map(|slug| slug.get_ref().clone()),
                text: words.text.0,
                pieces: joined(file, place, &error.pieces, words.pieces)?,
                examples: self
                    .examples
                    .get(error.id.get_ref())
                    .cloned()
                    .unwrap_or_default(),
                level: error.level,
                means: words.means,
                cause: own.optional("cause", error.cause, words.cause)?,
                to: error.to.get_ref().clone(),
                also: also.collect(),
                scam: error.scam,
            })
        })?;
        Ok((errors, proper))
    }
}

/// A message of a program, which stands in the program's own file. It is found by its number, where it begins with
/// one, and by its words, between which the program puts names.
pub(super) fn of_program(slug: &str, place: usize, message: &Message) -> ErrorText {
    let number = message.text.split(' ').next();
    let number = number.filter(|number| number.starts_with("0x"));
    let pieces = [Some(message.text.as_str()), number].into_iter().flatten();
    ErrorText {
        id: format!("{slug}-{place}"),
        program: Some(slug.to_owned()),
        text: message.text.clone(),
        pieces: pieces.map(str::to_owned).collect(),
        examples: Vec::new(),
        level: Level::Dialog,
        means: message.means.clone(),
        cause: None,
        to: Destination::Card(message.card.clone()),
        also: Vec::new(),
        scam: false,
    }
}
