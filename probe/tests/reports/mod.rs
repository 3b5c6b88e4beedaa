//! What the reports of a check say, in short.

use probe::{EndpointReport, Step};

/// The steps as `stage:outcome`.
pub(crate) fn steps(report: &EndpointReport) -> String {
    let step = |step: &Step| {
        let stage = serde_json::to_value(step.stage).unwrap();
        format!("{}:{}", stage.as_str().unwrap(), step.outcome)
    };
    report.steps.iter().map(step).collect::<Vec<_>>().join(" ")
}
