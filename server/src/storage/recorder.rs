//! Takes what the monitor tells, shows it on the pages and has it stored.

use std::sync::Arc;

use app::site::Revision;
use app::status::{Event, ServiceStatus, Snapshot};

use super::waiting::Waiting;

/// Takes what the monitor tells. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    status: ServiceStatus,
    revision: Revision,
    /// What is to be stored; `None` where nothing is.
    stored: Option<Arc<Waiting>>,
}

impl Recorder {
    /// Shows events on the pages of a site, and keeps them in memory only.
    pub fn in_memory(status: ServiceStatus, revision: Revision) -> Self {
        Self {
            status,
            revision,
            stored: None,
        }
    }

    /// Shows events on the pages of a site, and lets them wait for whoever stores them.
    pub(super) fn stored(status: ServiceStatus, revision: Revision, waiting: Arc<Waiting>) -> Self {
        Self {
            status,
            revision,
            stored: Some(waiting),
        }
    }

    /// Takes in these events, all at once, without waiting for any database.
    pub fn record(&self, events: Vec<Event>) {
        match &self.stored {
            Some(waiting) => waiting.add(events, |events| self.status.apply(events)),
            None => self.status.apply(events),
        }
        self.revision.advance();
    }

    /// Shows what the database has, and what was recorded before it could be read.
    pub(super) fn show(&self, mut known: Snapshot) {
        match &self.stored {
            Some(waiting) => waiting.with_all(|recorded| {
                recorded.into_iter().for_each(|event| known.apply(event));
                self.status.replace(known);
            }),
            None => self.status.replace(known),
        }
        self.revision.advance();
    }
}
