//! Which entries a text is about, the likeliest first.
//!
//! An entry is found by its pieces: words and codes that stand in a message one behind the other. A piece counts as
//! much as its tokens tell, and a token tells the more, the fewer entries have it; codes tell little, because every
//! server uses them in its own way. How much a piece can count at most depends on the [`Level`] of its entry: the
//! words that name a cause come before those that only name a kind of trouble, and these before a mere code. Other
//! pieces of the same entry add a little.
//!
//! What people type by hand may have a slip in a word; a word that no entry has counts as the one that differs from
//! it by a slip.
//!
//! Besides, a text is compared with the messages of which the entry is known, see [`Examples`]. That says what a
//! message is about of which no piece is found, or only one that tells little.
//!
//! Where a text is not understood like that, the words of a piece may also stand in another order, or with others
//! between them. A text without any piece is compared with the words of the entries instead. Only a text of which
//! most is found in one entry counts, so that a few words which stand in every message find nothing.

use std::collections::{HashMap, HashSet};

use super::boilerplate::Boilerplate;
use super::document::{Document, GAP, Level};
use super::examples::Examples;
use super::places::{Place, holds};
use super::tokens::{Token, TokenKind, is_stop_word, tokens};
use super::vocabulary::{STOP, UNKNOWN, Vocabulary};

/// How many characters of a text are searched. A message has some hundred; the limit bounds the time of a search.
pub const MAX_TEXT_LEN: usize = 4000;

/// How many hits are shown.
pub const MAX_HITS: usize = 6;

/// All entries, ready for searching.
#[derive(Clone, Debug)]
pub struct Index {
    vocabulary: Vocabulary,
    pieces: Vec<Piece>,
    /// The pieces that begin with a token.
    starts: HashMap<u32, Vec<usize>>,
    entries: Vec<Entry>,
    examples: Examples,
    /// The words by which a text names a program.
    names: Vec<(String, Vec<u32>)>,
    boilerplate: Boilerplate,
}

#[derive(Clone, Debug)]
struct Piece {
    entry: usize,
    /// Never empty, and none of them is.
    parts: Vec<Vec<u32>>,
    weight: f32,
    /// Whether it is a number of Windows, which is clear by itself.
    number: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    words: HashSet<u32>,
    level: Level,
    program: Option<String>,
}

/// The entries for a text.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// Their positions, the likeliest first.
    pub entries: Vec<usize>,
    /// Whether the text is understood. Otherwise they are only the nearest, of which none may be right.
    pub sure: bool,
    /// The program that was chosen, or that the text names.
    pub program: Option<String>,
}

impl Index {
    /// Reads the entries. `names` are the programs with a word or two by which a text names them, and `proper` are
    /// words that only look like slips of others. `ignored` are pieces that stand in messages whatever is wrong.
    pub fn new(
        documents: &[Document],
        names: &[(String, String)],
        proper: &[String],
        ignored: &[String],
    ) -> Self {
        let mut index = Self {
            vocabulary: Vocabulary::new(documents, proper),
            pieces: Vec::new(),
            starts: HashMap::new(),
            entries: Vec::new(),
            examples: Examples::new(documents),
            names: Vec::new(),
            boilerplate: Boilerplate::new(ignored),
        };
        for (position, document) in documents.iter().enumerate() {
            for piece in &document.pieces {
                index.add(position, document.level, piece);
            }
            let words = tokens(&document.words).into_iter();
            let words = words.filter_map(|token| index.vocabulary.number(&token.text));
            let words = words.collect();
            index.entries.push(Entry {
                words,
                level: document.level,
                program: document.program.clone(),
            });
        }
        for (program, name) in names {
            let name = tokens(name);
            let name = name
                .iter()
                .map(|token| index.vocabulary.intern(&token.text))
                .collect();
            index.names.push((program.clone(), name));
        }
        index
    }

