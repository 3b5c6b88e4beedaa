//! What is said of a service, for every state.

use std::sync::Arc;
use std::time::Duration;

use probe::Outcome;
use time::UtcDateTime;

use super::said::Times;
use super::tell::{self, Overall, ToldState};
use super::*;
use crate::record::{Catalogue, built_in};
use crate::texts::Texts;

const EVERY: Duration = Duration::from_secs(300);
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// 27 November 2026, 14:05:30 UTC.
fn now() -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(1_795_788_330).unwrap()
}

fn ago(seconds: i64) -> UtcDateTime {
    now() - time::Duration::seconds(seconds)
}

fn catalogue() -> Catalogue {
    Catalogue::read(&[built_in()], false).unwrap()
}

fn key(service: &str) -> ServiceKey {
    format!("centurylink/{service}").parse().unwrap()
}

fn result(service: &str, seconds: i64, state: ServiceState, reason: Reason) -> Event {
    Event::Result(CheckResult {
        service: key(service),
        at: ago(seconds),
        state,
        reason,
        response_time: None,
    })
}

fn ok(service: &str) -> Event {
    result(service, 0, ServiceState::Ok, Reason::Found(Outcome::Ok))
}

/// A service that fails since then, as its last check has shown as well.
fn down(service: &str, seconds: i64) -> [Event; 2] {
    let reason = Reason::Found(Outcome::ConnectionRefused);
    [
        result(service, 2 * MINUTE, ServiceState::Down, reason),
        Event::Incident(Incident {
            service: key(service),
            begin: ago(seconds),
            end: None,
            reason,
        }),
    ]
}

fn seen(events: impl IntoIterator<Item = Event>) -> Seen {
    let mut snapshot = Snapshot::default();
    events.into_iter().for_each(|event| snapshot.apply(event));
    Seen {
        snapshot: Arc::new(snapshot),
        every: EVERY,
        now: now(),
    }
}

fn told(seen: &Seen, service: &str) -> ToldState {
    let (texts, catalogue) = (Texts::english(), catalogue());
    let record = &catalogue.records[0];
    let group = &record.groups[0];
    let service = group.service(service).unwrap();
    let times = Times::new(&texts, now());
    tell::tell(times, &texts, seen, (record, group, service))
}

/// All that is said, without the space that does not break.
fn line(seen: &Seen, service: &str) -> (ShownState, String) {
    let told = told(seen, service);
    let checked = told.checked.map(|checked| checked.plain());
    let parts = [
        Some(told.state.plain()),
        checked,
        told.lasting,
        Some(told.meaning),
    ];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    let line = parts.collect::<Vec<_>>().join(" | ");
    (told.shown, line.replace('\u{a0}', " "))
}

