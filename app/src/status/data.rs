//! How everything stands, as data for programs. `docs/operations.md` describes it. Fields may be added; what a field
//! means never changes.
//!
//! It is bounded as a page is: for more services than are shown whole there is a document for each provider.

use probe::Security;
use serde::Serialize;
use time::UtcDateTime;

use super::bars::Bars;
use super::change::shown;
use super::feed::rfc3339;
use super::scope::MAX_ROWS;
use super::snapshot::MAX_INCIDENTS;
use super::standing::{Seen, Standing};
use super::tell::Overall;
use super::{Change, Incident, Scope, ServiceHistory, ServiceKey};
use crate::record::{Catalogue, Record, Service};

/// All of it.
#[derive(Debug, Serialize)]
pub struct StatusData {
    version: u8,
    monitored: bool,
    interval_seconds: Option<u64>,
    state: &'static str,
    own_network_down_since: Option<String>,
    services: Vec<ServiceData>,
    /// How many more services there are.
    services_left_out: usize,
    incidents: Vec<IncidentData>,
    changes: Vec<ChangeData>,
}

#[derive(Debug, Serialize)]
struct ServiceData {
    id: String,
    provider: String,
    protocol: String,
    host: String,
    port: u16,
    security: Security,
    state: &'static str,
    reason: Option<&'static str>,
    down_since: Option<String>,
    checked_at: Option<String>,
    response_time_ms: Option<u64>,
    /// The share of all checks of 90 days that found it working, from 0 to 1.
    working_share: Option<f64>,
    certificate_expires_at: Option<String>,
    /// Left out where the document is about more services than are shown whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<Vec<DayData>>,
}

#[derive(Debug, Serialize)]
struct DayData {
    date: String,
    ok: u32,
    degraded: u32,
    down: u32,
    mean_response_time_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
struct IncidentData {
    service: String,
    began_at: String,
    ended_at: Option<String>,
    seconds: u64,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct ChangeData {
    subject: String,
    what: String,
    at: String,
    before: String,
    after: String,
}

impl StatusData {
    /// What is known of these services.
    pub fn new(seen: Option<&Seen>, catalogue: &Catalogue, scope: &Scope) -> Self {
        let Some(seen) = seen else {
            return Self {
                version: 1,
                monitored: false,
                interval_seconds: None,
                state: "unknown",
                own_network_down_since: None,
                services: Vec::new(),
                services_left_out: 0,
                incidents: Vec::new(),
                changes: Vec::new(),
            };
        };
        let snapshot = &seen.snapshot;
        let whole = scope.is_whole(catalogue);
        let services = || scope.services(catalogue);
        let incidents = snapshot.incidents.iter();
        let changes = snapshot.changes.iter();
        Self {
            version: 1,
            monitored: true,
            interval_seconds: Some(seen.every.as_secs()),
            state: Overall::of(seen, services()).shown().name(),
            own_network_down_since: snapshot.own_network_down.map(rfc3339),
            services: services()
                .take(MAX_ROWS)
                .map(|(record, service)| service_data(seen, record, service, whole))
                .collect(),
            services_left_out: services().count().saturating_sub(MAX_ROWS),
            incidents: incidents
                .filter(|incident| scope.tells_of(catalogue, &incident.service))
                .take(MAX_INCIDENTS)
                .map(|incident| incident_data(incident, seen.now))
                .collect(),
            changes: changes
                .filter(|change| scope.tells_of_subject(catalogue, &change.subject))
                .map(|change| change_data(change))
                .collect(),
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        // It has only strings as keys, so this does not fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn service_data(seen: &Seen, record: &Record, service: &Service, whole: bool) -> ServiceData {
    let key = ServiceKey::new(record, service);
    let standing = seen.standing(&key);
    let history = seen.snapshot.services.get(&key);
    let last = history.and_then(|history| history.last.as_ref());
    let facts = history.and_then(|history| history.facts.as_ref());
    let certificate = facts.and_then(|facts| facts.certificate.as_ref());
    let ends = certificate
        .and_then(|certificate| UtcDateTime::from_unix_timestamp(certificate.not_after).ok());
    let since = match standing {
        Standing::Down { since, .. } => Some(since),
        _ => None,
    };
    let reason = match standing {
        Standing::Down { reason, .. } | Standing::Degraded(_, reason) => Some(reason.code()),
        _ => None,
    };
    let days = whole.then(|| days(history.map(|history| &**history)));
    let endpoint = &service.endpoint;
    let bars = Bars::new(history.map(|history| &**history), seen.now.date());
    ServiceData {
        id: key.to_string(),
        provider: record.name.clone(),
        protocol: endpoint.protocol.to_string(),
        host: endpoint.host.to_string(),
        port: endpoint.port.get(),
        security: endpoint.security,
        state: standing.shown().name(),
        reason,
        down_since: since.map(rfc3339),
        checked_at: last.map(|last| rfc3339(last.at)),
        response_time_ms: last.and_then(|last| millis(last.response_time?)),
        working_share: bars.share().map(|share| share as f64 / 10_000.0),
        certificate_expires_at: ends.map(rfc3339),
        days,
    }
}

fn days(history: Option<&ServiceHistory>) -> Vec<DayData> {
    let days = history.into_iter().flat_map(|history| &history.days);
    let days = days.map(|(date, day)| DayData {
        date: date.to_string(),
        ok: day.ok,
        degraded: day.degraded,
        down: day.down,
        mean_response_time_ms: day.mean().and_then(millis),
    });
    days.collect()
}

fn incident_data(incident: &Incident, now: UtcDateTime) -> IncidentData {
    IncidentData {
        service: incident.service.to_string(),
        began_at: rfc3339(incident.begin),
        ended_at: incident.end.map(rfc3339),
        seconds: incident.duration(now).as_secs(),
        reason: incident.reason.code(),
    }
}

fn change_data(change: &Change) -> ChangeData {
    ChangeData {
        subject: change.subject.to_string(),
        what: change.fact.to_string(),
        at: rfc3339(change.at),
        before: shown(&change.before),
        after: shown(&change.after),
    }
}

fn millis(time: std::time::Duration) -> Option<u64> {
    u64::try_from(time.as_millis()).ok()
}
