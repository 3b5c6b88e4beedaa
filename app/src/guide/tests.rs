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
    for (slug, node) in &guide.nodes {
        texts.extend(node.hint.iter().map(|text| (format!("node {slug}"), text)));
    }
    for error in &guide.errors {
        let all = [&error.means].into_iter().chain(&error.cause);
        texts.extend(all.map(|text| (format!("error {}", error.id), text)));
    }
    for reading in &guide.network.readings {
        texts.push((reading.text.clone(), &reading.means));
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

#[test]
fn the_troubleshooter_comes_to_every_card() {
    let guide = english();
    let answers = guide.nodes.values().flat_map(|node| &node.answers);
    let targets: Vec<_> = answers
        .flat_map(|answer| [&answer.to].into_iter().chain(&answer.then))
        .collect();
    for slug in guide.cards.keys() {
        let target = Target::Card(slug.clone());
        // Programs that are no longer of use have a card of their own, chosen with the program.
        let retired = guide
            .program(slug)
            .is_some_and(|program| matches!(program.how, How::Retired(_)));
        assert!(retired || targets.contains(&&target), "{slug}");
    }
    for program in &guide.programs {
        if matches!(program.how, How::Retired(_)) {
            assert!(guide.cards.contains_key(&program.slug), "{}", program.slug);
        }
    }
}

#[test]
fn faulty_trees_are_refused() {
    let card = |slug: &str| slug == "clock";
    let node = |slug: &str, to: &str| {
        format!(
            "[node.{slug}]\nquestion = \"?\"\nanswers = [{{ id = \"unknown\", label = \"?\", to = \"{to}\" }}]\n"
        )
    };
    for (text, fault) in [
        (node("start", "card:clock"), None),
        (node("start", "card:nothing"), Some("leads nowhere")),
        (node("start", "node:nothing"), Some("leads nowhere")),
        (
            node("start", "clock"),
            Some("leads nowhere, expected card:"),
        ),
        (node("begin", "card:clock"), Some("no node `start`")),
        (
            node("start", "node:a") + &node("a", "node:b") + &node("b", "node:a"),
            Some("leads back to itself"),
        ),
        (
            "[node.start]\nquestion = \"?\"\nanswers = []".to_owned(),
            Some("`unknown` is missing"),
        ),
        (
            node("start", "card:clock").replace("question", "by = \"test\"\nquestion"),
            Some("`fine` is missing"),
        ),
    ] {
        let file = content::File::of("nodes.toml", &text);
        let error = node::parse(&file, card).err();
        assert_eq!(error.is_some(), fault.is_some(), "{text}: {error:?}");
        let error = error.unwrap_or_default();
        assert!(error.contains(fault.unwrap_or_default()), "{text}: {error}");
    }
    let text = node("start", "card:clock") + &node("lonely", "card:clock");
    let nodes = node::parse(&content::File::of("nodes.toml", &text), card).unwrap();
    assert_eq!(node::lost(&nodes, []), Some("lonely"));
    let root = Target::Node("lonely".to_owned());
    assert_eq!(node::lost(&nodes, [&root]), None);
}

#[test]
fn only_the_provider_stands_in_texts_without_a_group() {
    let guide = english();
    let hints = guide.nodes.values().flat_map(|node| &node.hint);
    let errors = guide.errors.iter();
    let errors = errors.filter(|error| error.program.is_none());
    let errors = errors.flat_map(|error| [&error.means].into_iter().chain(&error.cause));
    let readings = guide.network.readings.iter().map(|reading| &reading.means);
    for text in hints.chain(errors).chain(readings) {
        let plain = text.plain().replace("{provider}", "");
        assert!(!plain.contains('{'), "{plain}");
    }
}

#[test]
fn every_word_of_the_comparison_is_there() {
    use super::comparison::{Kind, ShownCopies, ShownSecurity, ShownSignIn, ShownUser};
    let words = english().words.check;
    let codes = Kind::ALL.iter().map(|choice| choice.code());
    let codes = codes
        .chain(ShownSecurity::ALL.iter().map(|choice| choice.code()))
        .chain(ShownUser::ALL.iter().map(|choice| choice.code()))
        .chain(ShownSignIn::ALL.iter().map(|choice| choice.code()))
        .chain(ShownCopies::ALL.iter().map(|choice| choice.code()));
    for code in codes {
        assert!(words.choices.contains_key(code), "{code}");
    }
}

#[test]
fn errors_are_found_whatever_is_pasted() {
    let guide = english();
    assert!(guide.errors.len() >= 120, "{}", guide.errors.len());
    for error in &guide.errors {
        assert!(!error.pieces.is_empty(), "{}: {}", error.id, error.text);
        let hits = error_text::search(&guide.errors, &error.text);
        let found = hits.iter().any(|hit| hit.id == error.id);
        assert!(found, "{} is not found by its own text", error.text);
    }
    for (pasted, first) in [
        ("0x800CCC0E", "outlook-classic-1"),
        (
            "Task 'x' reported error (0x800ccc0e): 'Cannot\r\n connect'",
            "outlook-classic-1",
        ),
        ("cannot verify SERVER identity", "apple-mail-ios-3"),
        ("Cannot Verify\nServer Identity", "apple-mail-ios-3"),
        (
            "smtp; 535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
            "535",
        ),
        (
            "curl: (28) Connection timed out after 10001 milliseconds",
            "timedout",
        ),
        ("curl: (7)", "curl-7"),
        (
            "This is the mail system at host mx.\n<bob@example.net>: host mx2 said: 550 5.1.1 <bob@example.net>: \
             Recipient address rejected: User unknown (in reply to RCPT TO command)",
            "550-user",
        ),
        (
            "a3 NO [AUTHENTICATIONFAILED] Invalid credentials",
            "authenticationfailed",
        ),
        ("550 5.7.1 Relaying denied", "relay"),
        ("552 5.2.2 Mailbox full", "552"),
    ] {
        let hits = error_text::search(&guide.errors, pasted);
        let ids: Vec<_> = hits.iter().map(|hit| hit.id.as_str()).collect();
        assert_eq!(ids.first(), Some(&first), "{pasted}: {ids:?}");
    }
    for nothing in ["", "  ", "hello there", "15350"] {
        let hits = error_text::search(&guide.errors, nothing);
        assert!(hits.is_empty(), "{nothing}: {hits:?}");
    }
}

#[test]
fn trails_from_addresses_are_read_with_care() {
    use super::trail::Trail;
    let guide = english();
    let whole = "start.send~send-test.fine~send.yes~send-program.thunderbird";
    let trail = Trail::read(&guide, whole);
    assert_eq!(trail.text(), whole);
    let known = trail.known(&guide);
    assert_eq!(known.len(), 4);
    assert_eq!(known[3].answer, "Thunderbird");
    assert_eq!(known[3].program, "thunderbird");
    assert!(!known[1].certain.is_empty());
    let card = Target::Card("sign-in-to-send".to_owned());
    let link = trail.link(&guide, &card);
    assert_eq!(
        link,
        format!("/fix/card/sign-in-to-send?program=thunderbird&trail={whole}")
    );
    for (text, kept) in [
        ("", ""),
        ("start.nothing", ""),
        ("nothing.unknown", ""),
        ("start.send~<script>.x", "start.send"),
        ("start.thunderbird", ""),
    ] {
        assert_eq!(Trail::read(&guide, text).text(), kept, "{text}");
    }
    let long = vec!["start.send"; 500].join("~");
    assert!(Trail::read(&guide, &long).known(&guide).len() <= 40);
}

#[test]
fn every_language_is_whole() {
    let languages = crate::content::languages();
    assert!(languages.contains(&"en".to_owned()), "{languages:?}");
    for language in languages {
        Guide::read(&language).unwrap();
        crate::words::Words::read(&language).unwrap();
        crate::check::TestWords::read(&language).unwrap();
        crate::page_words::PageWords::read(&language).unwrap();
    }
}
