//! Pure: from what happened at every endpoint to what is wrong.

use crate::outcome::{Outcome, Severity};
use crate::step::EndpointReport;

/// One thing to tell the customer, with the endpoints it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub outcome: Outcome,
    /// The ids of the endpoints, in the order of the run.
    pub endpoints: Vec<String>,
}

/// Turns the reports of one run into findings, the gravest first.
///
/// Endpoints with the same outcome share a finding. When nothing is wrong there is one finding,
/// [`Outcome::Ok`], that names every endpoint; otherwise those that are fine are not mentioned.
pub fn diagnose(reports: &[EndpointReport]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for report in reports {
        let mut told = |outcome: Outcome| {
            let id = &report.endpoint.id;
            match findings
                .iter_mut()
                .find(|finding| finding.outcome == outcome)
            {
                Some(finding) if finding.endpoints.contains(id) => {}
                Some(finding) => finding.endpoints.push(id.clone()),
                None => findings.push(Finding {
                    outcome,
                    endpoints: vec![id.clone()],
                }),
            }
        };
        for step in &report.steps {
            if step.outcome.severity() > Severity::Fine {
                told(step.outcome);
            }
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.outcome.severity()));
    if findings.is_empty() {
        let endpoints = reports
            .iter()
            .map(|report| report.endpoint.id.clone())
            .collect();
        findings.push(Finding {
            outcome: Outcome::Ok,
            endpoints,
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;
    use std::time::Duration;

    use super::*;
    use crate::{Endpoint, Protocol, Security, Stage, Step};

    fn report(id: &str, outcomes: &[Outcome]) -> EndpointReport {
        let endpoint = Endpoint {
            id: id.into(),
            protocol: Protocol::Imap,
            host: "mail.example.net".parse().unwrap(),
            port: NonZeroU16::new(993).unwrap(),
            security: Security::Tls,
        };
        let step = |outcome: &Outcome| {
            Step::new(
                outcome.stage().unwrap_or(Stage::Greeting),
                *outcome,
                Duration::ZERO,
            )
        };
        let steps = outcomes.iter().map(step).collect();
        EndpointReport::new(endpoint, steps, Duration::ZERO)
    }

    #[test]
    fn outcomes_are_gathered_over_endpoints_the_gravest_first() {
        use Outcome::{
            CertificateExpiresSoon, ConnectionRefused, NoPassword, NotTried, Ok, WrongCredentials,
        };
        for (endpoints, findings) in [
            (vec![("a", vec![Ok, Ok])], vec![(Ok, vec!["a"])]),
            (
                vec![("a", vec![Ok]), ("b", vec![NoPassword])],
                vec![(Ok, vec!["a", "b"])],
            ),
            (
                vec![
                    ("a", vec![CertificateExpiresSoon, WrongCredentials]),
                    ("b", vec![CertificateExpiresSoon, NotTried]),
                    ("c", vec![NotTried]),
                ],
                vec![
                    (WrongCredentials, vec!["a"]),
                    (CertificateExpiresSoon, vec!["a", "b"]),
                    (NotTried, vec!["b", "c"]),
                ],
            ),
            (
                vec![("a", vec![Ok]), ("b", vec![ConnectionRefused])],
                vec![(ConnectionRefused, vec!["b"])],
            ),
        ] {
            let reports: Vec<_> = endpoints
                .iter()
                .map(|(id, outcomes)| report(id, outcomes))
                .collect();
            let found = diagnose(&reports);
            let found: Vec<_> = found
                .iter()
                .map(|finding| {
                    let ids = finding.endpoints.iter().map(String::as_str);
                    (finding.outcome, ids.collect::<Vec<_>>())
                })
                .collect();
            assert_eq!(found, findings);
        }
    }
}
