//! What real messages lead to, and what holds for every search.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::*;
use crate::search::ranking::MAX_TEXT_LEN;
use crate::texts::Texts;

static TEXTS: LazyLock<std::sync::Arc<Texts>> = LazyLock::new(Texts::english);

/// A message and what is known of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Text(String),
    Known {
        text: String,
        /// Causes that are right too.
        #[serde(default)]
        also: Vec<String>,
        /// The program that shows it.
        program: Option<String>,
    },
}

impl Message {
    fn parts(&self) -> (&str, &[String], Option<&str>) {
        match self {
            Self::Text(text) => (text, &[], None),
            Self::Known {
                text,
                also,
                program,
            } => (text, also, program.as_deref()),
        }
    }
}

/// The messages of a file whose first hit does not lead to their cause, or has the steps of another program.
fn wrong(file: &str) -> Vec<String> {
    let places: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("messages/causes.toml")).unwrap();
    let messages: BTreeMap<String, Vec<Message>> = toml::from_str(file).unwrap();
    let texts = &*TEXTS;
    let mut wrong = Vec::new();
    for (cause, messages) in &messages {
        for (text, also, program) in messages.iter().map(Message::parts) {
            let causes = [cause].into_iter().chain(also);
            let right: Vec<String> = causes
                .flat_map(|cause| &places[cause])
                .map(|place| Destination::try_from(place.clone()).unwrap().path())
                .collect();
            for chosen in [None, program] {
                let found = texts.search.search(text, chosen);
                let first = found.hits.first();
                let path = first.map_or("", |hit| hit.links[0].path.as_str());
                let strange = first.is_some_and(|hit| match &hit.kind {
                    FoundKind::MessageOf(slug) => Some(slug.as_str()) != program,
                    _ => false,
                });
                if strange || !right.iter().any(|right| right == path) {
                    wrong.push(format!("{cause}, {chosen:?}: {text}\n  led to {path}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn messages_lead_to_their_causes() {
    for file in [
        include_str!("messages/first.toml"),
        include_str!("messages/second.toml"),
        include_str!("messages/third.toml"),
        include_str!("messages/fourth.toml"),
        include_str!("messages/fifth.toml"),
        include_str!("messages/symptoms.toml"),
    ] {
        let wrong = wrong(file);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_message_and_place_is_found_by_its_own_text() {
    let texts = &*TEXTS;
    assert!(
        texts.guide.errors.len() >= 120,
        "{}",
        texts.guide.errors.len()
    );
    for entry in &texts.search.entries {
        let (text, program) = match &entry.kind {
            FoundKind::Code(code) => (*code, None),
            FoundKind::MessageOf(slug) => (entry.text.as_str(), Some(slug.as_str())),
            FoundKind::Message | FoundKind::Place => (entry.text.as_str(), None),
        };
        let found = texts.search.search(text, program);
        let itself = found.hits.iter().any(|hit| hit.text == entry.text);
        // Several messages may mean the same, and the clearest of them is enough.
        let same = found
            .hits
            .iter()
            .any(|hit| hit.links.first() == entry.links.first());
        assert!(itself || same, "{text} is not found by its own text");
    }
}

fn first(text: &str, program: Option<&str>) -> (String, String) {
    let texts = &*TEXTS;
    let found = texts.search.search(text, program);
    let first = found.hits.first();
    first.map_or_else(Default::default, |hit| {
        let path = hit.links.first().map(|link| link.path.clone());
        (hit.text.clone(), path.unwrap_or_default())
    })
}

#[test]
fn what_is_different_in_each_copy_does_not_matter() {
    let plain = "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown";
    let expected = first(plain, None);
    assert_eq!(expected.1, "/fix/card/recipient");
    for text in [
        "550-5.1.1 <jane@example.org>:\r\n550 5.1.1 Recipient address REJECTED:\n550 5.1.1 User  unknown",
        "  “550 5.1.1 <bob@example.net>… Recipient address rejected – User unknown”  ",
        "This is the mail system at host mx.\n<bob@example.net>: host mx2.example.net[192.0.2.7] said: 550 5.1.1 \
         <bob@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
    ] {
        assert_eq!(first(text, None), expected, "{text}");
    }
}

#[test]
fn fragments_of_templates_are_not_understood() {
    let texts = &*TEXTS;
    for text in [
        "",
        "  ",
        "hello there",
        "15350",
        "authentication",
        "mail server",
        "smtp server",
        "the server responded",
        "please check the message and try again",
        "an error occurred",
        "the mail server responded",
        "sending of the message failed",
        "try again",
        "error",
        "message",
        "server",
        "…",
        "@",
    ] {
        // They stand in messages of all kinds, which may be shown, but not as if one of them were meant.
        let found = texts.search.search(text, None);
        let hits: Vec<_> = found.hits.iter().map(|hit| &hit.text).collect();
        assert!(hits.is_empty() || !found.sure, "{text}: {hits:?}");
    }
}

#[test]
fn what_has_nothing_to_do_with_mail_finds_nothing() {
    let texts = &*TEXTS;
    for text in [
        "",
        "hello there",
        "15350",
        "authentication",
        "mail server",
        "error",
        "server",
        "…",
        "@",
        "what is the weather tomorrow",
        "how do i bake a cake at home",
        "best pizza in town",
        "my cat is ill",
        "netflix does not play",
        "facebook login",
        "my screen is black",
        "lorem ipsum dolor sit amet",
    ] {
        let found = texts.search.search(text, None);
        let hits: Vec<_> = found.hits.iter().map(|hit| &hit.text).collect();
        assert!(hits.is_empty(), "{text}: {hits:?}");
    }
}

/// The examples of an error whose first hit is another one, which leads to no place of its own. Of a program, only
/// general advice can be right, because the examples say nothing of it.
fn strayed(
    search: &SiteSearch,
    error: &ErrorText,
    is_asked: impl Fn(&str) -> bool,
) -> (usize, Vec<String>) {
    let places: Vec<String> = [&error.to]
        .into_iter()
        .chain(&error.also)
        .map(Destination::path)
        .collect();
    let asked: Vec<_> = error
        .examples
        .iter()
        .filter(|text| is_asked(text))
        .collect();
    let strayed = asked.iter().filter(|text| {
        let found = search.search(text, None);
        let first = found.hits.first().and_then(|hit| hit.links.first());
        !first.is_some_and(|link| places.contains(&link.path))
    });
    let strayed = strayed
        .map(|text| format!("{}: {text}", error.id))
        .collect();
    (asked.len(), strayed)
}

#[test]
fn examples_are_found_by_the_others() {
    let texts = &*TEXTS;
    let fold = |text: &str| {
        text.bytes()
            .fold(0_usize, |sum, byte| sum * 31 % 65_521 + usize::from(byte))
            % FOLDS
    };
    let (mut asked, mut strayed_texts) = (0, Vec::new());
    for left_out in 0..FOLDS {
        let mut guide = texts.guide.clone();
        for error in &mut guide.errors {
            error.examples.retain(|text| fold(text) != left_out);
        }
        let search = SiteSearch::new(&guide, &texts.pages, &texts.words);
        for error in &texts.guide.errors {
            let (count, others) = strayed(&search, error, |text| fold(text) == left_out);
            asked += count;
            strayed_texts.extend(others);
        }
    }
    assert!(asked > 1000, "{asked}");
    let share = strayed_texts.len() * 100 / asked;
    assert!(
        share < 10,
        "{share} % of {asked}:\n{}",
        strayed_texts.join("\n")
    );
}

/// In how many parts the examples are left out, one after the other.
const FOLDS: usize = 5;

#[test]
fn examples_lead_to_their_errors() {
    let texts = &*TEXTS;
    let errors = texts.guide.errors.iter();
    let strayed: Vec<_> = errors
        .flat_map(|error| strayed(&texts.search, error, |_| true).1)
        .collect();
    assert!(strayed.is_empty(), "{}", strayed.join("\n"));
}

#[test]
fn proper_words_are_no_slips() {
    for (text, expected) in [
        ("my passport has expired", ""),
        (
            "the printer prints only half a page of my contract",
            "/programs/printer-scanner",
        ),
        ("my pasword is wrong", "/fix/password"),
    ] {
        assert_eq!(first(text, None).1, expected, "{text}");
    }
}

#[test]
fn words_that_say_more_come_before_codes() {
    for (text, path) in [
        ("535", "/fix/password"),
        ("535 5.7.8 IMAP is disabled", "/fix/card/allow-programs"),
        (
            "535 5.7.8 Application password is REQUIRED",
            "/fix/card/app-password",
        ),
        (
            "535 5.7.8 too many login attempts, please try again later",
            "/fix/card/wait-after-many-tries",
        ),
        ("550", "/fix/card/recipient"),
        ("550 greylisted", "/fix/card/wait-for-delivery"),
        ("421", "/fix/card/service-problem"),
        ("5.7.99", "/fix/card/support"),
    ] {
        assert_eq!(first(text, None).1, path, "{text}");
    }
}

#[test]
fn a_program_that_was_chosen_or_named_counts() {
    let number = "0x800CCC0E";
    let texts = &*TEXTS;
    for (text, program, expected) in [
        (number, None, None),
        (number, Some("thunderbird"), Some("thunderbird")),
        (
            "K-9 Mail: Authentication failed",
            None,
            Some("thunderbird-android"),
        ),
        (
            "Thunderbird says that the password is wrong",
            None,
            Some("thunderbird"),
        ),
    ] {
        let found = texts.search.search(text, program);
        assert_eq!(found.program.as_deref(), expected, "{text}");
        for hit in &found.hits {
            if let (FoundKind::MessageOf(slug), Some(program)) = (&hit.kind, expected) {
                assert_eq!(slug, program, "{text}: {}", hit.text);
            }
        }
        assert!(!found.hits.is_empty(), "{text}");
    }
}

#[test]
fn codes_of_tests_are_found() {
    for cause in Cause::all() {
        let (text, _) = first(cause.code(), None);
        let expected = match cause {
            Cause::Outcome(outcome) => TEXTS.words.step(outcome).to_owned(),
            joint => TEXTS.words.cause(joint).title(),
        };
        assert_eq!(text, expected, "{}", cause.code());
        let found = TEXTS.search.search(cause.code(), None);
        assert_eq!(found.hits.len(), 1, "{}", cause.code());
    }
    let spoken = first("Sign in refused", None);
    assert_eq!(spoken, first("sign-in-refused", None));
    assert_eq!(spoken, first("imaps: sign-in-refused (3 s)", None));
    // What fake mails say, too, is answered with its warning.
    for text in ["Mailbox full", "password expired"] {
        let found = TEXTS.search.search(text, None);
        assert!(found.hits[0].scam, "{text}: {}", found.hits[0].text);
    }
}

#[test]
fn pages_programs_cards_and_questions_are_found() {
    for (text, path) in [
        ("Thunderbird", "/programs/thunderbird"),
        ("Test my connection", "/test"),
        ("messages come twice", "/fix/twice"),
        ("set the date and time", "/fix/card/clock"),
    ] {
        assert_eq!(first(text, None).1, path, "{text}");
    }
}

#[test]
fn no_text_takes_long() {
    let texts = &*TEXTS;
    let pieces: Vec<&str> = texts
        .guide
        .errors
        .iter()
        .flat_map(|error| &error.pieces)
        .map(String::as_str)
        .collect();
    let all = pieces.join(" ");
    let repeated = |text: &str| text.repeat(MAX_TEXT_LEN / text.len() + 1);
    for text in [
        repeated("the "),
        repeated("server "),
        repeated("5.7.1 "),
        repeated("exceeded the number of "),
        repeated("password account server mailbox "),
        repeated("\u{202e}İ̇ \u{0}"),
        repeated("."),
        repeated("1.2.3.4."),
        repeated("-"),
        all.clone(),
        all.chars().rev().collect(),
        "a".repeat(1_000_000),
        "0x80042109".repeat(100_000),
    ] {
        let started = Instant::now();
        let found = texts.search.search(&text, None);
        assert!(found.hits.len() <= 7);
        let limit = Duration::from_secs(2);
        assert!(
            started.elapsed() < limit,
            "{:?}",
            text.chars().take(30).collect::<String>()
        );
    }
}
