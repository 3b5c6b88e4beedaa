//! Every file becomes a record that is accepted, or says why not; and what stands beside the values.

use std::fmt::Write as _;

use probe::{Endpoint, Security};
use time::{Date, Month};

use super::*;
use crate::address::Domain;
use crate::record::{self, Record};
use crate::setup::read::read;
use crate::setup::read::tests::FIXTURES;

fn origin(id: &str) -> Origin {
    Origin {
        id: id.parse().unwrap(),
        title: format!("Settings from \"{id}\""),
        url: format!("https://{id}.example.net/").parse().unwrap(),
        read: Date::from_calendar_date(2026, Month::November, 27).unwrap(),
        remarks: Vec::new(),
    }
}

fn reading(id: &str, file: &str) -> Reading {
    let (_, bytes) = FIXTURES.iter().find(|(name, _)| *name == file).unwrap();
    let (_, found) = read(bytes).unwrap();
    Reading {
        origin: origin(id),
        found,
    }
}

#[test]
fn every_file_becomes_a_record_or_says_why_not() {
    let mut table = String::new();
    for (name, bytes) in FIXTURES {
        let Ok((_, found)) = read(bytes) else {
            continue;
        };
        let _ = writeln!(table, "{name}");
        let reading = Reading {
            origin: origin("file"),
            found,
        };
        match draft(&[], &[reading]) {
            Ok(draft) => {
                let text = to_toml(&draft, &|_| Vec::new());
                let record =
                    record::parse(&text, name).unwrap_or_else(|error| panic!("{error}\n{text}"));
                describe(&record, &mut table);
                let comments = text.lines().filter(|line| line.starts_with('#')).skip(1);
                comments.for_each(|line| {
                    let _ = writeln!(table, "  {line}");
                });
            }
            Err(problem) => {
                let _ = writeln!(table, "  error {problem}");
            }
        }
    }
    insta::assert_snapshot!("records", table);
}

fn describe(record: &Record, out: &mut String) {
    let _ = writeln!(out, "  {} | {}", record.id, record.name);
    for group in &record.groups {
        let domains: Vec<&str> = group.domains.iter().map(Domain::as_str).collect();
        let (form, method) = (group.user_name.form, group.sign_in.method);
        let _ = writeln!(out, "  {} | {form:?} | {method:?}", domains.join(" "));
        for service in &group.services {
            let Endpoint {
                id,
                host,
                port,
                security,
                ..
            } = &service.endpoint;
            let _ = writeln!(out, "  {id} {host} {port} {security:?} {:?}", service.role);
            assert_ne!(*security, Security::None);
        }
    }
}

#[test]
fn sources_that_contradict_each_other_stand_beside_the_values() {
    let readings = [
        reading("autoconfig", "simple.xml"),
        reading("srv", "zone.txt"),
        reading("list", "mixed_sign_in.xml"),
        reading("outlook", "autodiscover.xml"),
    ];
    let draft = draft(&["example.net".parse().unwrap()], &readings).unwrap();
    let text = to_toml(&draft, &|endpoint| {
        vec![format!("{endpoint} was not tested.")]
    });
    record::parse(&text, "draft.toml").unwrap();
    insta::assert_snapshot!("contradictions", text);
}

#[test]
fn what_stands_in_a_source_breaks_no_comment_and_no_text() {
    let mut reading = reading("file", "simple.xml");
    reading.found.name = Some("A \"B\" \\ ''' # C".to_owned());
    reading.found.documentation[0].url =
        "https://x/\r\nid = \"evil\"\u{7f}\u{85}\u{2028}".to_owned();
    reading.origin.title = "\"\"\" '".to_owned();
    let draft = draft(&[], &[reading]).unwrap();
    let text = to_toml(&draft, &|_| vec!["a\nb".to_owned()]);
    let record = record::parse(&text, "draft.toml").unwrap();
    assert_eq!(record.id.as_str(), "example-net");
    assert_eq!(record.name, "A \"B\" \\ ''' # C");
}

#[test]
fn the_domain_that_was_asked_for_brings_those_of_its_source() {
    let asked: Domain = "example.net".parse().unwrap();
    let hosted: Domain = "hosted.example".parse().unwrap();
    for (domain, expected) in [
        (&asked, "example.net mail.example.org"),
        (&hosted, "hosted.example"),
    ] {
        let readings = [reading("autoconfig", "simple.xml")];
        let draft = draft(std::slice::from_ref(domain), &readings).unwrap();
        let domains = draft.groups[0].domains.iter().map(Domain::as_str);
        assert_eq!(domains.collect::<Vec<_>>().join(" "), expected);
    }
    let mut nothing = reading("srv", "zone.txt");
    nothing.found.domains.clear();
    assert!(draft(&[], &[nothing]).is_err());
}
