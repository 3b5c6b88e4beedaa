//! What no text of the guide may say, because whoever follows it loses mail, money or time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::destination::Destination;
use super::program::{SecurityNames, Status};
use super::prose::{Prose, Slot, Steps};
use super::values::{Filled, Values};
use super::*;
use crate::content::Files;
use crate::record::{Role, built_in, parse};
use crate::texts::{Languages, Texts};

/// Words of one language by which the tests know what a text is about, in small letters.
struct Words {
    language: &'static str,
    /// Units of time after a number.
    times: &'static [&'static str],
    /// What says that mail goes from one account to another.
    moves: &'static [&'static str],
    /// A copy that is kept.
    backup: &'static str,
    /// What says that an account stays.
    keeps: &'static [&'static str],
    /// A message that wants to be believed.
    scam: &'static str,
    /// Claims for which a card names its sources.
    claims: &'static [&'static str],
    /// What carries no mail, and is no cause.
    never: &'static [&'static str],
}

/// Whoever adds a language adds its words.
const WORDS: &[Words] = &[Words {
    language: "en",
    times: &["day", "week"],
    moves: &[
        "drag",
        "of the imap account",
        "copy it in parts",
        "copy the mail",
    ],
    backup: "backup",
    keeps: &[
        "do not remove",
        "leave the pop account",
        "keep the pop account",
    ],
    scam: "scam",
    claims: &[
        "probably a scam",
        "with a time limit",
        "this device only",
        "only on that device",
        "deletes it at",
        "sent mail stays on the device",
        "lost its list",
        "documented",
        "firewall of",
        "scan inbound",
        "slider",
    ],
    never: &["private relay"],
}];

fn languages() -> Vec<(&'static Words, Arc<Texts>)> {
    let files = Files::built_in().unwrap();
    let languages = Languages::read(&files, "en").unwrap();
    let all = languages.all().iter().map(|texts| {
        let mut lists = WORDS.iter();
        let words = lists.find(|words| words.language == texts.language);
        let words = words.unwrap_or_else(|| panic!("{} has no words", texts.language));
        (words, texts.clone())
    });
    all.collect()
}

/// What the prose says, in small letters.
fn plain(prose: &Prose) -> String {
    prose.plain().to_lowercase()
}

/// Every list of steps of the cards and of the programs, with where it stands.
fn lists(guide: &Guide) -> Vec<(String, &Steps)> {
    let mut lists = Vec::new();
    for (slug, card) in &guide.cards {
        lists.push((format!("card {slug}"), &card.steps));
    }
    for program in &guide.programs {
        let slug = &program.slug;
        match &program.status {
            Status::Retired(retired) => lists.push((format!("{slug} keep"), &retired.keep)),
            Status::Other(guide) => {
                lists.push((format!("{slug} add"), &guide.add));
                let parts = guide.parts.iter();
                lists.extend(parts.map(|part| (format!("{slug}: {}", part.title), &part.steps)));
            }
            Status::Supported(steps) => {
                lists.push((format!("{slug} add"), &steps.add));
                lists.push((format!("{slug} change"), &steps.change));
                lists.push((format!("{slug} trap"), &steps.trap.steps));
                let cards = steps.cards.iter();
                lists.extend(cards.map(|(card, steps)| (format!("{slug} card {card}"), steps)));
            }
        }
    }
    lists
}

/// A number of days makes the next check delete older mail on the server, so it stands only where the mailbox is full.
#[test]
fn no_text_limits_how_long_copies_stay() {
    for (words, texts) in languages() {
        for (place, steps) in lists(&texts.guide) {
            for step in steps.iter().map(plain) {
                let numbers = step.split(|letter: char| !letter.is_ascii_alphanumeric());
                let numbers: Vec<_> = numbers.filter(|word| !word.is_empty()).collect();
                let limit = numbers.windows(2).any(|pair| {
                    let number = pair[0].bytes().all(|byte| byte.is_ascii_digit());
                    number && words.times.iter().any(|time| pair[1].starts_with(time))
                });
                assert!(!limit || place == "card mailbox-full", "{place}: {step}");
            }
        }
    }
}

#[test]
fn mail_is_saved_before_it_goes_to_another_account() {
    for (words, texts) in languages() {
        let mut found = 0;
        for (place, steps) in lists(&texts.guide) {
            let steps: Vec<_> = steps.iter().map(plain).collect();
            let moves = |step: &String| words.moves.iter().any(|phrase| step.contains(phrase));
            let Some(first) = steps.iter().position(moves) else {
                continue;
            };
            found += 1;
            let saved = steps[..=first]
                .iter()
                .any(|step| step.contains(words.backup));
            assert!(saved, "{place}: {}", steps[first]);
        }
        assert!(found >= 4, "{found}");
    }
}