    /// The entries for a text of at most [`MAX_TEXT_LEN`] characters, and for a program if one was chosen.
    pub fn search(&self, text: &str, program: Option<&str>) -> Hits {
        let text = self.boilerplate.removed_from(tokens(text));
        let typed = text.len() <= MAX_TYPED;
        let places = text.iter().map(|token| self.place(token, typed));
        let places: Vec<Place> = places.collect();
        let named = || self.named(&places);
        let program = program.map(str::to_owned).or_else(named);
        // The advice for any program stays general, but the message that has the number comes first.
        let likely = program.clone().or_else(|| self.numbered(&places));
        let likely = likely.as_deref();
        let mut scores = self.by_pieces(&places, likely);
        if scores.iter().all(|score| *score < CLEAR) {
            self.add_loose_pieces(&places, &mut scores);
        }
        if scores.iter().all(|score| *score == 0.0) {
            scores = self.by_words(&text, &places);
        }
        let told = scores.iter().copied().fold(0.0, f32::max);
        let likeness = self.examples.likeness(&text, self.entries.len());
        // The more the pieces tell, the less do the examples count.
        let counts = LIKENESS * HALF / (HALF + told);
        let sure = told > 0.0 || likeness.iter().any(|likeness| *likeness >= SURE);
        let least = if sure { ALIKE } else { PERHAPS };
        for (score, likeness) in scores.iter_mut().zip(likeness) {
            if likeness >= least {
                *score += (likeness - ALIKE) * counts;
            }
        }
        let mut hits: Vec<(f32, usize)> = Vec::new();
        for (position, score) in scores.into_iter().enumerate() {
            let score = score * self.fits(position, likely);
            if score > 0.0 {
                hits.push((score, position));
            }
        }
        // Of those that tell as much, the first in the list comes first.
        hits.sort_by(|one, other| other.0.total_cmp(&one.0));
        let best = hits.first().map_or(0.0, |(score, _)| *score);
        let entries = hits.into_iter().filter(|(score, _)| *score >= best * NEAR);
        Hits {
            entries: entries
                .take(MAX_HITS)
                .map(|(_, position)| position)
                .collect(),
            sure,
            program,
        }
    }

    fn add(&mut self, entry: usize, level: Level, piece: &str) {
        let parts = piece.split(GAP).map(|part| {
            let part = tokens(part).into_iter();
            part.map(|token| self.vocabulary.intern(&token.text))
                .collect()
        });
        let parts: Vec<Vec<u32>> = parts.filter(|part: &Vec<u32>| !part.is_empty()).collect();
        let Some(first) = parts.first().and_then(|part| part.first()).copied() else {
            return;
        };
        let weights = parts
            .iter()
            .flatten()
            .map(|number| self.vocabulary.weight(*number));
        let weight = saturated(weights.sum()) * level.factor();
        self.starts
            .entry(first)
            .or_default()
            .push(self.pieces.len());
        let number = tokens(piece)
            .iter()
            .all(|token| token.kind == TokenKind::Windows);
        self.pieces.push(Piece {
            entry,
            parts,
            weight,
            number,
        });
    }

    /// The pieces that are in the text, in the order of the index.
    fn found(&self, places: &[Place]) -> Vec<usize> {
        let mut found: HashSet<usize> = HashSet::new();
        for (start, place) in places.iter().enumerate() {
            for first in place.numbers() {
                let pieces = self.starts.get(&first).into_iter().flatten();
                for piece in pieces.copied() {
                    let parts = self.pieces.get(piece).map_or(&[][..], |piece| &piece.parts);
                    if !found.contains(&piece) && holds(&places[start..], parts) {
                        found.insert(piece);
                    }
                }
            }
        }
        // The order of a set is not always the same, and neither are sums in another order.
        let mut found: Vec<usize> = found.into_iter().collect();
        found.sort_unstable();
        found
    }

