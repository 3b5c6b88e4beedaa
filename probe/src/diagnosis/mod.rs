//! Pure: from what happened at every endpoint to what is wrong.
//!
//! Each outcome that is worth telling is an observation. Some observations mean more together than
//! each by itself; such a pattern takes them out of the list and puts one finding in their place. What
//! is left is reported as it is.

mod cause;
mod finding;
mod pattern;

pub use cause::Cause;
pub use finding::Finding;
use finding::Observation;

use crate::outcome::{Outcome, Severity};
use crate::step::EndpointReport;

/// Turns the reports of one run into findings, the gravest first.
///
/// Endpoints with the same cause share a finding. When nothing is wrong there is one finding,
/// [`Outcome::Ok`], that names every endpoint; otherwise those that are fine are not mentioned.
pub fn diagnose(reports: &[EndpointReport]) -> Vec<Finding> {
    let mut observed = observations(reports);
    let mut findings = pattern::find(reports, &mut observed);
    for Observation { report, outcome } in observed {
        let cause = Cause::Outcome(outcome);
        let id = report.endpoint.id.clone();
        match findings.iter_mut().find(|finding| finding.cause == cause) {
            Some(finding) if finding.endpoints.contains(&id) => {}
            Some(finding) => finding.endpoints.push(id),
            None => findings.push(Finding {
                cause,
                endpoints: vec![id],
                instead: Vec::new(),
            }),
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.cause.severity()));
    if findings.is_empty() {
        let ids = reports.iter().map(|report| report.endpoint.id.clone());
        findings.push(Finding {
            cause: Cause::Outcome(Outcome::Ok),
            endpoints: ids.collect(),
            instead: Vec::new(),
        });
    }
    findings
}

fn observations(reports: &[EndpointReport]) -> Vec<Observation<'_>> {
    let observed = reports.iter().flat_map(|report| {
        let outcomes = report.steps.iter().map(|step| step.outcome);
        outcomes.map(move |outcome| Observation { report, outcome })
    });
    observed
        .filter(|observation| observation.outcome.severity() > Severity::Fine)
        .collect()
}

#[cfg(test)]
mod tests;
