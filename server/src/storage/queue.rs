//! Events that are not stored yet, in bounded memory.

use std::collections::{BTreeMap, VecDeque};

use app::status::{Change, CheckResult, Event, Incident, ServiceFacts, ServiceKey};
use time::UtcDateTime;

/// So many results wait at most: those of 100 services over a day and a half, if each is checked every five minutes.
pub(super) const MAX_RESULTS: usize = 50_000;

/// So many incidents wait at most, and so many changes.
pub(super) const MAX_OTHERS: usize = 5_000;

/// Events that wait. Where too many do, the oldest results are lost first; of what a later event replaces only the
/// last waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    results: VecDeque<CheckResult>,
    incidents: BTreeMap<(UtcDateTime, ServiceKey), Incident>,
    changes: VecDeque<Change>,
    facts: BTreeMap<ServiceKey, ServiceFacts>,
    own_network_down: Option<Option<UtcDateTime>>,
}

impl Queue {
    /// Adds an event at the end. Returns how many others are lost for it.
    pub(super) fn push(&mut self, event: Event) -> u64 {
        match event {
            Event::Result(result) => push_bounded(&mut self.results, result, MAX_RESULTS),
            Event::Change(change) => push_bounded(&mut self.changes, change, MAX_OTHERS),
            Event::Incident(incident) => {
                let key = (incident.begin, incident.service.clone());
                let known = self.incidents.get(&key);
                // One that has ended does not go on.
                if incident.end.is_some() || known.is_none_or(|known| known.end.is_none()) {
                    self.incidents.insert(key, incident);
                }
                let full = self.incidents.len() > MAX_OTHERS;
                u64::from(full && self.incidents.pop_first().is_some())
            }
            // There are only so many services.
            Event::Facts(service, facts) => {
                self.facts.insert(service, facts);
                0
            }
            Event::OwnNetworkDown(since) => {
                self.own_network_down = Some(since);
                0
            }
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.results.len()
            + self.incidents.len()
            + self.changes.len()
            + self.facts.len()
            + usize::from(self.own_network_down.is_some())
    }

    /// Takes out so many events at most: what is rare first, then results, the oldest first.
    pub(super) fn take(&mut self, most: usize) -> Vec<Event> {
        let mut taken = Vec::new();
        taken.extend(self.own_network_down.take().map(Event::OwnNetworkDown));
        while taken.len() < most {
            let next = None
                .or_else(|| Some(Event::Incident(self.incidents.pop_first()?.1)))
                .or_else(|| self.changes.pop_front().map(Event::Change))
                .or_else(|| {
                    let (service, facts) = self.facts.pop_first()?;
                    Some(Event::Facts(service, facts))
                })
                .or_else(|| self.results.pop_front().map(Event::Result));
            match next {
                Some(event) => taken.push(event),
                None => break,
            }
        }
        taken
    }

    /// Copies of all events that wait, in an order in which a snapshot can take them in.
    pub(super) fn events(&self) -> Vec<Event> {
        let results = self.results.iter().cloned().map(Event::Result);
        let incidents = self.incidents.values().cloned().map(Event::Incident);
        let changes = self.changes.iter().cloned().map(Event::Change);
        let facts = self.facts.iter();
        let facts = facts.map(|(service, facts)| Event::Facts(service.clone(), facts.clone()));
        let own_network = self.own_network_down.map(Event::OwnNetworkDown);
        results
            .chain(incidents)
            .chain(changes)
            .chain(facts)
            .chain(own_network)
            .collect()
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, most: usize) -> u64 {
    queue.push_back(item);
    let full = queue.len() > most;
    u64::from(full && queue.pop_front().is_some())
}

#[cfg(test)]
mod tests {
    use app::status::{Reason, ServiceState};
    use probe::Outcome;

    use super::*;

    fn at(seconds: usize) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(seconds.try_into().unwrap()).unwrap()
    }

    fn result(seconds: usize) -> Event {
        Event::Result(CheckResult {
            service: "lab/imap".parse().unwrap(),
            at: at(seconds),
            state: ServiceState::Ok,
            reason: Reason::Found(Outcome::Ok),
            response_time: None,
        })
    }

    fn incident(begin: usize, end: Option<usize>) -> Event {
        Event::Incident(Incident {
            service: "lab/imap".parse().unwrap(),
            begin: at(begin),
            end: end.map(at),
            reason: Reason::Found(Outcome::ConnectionRefused),
        })
    }

    fn facts(capability: &str) -> Event {
        let facts = ServiceFacts {
            capabilities: [capability.to_owned()].into(),
            ..ServiceFacts::default()
        };
        Event::Facts("lab/imap".parse().unwrap(), facts)
    }

    #[test]
    fn the_oldest_results_are_lost_first_and_nothing_else_for_them() {
        let mut queue = Queue::default();
        queue.push(incident(0, None));
        let lost: u64 = (0..MAX_RESULTS + 3)
            .map(|number| queue.push(result(number)))
            .sum();
        assert_eq!((lost, queue.len()), (3, MAX_RESULTS + 1));
        assert_eq!(queue.take(2), [incident(0, None), result(3)]);
    }

    #[test]
    fn incidents_are_bounded_too() {
        let mut queue = Queue::default();
        let lost: u64 = (0..MAX_OTHERS + 2)
            .map(|number| queue.push(incident(number, None)))
            .sum();
        assert_eq!((lost, queue.len()), (2, MAX_OTHERS));
        assert_eq!(queue.take(1), [incident(2, None)]);
    }

    #[test]
    fn only_the_last_of_what_replaces_each_other_waits() {
        let mut queue = Queue::default();
        for event in [
            facts("a"),
            incident(1, None),
            Event::OwnNetworkDown(Some(at(1))),
            incident(1, Some(2)),
            // It comes late.
            incident(1, None),
            facts("b"),
            Event::OwnNetworkDown(None),
        ] {
            assert_eq!(queue.push(event), 0);
        }
        let expected = [
            Event::OwnNetworkDown(None),
            incident(1, Some(2)),
            facts("b"),
        ];
        assert_eq!(queue.len(), 3);
        assert_eq!(queue.take(10), expected);
        assert_eq!((queue.len(), queue.take(10)), (0, Vec::new()));
    }
}