#[test]
fn every_state_says_what_it_means_and_what_to_do() {
    let found = Reason::Found;
    let receiving = "Our checks fail, so mail programs can most likely not fetch mail from this server right now.";
    let sending =
        "Our checks fail, so mail programs can most likely not send through this server right now.";
    let wait = "Leave your settings as they are, and try again later.";
    let own = "Our own connection to the internet has trouble. This says nothing about your mail.";
    for (service, events, mark, expected) in [
        ("imap", vec![], ShownState::Unknown, "Not checked yet".to_owned()),
        ("imap", vec![ok("smtp")], ShownState::Unknown, "Not checked yet".to_owned()),
        ("imap", vec![ok("imap")], ShownState::Ok, "Works | checked just now".to_owned()),
        (
            "imap",
            vec![result("imap", 29 * MINUTE, ServiceState::Ok, found(Outcome::Ok))],
            ShownState::Ok,
            "Works | checked 29 minutes ago".to_owned(),
        ),
        // What was found long ago is not so now.
        (
            "imap",
            vec![result("imap", 5 * HOUR, ServiceState::Ok, found(Outcome::Ok))],
            ShownState::Unknown,
            "Not checked since 09:05 UTC".to_owned(),
        ),
        (
            "imap",
            vec![result("imap", 2 * DAY, ServiceState::Down, found(Outcome::NoGreeting))],
            ShownState::Unknown,
            "Not checked since 25 November 2026, 14:05 UTC".to_owned(),
        ),
        // A clock that was wrong.
        (
            "imap",
            vec![result("imap", -HOUR, ServiceState::Ok, found(Outcome::Ok))],
            ShownState::Ok,
            "Works | checked just now".to_owned(),
        ),
        (
            "imap",
            vec![result("imap", MINUTE, ServiceState::Degraded, Reason::Slow)],
            ShownState::Degraded,
            "Slow now | checked a minute ago | The server answers, but slowly. Your mail program has to wait for it. You need not change anything.".to_owned(),
        ),
        (
            "imap",
            vec![result("imap", 0, ServiceState::Degraded, found(Outcome::CertificateExpiresSoon))],
            ShownState::Degraded,
            format!(
                "Works, but not perfectly | checked just now | {}. Mail still works, and you need not change anything.",
                Texts::english().words.step(Outcome::CertificateExpiresSoon)
            ),
        ),
        (
            "imap",
            down("imap", HOUR).into(),
            ShownState::Down,
            format!("Trouble since 13:05 UTC | checked 2 minutes ago | {receiving} {wait}"),
        ),
        (
            "smtp",
            down("smtp", 20 * HOUR).into(),
            ShownState::Down,
            format!("Trouble since 26 November 2026, 18:05 UTC | checked 2 minutes ago | {sending} {wait}"),
        ),
        // The incident is told a moment after the result.
        (
            "smtp",
            down("smtp", HOUR)[..1].to_vec(),
            ShownState::Down,
            format!("Trouble since 14:03 UTC | checked 2 minutes ago | {sending} {wait}"),
        ),
        (
            "imap",
            down("imap", HOUR).into_iter().chain([Event::OwnNetworkDown(Some(ago(0)))]).collect(),
            ShownState::Unknown,
            format!("We cannot check it right now | {own}"),
        ),
    ] {
        assert_eq!(line(&seen(events.clone()), service), (mark, expected), "{events:?}");
    }
}

#[test]
fn after_a_day_it_is_said_what_works_instead() {
    let with = |others: Vec<Event>, seconds: i64, service: &str| {
        let seen = seen(down(service, seconds).into_iter().chain(others));
        told(&seen, service).lasting
    };
    let instead = |text: Option<String>| {
        text.map(|text| {
            text.split_once("a day. ")
                .map_or(String::new(), |(_, rest)| rest.to_owned())
        })
    };
    let catalogue = catalogue();
    let group = &catalogue.records[0].groups[0];
    let other = (group.services.iter())
        .find(|service| {
            service.endpoint.id != "smtp" && service.endpoint.protocol == probe::Protocol::Smtp
        })
        .unwrap();
    let other_id = &other.endpoint.id;
    let place = tell::address(&Texts::english(), &other.endpoint);
    let none = "and we know no other one that works in its place.";
    assert_eq!(with(vec![ok(other_id)], DAY - 1, "smtp"), None);
    let text = with(vec![ok(other_id)], DAY, "smtp");
    assert_eq!(
        instead(text),
        Some(format!("{place} works: you can use it instead."))
    );
    // What is not known to work, or only receives, is no help.
    for others in [
        vec![],
        vec![ok("imap")],
        down(other_id, HOUR).into(),
        vec![result(other_id, 0, ServiceState::Degraded, Reason::Slow)],
        vec![result(
            other_id,
            5 * HOUR,
            ServiceState::Ok,
            Reason::Found(Outcome::Ok),
        )],
    ] {
        let text = with(others.clone(), DAY, "smtp").unwrap();
        assert!(text.contains(none), "{others:?}: {text}");
    }
    // A program that is changed from IMAP to POP may take the mail off the server.
    let text = with(vec![ok("pop")], 3 * DAY, "imap").unwrap();
    assert!(text.contains(none), "{text}");
    let text = with(vec![ok("imap")], 3 * DAY, "pop").unwrap();
    assert!(text.contains("IMAP") || text.contains("993"), "{text}");
}

