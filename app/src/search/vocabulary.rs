//! The words and codes of all entries, with what each of them tells.

use std::collections::{HashMap, HashSet};

use super::document::Document;
use super::slips::{is_slip, may_slip};
use super::tokens::{TokenKind, is_stop_word, tokens};

/// All words and codes, each with a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32>,
    /// The same in the order of the numbers, by their first letter, which is right in most slips.
    by_first: HashMap<char, Vec<(String, u32)>>,
    /// How much the token with a number tells.
    weights: Vec<f32>,
    /// Words that only look like slips of others.
    proper: HashSet<String>,
}

impl Vocabulary {
    /// Counts in how many entries each token is, and what it therefore tells.
    pub(super) fn new(documents: &[Document], proper: &[String]) -> Self {
        let mut vocabulary = Self::default();
        let proper = proper.iter().flat_map(|word| tokens(word));
        vocabulary.proper = proper.map(|token| token.text).collect();
        let mut counts: Vec<(f32, TokenKind, bool)> = Vec::new();
        for document in documents {
            let mut seen = HashSet::new();
            let texts = document.pieces.iter().chain([&document.words]);
            for token in texts.flat_map(|text| tokens(text)) {
                let number = vocabulary.intern(&token.text) as usize;
                if number == counts.len() {
                    counts.push((0.0, token.kind, is_stop_word(&token.text)));
                }
                if seen.insert(number)
                    && let Some((count, _, _)) = counts.get_mut(number)
                {
                    *count += 1.0;
                }
            }
        }
        let all = documents.len() as f32 + 1.0;
        let weights = counts.into_iter().map(|(count, kind, stop)| match kind {
            _ if stop => STOP,
            TokenKind::Reply => 1.0,
            TokenKind::Enhanced => 2.0,
            TokenKind::Word | TokenKind::Part | TokenKind::Windows => (all / count.max(1.0)).ln(),
        });
        vocabulary.weights = weights.collect();
        vocabulary
    }

    /// The number of a token, if it has one.
    pub(super) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The number of a token, which it gets if it has none.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(text.to_owned()).or_insert(next);
        if let (true, Some(first)) = (number == next, text.chars().next()) {
            let words = self.by_first.entry(first).or_default();
            words.push((text.to_owned(), number));
        }
        number
    }

    /// What a token tells.
    pub(super) fn weight(&self, number: u32) -> f32 {
        let weight = self.weights.get(number as usize).copied();
        weight.unwrap_or(UNKNOWN)
    }

    /// The word that was meant by a word with a slip. Of several, it is the one that was read first.
    pub(super) fn meant(&self, word: &str) -> Option<u32> {
        if !may_slip(word) || self.proper.contains(word) {
            return None;
        }
        let first = word.chars().next()?;
        let mut near = self.by_first.get(&first).into_iter().flatten();
        let near = near.find(|(known, _)| is_slip(word, known));
        near.map(|(_, number)| *number)
    }
}

/// What a word tells that stands in every sentence.
pub(super) const STOP: f32 = 0.3;

/// What a word tells that no entry has.
pub(super) const UNKNOWN: f32 = 3.0;
