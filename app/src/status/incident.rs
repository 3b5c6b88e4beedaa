//! A time in which a service did not work.

use std::time::Duration;

use time::UtcDateTime;

use super::{Reason, ServiceKey};

/// A time in which a service was down. The service and the begin identify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The service.
    pub service: ServiceKey,
    /// The first check that failed.
    pub begin: UtcDateTime,
    /// The first check that did not fail any more; `None` while it goes on.
    pub end: Option<UtcDateTime>,
    /// What the last failed check found.
    pub reason: Reason,
}

impl Incident {
    /// How long it lasted, or has lasted until now.
    pub fn duration(&self, now: UtcDateTime) -> Duration {
        let lasted = self.end.unwrap_or(now) - self.begin;
        lasted.try_into().unwrap_or_default()
    }
}
