//! How the services stand, as metrics. They are read from the snapshot at each request, so they are the same on every
//! server that shows it.

use std::fmt::Error;
use std::time::Duration;

use app::status::{ServiceHistory, ServiceKey, ServiceState, ServiceStatus, Snapshot};
use probe::{Outcome, Severity};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use time::UtcDateTime;

/// Reads the metrics of all services.
#[derive(Debug)]
pub struct ServiceMetrics(pub ServiceStatus);

impl Collector for ServiceMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let Some(snapshot) = self.0.now() else {
            return Ok(());
        };
        let now = UtcDateTime::now();
        gauge(
            &mut encoder,
            &snapshot,
            "service_state",
            "How a documented service stands: 0 it works, 1 it is degraded, 2 it is down",
            |key, _| {
                snapshot.state(key).map(|state| match state {
                    ServiceState::Ok => 0_i64,
                    ServiceState::Degraded => 1,
                    ServiceState::Down => 2,
                })
            },
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "service_response_seconds",
            "How long a service took at its last check until it had said what it can do",
            |_, history| Some(history.last.as_ref()?.response_time?.as_secs_f64()),
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "service_certificate_days",
            "How many days the certificate of a service has left",
            |_, history| {
                let end = history.facts.as_ref()?.certificate.as_ref()?.not_after;
                Some((end - now.unix_timestamp()) as f64 / 86_400.0)
            },
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "service_last_check_age_seconds",
            "How long ago a service was checked",
            |_, history| Some((now - history.last.as_ref()?.at).as_seconds_f64()),
        )?;
        let sign_in = |history: &ServiceHistory| history.facts.as_ref()?.own_sign_in.clone();
        gauge(
            &mut encoder,
            &snapshot,
            "own_sign_in",
            "Whether the last sign-in with an account of the operator worked, with all that followed it",
            |_, history| Some(i64::from(works(&sign_in(history)?.outcome))),
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "own_sign_in_age_seconds",
            "How long ago an account of the operator was signed in to",
            |_, history| {
                let age = now.unix_timestamp_nanos() / 1_000_000 - i128::from(sign_in(history)?.at);
                Some(age as f64 / 1000.0)
            },
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "own_mailbox_used_ratio",
            "Which part of the mailbox of the operator's account is used",
            |_, history| Some(f64::from(sign_in(history)?.used_permille?) / 1000.0),
        )?;
        gauge(
            &mut encoder,
            &snapshot,
            "own_message_seconds",
            "How long the last message of the operator's account to itself was on its way",
            |_, history| Some(Duration::from_millis(sign_in(history)?.delivery?).as_secs_f64()),
        )?;
        let down = encoder.encode_descriptor(
            "own_network_down",
            "Whether the network of this machine does not work, so that nothing is said of any service",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(i64::from(snapshot.own_network_down.is_some())).encode(down)
    }
}

/// Whether an outcome with this code is no failure.
fn works(code: &str) -> bool {
    let mut outcomes = Outcome::ALL.iter();
    let outcome = outcomes.find(|outcome| outcome.code() == code);
    outcome.is_some_and(|outcome| outcome.severity() != Severity::Failure)
}

/// One metric with a line for every service of which it is known.
fn gauge<V: EncodeGaugeValue>(
    encoder: &mut DescriptorEncoder<'_>,
    snapshot: &Snapshot,
    name: &str,
    help: &str,
    value: impl Fn(&ServiceKey, &ServiceHistory) -> Option<V>,
) -> Result<(), Error> {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (key, history) in &snapshot.services {
        if let Some(value) = value(key, history) {
            let labels = [("record", key.record()), ("service", key.service())];
            let line = metric.encode_family(&labels)?;
            ConstGauge::new(value).encode(line)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use app::status::{Certificate, CheckResult, Event, OwnSignIn, Reason, ServiceFacts};

    use super::*;
    use crate::operations::metrics::Metrics;

    #[test]
    fn every_service_has_its_metrics() {
        let status = ServiceStatus::new(Duration::from_secs(300), Snapshot::default());
        let metrics = Metrics::with_status(status.clone());
        let now = UtcDateTime::now();
        let result = |service: &str, state, response_time| {
            Event::Result(CheckResult {
                service: service.parse().unwrap(),
                at: now - Duration::from_secs(60),
                state,
                reason: Reason::Found(Outcome::Ok),
                response_time,
            })
        };
        let certificate = Certificate {
            fingerprint: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_after: now.unix_timestamp() + 30 * 86_400 + 100,
        };
        let facts = ServiceFacts {
            certificate: Some(certificate),
            own_sign_in: Some(OwnSignIn {
                at: 1000 * (now.unix_timestamp() - 600),
                outcome: "mailbox-nearly-full".to_owned(),
                used_permille: Some(920),
                delivery: Some(2500),
            }),
            ..ServiceFacts::default()
        };
        status.apply([
            result(
                "lab/imap",
                ServiceState::Degraded,
                Some(Duration::from_millis(250)),
            ),
            Event::Facts("lab/imap".parse().unwrap(), facts),
            result("lab/smtp", ServiceState::Down, None),
        ]);
        let value = |text: &str, name: &str, service: &str| {
            let line = format!("mailguide_{name}{{record=\"lab\",service=\"{service}\"}} ");
            let value = text.lines().find_map(|found| found.strip_prefix(&line));
            value.map(|value| value.parse::<f64>().unwrap())
        };
        let text = metrics.text();
        for (name, imap, smtp) in [
            ("service_state", Some(1.0), Some(2.0)),
            ("service_response_seconds", Some(0.25), None),
            ("service_certificate_days", Some(30.0), None),
            ("service_last_check_age_seconds", Some(60.0), Some(60.0)),
            ("own_sign_in", Some(1.0), None),
            ("own_sign_in_age_seconds", Some(600.0), None),
            ("own_mailbox_used_ratio", Some(0.92), None),
            ("own_message_seconds", Some(2.5), None),
        ] {
            for (service, expected) in [("imap", imap), ("smtp", smtp)] {
                let found = value(&text, name, service);
                let is_near = match (found, expected) {
                    // A second may pass meanwhile.
                    (Some(found), Some(expected)) => (found - expected).abs() <= 0.05 * expected,
                    (found, expected) => found == expected,
                };
                assert!(is_near, "{name} {service} {found:?}\n{text}");
            }
        }
        assert!(text.contains("mailguide_own_network_down 0"), "{text}");
        status.apply([Event::OwnNetworkDown(Some(now))]);
        let text = metrics.text();
        assert!(text.contains("mailguide_own_network_down 1"), "{text}");
        assert_eq!(value(&text, "service_state", "imap"), None, "{text}");
        assert!(!Metrics::default().text().contains("own_network"));
    }
}
