//! What holds for the guide in every language.

use std::sync::Arc;

use probe::client_profiles;

use super::destination::Destination;
use super::program::Status;
use super::prose::{GeneralProse, Piece, Prose};
use super::*;
use crate::content::{Files, with_marked_language};
use crate::texts::{Languages, Texts};

/// The texts of every language, and of one more.
fn languages() -> Vec<Arc<Texts>> {
    let languages = Languages::read(&with_marked_language("xx"), "en").unwrap();
    languages.all().to_vec()
}

#[test]
fn the_guide_has_programs_and_cards() {
    for texts in languages() {
        assert_eq!(texts.guide.programs.len(), 20);
        assert!(texts.guide.cards.len() > 30);
    }
}

/// What the probe knows of programs and what the guide says of them is about the same programs.
#[test]
fn every_program_is_in_the_table_of_the_probe() {
    for texts in languages() {
        let guide = &texts.guide;
        let programs = guide.programs.iter();
        for program in programs.filter(|one| !matches!(one.status, Status::Other(_))) {
            let slug = Some(program.slug.as_str());
            let mut profiles = client_profiles::ALL.iter();
            assert!(profiles.any(|profile| profile.program == slug), "{slug:?}");
        }
        for slug in client_profiles::ALL.iter().filter_map(|one| one.program) {
            assert!(guide.program(slug).is_some(), "{slug}");
        }
    }
}

#[test]
fn versions_without_the_encryption_of_today_have_words() {
    let texts = languages();
    let older: usize = texts[0]
        .guide
        .programs
        .iter()
        .map(|one| one.older.len())
        .sum();
    assert!(older >= 8, "{older}");
    let (path, head) = (
        "en/programs/outlook-classic.toml",
        "[older.outlook-windows-7]",
    );
    for (new, fault) in [
        (
            "[older.outlook-windows-8]",
            "[older.outlook-windows-7] is missing",
        ),
        (
            "[older.unknown]\nversions = \"1\"\ntext = \"T.\"\nsteps = [\"S.\"]\n\n[older.outlook-windows-7]",
            "[older.unknown] is unknown, expected the id of a profile",
        ),
    ] {
        let mut files = Files::built_in().unwrap();
        let text = files.0.get_mut(path).unwrap();
        assert!(text.contains(head));
        *text = text.replacen(head, new, 1);
        let error = Languages::read(&files, "en").map(drop).unwrap_err();
        assert!(error.contains(path) && error.contains(fault), "{error}");
    }
}

#[test]
fn a_trap_waits_at_a_step_that_there_is() {
    let path = "en/programs/thunderbird.toml";
    for step in [0, 99] {
        let mut files = Files::built_in().unwrap();
        let text = files.0.get_mut(path).unwrap();
        *text = text.replacen("[trap]\nstep = 4", &format!("[trap]\nstep = {step}"), 1);
        let error = Languages::read(&files, "en").map(drop).unwrap_err();
        let fault = format!("{path}: trap: `add` has no step {step}, expected 1 to 10");
        assert!(error.contains(&fault), "{error}");
    }
}

