//! The snapshot of the running site.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use time::UtcDateTime;
use tokio::sync::watch;

use super::said::Times;
use super::{Event, Seen, ServiceKey, Snapshot, tell};
use crate::record::{Record, Service};
use crate::texts::Texts;

/// How all services stand now. Clones share it.
///
/// By default nothing is monitored, so nothing is known.
#[derive(Clone, Default)]
pub struct ServiceStatus(Option<Arc<Inner>>);

struct Inner {
    every: Duration,
    now: watch::Sender<Arc<Snapshot>>,
}

impl ServiceStatus {
    /// What was known before; every service is checked so often.
    pub fn new(every: Duration, known: Snapshot) -> Self {
        Self(Some(Arc::new(Inner {
            every,
            now: watch::Sender::new(Arc::new(known)),
        })))
    }

    /// How often each service is checked; `None` where none is.
    pub fn every(&self) -> Option<Duration> {
        self.0.as_ref().map(|inner| inner.every)
    }

    /// How everything stands; `None` where nothing is monitored.
    pub fn now(&self) -> Option<Arc<Snapshot>> {
        self.0.as_ref().map(|inner| Arc::clone(&inner.now.borrow()))
    }

    /// How everything stands for somebody who looks now; `None` where nothing is monitored.
    pub fn seen(&self) -> Option<Seen> {
        Some(Seen {
            snapshot: self.now()?,
            every: self.every()?,
            now: UtcDateTime::now(),
        })
    }

    /// What is added to what a test of a customer finds of each of these services that is known not to work: since
    /// when, and that the checks of the site see it, too.
    pub fn checks_see(
        &self,
        texts: &Texts,
        record: &Record,
        services: &[&Service],
    ) -> Vec<Option<(UtcDateTime, String)>> {
        let seen = self.seen();
        let known = |service: &&Service| {
            let seen = seen.as_ref()?;
            let incident = seen.open_incident(&ServiceKey::new(record, service))?;
            let times = Times::new(texts, seen.now);
            Some((incident.begin, tell::checks_see(times, incident.begin)))
        };
        services.iter().map(known).collect()
    }

    /// Takes in these events, all at once.
    pub fn apply(&self, events: impl IntoIterator<Item = Event>) {
        if let Some(inner) = &self.0 {
            inner.now.send_modify(|now| {
                let now = Arc::make_mut(now);
                events.into_iter().for_each(|event| now.apply(event));
            });
        }
    }

    /// Puts what is stored in the place of what is known, where another server has monitored.
    pub fn replace(&self, known: Snapshot) {
        if let Some(inner) = &self.0 {
            inner.now.send_replace(Arc::new(known));
        }
    }

    /// Tells of each change; `None` where nothing is monitored.
    pub fn subscribe(&self) -> Option<watch::Receiver<Arc<Snapshot>>> {
        self.0.as_ref().map(|inner| inner.now.subscribe())
    }
}

impl fmt::Debug for ServiceStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let every = self.every();
        out.debug_struct("ServiceStatus")
            .field("every", &every)
            .finish_non_exhaustive()
    }
}
