//! Takes what the monitor tells, shows it on the pages and has it stored.

use app::site::Revision;
use app::status::{Event, ServiceStatus};

/// Takes what the monitor tells. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    status: ServiceStatus,
    revision: Revision,
}

impl Recorder {
    /// Shows events on the pages of a site, and keeps them in memory only.
    pub fn in_memory(status: ServiceStatus, revision: Revision) -> Self {
        Self { status, revision }
    }

    /// Takes in these events, all at once, without waiting for any database.
    pub fn record(&self, events: Vec<Event>) {
        self.status.apply(events);
        self.revision.advance();
    }
}
