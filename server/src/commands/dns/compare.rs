//! Whether what is published is what should be.

use std::collections::BTreeSet;
use std::fmt;

use app::setup::write::zone::{Purpose, ZoneData, ZoneRecord};
use probe::net::ServiceLocation;

use super::published::Published;

/// How a record and what is published go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is published, or something with the same meaning.
    Right,
    /// Nothing is published.
    Missing,
    /// Something else is published: this.
    Differs(Vec<String>),
    /// The DNS does not answer.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Right => "right",
            Self::Missing => "missing",
            Self::Differs(_) => "differs",
            Self::Unknown => "unknown",
        })
    }
}

/// Compares each record with what was found under its name.
pub(super) fn compare(wanted: &[ZoneRecord], published: &[Published]) -> Vec<Verdict> {
    let pairs = || wanted.iter().zip(published);
    let priorities: Vec<_> = pairs()
        .filter_map(|(record, published)| priorities(record, published))
        .collect();
    let verdicts = pairs().map(|(record, published)| match published {
        Published::Services(Some(found)) => {
            let same_name = wanted.iter().filter(|other| other.name == record.name);
            let right = is_right(same_name, found) && in_order(record, published, &priorities);
            verdict(right, found.iter().map(written))
        }
        Published::Addresses {
            found: Some(found),
            wanted: Some(host),
        } => {
            let same = found.iter().collect::<BTreeSet<_>>() == host.iter().collect();
            let right = same && !found.is_empty();
            verdict(right, found.iter().map(ToString::to_string))
        }
        Published::Values(Some(found)) => {
            let (value, kind) = value(&record.data);
            let right = found.contains(&value);
            // Texts of other kinds may stand at any name.
            let ours = found.iter().filter(|found| found.starts_with(&kind));
            verdict(right, ours.cloned())
        }
        Published::Services(None) | Published::Addresses { .. } | Published::Values(None) => {
            Verdict::Unknown
        }
    });
    verdicts.collect()
}

fn verdict(right: bool, found: impl Iterator<Item = String>) -> Verdict {
    let found: Vec<_> = found.collect();
    match (right, found.is_empty()) {
        (true, _) => Verdict::Right,
        (false, true) => Verdict::Missing,
        (false, false) => Verdict::Differs(found),
    }
}

/// The value of a record as the DNS has it, and how values of its kind begin.
fn value(data: &ZoneData) -> (String, String) {
    match data {
        ZoneData::Txt(text) => {
            let kind = text.split(';').next().unwrap_or_default();
            (text.clone(), kind.to_owned())
        }
        other => {
            let text = other.to_string();
            let value = text.split_once(' ').map_or("", |(_, value)| value);
            (value.to_owned(), String::new())
        }
    }
}

fn written(found: &ServiceLocation) -> String {
    let ServiceLocation {
        priority,
        weight,
        port,
        target,
    } = found;
    format!(
        "SRV {priority} {weight} {port} {}.",
        target.trim_end_matches('.')
    )
}

/// Whether the same hosts and ports are published under a name. That a service is not offered is one, too.
fn is_right<'a>(wanted: impl Iterator<Item = &'a ZoneRecord>, found: &[ServiceLocation]) -> bool {
    let wanted: BTreeSet<_> = wanted.filter_map(|record| place(&record.data)).collect();
    let found = found
        .iter()
        .map(|found| match found.target.trim_end_matches('.') {
            "" => (String::new(), 0),
            target => (target.to_owned(), found.port),
        });
    wanted == found.collect()
}

fn place(data: &ZoneData) -> Option<(String, u16)> {
    match data {
        ZoneData::Srv { port, target, .. } => {
            let target = target.as_ref().map_or("", |host| host.as_str());
            Some((target.to_owned(), *port))
        }
        _ => None,
    }
}

/// The priority that a service should have, and the one that it has. Only services that can replace each other are
/// compared.
#[derive(Clone, Copy)]
struct Priorities {
    sends: bool,
    wanted: u16,
    found: u16,
}

fn priorities(record: &ZoneRecord, published: &Published) -> Option<Priorities> {
    let (ZoneData::Srv { priority, .. }, Published::Services(Some(found))) =
        (&record.data, published)
    else {
        return None;
    };
    if record.purpose != Purpose::Services {
        return None;
    }
    let (target, port) = place(&record.data).filter(|(target, _)| !target.is_empty())?;
    let found = found.iter();
    let mut found = found.filter(|found| found.target == target && found.port == port);
    Some(Priorities {
        sends: record.name.starts_with("_submission"),
        wanted: *priority,
        found: found.next()?.priority,
    })
}

