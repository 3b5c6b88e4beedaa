//! The telling pieces of a message or of an output, by which it is found.

use serde::{Deserialize, Deserializer, de};

use crate::matching::plain;

/// Reads pieces that can be found: at least one, each written as texts are searched.
pub(super) fn patterns<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let patterns = Vec::<String>::deserialize(deserializer)?;
    if patterns.is_empty() {
        return Err(de::Error::custom(
            "nothing to find it by, expected at least one piece of text",
        ));
    }
    match patterns.iter().find(|pattern| plain(pattern) != **pattern) {
        None => Ok(patterns),
        Some(odd) => {
            let found = plain(odd);
            let message = format!("`{odd}` cannot be found, expected `{found}`");
            Err(de::Error::custom(message))
        }
    }
}