#[test]
fn an_account_with_pop_is_not_removed() {
    for (words, texts) in languages() {
        let guide = &texts.guide;
        for (place, steps) in lists(guide) {
            if !place.ends_with("card remove-and-add") {
                continue;
            }
            let all: Vec<_> = steps.iter().map(plain).collect();
            // A program without POP has nothing to keep.
            if !all.iter().any(|step| step.contains("pop")) {
                continue;
            }
            let kept = all[..2]
                .iter()
                .any(|step| words.keeps.iter().any(|phrase| step.contains(phrase)));
            assert!(kept, "{place}: {all:?}");
        }
    }
}

#[test]
fn vanished_mail_is_found_in_three_answers() {
    let texts = Texts::english();
    let guide = &texts.guide;
    let target = Destination::Card("bring-back".to_owned());
    // The first answer, that messages have disappeared, leads to this question.
    let mut steps = BTreeMap::from([("gone".to_owned(), 1)]);
    let mut queue = VecDeque::from(["gone".to_owned()]);
    let mut found = None;
    while let Some(slug) = queue.pop_front() {
        let taps = steps[&slug] + 1;
        for answer in &guide.nodes[&slug].answers {
            if answer.to == target {
                found = found.or(Some(taps));
            }
            if let Destination::Node(next) = &answer.to
                && !steps.contains_key(next)
            {
                steps.insert(next.clone(), taps);
                queue.push_back(next.clone());
            }
        }
    }
    assert_eq!(found, Some(3));
    let card = &guide.cards["bring-back"];
    assert!(plain(&card.why).contains("do not remove"));
    assert_eq!(card.prevention.as_deref(), Some("leave-copies"));
}

#[test]
fn cards_that_fake_mails_imitate_warn_of_them() {
    for (words, texts) in languages() {
        for slug in [
            "mailbox-full",
            "account-check",
            "reset-password",
            "stranger",
        ] {
            // Before the first step, because that is where a customer still has the link at hand.
            let warning = texts.guide.cards[slug].warning.as_ref();
            let warned = warning.is_some_and(|warning| plain(warning).contains(words.scam));
            assert!(warned, "{slug}");
        }
    }
}

#[test]
fn every_card_with_a_claim_names_its_source() {
    for (words, texts) in languages() {
        for (slug, card) in &texts.guide.cards {
            let all = [&card.why, &card.after]
                .into_iter()
                .chain(&card.warning)
                .chain(card.steps.iter());
            for text in all.map(plain) {
                let claim = words.claims.iter().find(|claim| text.contains(**claim));
                // A program that its maker has ended names its sources on its own page.
                let elsewhere = texts.guide.program(slug).is_some();
                let sourced = elsewhere || !card.sources.is_empty();
                assert!(claim.is_none() || sourced, "{slug}: {text}");
            }
        }
    }
}

#[test]
fn no_text_looks_for_the_fault_where_no_mail_goes() {
    let files = Files::built_in().unwrap();
    for (words, texts) in languages() {
        let folder = format!("{}/", texts.language);
        for (path, text) in files.0.iter().filter(|(path, _)| path.starts_with(&folder)) {
            let lower = text.to_lowercase();
            let bad = words.never.iter().find(|phrase| lower.contains(**phrase));
            assert!(bad.is_none(), "{path}: {bad:?}");
        }
    }
}

#[test]
fn a_mailbox_that_is_turned_off_is_a_matter_for_support() {
    let texts = Texts::english();
    let mut causes = probe::Cause::all();
    let disabled = causes.find(|cause| cause.code() == "account-disabled");
    let to = texts.guide.remedies.target(disabled.unwrap());
    assert_eq!(to, Some(&Destination::Card("support".to_owned())));
}

#[test]
fn the_other_port_for_sending_comes_from_the_record() {
    let texts = Texts::english();
    let file = built_in();
    let record = Arc::new(parse(&file.text, &file.name).unwrap());
    let values = |group: usize| Values {
        record: record.clone(),
        group: record.groups[group].clone(),
        security: SecurityNames::general(&texts.words),
    };
    let port = values(0).fill(Slot::OtherPort);
    assert_eq!(port, Filled::Text("465".to_owned()));
    let without = record.groups.iter().position(|group| {
        let mut services = group.services.iter();
        !services.any(|service| service.role == Role::Alternative)
    });
    let without = values(without.unwrap());
    assert_eq!(without.fill(Slot::OtherPort), Filled::Missing);
    assert_eq!(without.fill(Slot::OtherHost), Filled::Missing);
}
