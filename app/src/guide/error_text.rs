//! What the messages of programs and servers mean, whatever customers type or paste of them.

use serde::Deserialize;
use toml::Spanned;

use super::destination::Destination;
use super::pattern::{joined, patterns};
use super::program::Message;
use super::prose::GeneralProse;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;
use crate::matching::{MAX_HITS, keys, plain, score};

/// How many characters of a text are searched. A message has some hundred; the limit bounds the time of a
/// search.
pub const MAX_TEXT_LEN: usize = 4000;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// Its name in addresses of pages.
    pub id: String,
    /// The program that shows it; none for servers and for any program.
    pub program: Option<String>,
    /// The message as it is shown.
    pub text: String,
    /// What it is found by, see [`keys`].
    pub keys: String,
    /// What it means.
    pub means: GeneralProse,
    /// What usually causes it, where its meaning does not say that already.
    pub cause: Option<GeneralProse>,
    /// Where the fix is.
    pub to: Destination,
}

/// All messages that are of no program alone, as they are in every language.
#[derive(Clone, Debug)]
pub(super) struct Errors(Vec<ErrorStructure>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorStructure {
    id: Spanned<String>,
    program: Option<Spanned<String>>,
    /// What it is found by in every language, such as numbers and what servers say.
    #[serde(default, rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
    /// Whether the usual cause is told.
    #[serde(default)]
    cause: bool,
    to: Spanned<Destination>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StructureFile {
    error: Vec<ErrorStructure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
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
    /// Reads all messages.
    pub(super) fn read(file: &File) -> Result<Self, String> {
        let errors = file.toml::<StructureFile>()?.error;
        file.unique("error", errors.iter().map(|error| &error.id))?;
        Ok(Self(errors))
    }

    /// Where the messages lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        self.0.iter().map(|error| &error.to)
    }

    /// The programs that show messages.
    pub(super) fn programs(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.0.iter().filter_map(|error| error.program.as_ref())
    }

    /// The messages in the words of one language.
    pub(super) fn with_words(&self, file: &File) -> Result<Vec<ErrorText>, String> {
        let table = Table::new(file, "error", "the id of an error of the structure");
        let declared = self.0.iter();
        let declared = declared.map(|error| (error.id.get_ref().as_str(), error));
        let words = file.toml::<WordsFile>()?.error;
        words.join(&table, declared, |place, error, words| {
            let name = format!("error.{}", place.get_ref());
            let own = Table::new(file, name, "what the structure says of this error").inside(place);
            let pieces = joined(file, place, &error.pieces, words.pieces)?;
            Ok(ErrorText {
                id: error.id.get_ref().clone(),
                program: error.program.as_ref().map(|slug| slug.get_ref().clone()),
                keys: keys(&words.text.0, &pieces),
                text: words.text.0,
                means: words.means,
                cause: own.optional("cause", error.cause, words.cause)?,
                to: error.to.get_ref().clone(),
            })
        })
    }
}

/// A message of a program, which stands in the program's own file.
pub(super) fn of_program(slug: &str, place: usize, message: &Message) -> ErrorText {
    ErrorText {
        id: format!("{slug}-{place}"),
        program: Some(slug.to_owned()),
        text: message.text.clone(),
        keys: keys(&message.text, &pieces(&message.text)),
        means: message.means.clone(),
        cause: None,
        to: Destination::Card(message.card.clone()),
    }
}

/// What tells a message from others: its number, and the words between the names that it fills in.
fn pieces(text: &str) -> Vec<String> {
    /// Shorter pieces occur in too many other messages.
    const MIN_LEN: usize = 8;
    let text = plain(text);
    let (number, words) = match text.split_once(' ') {
        Some((number, words)) if number.starts_with("0x") => (Some(number), words),
        _ if text.starts_with("0x") => (Some(text.as_str()), ""),
        _ => (None, text.as_str()),
    };
    let words = words
        .split("...")
        .flat_map(|part| part.split(" - "))
        .map(|part| part.trim_matches(|c| " .;".contains(c)));
    let words = words.filter(|part| part.chars().count() >= MIN_LEN);
    number.into_iter().chain(words).map(str::to_owned).collect()
}

/// The messages that are in a text, the most telling first.
pub fn search<'a>(errors: &'a [ErrorText], text: &str) -> Vec<&'a ErrorText> {
    let text = plain(text);
    let scored = errors
        .iter()
        .map(|error| (score(&error.keys, &text), error));
    let mut hits: Vec<_> = scored.filter(|(score, _)| *score > 0).collect();
    // Of those that tell as much, the first in the list comes first.
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.truncate(MAX_HITS);
    hits.into_iter().map(|(_, error)| error).collect()
}
