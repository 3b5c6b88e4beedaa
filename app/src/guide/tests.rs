//! The guide that comes with the program is whole.

use super::prose::{Piece, Prose};
use super::*;

fn english() -> Guide {
    Guide::read("en").unwrap()
}

#[test]
fn every_reference_leads_somewhere() {
    let guide = english();
    assert_eq!(
        guide
            .programs
            .iter()
            .map(|program| program.slug.as_str())
            .collect::<Vec<_>>(),
        ORDER
    );
    assert!(guide.cards.len() > 30);
}

/// Every text of the guide with where it stands.
fn texts(guide: &Guide) -> Vec<(String, &Prose)> {
    let mut texts = Vec::new();
    for (slug, card) in &guide.cards {
        let all = [&card.why, &card.after].into_iter().chain(&card.steps);
        texts.extend(all.map(|text| (format!("card {slug}"), text)));
    }
    for program in &guide.programs {
        let mut all = vec![&program.summary, &program.recognise];
        all.extend(program.errors.iter().map(|error| &error.means));
        match &program.how {
            How::Retired(retired) => all.extend([&retired.why].into_iter().chain(&retired.keep)),
            How::Guide(steps) => {
                all.extend(steps.add.iter().chain(&steps.change));
                all.extend([&steps.outgoing.text, &steps.kind, &steps.trap.text]);
                all.extend(steps.outgoing.steps.iter().chain(&steps.trap.steps));
                all.extend(steps.cards.values().flatten());
            }
        }
        texts.extend(all.into_iter().map(|text| (program.slug.clone(), text)));
    }
    texts
}

#[test]
fn no_value_of_a_provider_is_typed_into_a_text() {
    let guide = english();
    for (place, text) in texts(&guide) {
        let plain = text.plain();
        for number in ["993", "995", "587", "465", "143", "110"] {
            let mut words = plain.split(|letter: char| !letter.is_ascii_digit());
            assert!(words.all(|word| word != number), "{place}: {plain}");
        }
        for host in [".net", ".com", ".org"] {
            assert!(!plain.contains(host), "{place}: {plain}");
        }
    }
}

#[test]
fn sentences_are_short_and_never_lower_the_protection() {
    let guide = english();
    for (place, text) in texts(&guide) {
        let plain = text.plain();
        for sentence in plain.split(['.', '!', '?']) {
            let count = sentence.split_whitespace().count();
            assert!(count <= 32, "{place}: {sentence:?} has {count} words");
        }
        let lower = plain.to_lowercase();
        for bad in [
            "accept all certificates",
            "add exception",
            "trust anyway",
            "disable encryption",
        ] {
            let warned = lower.contains("never") || lower.contains("stay away");
            assert!(!lower.contains(bad) || warned, "{place}: {plain}");
        }
    }
}

#[test]
fn labels_are_words_and_not_values() {
    let guide = english();
    for (place, text) in texts(&guide) {
        for piece in &text.0 {
            if let Piece::Label(inner) = piece {
                assert!(!inner.is_empty(), "{place}: {}", text.plain());
            }
        }
    }
}
