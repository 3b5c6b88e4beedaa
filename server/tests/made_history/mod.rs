//! A made history of 90 days, as a monitor could have found it: for tests, and for looking at pages. Nothing of it
//! was measured.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::record::RecordFile;
use app::status::{
    Certificate, Change, ChangedFact, CheckResult, Event, Incident, Reason, ServiceFacts,
    ServiceHistory, ServiceKey, ServiceState, ServiceStatus, Snapshot, Subject,
};
use probe::Outcome;
use time::{Duration as Span, UtcDateTime};

/// How often the made services are checked.
pub(crate) const EVERY: Duration = Duration::from_secs(300);

/// The made provider.
pub(crate) fn record() -> RecordFile {
    let text = include_str!("record.toml").to_owned();
    let name = "made.toml".to_owned();
    RecordFile { name, text }
}

/// So many made providers with four services each.
pub(crate) fn records(providers: usize) -> Vec<RecordFile> {
    let model = include_str!("one_of_many.toml");
    let record = |number| RecordFile {
        name: format!("{number}.toml"),
        text: model.replace("{number}", &format!("{number}")),
    };
    (0..providers).map(record).collect()
}

/// A time without success: the service, how many minutes ago it began, how many minutes it lasted or none while it
/// goes on, and why.
type Outage = (&'static str, i64, Option<i64>, Outcome);

const OUTAGES: [Outage; 6] = [
    ("smtp", 42, None, Outcome::ConnectionRefused),
    (
        "business-starttls",
        3 * 1440,
        None,
        Outcome::CertificateExpired,
    ),
    ("imap", 6 * 1440 + 200, Some(95), Outcome::ConnectionTimeout),
    (
        "business-smtp",
        20 * 1440,
        Some(1500),
        Outcome::NameNotFound,
    ),
    ("imap", 47 * 1440, Some(12), Outcome::GreetingBusy),
    ("pop", 80 * 1440, Some(300), Outcome::CertificateExpired),
];

/// Days without a check, because the site itself was down: from so many days ago, and how many.
const GAP: (i64, i64) = (33, 2);

/// What happened and what changed until now, as a monitor would have told it of these services.
fn news(services: &[ServiceKey], now: UtcDateTime) -> Vec<Event> {
    let mut events = Vec::new();
    let known = |name: &str| {
        let name = name.to_owned();
        services
            .iter()
            .filter(move |service| service.service() == name)
    };
    for (name, ago, lasted, outcome) in OUTAGES {
        let begin = now - Span::minutes(ago);
        events.extend(known(name).map(|service| {
            Event::Incident(Incident {
                service: service.clone(),
                begin,
                end: lasted.map(|lasted| begin + Span::minutes(lasted)),
                reason: Reason::Found(outcome),
            })
        }));
    }
    let changes = [
        (
            "imap",
            ChangedFact::Certificate,
            6,
            "issued by Made CA, until 3 December 2026",
            "issued by Made CA, until 3 March 2027",
        ),
        (
            "pop",
            ChangedFact::Addresses,
            12,
            "192.0.2.7",
            "192.0.2.8, 2001:db8::8",
        ),
        ("smtp", ChangedFact::Capabilities, 30, "CHUNKING", ""),
        (
            "imap",
            ChangedFact::Aliases,
            71,
            "",
            "cluster-2.mail.example",
        ),
    ];
    for (name, fact, days, before, after) in changes {
        events.extend(known(name).map(|service| {
            Event::Change(Change {
                subject: Subject::Service(service.clone()),
                fact,
                at: now - Span::days(days),
                before: before.to_owned(),
                after: after.to_owned(),
            })
        }));
    }
    if let Some(domain) = services.first().and_then(|_| "mail.example".parse().ok()) {
        events.push(Event::Change(Change {
            subject: Subject::Domain(domain),
            fact: ChangedFact::Published,
            at: now - Span::hours(30),
            before: "autoconfig as documented".to_owned(),
            after: "autoconfig with POP before IMAP".to_owned(),
        }));
    }
    events
}

/// The status of a site whose monitor has told all of this.
pub(crate) fn status(services: &[ServiceKey], now: UtcDateTime) -> ServiceStatus {
    let mut snapshot = Snapshot::default();
    // Services of the same name have the same history, which takes a while to make.
    let mut made = HashMap::new();
    for service in services {
        let model = made.entry(service.service()).or_insert_with(|| {
            let mut alone = Snapshot::default();
            results(service, now).for_each(|event| alone.apply(event));
            alone.services[service].clone()
        });
        let mut history = ServiceHistory::clone(model);
        history.facts = Some(facts(service, now));
        if let Some(last) = &mut history.last {
            last.service = service.clone();
        }
        snapshot.services.insert(service.clone(), Arc::new(history));
    }
    news(services, now)
        .into_iter()
        .for_each(|event| snapshot.apply(event));
    ServiceStatus::new(EVERY, snapshot)
}

fn results(service: &ServiceKey, now: UtcDateTime) -> impl Iterator<Item = Event> {
    let name = service.service().to_owned();
    let service = service.clone();
    let every = i64::try_from(EVERY.as_secs()).unwrap_or(300) / 60;
    let checks = (0..90 * 1440 / every).rev();
    checks.filter_map(move |number| {
        // The last one was three minutes ago.
        let ago = number * every + 3;
        let day = ago / 1440;
        if (GAP.0..GAP.0 + GAP.1).contains(&day) {
            return None;
        }
        let (state, reason) = found(&name, ago);
        let wave = 20 + (ago * 7 % 23) + 15 * (ago / 60 % 24 - 12).abs();
        let factor = if state == ServiceState::Degraded {
            12
        } else {
            1
        };
        let millis = u64::try_from(wave * factor).unwrap_or(0);
        Some(Event::Result(CheckResult {
            service: service.clone(),
            at: now - Span::minutes(ago),
            state,
            reason,
            response_time: (state != ServiceState::Down).then(|| Duration::from_millis(millis)),
        }))
    })
}

/// What a check so many minutes ago found.
fn found(name: &str, ago: i64) -> (ServiceState, Reason) {
    let mut outages = OUTAGES.iter().filter(|(service, ..)| *service == name);
    let hit = outages.find(|(_, begin, lasted, _)| {
        ago <= *begin && lasted.is_none_or(|lasted| ago > begin - lasted)
    });
    if let Some((.., outcome)) = hit {
        return (ServiceState::Down, Reason::Found(*outcome));
    }
    let day = ago / 1440;
    match name {
        "pop" if ago < 30 || (day == 15 && ago % 1440 < 400) => {
            (ServiceState::Degraded, Reason::Slow)
        }
        "business-imap" if ago < 3 * 1440 => {
            let reason = Reason::Found(Outcome::CertificateExpiresSoon);
            (ServiceState::Degraded, reason)
        }
        "imap" if day == 60 => (ServiceState::Degraded, Reason::Slow),
        _ => (ServiceState::Ok, Reason::Found(Outcome::Ok)),
    }
}

fn facts(service: &ServiceKey, now: UtcDateTime) -> ServiceFacts {
    let days = match service.service() {
        "business-imap" => 9,
        "business-starttls" => -3,
        _ => 64,
    };
    ServiceFacts {
        certificate: Some(Certificate {
            fingerprint: "00".repeat(32),
            issuer: "Made CA".to_owned(),
            names: vec!["mail.example".to_owned()],
            not_after: (now + Span::days(days) + Span::hours(1)).unix_timestamp(),
        }),
        ..ServiceFacts::default()
    }
}
