//! What holds for the texts of every language, and how a language is chosen.

use super::*;
use crate::content::with_marked_language;

#[test]
fn every_built_in_language_is_whole() {
    let files = Files::built_in().unwrap();
    let languages = Languages::read(&files, "en").unwrap();
    let names: Vec<_> = languages
        .all()
        .iter()
        .map(|texts| &texts.language)
        .collect();
    assert!(names.contains(&&"en".to_owned()), "{names:?}");
    assert_eq!(names.len(), files.languages().unwrap().len());
    let error = Languages::read(&files, "xx").unwrap_err();
    assert_eq!(error, "there is no folder `xx`");
}

fn negotiated<'a>(languages: &'a Languages, header: Option<&str>) -> &'a Texts {
    &languages.all()[languages.position(header)]
}

#[test]
fn a_request_gets_its_language() {
    let files = with_marked_language("de");
    let english = Languages::read(&files, "en").unwrap();
    let german = Languages::read(&files, "de").unwrap();
    for (header, with_english, with_german) in [
        (None, "en", "de"),
        (Some("fr"), "en", "de"),
        (Some("de-AT, en;q=0.5"), "de", "de"),
        (Some("de;q=0.1, EN"), "en", "en"),
    ] {
        assert_eq!(negotiated(&english, header).language, with_english);
        assert_eq!(negotiated(&german, header).language, with_german);
    }
    let texts = negotiated(&english, Some("de"));
    assert_eq!(texts.pages.home.title, "·Mail settings");
    assert_eq!(texts.guide.cards["clock"].title, "·Set the date and time");
    assert_eq!(texts.guide.programs[0].name, "·Mail on iPhone and iPad");
}

#[test]
fn messages_are_found_by_the_words_of_their_language() {
    let mut files = with_marked_language("de");
    for (path, old, new) in [
        ("de/errors.toml", "\"queued\"", "\"liegt im postausgang\""),
        (
            "de/network.toml",
            "[reading.refused]\n",
            "[reading.refused]\nmatch = [\"weggeschickt vom rechner\"]\n",
        ),
    ] {
        let text = files.0[path].replacen(old, new, 1);
        assert!(text.contains(new), "{path}");
        files.0.insert(path.to_owned(), text);
    }
    let languages = Languages::read(&files, "en").unwrap();
    let first = |tag: &str, text: &str| {
        let texts = negotiated(&languages, Some(tag));
        let found = texts.search.search(text, None);
        found.hits.first().map(|hit| hit.text.clone())
    };
    for (text, english, german) in [
        ("Queued", Some("Mail stays in the outbox"), None),
        (
            "LIEGT im Postausgang",
            None,
            Some("·Mail stays in the outbox"),
        ),
        (
            "weggeschickt vom Rechner",
            None,
            Some("·Connection refused"),
        ),
    ] {
        if let Some(english) = english {
            assert_eq!(first("en", text).as_deref(), Some(english), "{text}");
        }
        if let Some(german) = german {
            assert_eq!(first("de", text).as_deref(), Some(german), "{text}");
        }
    }
    assert_eq!(first("de", "queued"), None);
    assert_eq!(first("en", "weggeschickt vom Rechner"), None);
}