/// Whether programs try this service and the others in the right order, whatever the numbers are.
fn in_order(record: &ZoneRecord, published: &Published, all: &[Priorities]) -> bool {
    let Some(own) = priorities(record, published) else {
        return true;
    };
    all.iter()
        .filter(|other| other.sends == own.sends)
        .all(|other| own.wanted.cmp(&other.wanted) == own.found.cmp(&other.found))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as `NAME PRIORITY PORT TARGET`.
    fn srv(text: &str) -> ZoneRecord {
        let words: Vec<_> = text.split(' ').collect();
        let [name, priority, port, target] = words[..] else {
            panic!("{text}")
        };
        ZoneRecord {
            name: name.to_owned(),
            data: ZoneData::Srv {
                priority: priority.parse().unwrap(),
                port: port.parse().unwrap(),
                target: target.parse().ok(),
            },
            purpose: Purpose::Services,
        }
    }

    /// What is published, as `PRIORITY PORT TARGET` between commas.
    fn found(text: &str) -> Published {
        let records = text.split(", ").filter(|record| !record.is_empty());
        let records = records.map(|record| {
            let words: Vec<_> = record.split(' ').collect();
            ServiceLocation {
                priority: words[0].parse().unwrap(),
                weight: 1,
                port: words[1].parse().unwrap(),
                target: words[2].to_owned(),
            }
        });
        Published::Services(Some(records.collect()))
    }

    #[test]
    fn services_are_compared_by_host_port_and_order() {
        let wanted = [
            srv("_imaps 0 993 mail.example"),
            srv("_imap 10 143 mail.example"),
            srv("_pop3s 0 0 ."),
            srv("_submissions 0 465 smtp.example"),
        ];
        for (published, expected) in [
            (
                [
                    "0 993 mail.example",
                    "10 143 mail.example",
                    "0 0 .",
                    "0 465 smtp.example",
                ],
                "right right right right",
            ),
            // Other numbers in the same order.
            (
                [
                    "5 993 mail.example",
                    "6 143 mail.example",
                    "9 1 .",
                    "7 465 smtp.example",
                ],
                "right right right right",
            ),
            // STARTTLS first, or as good as TLS.
            (
                [
                    "10 993 mail.example",
                    "0 143 mail.example",
                    "0 0 .",
                    "0 465 smtp.example",
                ],
                "differs differs right right",
            ),
            (
                [
                    "0 993 mail.example",
                    "0 143 mail.example",
                    "0 0 .",
                    "0 465 smtp.example",
                ],
                "differs differs right right",
            ),
            (["", "", "", ""], "missing missing missing missing"),
            (
                [
                    "0 993 other.example",
                    "0 0 .",
                    "0 995 pop.example",
                    "0 587 smtp.example",
                ],
                "differs differs differs differs",
            ),
            (
                [
                    "0 993 mail.example, 1 993 old.example",
                    "10 143 mail.example",
                    "0 0 .",
                    "",
                ],
                "differs right right missing",
            ),
        ] {
            let verdicts = compare(&wanted, &published.map(found));
            let verdicts: Vec<_> = verdicts.iter().map(ToString::to_string).collect();
            assert_eq!(verdicts.join(" "), expected, "{published:?}");
        }
        let silent = compare(&wanted[..1], &[Published::Services(None)]);
        assert_eq!(silent, [Verdict::Unknown]);
    }

    #[test]
    fn names_texts_and_keys_are_compared() {
        let record = |data| ZoneRecord {
            name: "name".to_owned(),
            data,
            purpose: Purpose::Pacc,
        };
        let text = record(ZoneData::Txt("v=UAAC1; a=sha256; d=x".to_owned()));
        let key = record(ZoneData::Tlsa([0xa5; 32]));
        let right_key = format!("3 1 1 {}", "a5".repeat(32));
        let differs = |value: &str| Verdict::Differs(vec![value.to_owned()]);
        for (record, found, expected) in [
            (&text, vec!["v=UAAC1; a=sha256; d=x"], Verdict::Right),
            (
                &text,
                vec!["v=UAAC1; a=sha256; d=old", "v=UAAC1; a=sha256; d=x"],
                Verdict::Right,
            ),
            (
                &text,
                vec!["v=UAAC1; a=sha256; d=old", "v=spf1"],
                differs("v=UAAC1; a=sha256; d=old"),
            ),
            (&text, vec!["v=spf1"], Verdict::Missing),
            (&text, vec![], Verdict::Missing),
            (&key, vec![&right_key], Verdict::Right),
            (&key, vec!["3 1 1 00", &right_key], Verdict::Right),
            (&key, vec!["3 1 1 00"], differs("3 1 1 00")),
        ] {
            let found = found.iter().map(|value| (*value).to_owned()).collect();
            let published = Published::Values(Some(found));
            let verdicts = compare(std::slice::from_ref(record), &[published]);
            assert_eq!(verdicts, [expected]);
        }
        let name = record(ZoneData::Cname("help.example".parse().unwrap()));
        let addresses = |text: &str| {
            let addresses = text.split_whitespace();
            Some(addresses.map(|address| address.parse().unwrap()).collect())
        };
        for (found, wanted, expected) in [
            (
                addresses("192.0.2.1 ::1"),
                addresses("::1 192.0.2.1"),
                Verdict::Right,
            ),
            (
                addresses("192.0.2.1"),
                addresses("192.0.2.2"),
                differs("192.0.2.1"),
            ),
            (addresses(""), addresses("192.0.2.2"), Verdict::Missing),
            (addresses(""), addresses(""), Verdict::Missing),
            (None, addresses("192.0.2.2"), Verdict::Unknown),
            (addresses("192.0.2.1"), None, Verdict::Unknown),
        ] {
            let published = Published::Addresses { found, wanted };
            let verdicts = compare(std::slice::from_ref(&name), &[published]);
            assert_eq!(verdicts, [expected]);
        }
    }
}
