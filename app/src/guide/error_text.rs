//! What the messages of programs and servers mean, whatever customers type or paste of them.

use serde::Deserialize;

use super::program::Message;
use super::prose::Prose;
use super::target::Target;
use crate::content::File;
use crate::matching::{plain, rank};

/// The most hits that are shown.
const MOST: usize = 8;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorText {
    /// Its name in addresses of pages.
    pub id: String,
    /// The program that shows it; none for servers and for any program.
    pub program: Option<String>,
    /// The message as it is shown.
    pub text: String,
    /// The pieces that tell it from others, as [`plain`] makes them.
    #[serde(rename = "match")]
    pub pieces: Vec<String>,
    /// What it means.
    pub means: Prose,
    /// What usually causes it, where its meaning does not say that already.
    pub cause: Option<Prose>,
    /// Where the fix is.
    pub to: Target,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorFile {
    error: Vec<ErrorText>,
}

/// Reads all messages.
pub(super) fn parse(file: &File) -> Result<Vec<ErrorText>, String> {
    let errors = file.toml::<ErrorFile>()?.error;
    let fault = |id: &str, text: &str| Err(format!("{}: error `{id}`: {text}", file.name));
    for (position, error) in errors.iter().enumerate() {
        if errors[..position].iter().any(|other| other.id == error.id) {
            return fault(&error.id, "is there twice");
        }
        if error.pieces.is_empty() {
            return fault(&error.id, "has nothing to find it by");
        }
        let odd = error.pieces.iter().find(|piece| plain(piece) != **piece);
        if let Some(odd) = odd {
            let text = format!("`{odd}` cannot be found, expected `{}`", plain(odd));
            return fault(&error.id, &text);
        }
    }
    Ok(errors)
}

/// A message of a program, which stands in the program's own file.
pub(super) fn of_program(slug: &str, place: usize, message: &Message) -> ErrorText {
    ErrorText {
        id: format!("{slug}-{place}"),
        program: Some(slug.to_owned()),
        text: message.text.clone(),
        pieces: pieces(&message.text),
        means: message.means.clone(),
        cause: None,
        to: Target::Card(message.card.clone()),
    }
}

/// What tells a message from others: its number, and the words between the names that it fills in.
fn pieces(text: &str) -> Vec<String> {
    /// Fewer letters stand in too many other messages.
    const SHORTEST: usize = 8;
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
    let words = words.filter(|part| part.len() >= SHORTEST);
    number.into_iter().chain(words).map(str::to_owned).collect()
}

/// How many characters of a text are searched. A message has some hundred; to search a book would only keep
/// the others waiting.
pub const LONGEST: usize = 4000;

/// The messages that are in a text, the most telling first.
pub fn search<'a>(errors: &'a [ErrorText], text: &str) -> Vec<&'a ErrorText> {
    let text = plain(text);
    let ranked = errors.iter().map(|error| {
        let pieces = error.pieces.iter().map(String::as_str);
        // The name or number alone is often all that is typed.
        let typed = text.len() >= 4 && plain(&error.text).contains(&text);
        let typed = if typed { text.len() * 64 } else { 0 };
        (rank(pieces, &text).max(typed), error)
    });
    let mut hits: Vec<_> = ranked.filter(|(rank, _)| *rank > 0).collect();
    hits.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    hits.truncate(MOST);
    hits.into_iter().map(|(_, error)| error).collect()
}