#[test]
fn an_outage_is_told_to_those_whom_it_concerns() {
    let (texts, catalogue) = (Texts::english(), catalogue());
    let record = &catalogue.records[0];
    let group = &record.groups[0];
    let heading = |events: Vec<Event>| {
        let seen = seen(events);
        let times = Times::new(&texts, now());
        let said = tell::outage(times, &texts, &seen, (record, group))?;
        let heading = said.heading.plain().replace('\u{a0}', " ");
        Some((heading, format!("{} {}", said.text, said.advice?)))
    };
    let alternative = (group.services.iter())
        .find(|service| service.role == crate::record::Role::Alternative)
        .map(|service| service.endpoint.id.clone());
    assert_eq!(heading(vec![]), None);
    assert_eq!(heading(vec![ok("imap")]), None);
    if let Some(alternative) = alternative {
        // Nobody has to use it.
        assert_eq!(heading(down(&alternative, HOUR).into()), None);
    }
    let (title, text) = heading(down("smtp", HOUR).into()).unwrap();
    assert_eq!(
        title,
        "Trouble at CenturyLink (CenturyLink email addresses) since 13:05 UTC"
    );
    assert!(
        text.starts_with("Our checks of outgoing mail (SMTP) fail."),
        "{text}"
    );
    assert!(text.ends_with("and try again later."), "{text}");
    let other = (group.services.iter())
        .find(|service| {
            service.endpoint.id != "smtp" && service.endpoint.protocol == probe::Protocol::Smtp
        })
        .unwrap();
    let one_works = down("smtp", HOUR)
        .into_iter()
        .chain([ok(&other.endpoint.id)]);
    let (_, text) = heading(one_works.collect()).unwrap();
    let failing = tell::address(&texts, &group.service("smtp").unwrap().endpoint);
    let works = tell::address(&texts, &other.endpoint);
    for part in [
        format!("outgoing mail (SMTP) at {failing} fail."),
        format!("If you cannot wait, you can use {works}: it works."),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    let both = down("smtp", HOUR).into_iter().chain(down("imap", 2 * HOUR));
    let (title, text) = heading(both.collect()).unwrap();
    assert!(title.ends_with("since 12:05 UTC"), "{title}");
    assert!(
        text.contains("incoming mail (IMAP) and outgoing mail (SMTP)"),
        "{text}"
    );
    let ended = Event::Incident(Incident {
        service: key("smtp"),
        begin: ago(HOUR),
        end: Some(ago(0)),
        reason: Reason::Slow,
    });
    let over = down("smtp", HOUR).into_iter().chain([ok("smtp"), ended]);
    assert_eq!(heading(over.collect()), None);
}

#[test]
fn all_together_are_said_in_one_sentence() {
    let (texts, catalogue) = (Texts::english(), catalogue());
    let all: Vec<String> = tell::services(&catalogue)
        .map(|(_, service)| service.endpoint.id.clone())
        .collect();
    let well = || all.iter().map(|id| ok(id)).collect::<Vec<_>>();
    let with = |more: Vec<Event>| {
        well().into_iter().filter(move |event| !more.iter().any(|other| matches!((event, other), (Event::Result(a), Event::Result(b)) if a.service == b.service)))
    };
    let alternative = tell::services(&catalogue)
        .find(|(_, service)| service.role == crate::record::Role::Alternative)
        .map(|(_, service)| service.endpoint.id.clone())
        .unwrap();
    for (events, expected) in [
        (vec![], "The first check is under way"),
        (well(), "All mail servers work"),
        (
            {
                let slow = vec![result("imap", 0, ServiceState::Degraded, Reason::Slow)];
                with(slow.clone()).chain(slow).collect()
            },
            "Mail works, but not everything is perfect",
        ),
        (
            with(down("imap", HOUR).into())
                .chain(down("imap", HOUR))
                .collect(),
            "There is trouble with one mail server",
        ),
        // One that nobody is told to use.
        (
            with(down(&alternative, HOUR).into())
                .chain(down(&alternative, HOUR))
                .collect(),
            "Mail works, but not everything is perfect",
        ),
        (
            well()
                .into_iter()
                .chain([Event::OwnNetworkDown(Some(ago(0)))])
                .collect(),
            "We cannot check the mail servers right now",
        ),
    ] {
        let overall = Overall::of(&seen(events), tell::services(&catalogue));
        assert_eq!(overall.title(&texts), expected);
    }
    for second in ["smtp", &alternative] {
        let two = down("imap", HOUR).into_iter().chain(down(second, HOUR));
        let overall = Overall::of(&seen(two), tell::services(&catalogue));
        let title = overall.title(&texts);
        assert_eq!(
            title,
            format!("There is trouble with 2 of {} mail servers", all.len())
        );
    }
    let overall = Overall::of(&seen(down("imap", HOUR)), tell::services(&catalogue));
    assert_eq!(overall.shown().name(), "down");
    // Of the others nothing is known yet.
    let one = result("imap", 0, ServiceState::Ok, Reason::Found(Outcome::Ok));
    let overall = Overall::of(&seen([one]), tell::services(&catalogue));
    assert_eq!(
        overall.title(&texts),
        format!(
            "No trouble found. We have checked 1 of {} mail servers",
            all.len()
        )
    );
    assert_eq!(overall.shown().name(), "unknown");
}

#[test]
fn trouble_that_was_just_now_is_told_to_be_over() {
    let catalogue = catalogue();
    let record = &catalogue.records[0];
    let group = &record.groups[0];
    let names = group
        .services
        .iter()
        .map(|service| service.endpoint.id.clone());
    let works = Reason::Found(Outcome::Ok);
    let all_work = names.map(|name| result(&name, 3 * MINUTE, ServiceState::Ok, works));
    let all_work: Vec<Event> = all_work.collect();
    let over = |name: &str, ended: i64| {
        Event::Incident(Incident {
            service: key(name),
            begin: ago(HOUR),
            end: Some(ago(ended)),
            reason: Reason::Slow,
        })
    };
    let recovered = |events: Vec<Event>| {
        let events = all_work.iter().cloned().chain(events);
        seen(events).recovered(record, group)
    };
    assert_eq!(recovered(vec![]), None);
    assert_eq!(
        recovered(vec![over("smtp", 14 * MINUTE)]),
        Some(ago(14 * MINUTE))
    );
    assert_eq!(recovered(vec![over("smtp", 15 * MINUTE)]), None);
    // The last of several counts.
    let both = vec![over("smtp", 14 * MINUTE), over("imap", 3 * MINUTE)];
    assert_eq!(recovered(both), Some(ago(3 * MINUTE)));
    // While something else does not work, that is what is told.
    let other = down("imap", HOUR).into_iter();
    assert_eq!(
        recovered(other.chain([over("smtp", MINUTE)]).collect()),
        None
    );
    // Without a check nobody knows.
    let own = Event::OwnNetworkDown(Some(ago(MINUTE)));
    assert_eq!(recovered(vec![over("smtp", MINUTE), own]), None);
    let texts = Texts::english();
    let times = Times::new(&texts, now());
    let tell::Trouble { heading, text, .. } =
        tell::recovery(times, &texts, (record, group), ago(3 * MINUTE));
    let heading = heading.plain().replace('\u{a0}', " ");
    assert_eq!(
        heading,
        "CenturyLink (CenturyLink email addresses) works again since 14:02 UTC"
    );
    assert_eq!(text, "Our checks succeed again. Try your mail once more.");
}

#[test]
fn a_test_says_how_long_the_checks_have_seen_the_same() {
    let texts = Texts::english();
    let times = Times::new(&texts, now());
    // In no time zone, because that of the customer is not known.
    assert_eq!(
        tell::checks_see(times, ago(42 * MINUTE)),
        "Our own checks have seen this, too, for 42 minutes."
    );
}

#[test]
fn the_interval_is_said_as_people_say_it() {
    let texts = Texts::english();
    for (seconds, expected) in [
        (5, "Each server is checked more than once a minute."),
        (60, "Each server is checked every minute."),
        (300, "Each server is checked every 5 minutes."),
        (7200, "Each server is checked every 2 hours."),
    ] {
        assert_eq!(
            tell::interval(&texts, Duration::from_secs(seconds)),
            expected
        );
    }
}
