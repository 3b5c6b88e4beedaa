//! The built-in words are complete, and each reads like the others.

use probe::Severity;

use super::*;

const ENGLISH: &str = include_str!("../../content/en/outcomes.toml");

fn endpoint(url_host: &str, protocol: Protocol, port: u16) -> Endpoint {
    Endpoint {
        id: "one".into(),
        protocol,
        host: url_host.parse().unwrap(),
        port: port.try_into().unwrap(),
        security: Security::Tls,
    }
}

fn subject(words: &OutcomeWords) -> Subject {
    words.subject(
        &[endpoint("mail.example.net", Protocol::Imap, 993)],
        &[endpoint("imap.example.net", Protocol::Imap, 993)],
        Some("Example Mail"),
    )
}

#[test]
fn there_are_words_for_the_languages_that_there_are() {
    assert!(OutcomeWords::built_in("en").is_ok());
    let error = OutcomeWords::built_in("xx").unwrap_err();
    assert_eq!(error, "xx/outcomes.toml is missing");
}

#[test]
fn every_outcome_has_words_that_read_well() {
    let words = OutcomeWords::english();
    for &outcome in Outcome::ALL {
        let step = words.step(outcome);
        let count = step.split_whitespace().count();
        assert!(
            (3..=8).contains(&count) && !step.ends_with('.'),
            "{outcome}: {step:?} has {count} words"
        );
    }
    for cause in Cause::all() {
        let RenderedText {
            title,
            explanation,
            advice,
        } = words.cause(cause).fill(&subject(&words));
        let advice = advice.join(" ");
        let outcome = cause.code();
        assert!(
            !title.ends_with('.'),
            "{outcome}: {title:?} ends with a full stop"
        );
        assert!(title.len() <= 75, "{outcome}: {title:?} is long");
        for text in [&explanation, &advice] {
            assert!(
                text.ends_with('.'),
                "{outcome}: {text:?} does not end its sentence"
            );
        }
        let sentences = explanation.matches(". ").count() + 1;
        assert!(
            sentences <= 3,
            "{outcome}: {sentences} sentences of explanation"
        );
        for sentence in explanation.split(". ").chain(advice.split(". ")) {
            let count = sentence.split_whitespace().count();
            assert!(count <= 28, "{outcome}: {sentence:?} has {count} words");
        }
    }
}

/// What a customer reads, as it is: a change of words is seen in the review of the snapshot.
#[test]
fn the_text_that_a_customer_reads() {
    let words = OutcomeWords::english();
    let mut book = String::new();
    for cause in Cause::all() {
        let RenderedText {
            title,
            explanation,
            advice,
        } = words.cause(cause).fill(&subject(&words));
        let advice = advice.join(" ");
        book += &format!(
            "{}\n  {title}\n  {explanation}\n  {advice}\n\n",
            cause.code()
        );
    }
    insta::assert_snapshot!("customer", book);
}

#[test]
fn the_first_sentences_have_no_jargon() {
    let words = OutcomeWords::english();
    for cause in Cause::all() {
        let outcome = cause.code();
        let filled = words.cause(cause).fill(&subject(&words));
        let first = filled.explanation.split(". ").next().unwrap_or_default();
        for text in [&filled.title, first] {
            for jargon in [
                "TLS",
                "SSL",
                "DNS",
                "TCP",
                "SASL",
                "port",
                "protocol",
                "cipher",
                "handshake",
            ] {
                let mut words = text.split(|letter: char| !letter.is_alphanumeric());
                assert!(
                    words.all(|word| word != jargon),
                    "{outcome}: {text:?} says {jargon}"
                );
            }
        }
    }
}

#[test]
fn whoever_cannot_fix_a_fault_learns_where_to_turn() {
    let words = OutcomeWords::english();
    for cause in Cause::all().filter(|cause| cause.severity() == Severity::Failure) {
        let filled = words.cause(cause).fill(&subject(&words));
        let text = format!("{} {}", filled.explanation, filled.advice.join(" ")).to_lowercase();
        if text.contains("cannot fix this yourself") {
            let outcome = cause.code();
            assert!(
                text.contains("support"),
                "{outcome} names nobody who can help"
            );
        }
    }
}

