//! Takes what the monitor tells, shows it on the pages and has it stored.

use std::sync::Arc;

use app::status::{Event, ServiceStatus, Snapshot};
use time::UtcDateTime;

use super::waiting::Waiting;

/// Takes what the monitor tells. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    status: ServiceStatus,
    /// What is to be stored; `None` where nothing is.
    stored: Option<Arc<Waiting>>,
}

impl Recorder {
    /// Shows events on the pages of a site, and keeps them in memory only.
    pub fn in_memory(status: ServiceStatus) -> Self {
        Self {
            status,
            stored: None,
        }
    }

    /// Shows events on the pages of a site, and lets them wait for whoever stores them.
    pub(super) fn stored(status: ServiceStatus, waiting: Arc<Waiting>) -> Self {
        Self {
            status,
            stored: Some(waiting),
        }
    }

    /// Takes in these events, all at once, without waiting for any database.
    pub fn record(&self, events: Vec<Event>) {
        match &self.stored {
            Some(waiting) => waiting.add(events, |events| self.status.apply(events)),
            None => self.status.apply(events),
        }
    }

    /// When the last check began of which anything is known.
    pub fn last_result(&self) -> Option<UtcDateTime> {
        let known = self.status.now()?;
        let last = known
            .services
            .values()
            .filter_map(|history| history.last.as_ref());
        last.map(|result| result.at).max()
    }

    /// Shows what another server has recorded, where that is not known yet.
    pub fn learn(&self, events: Vec<Event>) {
        match &self.stored {
            // Nothing can be recorded meanwhile.
            Some(waiting) => waiting.with_all(|_| self.show_more(events)),
            None => self.show_more(events),
        }
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
    }

    fn show_more(&self, events: Vec<Event>) {
        let Some(before) = self.status.now() else {
            return;
        };
        let mut known = Snapshot::clone(&before);
        events.into_iter().for_each(|event| known.apply(event));
        // Whoever shows it live is told of what is new only.
        if known != *before {
            self.status.replace(known);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app::status::{CheckResult, Reason, ServiceState};
    use probe::Outcome;

    use super::*;

    #[test]
    fn what_is_known_already_is_no_news() {
        let status = ServiceStatus::new(Duration::from_secs(300), Snapshot::default());
        let recorder = Recorder::in_memory(status.clone());
        let mut news = status.subscribe().unwrap();
        let result = |seconds: i64| {
            Event::Result(CheckResult {
                service: "lab/imap".parse().unwrap(),
                at: UtcDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap(),
                state: ServiceState::Ok,
                reason: Reason::Found(Outcome::Ok),
                response_time: None,
            })
        };
        // A server reads again and again what overlaps with what it has read.
        for (seconds, is_new) in [(0, true), (0, false), (5, true), (0, false), (5, false)] {
            recorder.learn(vec![result(seconds)]);
            assert_eq!(news.has_changed().unwrap(), is_new, "{seconds}");
            news.mark_unchanged();
        }
        let last = recorder.last_result().unwrap();
        assert_eq!(last.unix_timestamp(), 1_700_000_005);
    }
}
