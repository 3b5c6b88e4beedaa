//! What has changed in what the domains publish for mail programs.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use app::published::{Publication, PublishedSettings, Source, Status};
use app::record::Domain;
use app::status::{Change, ChangedFact, Event, Subject};
use time::UtcDateTime;
use tokio::time::sleep;

use super::leadership::Leadership;
use super::watch::Clock;
use crate::operations::published_settings::source_line;
use crate::storage::Recorder;

/// How often it is looked whether anything new was seen. Nobody is asked for it.
const LOOK: Duration = Duration::from_secs(30);

/// What was seen of each domain.
#[derive(Debug, Default)]
pub struct Publications(HashMap<Domain, BTreeMap<Source, String>>);

impl Publications {
    /// What is published differently than when it was seen the last time. A place that does not answer says nothing.
    pub fn changed(&mut self, publication: &Publication, at: UtcDateTime) -> Option<Change> {
        let known = self.0.entry(publication.domain.clone()).or_default();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for source in &publication.sources {
            let now = match source.status {
                Status::Unreachable => continue,
                Status::Absent => String::new(),
                Status::Same | Status::Differs => source_line(source),
            };
            let old = known.insert(source.source, now.clone());
            if let Some(old) = old.filter(|old| *old != now) {
                before.extend(Some(old).filter(|old| !old.is_empty()));
                after.extend(Some(now).filter(|now| !now.is_empty()));
            }
        }
        let (before, after) = (before.join(", "), after.join(", "));
        (before != after).then(|| Change {
            subject: Subject::Domain(publication.domain.clone()),
            fact: ChangedFact::Published,
            at,
            before,
            after,
        })
    }
}

/// Tells what changes, for ever, while this server may.
pub async fn watch(
    published: &PublishedSettings,
    recorder: &Recorder,
    clock: &Clock,
    mut leadership: Leadership,
) {
    if published.every().is_none() {
        return std::future::pending().await;
    }
    let mut publications = Publications::default();
    loop {
        leadership.begins().await;
        let domains = published.domains().iter();
        let seen = domains.filter_map(|domain| published.seen(domain));
        let changes = seen.filter_map(|seen| publications.changed(&seen.publication, clock.now()));
        // The task that asks logs them.
        let events: Vec<_> = changes.map(Event::Change).collect();
        if !events.is_empty() {
            recorder.record(events);
        }
        sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use app::published::SourceComparison;

    use super::*;

    #[test]
    fn changes_are_told_of_what_answers() {
        use Status::{Absent, Differs, Same, Unreachable};
        let mut publications = Publications::default();
        for (second, ispdb, srv, told) in [
            (0, Same, Absent, None),
            (1, Same, Absent, None),
            (2, Unreachable, Unreachable, None),
            (3, Same, Absent, None),
            (
                4,
                Differs,
                Unreachable,
                Some(("ispdb same", "ispdb differs")),
            ),
            (
                5,
                Same,
                Same,
                Some(("ispdb differs", "ispdb same, srv same")),
            ),
            (6, Absent, Unreachable, Some(("ispdb same", ""))),
            (7, Absent, Absent, Some(("srv same", ""))),
        ] {
            let source = |source, status| SourceComparison {
                source,
                status,
                offers: Vec::new(),
                not_offered: Vec::new(),
                broken_services: 0,
                why: None,
            };
            let publication = Publication {
                domain: "lab.test".parse().unwrap(),
                sources: vec![source(Source::Ispdb, ispdb), source(Source::Srv, srv)],
                told: Vec::new(),
            };
            let at = UtcDateTime::from_unix_timestamp(1_700_000_000 + second).unwrap();
            let change = publications.changed(&publication, at);
            let lines = change
                .as_ref()
                .map(|change| (&*change.before, &*change.after));
            assert_eq!(lines, told, "{second}");
        }
    }
}
