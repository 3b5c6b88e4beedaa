//! The telling pieces of a message or of an output, by which it is found.

use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use crate::content::file::File;
use crate::search::ranking::is_piece;

/// Reads pieces that can be found: at least one, each with a word or a code.
pub(super) fn patterns<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let patterns = Vec::<String>::deserialize(deserializer)?;
    if patterns.is_empty() {
        return Err(de::Error::custom(
            "nothing to find it by, expected at least one piece of text",
        ));
    }
    match patterns.iter().find(|pattern| !is_piece(pattern)) {
        None => Ok(patterns),
        Some(odd) => {
            let message = format!("`{odd}` cannot be found, expected a word on each side of `…`");
            Err(de::Error::custom(message))
        }
    }
}

/// The pieces of every language and those of one, whose words stand at this place.
pub(super) fn joined(
    file: &File,
    place: &Spanned<String>,
    general: &[String],
    own: Vec<String>,
) -> Result<Vec<String>, String> {
    if general.is_empty() && own.is_empty() {
        let message = format!(
            "`{}` is not found by anything, expected `match` here or in the structure",
            place.get_ref()
        );
        return Err(file.fault_at(place, message));
    }
    Ok(general.iter().cloned().chain(own).collect())
}
