//! How a service stands for somebody who looks now.

use std::sync::Arc;
use std::time::Duration;

use probe::{Protocol, Security};
use time::UtcDateTime;

use super::{CheckResult, Incident, Reason, ServiceKey, ServiceState, Snapshot};
use crate::record::{Group, Record, Role, Service};

/// After so many intervals without a check nothing is said any more. A server that refuses us is asked less often.
const KEPT_INTERVALS: u32 = 6;

/// Nothing is forgotten sooner than this, however often it is checked.
const MIN_KEPT: Duration = Duration::from_secs(1800);

/// After this time without a success it is told what works instead.
pub const LASTING: Duration = Duration::from_secs(24 * 3600);

/// So long after trouble it is told that it is over: whoever has met it tries again later.
pub const RECOVERED: Duration = Duration::from_secs(15 * 60);

/// How a service stands for somebody who looks now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing can be said, because the site's own network does not work.
    OwnNetwork,
    /// It was not checked yet.
    NotChecked,
    /// It was not checked for long, last at this time.
    Stale(UtcDateTime),
    /// It works.
    Works(UtcDateTime),
    /// It works, and not as well as it should.
    Degraded(UtcDateTime, Reason),
    /// It does not work.
    Down {
        /// The last check.
        at: UtcDateTime,
        /// The first that failed.
        since: UtcDateTime,
        /// What the last one found.
        reason: Reason,
    },
}

/// What is shown of a standing, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownState {
    /// It works.
    Ok,
    /// Nothing can be said.
    Unknown,
    /// It works, and not as well as it should.
    Degraded,
    /// It does not work.
    Down,
}

impl ShownState {
    /// The name that programs know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }

    /// The sign beside it, as the style sheet knows it (`data-mark`).
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Ok => "good",
            Self::Unknown => "skipped",
            Self::Degraded => "notice",
            Self::Down => "bad",
        }
    }
}

/// What to look at, and when.
#[derive(Clone, Debug)]
pub struct Seen {
    /// All that is known.
    pub snapshot: Arc<Snapshot>,
    /// How often each service is checked.
    pub every: Duration,
    /// The time at which somebody looks.
    pub now: UtcDateTime,
}

impl Seen {
    /// How a service stands.
    pub fn standing(&self, key: &ServiceKey) -> Standing {
        if self.snapshot.own_network_down.is_some() {
            return Standing::OwnNetwork;
        }
        let Some(last) = self.snapshot.last(key) else {
            return Standing::NotChecked;
        };
        let CheckResult { at, reason, .. } = *last;
        if self.now - at > self.every.saturating_mul(KEPT_INTERVALS).max(MIN_KEPT) {
            return Standing::Stale(at);
        }
        match last.state {
            ServiceState::Ok => Standing::Works(at),
            ServiceState::Degraded => Standing::Degraded(at, reason),
            ServiceState::Down => {
                let incident = self.snapshot.open_incident(key);
                let since = incident.map_or(at, |incident| incident.begin);
                Standing::Down { at, since, reason }
            }
        }
    }

    /// The incident of a service that is known to go on.
    pub fn open_incident(&self, key: &ServiceKey) -> Option<&Arc<Incident>> {
        let down = matches!(self.standing(key), Standing::Down { .. });
        down.then(|| self.snapshot.open_incident(key)).flatten()
    }

    /// The services of a group that customers are told to use and that do not work, each with the first check that
    /// failed. Where that goes on for long and something else works, it is said beside the value and to nobody else.
    pub fn down<'a>(&self, record: &Record, group: &'a Group) -> Vec<(&'a Service, UtcDateTime)> {
        let services = group.services.iter();
        let used = services.filter(|service| service.role != Role::Alternative);
        let down =
            used.filter_map(
                |service| match self.standing(&ServiceKey::new(record, service)) {
                    Standing::Down { since, .. } => {
                        let lasting = self.now - since >= LASTING;
                        let settled = lasting && self.instead(record, group, service).is_some();
                        (!settled).then_some((service, since))
                    }
                    _ => None,
                },
            );
        down.collect()
    }

    /// Since when all services of a group that customers are told to use work again, if one of them did not until
    /// [`RECOVERED`] ago.
    pub fn recovered(&self, record: &Record, group: &Group) -> Option<UtcDateTime> {
        let services = group.services.iter();
        let used = services.filter(|service| service.role != Role::Alternative);
        let keys: Vec<_> = used
            .map(|service| ServiceKey::new(record, service))
            .collect();
        let works = |key| {
            matches!(
                self.standing(key),
                Standing::Works(_) | Standing::Degraded(..)
            )
        };
        if !keys.iter().all(works) {
            return None;
        }
        let incidents = self.snapshot.incidents.iter();
        let ended = incidents.filter(|incident| keys.contains(&incident.service));
        let end = ended.filter_map(|incident| incident.end).max()?;
        (self.now - end < RECOVERED).then_some(end)
    }

    /// What works in the place of a service: another one of the group that is encrypted, for the same direction and
    /// best of the same protocol. POP takes no place of IMAP, because a program that is changed to it may take the mail
    /// off the server.
    pub fn instead<'a>(
        &self,
        record: &Record,
        group: &'a Group,
        service: &Service,
    ) -> Option<&'a Service> {
        let wanted = service.endpoint.protocol;
        let others = group.services.iter().filter(|other| {
            other.endpoint.id != service.endpoint.id
                && other.endpoint.security != Security::None
                && (other.endpoint.protocol == wanted
                    || (other.endpoint.protocol, wanted) == (Protocol::Imap, Protocol::Pop3))
                && matches!(
                    self.standing(&ServiceKey::new(record, other)),
                    Standing::Works(_)
                )
        });
        others.min_by_key(|other| {
            let role = match other.role {
                Role::Recommended => 0,
                Role::Other => 1,
                Role::Alternative => 2,
            };
            (other.endpoint.protocol != wanted, role)
        })
    }
}

impl Standing {
    /// What is shown of it.
    pub const fn shown(&self) -> ShownState {
        match self {
            Self::OwnNetwork | Self::NotChecked | Self::Stale(_) => ShownState::Unknown,
            Self::Works(_) => ShownState::Ok,
            Self::Degraded(..) => ShownState::Degraded,
            Self::Down { .. } => ShownState::Down,
        }
    }

    /// When the service was checked, where that is known and not long ago.
    pub const fn checked(&self) -> Option<UtcDateTime> {
        match self {
            Self::OwnNetwork | Self::NotChecked | Self::Stale(_) => None,
            Self::Works(at) | Self::Degraded(at, _) | Self::Down { at, .. } => Some(*at),
        }
    }

    /// Since when it does not work, if that is longer than [`LASTING`] ago.
    pub fn lasting(&self, now: UtcDateTime) -> Option<UtcDateTime> {
        match self {
            Self::Down { since, .. } if now - *since >= LASTING => Some(*since),
            _ => None,
        }
    }
}