#[test]
fn a_language_that_is_not_whole_is_refused() {
    let file = |path: &str, change: &dyn Fn(&str) -> String| {
        let mut files = with_marked_language("xx");
        let text = files.0[&format!("xx/{path}")].clone();
        files.0.insert(format!("xx/{path}"), change(&text));
        Languages::read(&files, "en").unwrap_err()
    };
    let without = |line: &'static str| move |text: &str| text.replacen(line, "", 1);
    let with = |line: &'static str| move |text: &str| format!("{text}\n{line}\n");
    for (path, change, fault) in [
        (
            "pages.toml",
            &without("title = \"·Mail settings\"\n") as &dyn Fn(&str) -> String,
            "xx/pages.toml:4:1: missing field `title`",
        ),
        (
            "pages.toml",
            &with("unknown = \"?\""),
            "unknown field `unknown`",
        ),
        (
            "pages.toml",
            &|text| text.replacen("{provider}", "{user}", 1),
            "unknown placeholder {user}, expected {provider}",
        ),
        (
            "pages.toml",
            &|text| text.replacen("·Mail settings", "", 1),
            "xx/pages.toml:5:9: the text is empty",
        ),
        (
            "nodes.toml",
            &|text| text.replace("[node.gone", "[node.lost"),
            "xx/nodes.toml: [node.gone] is missing",
        ),
        (
            "nodes.toml",
            &with("[node.more]\nquestion = \"?\"\nanswers = {}"),
            "[node.more] is unknown, expected the slug of a node of the structure",
        ),
        (
            "nodes.toml",
            &|text| text.replacen("receive = \"·New mail does not arrive\"\n", "", 1),
            "[node.start.answers.receive] is missing",
        ),
        (
            "errors.toml",
            &|text| {
                text.replacen(
                    "match = [\"·very slow\"",
                    "match = []\nold = [\"very slow\"",
                    1,
                )
            },
            "nothing to find it by, expected at least one piece of text",
        ),
        (
            "errors.toml",
            &|text| text.replacen("\"queued\"", "\"queued …\"", 1),
            "`queued …` cannot be found, expected a word on each side of `…`",
        ),
        (
            "cards.toml",
            &|text| text.replacen("[card.clock]", "[card.watch]", 1),
            "xx/cards.toml: [card.clock] is missing",
        ),
        (
            "guide.toml",
            &without("oauth = \"·OAuth2, or a sign-in page\"\n"),
            "xx/guide.toml: [choices.oauth] is missing",
        ),
        (
            "test.toml",
            &without("  \"·December\",\n"),
            "invalid length 11, expected an array of length 12",
        ),
        (
            "programs/thunderbird.toml",
            &|text| text.replacen("host = \"·Server Name\"\n", "", 1),
            "[form.imap.labels.host] is missing",
        ),
        (
            "programs/thunderbird.toml",
            &|text| text.replacen("[card.outbox]", "[card.inbox]", 1),
            "xx/programs/thunderbird.toml: [card.outbox] is missing",
        ),
        (
            "programs/geary.toml",
            &|text| text.replacen("summary = \"", "summary = \"{provider} ", 1),
            "xx/programs/geary.toml:2:11: the summary is shown as it stands",
        ),
        (
            "nodes.toml",
            &|text| text.replacen("hint = \"", "hint = \"{user} ", 1),
            "{user} is not known in this text, expected {provider} only",
        ),
        (
            "programs/gmail-web.toml",
            &with("[kind]\ntext = \"?\""),
            "xx/programs/gmail-web.toml: [kind] is unknown",
        ),
    ] {
        let error = file(path, change);
        assert!(error.contains(fault), "{path}: {error}");
        assert!(error.starts_with("xx/"), "{error}");
    }
    let mut files = with_marked_language("xx");
    files.0.insert("xx/go_on.toml".to_owned(), String::new());
    let error = Languages::read(&files, "en").unwrap_err();
    let message = "xx/go_on.toml is unknown, expected one of cards.toml, errors.toml,";
    assert!(error.starts_with(message), "{error}");
    for path in ["cards.toml", "programs/geary.toml"] {
        let mut files = with_marked_language("xx");
        files.0.remove(&format!("xx/{path}"));
        let error = Languages::read(&files, "en").unwrap_err();
        assert_eq!(error, format!("xx/{path} is missing"));
    }
}

/// What no text of a language may say, because whoever follows it is less protected.
struct LowersProtection {
    language: &'static str,
    /// What lowers it, in small letters.
    phrases: &'static [&'static str],
    /// What turns the phrase behind it into a warning.
    negation: &'static str,
    /// What makes the whole line a warning.
    warnings: &'static [&'static str],
}

/// Whoever adds a language adds its list.
const LOWERS_PROTECTION: &[LowersProtection] = &[LowersProtection {
    language: "en",
    phrases: &[
        "without encryption, try",
        "accept the certificate",
        "accept all certificates",
        "add exception",
        "choose “none”",
        "trust anyway",
        "disable encryption",
    ],
    negation: "do not ",
    warnings: &["never", "stay away"],
}];

#[test]
fn no_text_lowers_the_protection() {
    let files = Files::built_in().unwrap();
    for language in files.languages().unwrap() {
        let mut lists = LOWERS_PROTECTION.iter();
        let list = lists.find(|list| list.language == language);
        let list = list.unwrap_or_else(|| panic!("{language} has no list"));
        for (path, text) in &files.0 {
            if !path.starts_with(&format!("{language}/")) {
                continue;
            }
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let lower = line.to_lowercase();
                let warned = list.warnings.iter().any(|warning| lower.contains(warning));
                let bad = list.phrases.iter().find(|phrase| {
                    lower.contains(**phrase)
                        && !lower.contains(&format!("{}{phrase}", list.negation))
                });
                assert!(bad.is_none() || warned, "{path}: {line}");
            }
        }
    }
}
