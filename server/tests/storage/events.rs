//! Made events.

use std::time::Duration;

use app::status::{
    Certificate, Change, ChangedFact, CheckResult, Event, Incident, Reason, ServiceFacts,
    ServiceKey, ServiceState, Subject,
};
use probe::Outcome;
use time::UtcDateTime;

/// A time of the tests: so many seconds after midnight, in UTC, of a day in 2026.
pub(crate) fn at(seconds: i64) -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(20_500 * 86_400 + seconds).unwrap()
}

/// So many seconds after that midnight this is.
pub(crate) fn seconds(at: UtcDateTime) -> i64 {
    at.unix_timestamp() - 20_500 * 86_400
}

pub(crate) fn key(text: &str) -> ServiceKey {
    text.parse().unwrap()
}

pub(crate) fn result(service: &str, seconds: i64, state: ServiceState) -> Event {
    let (reason, response_time) = match state {
        ServiceState::Ok => (Reason::Found(Outcome::Ok), Some(40)),
        ServiceState::Degraded => (Reason::Slow, Some(4000)),
        ServiceState::Down => (Reason::Found(Outcome::ConnectionRefused), None),
    };
    Event::Result(CheckResult {
        service: key(service),
        at: at(seconds),
        state,
        reason,
        response_time: response_time.map(Duration::from_millis),
    })
}

pub(crate) fn incident(service: &str, begin: i64, end: Option<i64>) -> Event {
    Event::Incident(Incident {
        service: key(service),
        begin: at(begin),
        end: end.map(at),
        reason: Reason::Found(Outcome::ConnectionRefused),
    })
}

pub(crate) fn change(subject: &str, seconds: i64, after: &str) -> Event {
    Event::Change(Change {
        subject: subject.parse::<Subject>().unwrap(),
        fact: ChangedFact::Addresses,
        at: at(seconds),
        before: "192.0.2.1".into(),
        after: after.into(),
    })
}

pub(crate) fn facts(service: &str, capability: &str) -> Event {
    let facts = ServiceFacts {
        own_sign_in: None,
        addresses: ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()].into(),
        aliases: vec!["mail.example.net".into()],
        certificate: Some(Certificate {
            fingerprint: "ab".repeat(32),
            issuer: "Example CA".into(),
            names: vec!["imap.example.net".into()],
            not_after: 1_900_000_000,
        }),
        capabilities: [capability.to_owned()].into(),
    };
    Event::Facts(key(service), facts)
}
