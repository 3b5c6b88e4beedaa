//! What is written for mail programs is read back as the same settings: record → file → record.

use std::collections::BTreeSet;

use probe::Protocol;
use time::{Date, Month};

use super::draft::{Origin, Reading, draft, to_toml};
use super::order::best;
use super::read::{Format, read};
use super::write::apple_profile::Incoming;
use super::write::testing::{
    CENTURYLINK, DIRECT, address, record as written_record, record_without_passwords,
};
use super::write::{apple_profile, autoconfig, autodiscover, pacc, thunderbird_qr, zone};
use crate::record::{self, Group, Record, Service, SignInMethod};

/// Services as they are compared: what a customer types.
fn values<'a>(services: impl IntoIterator<Item = &'a Service>) -> BTreeSet<String> {
    let services = services.into_iter();
    services
        .map(|service| {
            let endpoint = &service.endpoint;
            format!("{endpoint} {:?}", endpoint.security)
        })
        .collect()
}

/// The record that the importer makes of a file.
fn imported(format: Format, file: &[u8]) -> Record {
    let (found_format, found) = read(file).unwrap_or_else(|problem| {
        panic!("{problem}:\n{}", String::from_utf8_lossy(file));
    });
    assert_eq!(found_format, format);
    assert_eq!(found.problems, [], "{format:?}");
    let origin = Origin {
        id: "file".parse().unwrap(),
        title: "The file".to_owned(),
        url: "https://example.net/".parse().unwrap(),
        read: Date::from_calendar_date(2026, Month::November, 27).unwrap(),
        remarks: Vec::new(),
    };
    let asked = ["example.net".parse().unwrap()];
    let draft = draft(&asked, &[Reading { origin, found }]).unwrap();
    record::parse(&to_toml(&draft, &|_| Vec::new()), "imported.toml").unwrap()
}

fn assert_same<'a>(
    format: Format,
    group: &Group,
    services: impl IntoIterator<Item = &'a Service>,
    again: &Record,
) {
    let [again] = &again.groups[..] else {
        panic!("{format:?}: {} groups", again.groups.len());
    };
    assert_eq!(values(&again.services), values(services), "{format:?}");
    // SRV records do not have these two.
    if format != Format::Srv {
        assert_eq!(again.user_name.form, group.user_name.form, "{format:?}");
        assert_eq!(again.sign_in.method, group.sign_in.method, "{format:?}");
    }
    assert!(again.domains.contains(&group.domains[0]), "{format:?}");
}

#[test]
fn every_format_brings_back_the_values_of_the_record() {
    for (form, services) in [
        ("full-address", CENTURYLINK),
        ("full-address", DIRECT),
        ("local-part", CENTURYLINK),
        ("local-part", DIRECT),
    ] {
        let record = written_record(form, services);
        let group = &record.groups[0];
        let user = address("jane@example.net");
        let of = |protocols: &[Protocol]| -> Vec<&Service> {
            protocols
                .iter()
                .filter_map(|protocol| best(group, *protocol))
                .collect()
        };
        let all = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

        let file = autoconfig::write(&record, group, "en").unwrap();
        let again = imported(Format::Autoconfig, file.as_bytes());
        assert_same(Format::Autoconfig, group, &group.services, &again);
        assert_eq!(again.groups[0].domains, group.domains);
        assert_eq!(again.name, record.name);
        let webmail = |record: &Record| record.links.webmail.clone().map(|link| link.url);
        assert_eq!(webmail(&again), webmail(&record));
        // What is recommended comes first, unless there is another with TLS from the start.
        for protocol in all {
            let first = again.groups[0]
                .recommended(protocol)
                .map(|one| one.endpoint.host.clone());
            let best = best(group, protocol).map(|one| one.endpoint.host.clone());
            assert_eq!(first, best, "{protocol}");
        }

        let file = autodiscover::write(&record, group, &user).unwrap();
        let again = imported(Format::Autodiscover, file.as_bytes());
        assert_same(Format::Autodiscover, group, of(&all), &again);

        for (incoming, protocol) in [
            (Incoming::Imap, Protocol::Imap),
            (Incoming::Pop3, Protocol::Pop3),
        ] {
            let file =
                apple_profile::write(&record, group, Some(&user), incoming, "For you").unwrap();
            let again = imported(Format::AppleProfile, &file);
            assert_same(
                Format::AppleProfile,
                group,
                of(&[protocol, Protocol::Smtp]),
                &again,
            );
        }

        let file = thunderbird_qr::write(group, &user).unwrap();
        let again = imported(Format::ThunderbirdQr, file.as_bytes());
        assert_same(
            Format::ThunderbirdQr,
            group,
            of(&[Protocol::Imap, Protocol::Smtp]),
            &again,
        );

        if let Ok(file) = pacc::write(&record, group) {
            let again = imported(Format::Pacc, file.as_bytes());
            assert_same(Format::Pacc, group, of(&all), &again);
        }

        let site = "help.example.net".parse().unwrap();
        let records = zone::records(&record, group, &group.domains[0], &site, &[]);
        let file = zone::text(&group.domains[0], &records);
        let again = imported(Format::Srv, file.as_bytes());
        assert_same(Format::Srv, group, &group.services, &again);
    }
}

#[test]
fn that_no_password_is_taken_is_brought_back() {
    let record = record_without_passwords(DIRECT);
    let group = &record.groups[0];
    let file = autoconfig::write(&record, group, "en").unwrap();
    let again = imported(Format::Autoconfig, file.as_bytes());
    assert_same(Format::Autoconfig, group, &group.services, &again);
    let file = thunderbird_qr::write(group, &address("jane@example.net")).unwrap();
    let again = imported(Format::ThunderbirdQr, file.as_bytes());
    let services = [Protocol::Imap, Protocol::Smtp].into_iter();
    let services = services.filter_map(|protocol| best(group, protocol));
    assert_same(Format::ThunderbirdQr, group, services, &again);
}

#[test]
fn a_profile_for_any_address_brings_back_the_servers() {
    let record = written_record("full-address", CENTURYLINK);
    let group = &record.groups[0];
    let file = apple_profile::write(&record, group, None, Incoming::Imap, "For you").unwrap();
    let again = imported(Format::AppleProfile, &file);
    let services = [Protocol::Imap, Protocol::Smtp].into_iter();
    let services = services.filter_map(|protocol| best(group, protocol));
    assert_eq!(values(&again.groups[0].services), values(services));
    assert_eq!(again.groups[0].sign_in.method, SignInMethod::Password);
}