    /// The score of each entry by the pieces that are in the text.
    fn by_pieces(&self, places: &[Place], program: Option<&str>) -> Vec<f32> {
        let mut best = vec![0.0_f32; self.entries.len()];
        let mut all = vec![0.0_f32; self.entries.len()];
        for piece in self
            .found(places)
            .into_iter()
            .filter_map(|piece| self.pieces.get(piece))
        {
            let length = piece.parts.iter().map(Vec::len).sum::<usize>();
            let whole = if length == places.len() { WHOLE } else { 1.0 };
            let weight = piece.weight * whole * self.share(piece, places.len(), program);
            best[piece.entry] = best[piece.entry].max(weight);
            all[piece.entry] += weight;
        }
        let scores = best.into_iter().zip(all);
        scores
            .map(|(best, all)| best + (all - best).min(best) * OTHERS)
            .collect()
    }

    /// Adds pieces whose words stand close to each other in the text, in whatever order.
    fn add_loose_pieces(&self, places: &[Place], scores: &mut [f32]) {
        let mut positions: HashMap<u32, Vec<usize>> = HashMap::new();
        for (position, place) in places.iter().enumerate() {
            for number in place.numbers() {
                let positions = positions.entry(number).or_default();
                // A word that stands everywhere tells nothing by where it stands, and would cost time.
                if positions.len() < MAX_POSITIONS {
                    positions.push(position);
                }
            }
        }
        for piece in &self.pieces {
            let words = piece.parts.iter().flatten().copied();
            let words: Vec<u32> = words
                .filter(|word| self.vocabulary.weight(*word) > STOP)
                .collect();
            let told: f32 = words.iter().map(|word| self.vocabulary.weight(*word)).sum();
            let Some((first, others)) = words.split_first().filter(|_| told >= MIN_LOOSE) else {
                continue;
            };
            let reach = words.len() + LOOSE_REACH;
            let near = |start: usize, word: &u32| {
                let mut found = positions.get(word).into_iter().flatten();
                found.any(|position| position.abs_diff(start) <= reach)
            };
            let mut starts = positions.get(first).into_iter().flatten();
            if starts.any(|start| others.iter().all(|word| near(*start, word))) {
                let score = &mut scores[piece.entry];
                *score = score.max(piece.weight * LOOSE);
            }
        }
    }

    /// The score of each entry by the words that it shares with the text.
    fn by_words(&self, text: &[Token], places: &[Place]) -> Vec<f32> {
        let mut words: Vec<(Option<u32>, f32)> = Vec::new();
        let mut seen = HashSet::new();
        for (token, place) in text.iter().zip(places) {
            if token.kind != TokenKind::Word || !seen.insert(&token.text) {
                continue;
            }
            let weight = match place.number {
                Some(number) => self.vocabulary.weight(number),
                None if is_stop_word(&token.text) => STOP,
                None => UNKNOWN,
            };
            words.push((place.number, weight));
        }
        let all: f32 = words.iter().map(|(_, weight)| weight).sum();
        let score = |entry: &Entry| {
            let shared = words
                .iter()
                .filter(|(number, _)| number.is_some_and(|number| entry.words.contains(&number)));
            let shared: f32 = shared.map(|(_, weight)| weight).sum();
            let own: f32 = entry
                .words
                .iter()
                .map(|number| self.vocabulary.weight(*number))
                .sum();
            let enough = shared >= MIN_SHARED && shared >= all * MIN_SHARE;
            if enough && shared >= own * MIN_SHARE_OF_ENTRY {
                shared * shared / all * shared / own * entry.level.factor()
            } else {
                0.0
            }
        };
        self.entries.iter().map(score).collect()
    }

    /// How much of a piece counts. Where the program is not known, the words of a program count as far as the text
    /// is nothing else, because others may show them, too. So does a topic, which may only be mentioned.
    fn share(&self, piece: &Piece, text: usize, program: Option<&str>) -> f32 {
        let entry = self.entries.get(piece.entry);
        let of_program = entry.is_some_and(|entry| entry.program.is_some());
        let topic = entry.is_some_and(|entry| entry.level == Level::Topic);
        if !topic && (!of_program || program.is_some() || piece.number) {
            return 1.0;
        }
        let length: usize = piece.parts.iter().map(Vec::len).sum();
        length as f32 / text.max(length) as f32
    }

