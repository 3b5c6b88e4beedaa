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
