//! What stands in messages whatever is wrong, such as the greeting of a server that forbids spam.

use super::document::GAP;
use super::places::MAX_GAP;
use super::tokens::{Token, tokens};

/// The pieces that say nothing of a cause.
#[derive(Clone, Debug)]
pub(super) struct Boilerplate(Vec<Vec<Vec<String>>>);

impl Boilerplate {
    /// Reads the pieces; `…` stands for up to [`MAX_GAP`] words that differ.
    pub(super) fn new(pieces: &[String]) -> Self {
        let part = |part: &str| tokens(part).into_iter().map(|token| token.text).collect();
        let parts = |piece: &String| piece.split(GAP).map(part).collect();
        Self(pieces.iter().map(parts).collect())
    }

    /// The text without these pieces, unless it is nothing else.
    pub(super) fn removed_from(&self, text: Vec<Token>) -> Vec<Token> {
        let mut left = Vec::new();
        let mut rest = text.as_slice();
        while let Some((first, others)) = rest.split_first() {
            match self.0.iter().find_map(|parts| end(rest, parts)) {
                Some(end) => rest = &rest[end..],
                None => {
                    left.push(first.clone());
                    rest = others;
                }
            }
        }
        if left.is_empty() { text } else { left }
    }
}

/// Where the parts end in a text that begins with the first of them.
fn end(text: &[Token], parts: &[Vec<String>]) -> Option<usize> {
    let (first, others) = parts.split_first()?;
    let begins = |at: usize, part: &[String]| {
        let tokens = text.get(at..at + part.len())?;
        let same = tokens.iter().map(|token| &token.text).eq(part);
        same.then_some(at + part.len())
    };
    let first_end = begins(0, first).filter(|end| *end > 0)?;
    others.iter().try_fold(first_end, |from, part| {
        (from..=from + MAX_GAP).find_map(|at| begins(at, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_taken_out_of_a_text_that_has_more() {
        let boilerplate = Boilerplate::new(&["no spam … please".to_owned(), "be nice".to_owned()]);
        for (text, expected) in [
            (
                "220 No spam at all, please. Connection lost",
                "220 connection lost",
            ),
            ("be nice: no spam, please, or be nice", "or"),
            ("no spam, please", "no spam please"),
            ("rejected as no spam", "rejected as no spam"),
            (
                "no spam a b c d e f g h i j k l m please",
                "no spam a b c d e f g h i j k l m please",
            ),
            ("", ""),
        ] {
            let left = boilerplate.removed_from(tokens(text)).into_iter();
            let left: Vec<_> = left.map(|token| token.text).collect();
            assert_eq!(left.join(" "), expected, "{text}");
        }
    }
}
