//! What is counted, in the text format of Prometheus (OpenMetrics 1.0).
//!
//! No label holds anything that a customer has typed or where a customer comes from. Every label has only
//! so many values, so nobody can make the list grow.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use app::published::Status;
use app::status::ServiceStatus;
use probe::{EndpointReport, Outcome};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use super::probe_health::ProbeHealth;
use super::relay_metrics::RelayMetrics;
use super::service_metrics::ServiceMetrics;
use crate::storage::DatabaseHealth;

/// Everything that is counted. Clones share it.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    checks: Family<CheckLabels, Counter>,
    check_seconds: Histogram,
    refusals: Family<RefusalLabels, Counter>,
    running: Gauge,
    degraded: Family<DegradedLabels, Gauge>,
    published: Family<PublishedLabels, Gauge>,
    /// Empty where limits are not shared.
    limits_shared: Family<NoLabels, Gauge>,
    servers: Family<NoLabels, Gauge>,
    monitors: Family<NoLabels, Gauge>,
    relays: RelayMetrics,
    probe_health: ProbeHealth,
    database_health: DatabaseHealth,
    registry: Registry,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NoLabels {}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CheckLabels {
    service: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    limit: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DegradedLabels {
    cause: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PublishedLabels {
    settings: &'static str,
}

/// The causes for which the connection test does not work.
const DEGRADING: [Outcome; 2] = [Outcome::ProbeOffline, Outcome::LocalResourcesExhausted];

/// A test that counts as running until this is dropped.
pub struct CountedTest(Gauge);

impl Default for Metrics {
    /// Those of a site on which nothing is monitored.
    fn default() -> Self {
        Self::with_status(ServiceStatus::default())
    }
}

impl Metrics {
    /// Nothing is counted yet; how the services stand is read from here.
    pub fn with_status(status: ServiceStatus) -> Self {
        let mut registry = Registry::with_prefix("mailguide");
        registry.register_collector(Box::new(ServiceMetrics(status)));
        let seconds = |upper_bounds: &[f64]| Histogram::new(upper_bounds.iter().copied());
        Self(Arc::new(Inner {
            requests: register(
                &mut registry,
                "requests",
                "Requests that were answered",
                Family::default(),
            ),
            request_seconds: register(
                &mut registry,
                "request_seconds",
                "How long it took until an answer began",
                seconds(&[0.001, 0.005, 0.02, 0.1, 0.5, 2.0]),
            ),
            checks: register(
                &mut registry,
                "checks",
                "Services that were checked, and what was found",
                Family::default(),
            ),
            check_seconds: register(
                &mut registry,
                "check_seconds",
                "How long the check of a service took",
                seconds(&[0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0]),
            ),
            refusals: register(
                &mut registry,
                "limits_hit",
                "Tests, pages and connections that a limit has refused",
                Family::default(),
            ),
            running: register(
                &mut registry,
                "tests_running",
                "Tests that are running",
                Gauge::default(),
            ),
            degraded: register(
                &mut registry,
                "degraded",
                "Whether the connection test does not work for this reason",
                Family::default(),
            ),
            published: register(
                &mut registry,
                "published_settings",
                "Domains whose published settings are those of their records, differ, are absent or cannot be asked for",
                Family::default(),
            ),
            limits_shared: register(
                &mut registry,
                "limits_shared",
                "Whether the limits are counted with the other servers, or by this one alone because the database is out of reach",
                Family::default(),
            ),
            servers: register(
                &mut registry,
                "servers",
                "Servers that share the limits, with this one",
                Family::default(),
            ),
            monitors: register(
                &mut registry,
                "monitors",
                "Whether this one of several servers monitors",
                Family::default(),
            ),
            relays: RelayMetrics::registered(&mut registry),
            probe_health: ProbeHealth::default(),
            database_health: DatabaseHealth::registered(&mut registry),
            registry,
        }))
    }
}

/// Registers a metric and gives it back; its clones share what was counted.
fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Metrics {
    /// A request was answered.
    pub fn request(
        &self,
        method: &axum::http::Method,
        route: Option<&str>,
        status: u16,
        time: Duration,
    ) {
        let labels = RequestLabels {
            method: match method.as_str() {
                "GET" => "GET",
                "HEAD" => "HEAD",
                "POST" => "POST",
                _ => "other",
            },
            route: route.unwrap_or("none").to_owned(),
            status,
        };
        self.0.requests.get_or_create(&labels).inc();
        self.0.request_seconds.observe(time.as_secs_f64());
    }

    /// A service was checked.
    pub fn check(&self, report: &EndpointReport) {
        let labels = CheckLabels {
            service: report.endpoint.id.clone(),
            outcome: report.outcome.code(),
        };
        self.0.checks.get_or_create(&labels).inc();
        self.0.check_seconds.observe(report.elapsed.as_secs_f64());
        self.0.probe_health.observe(report);
    }

    /// Whether the connection test works, as the checks show that are counted here.
    pub fn probe_health(&self) -> &ProbeHealth {
        &self.0.probe_health
    }

    /// Whether the database does what it should.
    pub fn database_health(&self) -> &DatabaseHealth {
        &self.0.database_health
    }

    /// A test begins.
    pub fn test(&self) -> CountedTest {
        self.0.running.inc();
        CountedTest(self.0.running.clone())
    }

    /// A limit has refused a test, a page or a connection. `limit` is its name in the metrics.
    pub fn limit_hit(&self, limit: &'static str) {
        let labels = RefusalLabels { limit };
        self.0.refusals.get_or_create(&labels).inc();
    }

    /// Whether the limits are counted with the other servers.
    pub fn limits_shared(&self, shared: bool) {
        let gauge = self.0.limits_shared.get_or_create(&NoLabels {});
        gauge.set(shared.into());
    }

    /// Whether this one of several servers monitors.
    pub fn monitors(&self, monitors: bool) {
        let gauge = self.0.monitors.get_or_create(&NoLabels {});
        gauge.set(monitors.into());
    }

    /// What relays do.
    pub(crate) fn relays(&self) -> &RelayMetrics {
        &self.0.relays
    }

    /// So many servers share the limits.
    pub fn servers(&self, servers: u32) {
        let gauge = self.0.servers.get_or_create(&NoLabels {});
        gauge.set(servers.into());
    }

    /// So many domains publish these settings for mail programs.
    pub fn published(&self, count: &HashMap<Status, i64>) {
        for status in Status::ALL {
            let labels = PublishedLabels {
                settings: status.id(),
            };
            let domains = count.get(&status).copied().unwrap_or_default();
            self.0.published.get_or_create(&labels).set(domains);
        }
    }

    /// All of it, as text.
    pub fn text(&self) -> String {
        let fault = self.0.probe_health.fault();
        for cause in DEGRADING {
            let labels = DegradedLabels {
                cause: cause.code(),
            };
            let degraded = i64::from(fault == Some(cause));
            self.0.degraded.get_or_create(&labels).set(degraded);
        }
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

impl Drop for CountedTest {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use probe::{Stage, Step};

    use super::*;
    use crate::testing::endpoint;

    #[test]
    fn what_happens_is_counted() {
        let metrics = Metrics::default();
        let time = Duration::from_millis(3);
        metrics.request(&Method::GET, Some("/fix/{slug}"), 200, time);
        metrics.request(&Method::from_bytes(b"EVIL").unwrap(), None, 404, time);
        metrics.limit_hit("busy");
        metrics.limit_hit("connections-per-client");
        let steps = vec![Step::new(Stage::Dns, Outcome::NameNotFound, time)];
        metrics.check(&EndpointReport::new(endpoint(), steps, time));
        metrics.published(&HashMap::from([(Status::Differs, 2)]));
        let running = metrics.test();
        let during = metrics.text();
        drop(running);
        for line in [
            "mailguide_requests_total{method=\"GET\",route=\"/fix/{slug}\",status=\"200\"} 1",
            "mailguide_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1",
            "mailguide_request_seconds_count 2",
            "mailguide_checks_total{service=\"imap\",outcome=\"name-not-found\"} 1",
            "mailguide_check_seconds_count 1",
            "mailguide_limits_hit_total{limit=\"busy\"} 1",
            "mailguide_limits_hit_total{limit=\"connections-per-client\"} 1",
            "mailguide_tests_running 1",
            "mailguide_published_settings{settings=\"differs\"} 2",
            "mailguide_published_settings{settings=\"same\"} 0",
        ] {
            assert!(
                during.lines().any(|found| found == line),
                "{line}\n{during}"
            );
        }
        assert!(metrics.text().contains("mailguide_tests_running 0"));
    }
}
