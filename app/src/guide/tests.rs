//! What holds for the guide in every language.

use std::sync::Arc;

use probe::client_profiles;

use super::destination::Destination;
use super::node::Nodes;
use super::program::Status;
use super::prose::{GeneralProse, Piece, Prose};
use super::*;
use crate::content::file::File;
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
fn what_is_there_twice_is_refused_with_its_place() {
    for (path, old, new, fault) in [
        (
            "errors.toml",
            "id = \"0x800ccc6c\"",
            "id = \"0x800ccc13\"",
            "error `0x800ccc13` is there twice",
        ),
        (
            "programs.toml",
            "  \"geary\",\n",
            "  \"geary\",\n  \"geary\",\n",
            "program `geary` is there twice",
        ),
        (
            "network.toml",
            "device = \"mac\"",
            "device = \"windows\"",
            "system `windows` is there twice",
        ),
    ] {
        let files = Files::built_in().unwrap();
        let text = files.0[&format!("structure/{path}")].replacen(old, new, 1);
        let error = structure(path, &text).unwrap_err();
        assert!(error.starts_with("structure/"), "{path}: {error}");
        assert!(error.contains(fault), "{path}: {error}");
    }
    // The first of each kind in a file, put twice.
    for (path, start, end, fault) in [
        ("network.toml", "{ id = ", " }", "command `"),
        ("network.toml", "[[reading]]", "[[", "reading `"),
        ("cards.toml", "{ id = ", " }", "source `"),
        ("programs/thunderbird.toml", "[[form]]", "[[", "form `imap"),
        ("programs/thunderbird.toml", "{ id = ", " }", "message `"),
        (
            "programs/thunderbird.toml",
            "{ id = \"host\"",
            " }",
            "field `",
        ),
        ("programs/thunderbird.toml", "devices = [", "]", "device `"),
        ("programs/thunderbird.toml", "sources = [", "]", "source `"),
    ] {
        let files = Files::built_in().unwrap();
        let text = &files.0[&format!("structure/{path}")];
        let from = text
            .find(start)
            .unwrap_or_else(|| panic!("{path}: {start}"));
        let inside = from + start.len();
        let to = inside + text[inside..].find(end).unwrap_or(text.len() - inside);
        let twice = match end {
            // A list repeats what is in it.
            "]" => format!("{},{}", &text[..to], &text[inside..]),
            " }" => format!("{} }}, {}", &text[..to], &text[from..]),
            _ => format!("{}\n{}", &text[..to], &text[from..]),
        };
        let error = structure(path, &twice).unwrap_err();
        assert!(error.starts_with(&format!("structure/{path}:")), "{error}");
        assert!(
            error.contains(fault) && error.ends_with("is there twice"),
            "{error}"
        );
    }
}