    /// How well the program of an entry fits: never that of another program.
    fn fits(&self, position: usize, program: Option<&str>) -> f32 {
        let entry = self.entries.get(position);
        let own = entry.and_then(|entry| entry.program.as_deref());
        let code = entry.is_some_and(|entry| entry.level == Level::Code);
        match (own, program) {
            (None, _) => 1.0,
            (Some(own), Some(program)) if own == program => 1.5,
            (Some(_), Some(_)) => 0.0,
            // A code that says little says nothing of a program, and others may show the same words.
            (Some(_), None) if code => 0.0,
            (Some(_), None) => 0.8,
        }
    }

    fn named(&self, places: &[Place]) -> Option<String> {
        // The program that shows a message is named before the one that it recommends.
        let mut starts = (0..places.len()).map(|start| &places[start..]);
        starts.find_map(|rest| {
            let named = self
                .names
                .iter()
                .find(|(_, name)| !name.is_empty() && holds(rest, std::slice::from_ref(name)));
            named.map(|(program, _)| program.clone())
        })
    }

    /// The only program that shows a number of Windows in the text.
    fn numbered(&self, places: &[Place]) -> Option<String> {
        let numbers = places.iter().filter_map(|place| place.number);
        let pieces = numbers.flat_map(|number| self.starts.get(&number).into_iter().flatten());
        let pieces = pieces.filter_map(|piece| self.pieces.get(*piece));
        let entries = pieces
            .filter(|piece| piece.number)
            .filter_map(|piece| self.entries.get(piece.entry));
        let mut programs = entries.filter_map(|entry| entry.program.as_deref());
        let first = programs.next()?;
        programs
            .all(|other| other == first)
            .then(|| first.to_owned())
    }

    fn place(&self, token: &Token, typed: bool) -> Place {
        let known = self.vocabulary.number(&token.text);
        let meant = || {
            let word = typed && token.kind == TokenKind::Word;
            (word && !self.examples.has(&token.text))
                .then(|| self.vocabulary.meant(&token.text))
                .flatten()
        };
        Place {
            number: known.or_else(meant),
            class: token
                .class()
                .and_then(|class| self.vocabulary.number(&class)),
        }
    }
}

/// What a text counts that is wholly like the examples of an entry, and how much of that likeness is chance.
const LIKENESS: f32 = 12.0;
const ALIKE: f32 = 0.1;

/// Where pieces tell as much as this, the examples count half.
const HALF: f32 = 3.0;

/// How much a text without any piece is like the examples of an entry if it is one of its messages, and if it may be.
const SURE: f32 = 0.3;
const PERHAPS: f32 = 0.1;

/// A text with a score like this has been understood.
const CLEAR: f32 = 0.9;

/// How far the words of a piece may be from the first of them, besides the length of the piece, and what the piece
/// counts then.
const LOOSE_REACH: usize = 4;
const LOOSE: f32 = 0.5;

/// In how many positions a word is looked for.
const MAX_POSITIONS: usize = 16;

/// What the words of such a piece must tell at least.
const MIN_LOOSE: f32 = 6.5;

/// How many words a text has at most that is typed and not pasted.
const MAX_TYPED: usize = 40;

/// What a piece counts that is all of the text.
const WHOLE: f32 = 2.0;

/// What the other pieces of an entry add.
const OTHERS: f32 = 0.15;

/// What is less likely than the best hit by more than this is left out.
const NEAR: f32 = 0.3;

/// How much a text must share with the words of an entry at least, and which share of the words of both.
const MIN_SHARED: f32 = 6.0;
const MIN_SHARE: f32 = 0.6;
const MIN_SHARE_OF_ENTRY: f32 = 0.4;

/// A long piece tells more than a short one, but not without end.
fn saturated(sum: f32) -> f32 {
    const MOST: f32 = 14.0;
    MOST * (1.0 - (-sum / MOST).exp())
}
