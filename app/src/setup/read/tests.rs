//! Files with the oddities that are met, and what is read from each, in one table.

use std::fmt::Write as _;

use super::*;
use crate::address::Domain;

/// A file of `fixtures/`, with its name.
pub(in crate::setup) type Fixture = (&'static str, &'static [u8]);

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("fixtures/", $name)))),*]
    };
}

pub(in crate::setup) const FIXTURES: &[Fixture] = fixtures![
    "simple.xml",
    "several_imap.xml",
    "starttls_first.xml",
    "domain_in_host.xml",
    "local_part.xml",
    "other_user_name.xml",
    "unknown_elements.xml",
    "comments.xml",
    "entities.xml",
    "oauth2_only.xml",
    "oauth2_or_password.xml",
    "two_sections_for_two_ways.xml",
    "mixed_sign_in.xml",
    "without_encryption.xml",
    "beside_encryption.xml",
    "encrypted_password.xml",
    "other_sign_in.xml",
    "old_words.xml",
    "broken_servers.xml",
    "odd_domains.xml",
    "mark_and_tabs.xml",
    "no_name.xml",
    "names.xml",
    "webmail.xml",
    "no_sign_in_named.xml",
    "two_providers.xml",
    "no_provider.xml",
    "entity_bomb.xml",
    "external_entity.xml",
    "autodiscover.xml",
    "autodiscover_odd.xml",
    "autodiscover_error.xml",
    "autodiscover_redirect.xml",
    "profile.mobileconfig",
    "profile_odd.mobileconfig",
    "profile_wifi.mobileconfig",
    "profile_signed.mobileconfig",
    "profile_signed_stream.mobileconfig",
    "zone.txt",
    "zone_odd.txt",
    "pacc.json",
    "qr.txt",
    "qr_version.txt",
    "nothing.txt",
];

#[test]
fn every_file_is_read_as_the_table_has_it() {
    let mut table = String::new();
    for (name, bytes) in FIXTURES {
        let _ = writeln!(table, "{name}");
        match read(bytes) {
            Ok((format, found)) => describe(format, &found, &mut table),
            Err(problem) => {
                let _ = writeln!(table, "  error {problem}");
            }
        }
    }
    insta::assert_snapshot!("table", table);
}

fn describe(format: Format, found: &Found, out: &mut String) {
    let domains: Vec<&str> = found.domains.iter().map(Domain::as_str).collect();
    let name = found.name.as_deref().unwrap_or("-");
    let _ = writeln!(out, "  {format:?} | {name} | {}", domains.join(" "));
    for service in &found.services {
        let FoundService {
            line,
            protocol,
            host,
            port,
            security,
            sign_in,
            user_name,
        } = service;
        let sign_in: Vec<String> = sign_in.iter().map(ToString::to_string).collect();
        let user_name = user_name
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string);
        let sign_in = sign_in.join(", ");
        let _ = writeln!(
            out,
            "  {line}: {protocol} {host} {port} {security:?} | {sign_in} | {user_name}"
        );
    }
    for (protocol, security) in &found.not_offered {
        let _ = writeln!(out, "  not offered: {protocol} {security:?}");
    }
    let pages = found.documentation.iter().chain(&found.webmail);
    for Page { line, url, title } in pages {
        let _ = writeln!(out, "  {line}: page {url} {title:?}");
    }
    for problem in &found.problems {
        let kind = match problem.severity {
            Severity::Fault => "left out",
            Severity::Note => "note",
        };
        let _ = writeln!(out, "  {kind} {problem}");
    }
}

/// What a file may be cut off at, or have anywhere, ends in settings or in a problem, and nothing else.
#[test]
fn a_file_that_is_cut_or_changed_anywhere_is_read_or_refused() {
    for (_, bytes) in FIXTURES {
        for end in (0..bytes.len()).step_by(7) {
            let _ = read(&bytes[..end]);
            let mut changed = bytes.to_vec();
            changed[end] ^= 0x15;
            let _ = read(&changed);
        }
    }
}

#[test]
fn a_user_name_is_a_part_of_the_address_that_was_asked_for() {
    let answer = "<Autodiscover><Response><Account><Protocol><Type>IMAP</Type><Server>imap.example.net</Server>\
        <Port>993</Port><LoginName>nobody</LoginName></Protocol></Account></Response></Autodiscover>";
    let other = FoundUserName::Other("a name of its own".to_owned());
    for (asked, expected) in [
        (Some("nobody@example.net"), FoundUserName::LocalPart),
        (Some("jane@example.net"), other.clone()),
        (None, other),
    ] {
        let asked = asked.and_then(found::address);
        let (_, found) = read_for(answer.as_bytes(), asked.as_ref()).unwrap();
        assert_eq!(found.services[0].user_name, Some(expected), "{asked:?}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let file = vec![b' '; MAX_BYTES + 1];
    let error = read(&file).unwrap_err().to_string();
    assert!(error.contains("expected at most 1048576"), "{error}");
}

#[test]
fn values_without_end_are_refused() {
    let nested = [0x30, 0x80].repeat(100_000);
    assert!(read(&nested).is_err());
    let deep = "[".repeat(100_000);
    assert!(read(deep.as_bytes()).is_err());
    let text = [b"\x30\x84\xff\xff\xff\xff".as_slice(), b"x"].concat();
    assert!(read(&text).is_err());
    assert_eq!(read(b"a\n\xff").unwrap_err().line, 2);
}