/// What is tested is the documented name, so nobody has typed it.
#[test]
fn a_name_that_leads_nowhere_is_the_fault_of_the_provider() {
    let words = OutcomeWords::english();
    for outcome in [
        Outcome::NameNotFound,
        Outcome::NoAddress,
        Outcome::DnsServerFailed,
        Outcome::DnsTimeout,
        Outcome::AddressNotPublic,
        Outcome::TlsNameNotKnown,
    ] {
        let filled = words.cause(Cause::Outcome(outcome)).fill(&subject(&words));
        let text = format!("{} {}", filled.explanation, filled.advice.join(" "));
        assert!(
            text.contains("support at Example Mail"),
            "{outcome}: {text}"
        );
        let text = text.to_lowercase();
        for blame in [
            "you typed",
            "letter by letter",
            "settings table",
            "correct the",
        ] {
            assert!(!text.contains(blame), "{outcome} says {blame:?}: {text}");
        }
    }
}

#[test]
fn a_refused_password_gets_every_next_step() {
    let words = OutcomeWords::english();
    let filled = words
        .cause(Cause::Outcome(Outcome::WrongCredentials))
        .fill(&subject(&words));
    for step in [
        "by hand",
        "Caps Lock",
        "webmail",
        "app password",
        "reset",
        "bill",
    ] {
        let text = format!("{} {}", filled.explanation, filled.advice.join(" "));
        assert!(text.contains(step), "{step:?} is missing");
    }
}

#[test]
fn several_endpoints_are_named_once_each() {
    let words = OutcomeWords::english();
    let imap = endpoint("mail.example.net", Protocol::Imap, 993);
    let submission = endpoint("smtp.example.net", Protocol::Smtp, 587);
    let submissions = endpoint("smtp.example.net", Protocol::Smtp, 465);
    let subject = words.subject([&imap, &submission, &submissions], [&imap], None);
    assert_eq!(
        subject.service,
        "incoming mail (IMAP) and outgoing mail (SMTP)"
    );
    assert_eq!(subject.host, "mail.example.net and smtp.example.net");
    assert_eq!(subject.port, "ports 993, 587 and 465");
    assert_eq!(subject.provider, "your mail provider");
    assert_eq!(subject.instead, "mail.example.net (port 993, SSL/TLS)");
    let subject = words.subject([&submission, &submission], [], None);
    assert_eq!(subject.port, "port 587");
}

#[test]
fn a_fault_in_the_file_is_told() {
    let read = |text: &str| OutcomeWords::read(&File::new("en.toml", text)).unwrap_err();
    let place = ENGLISH.lines().position(|line| line == "[outcome.ok]");
    let place = place.unwrap() + 1;
    for (old, new, message) in [
        (
            "[outcome.ok]",
            "[outcome.okay]",
            "en.toml: [outcome.ok] is missing".to_owned(),
        ),
        (
            "[outcome.ok]",
            "[outcome.fine]\nstep = \"a\"\ntitle = \"a\"\nexplanation = \"a\"\nadvice = [\"a\"]\n[outcome.ok]",
            format!(
                "en.toml:{place}:10: [outcome.fine] is unknown, expected the code of an outcome"
            ),
        ),
    ] {
        let text = ENGLISH.replacen(old, new, 1);
        assert_eq!(read(&text), message);
    }
    let line = ENGLISH
        .lines()
        .position(|line| line.starts_with("title = "))
        .unwrap()
        + 1;
    for (title, message) in [
        (
            "\"The {\"",
            "9: unbalanced brace, expected a placeholder such as {host}",
        ),
        (
            "\"{user}\"",
            "9: unknown placeholder {user}, expected {host}, {service}, {port}, {provider} or {instead}",
        ),
        ("3", "9: invalid type: integer `3`, expected a string"),
    ] {
        let mut lines: Vec<String> = ENGLISH.lines().map(str::to_owned).collect();
        lines[line - 1] = format!("title = {title}");
        assert_eq!(read(&lines.join("\n")), format!("en.toml:{line}:{message}"));
    }
}
