//! Where a file is wrong, and what was expected.

use toml::Spanned;

use crate::toml_position::position;

/// A fault in a provider record, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RecordError {
    /// The name of the file, as the operator gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The character within the line, counted from 1.
    pub column: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

/// What is wrong at a byte of the text. The file and the line are added once, at the end.
pub(super) struct Fault {
    offset: usize,
    message: String,
}

impl Fault {
    pub(super) fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Self::at_byte(place.span().start, message)
    }

    pub(super) fn at_byte(offset: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { offset, message }
    }

    pub(super) fn in_file(self, text: &str, file: &str) -> RecordError {
        let (line, column) = position(text, self.offset);
        RecordError {
            file: file.to_owned(),
            line,
            column,
            message: self.message,
        }
    }
}

impl From<toml::de::Error> for Fault {
    fn from(error: toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        // An error is shown on one line, also where the parser's message has a second one.
        let message = error.message().replace('\n', ", ");
        let message = PLAIN_WORDS
            .iter()
            .fold(message, |text, (term, word)| text.replace(term, word));
        Self { offset, message }
    }
}

/// The terms of the parser that mean nothing to whoever writes the file, and what to say instead.
const PLAIN_WORDS: &[(&str, &str)] = &[
    ("unknown field", "unknown key"),
    ("missing field", "missing key"),
    ("unknown variant", "unknown word"),
    ("invalid type: map", "invalid type: table or date"),
    ("expected a sequence", "expected a list"),
    ("expected a string", "expected text in quotes"),
    ("expected i64", "expected a whole number"),
];
