//! Looks again and again at what the domains of all records publish for mail programs.
//!
//! One domain is asked at a time, and the time between two rounds is never the same, so that no server sees all
//! copies of this program at once.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use app::published::{Difference, Publication, PublishedSettings, SourceComparison, Status};
use app::record::Domain;
use app::site::{Revision, Site};
use tokio::time::sleep;

use super::metrics::Metrics;

/// How long a copy of this program may wait before it asks for the first time.
const MAX_START: Duration = Duration::from_secs(5);

/// Asks for every domain now and then every [`PublishedSettings::every`], for ever.
pub async fn watch(site: &Site, metrics: &Metrics) {
    let Some(every) = site.published.every() else {
        return pending().await;
    };
    let mut watch = Watch {
        published: site.published.clone(),
        revision: site.revision.clone(),
        metrics: metrics.clone(),
        told: HashMap::new(),
        promised: Vec::new(),
    };
    sleep(MAX_START.min(every).mul_f64(fastrand::f64())).await;
    loop {
        watch.round().await;
        // Never longer than the interval, or a test that is run just before the end of it had to ask.
        sleep(every.mul_f64(0.8 + 0.2 * fastrand::f64())).await;
    }
}

struct Watch {
    published: PublishedSettings,
    revision: Revision,
    metrics: Metrics,
    /// What was logged of each domain.
    told: HashMap<Domain, String>,
    /// For which domains pages may promise that Thunderbird finds the settings.
    promised: Vec<Domain>,
}

impl Watch {
    /// Asks for every domain once, and has the pages rendered anew where they may say something else now.
    async fn round(&mut self) {
        for domain in self.published.domains().to_vec() {
            self.published.ask(&domain).await;
            self.tell(&domain);
            self.metrics.published(&self.count());
        }
        let domains = self.published.domains().iter();
        let promised = domains.filter(|domain| self.published.autoconfig_is_ours(domain));
        let promised: Vec<Domain> = promised.cloned().collect();
        // At the end of the round, because each change has every page rendered anew.
        if promised != self.promised {
            self.promised = promised;
            self.revision.advance();
        }
    }

    /// Logs what is published, if that has changed. Where nothing answers there is nothing to say.
    fn tell(&mut self, domain: &Domain) {
        if self.published.status(domain) == Some(Status::Unreachable) {
            return;
        }
        let Some(seen) = self.published.seen(domain) else {
            return;
        };
        let now = summary(&seen.publication);
        if self.told.get(domain) == Some(&now) {
            return;
        }
        if seen.publication.status() == Status::Differs {
            tracing::warn!(%domain, published = now, "mail programs are told other settings than the record has");
        } else {
            tracing::info!(%domain, published = now, "mail programs are told no other settings than the record has");
        }
        self.told.insert(domain.clone(), now);
    }

    /// How many domains stand how.
    fn count(&self) -> HashMap<Status, i64> {
        let mut count = HashMap::new();
        let domains = self.published.domains().iter();
        for status in domains.filter_map(|domain| self.published.status(domain)) {
            *count.entry(status).or_default() += 1;
        }
        count
    }
}

/// What every place says, on one line: `ispdb differs (pop3 pop.example.net:995 pop-first)`.
fn summary(publication: &Publication) -> String {
    let sources = publication.sources.iter();
    let told = sources.filter(|source| source.status != Status::Absent);
    let told: Vec<String> = told.map(source_line).collect();
    match told.is_empty() {
        true => "nothing".to_owned(),
        false => told.join(", "),
    }
}

/// What one place says, on one line.
pub fn source_line(source: &SourceComparison) -> String {
    let place = format!("{} {}", source.source.id(), source.status.id());
    let wrong = source
        .offers
        .iter()
        .filter(|offer| !offer.differences.is_empty());
    let wrong: Vec<String> = wrong
        .map(|offer| {
            let service = &offer.service;
            let ids = offer.differences.iter().map(Difference::id);
            let ids: Vec<_> = ids.collect();
            let (protocol, host, port) = (service.protocol, &service.host, service.port);
            format!("{protocol} {host}:{port} {}", ids.join(" "))
        })
        .collect();
    match wrong.is_empty() {
        true => place,
        false => format!("{place} ({})", wrong.join("; ")),
    }
}
