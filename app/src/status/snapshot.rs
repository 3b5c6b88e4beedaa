//! How everything stands, and how it stood before.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use time::UtcDateTime;

use super::{Change, CheckResult, Event, Incident, ServiceHistory, ServiceKey, ServiceState};

/// So many incidents that are over are shown.
pub const MAX_INCIDENTS: usize = 500;

/// So many changes are shown.
pub const MAX_CHANGES: usize = 200;

/// All that a page may show. Cloning it is cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The services that were checked.
    pub services: BTreeMap<ServiceKey, Arc<ServiceHistory>>,
    /// The incidents of the last 90 days, the newest first. However many there are, all that go on are among them: one
    /// at most for each service.
    pub incidents: VecDeque<Arc<Incident>>,
    /// What has changed in the last 90 days, the newest first.
    pub changes: VecDeque<Arc<Change>>,
    /// Since when the site's own network does not work, if it does not. Then nothing can be said of any service.
    pub own_network_down: Option<UtcDateTime>,
}

impl Snapshot {
    /// Takes in an event. One that it has taken in already changes nothing.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Result(result) => {
                let history = self.services.entry(result.service.clone()).or_default();
                Arc::make_mut(history).add(result);
            }
            Event::Facts(service, facts) => {
                let history = self.services.entry(service).or_default();
                Arc::make_mut(history).facts = Some(facts);
            }
            Event::Incident(incident) => self.apply_incident(incident),
            Event::Change(change) => {
                if !self.changes.iter().any(|known| **known == change) {
                    let newer = self.changes.iter().take_while(|known| known.at > change.at);
                    self.changes.insert(newer.count(), Arc::new(change));
                    self.changes.truncate(MAX_CHANGES);
                }
            }
            Event::OwnNetworkDown(since) => self.own_network_down = since,
        }
    }

    fn apply_incident(&mut self, incident: Incident) {
        let same = |known: &&mut Arc<Incident>| {
            known.service == incident.service && known.begin == incident.begin
        };
        match self.incidents.iter_mut().find(same) {
            // One that has ended does not go on.
            Some(known) if known.end.is_some() && incident.end.is_none() => {}
            Some(known) => *known = Arc::new(incident),
            None => {
                let newer = self.incidents.iter();
                let newer = newer.take_while(|known| known.begin > incident.begin);
                self.incidents.insert(newer.count(), Arc::new(incident));
            }
        }
        let mut over = self.incidents.iter().enumerate();
        let oldest = over.rfind(|(_, incident)| incident.end.is_some());
        let oldest = oldest.map(|(place, _)| place);
        let count = self.incidents.iter().filter(|one| one.end.is_some());
        if count.count() > MAX_INCIDENTS {
            oldest.and_then(|place| self.incidents.remove(place));
        }
    }

    /// The last check of a service.
    pub fn last(&self, service: &ServiceKey) -> Option<&CheckResult> {
        self.services.get(service)?.last.as_ref()
    }

    /// How a service stands; `None` where nothing is known, or where the site's own network does not work.
    pub fn state(&self, service: &ServiceKey) -> Option<ServiceState> {
        if self.own_network_down.is_some() {
            return None;
        }
        Some(self.last(service)?.state)
    }

    /// The incident of a service that goes on.
    pub fn open_incident(&self, service: &ServiceKey) -> Option<&Arc<Incident>> {
        let mut incidents = self.incidents.iter();
        incidents.find(|incident| incident.end.is_none() && incident.service == *service)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use probe::Outcome;

    use super::*;
    use crate::status::history::{MAX_DAYS, MAX_POINTS};
    use crate::status::{ChangedFact, Reason, Subject};

    fn at(seconds: i64) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap()
    }

    fn key() -> ServiceKey {
        "lab/imap".parse().unwrap()
    }

    fn result(seconds: i64, state: ServiceState) -> Event {
        Event::Result(CheckResult {
            service: key(),
            at: at(seconds),
            state,
            reason: Reason::Found(Outcome::Ok),
            response_time: Some(Duration::from_millis(40)),
        })
    }

    fn incident(begin: i64, end: Option<i64>) -> Event {
        Event::Incident(Incident {
            service: key(),
            begin: at(begin),
            end: end.map(at),
            reason: Reason::Found(Outcome::ConnectionRefused),
        })
    }

    #[test]
    fn events_that_come_twice_or_late_change_nothing() {
        let change = Event::Change(Change {
            subject: Subject::Service(key()),
            fact: ChangedFact::Addresses,
            at: at(20),
            before: "192.0.2.1".into(),
            after: "192.0.2.2".into(),
        });
        let events = [
            result(0, ServiceState::Ok),
            result(10, ServiceState::Down),
            incident(10, None),
            change,
            result(20, ServiceState::Ok),
            incident(10, Some(20)),
        ];
        let mut once = Snapshot::default();
        events.iter().cloned().for_each(|event| once.apply(event));
        let mut twice = once.clone();
        events.iter().cloned().for_each(|event| twice.apply(event));
        assert_eq!(once, twice);
        assert_eq!(once.state(&key()), Some(ServiceState::Ok));
        assert_eq!(once.open_incident(&key()), None);
        let history = &once.services[&key()];
        let counts = history.points.back().unwrap().counts;
        assert_eq!((counts.ok, counts.down, counts.checks()), (2, 1, 3));
        assert_eq!(counts.mean(), Some(Duration::from_millis(40)));
        assert_eq!((once.incidents.len(), once.changes.len()), (1, 1));
        assert_eq!(once.incidents[0].duration(at(99)), Duration::from_secs(10));
    }

    #[test]
    fn nothing_is_said_while_the_own_network_is_down() {
        let mut snapshot = Snapshot::default();
        snapshot.apply(result(0, ServiceState::Ok));
        snapshot.apply(Event::OwnNetworkDown(Some(at(1))));
        assert_eq!(snapshot.state(&key()), None);
        snapshot.apply(Event::OwnNetworkDown(None));
        assert_eq!(snapshot.state(&key()), Some(ServiceState::Ok));
    }

    #[test]
    fn it_does_not_grow_without_bound() {
        let mut snapshot = Snapshot::default();
        snapshot.apply(incident(-1, None));
        for hour in 0..24 * 100 {
            snapshot.apply(result(3600 * hour, ServiceState::Ok));
            snapshot.apply(incident(3600 * hour, Some(3600 * hour + 60)));
        }
        let history = &snapshot.services[&key()];
        assert_eq!(
            (history.days.len(), history.points.len()),
            (MAX_DAYS, MAX_POINTS)
        );
        // The newest stay, and what goes on.
        assert_eq!(snapshot.incidents.len(), MAX_INCIDENTS + 1);
        assert_eq!(snapshot.open_incident(&key()).unwrap().begin, at(-1));
        assert_eq!(snapshot.incidents[0].begin, at(3600 * (24 * 100 - 1)));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["centurylink/imap", "a/b-2"] {
            assert_eq!(text.parse::<ServiceKey>().unwrap().to_string(), text);
        }
        for text in ["", "imap", "a/b/c", "A/imap", "/imap", "lab/"] {
            assert!(text.parse::<ServiceKey>().is_err(), "{text}");
        }
        for text in ["lab/imap", "lab.test"] {
            assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
        }
        for reason in [Reason::Slow, Reason::Found(Outcome::ConnectionRefused)] {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code("gone"), None);
    }
}
