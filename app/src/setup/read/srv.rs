//! SRV records of a domain (RFC 6186, RFC 8314 §5.1), from the DNS or from the lines of a zone file.

use std::num::NonZeroU16;

use probe::Security;

use super::found::{Found, FoundHost, FoundService, Problem};
use crate::address::Domain;
use crate::setup::service_names::SERVICE_NAMES;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SrvLine {
    /// The line in a file, or the place in an answer, counted from 1.
    pub line: usize,
    /// The first label of its name, such as `_imaps`.
    pub service: String,
    /// The lowest is tried first (RFC 2782).
    pub priority: u16,
    /// Among those of a priority, the share of each.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; `.` where the service is not offered.
    pub target: String,
}

/// What the records of a domain say. Records of other services are no concern of mail.
pub fn from_records(domain: Option<Domain>, mut records: Vec<SrvLine>) -> Found {
    let tls = |record: &SrvLine| security(&record.service) == Some(Security::Tls);
    // Between records that are equal, TLS from the start is preferred (RFC 8314 §3).
    records.sort_by_key(|record| (record.priority, !tls(record), u16::MAX - record.weight));
    let mut found = Found {
        domains: domain.into_iter().collect(),
        ..Found::default()
    };
    for record in records {
        let mut known = SERVICE_NAMES.iter();
        let known = known.find(|(label, ..)| record.service.eq_ignore_ascii_case(label));
        let Some((label, protocol, security)) = known else {
            continue;
        };
        if record.target == "." || record.target.is_empty() {
            found.not_offered.push((*protocol, *security));
            continue;
        }
        let host = record.target.trim_end_matches('.');
        match (FoundHost::parse(host), NonZeroU16::new(record.port)) {
            (Ok(host), Some(port)) => {
                let service = FoundService {
                    line: record.line,
                    protocol: *protocol,
                    host,
                    port,
                    security: *security,
                    sign_in: Vec::new(),
                    user_name: None,
                };
                if *label == "_submission" && port.get() == 465 {
                    let message = "_submission is for STARTTLS, and port 465 is for TLS from the start, \
                        which is _submissions; one of the two is wrong";
                    found.problems.push(Problem::at(record.line, message));
                    found.contradictory.push(service);
                    continue;
                }
                found.services.push(service);
            }
            (Err(message), _) => {
                let message = format!("{label}: {message}; left out");
                found.problems.push(Problem::at(record.line, message));
            }
            (_, None) => {
                let message =
                    format!("{label}: port 0, expected a number from 1 to 65535; left out");
                found.problems.push(Problem::at(record.line, message));
            }
        }
    }
    found
}

fn security(label: &str) -> Option<Security> {
    let mut known = SERVICE_NAMES.iter();
    let known = known.find(|(known, ..)| label.eq_ignore_ascii_case(known));
    known.map(|(_, _, security)| *security)
}

/// Reads lines of a zone file (RFC 1035 §5.1): one record a line, comments behind `;`, and `$ORIGIN`.
///
/// # Errors
///
/// Where there is no SRV record of a mail service.
pub fn read(text: &str) -> Result<Found, Problem> {
    let mut origin = None;
    let mut domain = None;
    let mut records = Vec::new();
    let mut problems = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        let content = text.split(';').next().unwrap_or_default();
        let words: Vec<&str> = content.split_whitespace().collect();
        if let ["$ORIGIN", name] = words[..] {
            origin = name.trim_end_matches('.').parse::<Domain>().ok();
            continue;
        }
        let Some(kind) = words
            .iter()
            .position(|word| word.eq_ignore_ascii_case("SRV"))
        else {
            continue;
        };
        let Some((service, zone)) = owner(words[0]) else {
            continue;
        };
        if security(service).is_none() {
            continue;
        }
        let zone = zone.or(origin.clone());
        match (&domain, zone) {
            (None, zone) => domain = zone,
            (Some(first), Some(other)) if *first != other => {
                let message = format!("records of {other}, after those of {first}; left out");
                problems.push(Problem::at(line, message));
                continue;
            }
            _ => {}
        }
        let number = |at: usize| words.get(kind + at).and_then(|word| word.parse().ok());
        match (number(1), number(2), number(3), words.get(kind + 4)) {
            (Some(priority), Some(weight), Some(port), Some(target)) => records.push(SrvLine {
                line,
                service: service.to_owned(),
                priority,
                weight,
                port,
                target: (*target).to_owned(),
            }),
            _ => {
                let message = "expected priority, weight, port and host behind SRV; left out";
                problems.push(Problem::at(line, message));
            }
        }
    }
    if records.is_empty() {
        let message = "no SRV record of a mail service, expected one such as \
            _imaps._tcp.example.net. IN SRV 0 1 993 mail.example.net.";
        return Err(problems
            .into_iter()
            .next()
            .unwrap_or(Problem::at(1, message)));
    }
    let mut found = from_records(domain, records);
    found.problems.extend(problems);
    Ok(found)
}

/// Splits `_imaps._tcp.example.net.`; a name without a dot at its end has no domain.
fn owner(name: &str) -> Option<(&str, Option<Domain>)> {
    let (service, rest) = name.split_once('.')?;
    let (transport, zone) = rest.split_once('.').unwrap_or((rest, ""));
    let zone = zone.strip_suffix('.').and_then(|zone| zone.parse().ok());
    transport
        .eq_ignore_ascii_case("_tcp")
        .then_some((service, zone))
}
