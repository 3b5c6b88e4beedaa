//! What a text is about by examples: messages of which it is known which entry they belong to.
//!
//! A text is compared with every example by the words and the pairs of words that both have, each weighted by how
//! rare it is among all examples (tf-idf and the cosine of the angle between both), and the nearest examples vote for
//! their entries. So a message is understood of which nobody wrote down a telling piece, as long as it is worded
//! somewhat like one that is known.

use std::collections::{BTreeMap, HashMap};

use super::document::Document;
use super::tokens::{Token, TokenKind, is_stop_word, tokens};

/// All examples, ready for comparing.
#[derive(Clone, Debug, Default)]
pub(super) struct Examples {
    /// Every feature of the examples, with its number.
    numbers: HashMap<String, usize>,
    features: Vec<Feature>,
    examples: Vec<Example>,
}

/// A word, or two words one behind the other.
#[derive(Clone, Debug, Default)]
struct Feature {
    /// How much it tells.
    weight: f32,
    /// The examples that have it.
    examples: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Example {
    entry: usize,
    /// The length of its vector.
    length: f32,
}

impl Examples {
    /// Reads the examples of all entries.
    pub(super) fn new(documents: &[Document]) -> Self {
        let mut all = Self::default();
        let mut texts = Vec::new();
        for (entry, document) in documents.iter().enumerate() {
            for text in &document.examples {
                let features = features(&tokens(text));
                for feature in features.keys() {
                    let next = all.features.len();
                    let number = *all.numbers.entry(feature.clone()).or_insert(next);
                    if number == next {
                        all.features.push(Feature::default());
                    }
                    if let Some(feature) = all.features.get_mut(number) {
                        feature.examples.push(texts.len());
                    }
                }
                texts.push((entry, features));
            }
        }
        let count = texts.len() as f32 + 1.0;
        for feature in &mut all.features {
            feature.weight = (count / feature.examples.len() as f32).ln();
        }
        for (entry, features) in texts {
            let length = all.length(&features);
            all.examples.push(Example { entry, length });
        }
        all
    }

    /// How much the text is like the examples of each of so many entries, from 0 to 1.
    pub(super) fn likeness(&self, text: &[Token], entries: usize) -> Vec<f32> {
        let text = features(text);
        let known = |feature: &str| !feature.contains(' ') && self.numbers.contains_key(feature);
        let known = text
            .iter()
            .filter(|(feature, factor)| **factor > STOP && known(feature));
        if known.count() < MIN_KNOWN {
            return vec![0.0; entries];
        }
        let length = self.length(&text);
        let mut shared = vec![0.0_f32; self.examples.len()];
        for (feature, factor) in &text {
            let number = self.numbers.get(feature).copied();
            let Some(known) = number.and_then(|number| self.features.get(number)) else {
                continue;
            };
            let weight = known.weight * factor;
            for example in &known.examples {
                shared[*example] += weight * weight;
            }
        }
        let mut near: Vec<(f32, usize)> = Vec::new();
        for (shared, example) in shared.into_iter().zip(&self.examples) {
            if shared > 0.0 {
                near.push((shared / (length * example.length), example.entry));
            }
        }
        near.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut likeness = vec![0.0; entries];
        let mut vote = vec![1.0 - FURTHER; entries];
        for (cosine, entry) in near.into_iter().take(VOTES) {
            // However many examples an entry has, their votes are not more than 1.
            likeness[entry] += cosine * vote[entry];
            vote[entry] *= FURTHER;
        }
        likeness
    }

    /// Whether a word stands in an example.
    pub(super) fn has(&self, word: &str) -> bool {
        self.numbers.contains_key(word)
    }

    fn length(&self, features: &BTreeMap<String, f32>) -> f32 {
        let unknown = (self.features.len() as f32 + 1.0).ln() * UNKNOWN;
        let squares = features.iter().map(|(feature, factor)| {
            let known = self.numbers.get(feature).copied();
            let known = known.and_then(|number| self.features.get(number));
            let weight = factor * known.map_or(unknown, |feature| feature.weight);
            weight * weight
        });
        squares.sum::<f32>().sqrt().max(1.0)
    }
}

/// The words and the pairs of words of a text, each with what its kind counts.
fn features(text: &[Token]) -> BTreeMap<String, f32> {
    let mut features = BTreeMap::new();
    let told: Vec<&Token> = text.iter().filter(|token| tells(token)).collect();
    for token in &told {
        let factor = match token.kind {
            TokenKind::Part => PART,
            _ if is_stop_word(&token.text) => STOP,
            _ => 1.0,
        };
        features.insert(token.text.clone(), factor);
        if let Some(class) = token.class() {
            features.insert(class, CLASS);
        }
    }
    for pair in told.windows(2) {
        if let [one, other] = pair {
            features.insert(format!("{} {}", one.text, other.text), PAIR);
        }
    }
    features
}

/// Whether the token is not only a name or a number that is different in each copy.
fn tells(token: &Token) -> bool {
    let digits = token.text.bytes().filter(u8::is_ascii_digit).count();
    match token.kind {
        TokenKind::Word | TokenKind::Part => {
            digits == 0 || (digits < token.text.len() && token.text.len() < 8)
        }
        TokenKind::Reply | TokenKind::Enhanced | TokenKind::Windows => true,
    }
}

/// How many examples vote.
const VOTES: usize = 10;

/// How many words of the examples a text must have, because fewer are like too many of them.
const MIN_KNOWN: usize = 3;

/// What the vote of a further example of the same entry counts of the one before.
const FURTHER: f32 = 0.6;

/// What a word of every sentence, a part of a name, a class of codes and a pair of words count.
const STOP: f32 = 0.5;
const PART: f32 = 0.6;
const CLASS: f32 = 0.5;
const PAIR: f32 = 0.3;

/// How much of the most that a word can tell counts for one that no example has.
const UNKNOWN: f32 = 0.4;