#[test]
fn files_that_nothing_reads_are_refused() {
    for (path, fault) in [
        (
            "structure/go_on.toml",
            "structure/go_on.toml is unknown, expected one of cards.toml, errors.toml,",
        ),
        (
            "structure/programs/geary.tml",
            "structure/programs/geary.tml is unknown, expected a file .toml",
        ),
        (
            "xx/programs/notes.txt",
            "xx/programs/notes.txt is unknown, expected a file .toml",
        ),
        ("notes.toml", "notes.toml is in no folder,"),
        ("german_words/pages.toml", "german_words is no language,"),
        ("pt-br/pages.toml", "pt-br is unusual, expected `pt-BR`"),
    ] {
        let mut files = with_marked_language("xx");
        files.0.insert(path.to_owned(), String::new());
        let error = Languages::read(&files, "en").unwrap_err();
        assert!(error.starts_with(fault), "{path}: {error}");
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

/// The structure with another text in place of a file.
fn structure(path: &str, text: &str) -> Result<Structure, String> {
    let mut files = Files::built_in().unwrap();
    files.0.insert(format!("structure/{path}"), text.to_owned());
    Structure::read(files.structure())
}

#[test]
fn faulty_trees_are_refused() {
    let node = |slug: &str, to: &str| {
        format!("[node.{slug}]\nanswers = [{{ id = \"unknown\", to = \"{to}\" }}]\n")
    };
    for (text, fault) in [
        (
            node("start", "card:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a card",
        ),
        (
            node("start", "node:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a node",
        ),
        (
            node("start", "program:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a program",
        ),
        (node("start", "clock"), "leads nowhere, expected card:"),
        (
            node("start", "card:clock").replace("answers", "see = \"node:nothing\"\nanswers"),
            "structure/nodes.toml:2:7: this leads nowhere, expected a node",
        ),
        (
            node("start", "card:clock") + "settled = { \"start.nothing\" = \"unknown\" }",
            "structure/nodes.toml:3:13: there is no answer `start.nothing`",
        ),
        (
            node("start", "card:clock") + "settled = { \"start.unknown\" = \"nothing\" }",
            "structure/nodes.toml:3:31: there is no answer `nothing`",
        ),
        (
            "[node.start]\nanswers = []".to_owned(),
            "structure/nodes.toml:1:7: the answer `unknown` is missing",
        ),
        (
            node("start", "card:clock").replace("answers", "by = \"test\"\nanswers"),
            "structure/nodes.toml:1:7: the answer `fine` is missing",
        ),
        (
            node("start", "card:clock")
                .replace("}]", "}, { id = \"unknown\", to = \"page:test\" }]"),
            "answer `unknown` is there twice",
        ),
    ] {
        let error = structure("nodes.toml", &text).unwrap_err();
        assert!(
            error.starts_with("structure/nodes.toml:"),
            "{text}: {error}"
        );
        assert!(error.contains(fault), "{text}: {error}");
    }
    let check = |text: &str| {
        let nodes = Nodes::read(File::new("nodes.toml", text)).unwrap();
        nodes.check(std::iter::empty())
    };
    for (text, fault) in [
        (node("start", "card:clock"), Ok(())),
        (
            node("begin", "card:clock"),
            Err("nodes.toml: there is no node `start`"),
        ),
        (
            node("start", "node:a") + &node("a", "node:b") + &node("b", "node:a"),
            Err("nodes.toml: node `a` leads back to itself: a → b"),
        ),
        (
            node("start", "card:clock") + &node("lonely", "card:clock"),
            Err("nodes.toml:3:7: nothing leads to `lonely`"),
        ),
    ] {
        let error = check(&text);
        assert_eq!(
            error.as_ref().map_err(String::as_str),
            fault.as_ref().map_err(|e| *e).map(|_| &())
        );
    }
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    for (path, old, new, fault) in [
        (
            "errors.toml",
            "to = \"card:no-internet\"",
            "to = \"card:nothing\"",
            "this leads nowhere, expected a card",
        ),
        (
            "errors.toml",
            "program = \"outlook-classic\"",
            "program = \"outlook\"",
            "unknown `outlook`, expected the slug of a program",
        ),
        (
            "network.toml",
            "to = \"node:network\"",
            "to = \"node:nothing\"",
            "this leads nowhere, expected a node",
        ),
        (
            "remedies.toml",
            "ok = \"node:fine\"",
            "ok = \"page:nothing\"",
            "there is no page `nothing`",
        ),
        (
            "remedies.toml",
            "no-address = ",
            "no-adress = ",
            "`no-address` leads nowhere",
        ),
        (
            "programs.toml",
            "  \"geary\",\n",
            "",
            "`programs/geary.toml` has no place in the order",
        ),
        (
            "programs.toml",
            "\"geary\"",
            "\"gary\"",
            "structure/programs/gary.toml is missing",
        ),
        (
            "programs/geary.toml",
            "card = \"server-names\"",
            "card = \"server-name\"",
            "unknown `server-name`, expected the slug of a card",
        ),
        (
            "programs/geary.toml",
            "\"leave-copies\"",
            "\"clock\"",
            "unknown `clock`, expected the slug of a card with steps",
        ),
        (
            "programs/gmail-web.toml",
            "\"thunderbird\"",
            "\"windows-mail\"",
            "unknown `windows-mail`, expected the slug of a program",
        ),
        (
            "cards.toml",
            "[card.full-user-name]",
            "[card.user-name]",
            "this leads nowhere, expected a card",
        ),
        (
            "cards.toml",
            "prevention = \"leave-copies\"",
            "prevention = \"leave-copy\"",
            "unknown `leave-copy`, expected the slug of a card",
        ),
        (
            "network.toml",
            "to = \"card:other-network\"",
            "to = \"card:nothing\"",
            "this leads nowhere, expected a card",
        ),
        (
            "cards.toml",
            "[card.gmail-web]",
            "[card.gmail]",
            "there is no card `gmail-web`, expected one that says why",
        ),
    ] {
        let files = Files::built_in().unwrap();
        let text = files.0[&format!("structure/{path}")].replace(old, new);
        let error = structure(path, &text).unwrap_err();
        assert!(error.contains(fault), "{path}: {error}");
    }
}

#[test]
fn trails_from_addresses_are_read_with_care() {
    use super::trail::Trail;
    let texts = Texts::english();
    let guide = &texts.guide;
    let whole = "start.send~send-test.fine~send.yes~send-program.thunderbird";
    let trail = Trail::read(guide, whole);
    assert_eq!(trail.text(), whole);
    let known = trail.answered(guide);
    assert_eq!(known.len(), 4);
    assert_eq!(known[3].answer, "Thunderbird");
    assert_eq!(known[3].program, "thunderbird");
    assert!(!known[1].certain.is_empty());
    let card = Destination::Card("sign-in-to-send".to_owned());
    let link = trail.link(guide, &card);
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
        assert_eq!(Trail::read(guide, text).text(), kept, "{text}");
    }
    // What an earlier answer has settled, and the program, are not asked again.
    for (text, node, expected) in [
        (
            "start.places",
            "network-other",
            "/fix/network-guest?trail=start.places~network-other.yes",
        ),
        (
            "start.send",
            "network-other",
            "/fix/network-other?trail=start.send",
        ),
        (
            "outbox-program.thunderbird",
            "connect-program",
            "/fix/connect?trail=outbox-program.thunderbird~connect-program.thunderbird",
        ),
        (
            "outbox-program.other",
            "connect-program",
            "/fix/connect-program?trail=outbox-program.other",
        ),
        (
            "webmail.yes",
            "password",
            "/fix/card/type-password-again?trail=webmail.yes~password.yes",
        ),
    ] {
        let target = Destination::Node(node.to_owned());
        assert_eq!(Trail::read(guide, text).link(guide, &target), expected);
    }
    let long = vec!["start.send"; 500].join("~");
    assert!(Trail::read(guide, &long).answered(guide).len() <= 40);
}