/// Every text of the guide with where it stands.
fn prose(guide: &Guide) -> Vec<(String, &Prose)> {
    let mut texts = Vec::new();
    for (slug, card) in &guide.cards {
        let all = [&card.why, &card.after]
            .into_iter()
            .chain(&card.warning)
            .chain(card.steps.iter());
        texts.extend(all.map(|text| (format!("card {slug}"), text)));
    }
    for (slug, node) in &guide.nodes {
        let hints = node.hint.iter().map(GeneralProse::prose);
        texts.extend(hints.map(|text| (format!("node {slug}"), text)));
    }
    for error in &guide.errors {
        let all = [&error.means].into_iter().chain(&error.cause);
        let all = all.map(GeneralProse::prose);
        texts.extend(all.map(|text| (format!("error {}", error.id), text)));
    }
    for reading in &guide.network.readings {
        texts.push((reading.text.clone(), reading.means.prose()));
    }
    for program in &guide.programs {
        let mut all = vec![program.summary.prose(), program.recognise.prose()];
        all.extend(program.errors.iter().map(|error| error.means.prose()));
        for older in &program.older {
            all.extend([&older.text].into_iter().chain(older.steps.iter()));
        }
        match &program.status {
            Status::Retired(retired) => {
                all.extend([&retired.why].into_iter().chain(retired.keep.iter()));
            }
            Status::Other(guide) => {
                all.extend(guide.add.iter());
                for part in &guide.parts {
                    all.extend([&part.text].into_iter().chain(part.steps.iter()));
                }
            }
            Status::Supported(steps) => {
                all.extend(steps.add.iter().chain(steps.change.iter()));
                all.extend([&steps.outgoing.text, &steps.kind, &steps.trap.text]);
                all.extend(steps.outgoing.steps.iter().chain(steps.trap.steps.iter()));
                all.extend(steps.cards.values().flat_map(|steps| steps.iter()));
            }
        }
        texts.extend(all.into_iter().map(|text| (program.slug.clone(), text)));
    }
    texts
}

#[test]
fn no_value_of_a_provider_is_typed_into_a_text() {
    for texts in languages() {
        let guide = &texts.guide;
        for (place, text) in prose(guide) {
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
}

#[test]
fn sentences_are_short() {
    for texts in languages() {
        let guide = &texts.guide;
        for (place, text) in prose(guide) {
            let plain = text.plain();
            for sentence in plain.split(['.', '!', '?']) {
                let count = sentence.split_whitespace().count();
                assert!(count <= 32, "{place}: {sentence:?} has {count} words");
            }
        }
    }
}

#[test]
fn labels_are_words_and_not_values() {
    for texts in languages() {
        let guide = &texts.guide;
        for (place, text) in prose(guide) {
            for piece in text.0.iter() {
                if let Piece::Label(inner) = piece {
                    assert!(!inner.is_empty(), "{place}: {}", text.plain());
                }
            }
        }
    }
}

/// Some causes only a message can tell, so a card may also be one to which a message leads.
#[test]
fn an_answer_or_a_message_leads_to_every_card() {
    for texts in languages() {
        let guide = &texts.guide;
        let answers = guide.nodes.values().flat_map(|node| &node.answers);
        let answers = answers.flat_map(|answer| [&answer.to].into_iter().chain(&answer.then));
        let messages = guide.errors.iter().map(|error| &error.to);
        let targets: Vec<_> = answers.chain(messages).collect();
        for slug in guide.cards.keys() {
            let target = Destination::Card(slug.clone());
            // Programs that are no longer of use have a card of their own, chosen with the program.
            let retired = guide
                .program(slug)
                .is_some_and(|program| matches!(program.status, Status::Retired(_)));
            assert!(retired || targets.contains(&&target), "{slug}");
        }
        for program in &guide.programs {
            if matches!(program.status, Status::Retired(_)) {
                assert!(guide.cards.contains_key(&program.slug), "{}", program.slug);
            }
        }
    }
}

#[test]
fn topics_about_the_whole_mailbox_name_their_sources() {
    for texts in languages() {
        for slug in [
            "pop-to-imap",
            "moved-or-cancelled",
            "fake-mail",
            "reset-loop",
            "deleted-mail",
            "big-providers",
            "outage",
            "folders-twice",
        ] {
            assert!(!texts.guide.cards[slug].sources.is_empty(), "{slug}");
        }
    }
}

#[test]
fn what_messages_and_readings_lead_to_has_a_name() {
    for texts in languages() {
        let guide = &texts.guide;
        let targets = guide.errors.iter().map(|error| &error.to);
        let targets = targets.chain(guide.network.readings.iter().map(|reading| &reading.to));
        for target in targets {
            assert!(guide.label(target).is_some(), "{target:?}");
        }
        let page = Destination::try_from("page:errors".to_owned()).unwrap();
        let title = guide.words.errors.title.as_str();
        assert_eq!(guide.label(&page), Some(title));
    }
}
