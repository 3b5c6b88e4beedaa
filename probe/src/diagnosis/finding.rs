//! What a diagnosis is made of.

use serde::Serialize;

use super::cause::Cause;
use crate::outcome::Outcome;
use crate::step::EndpointReport;

/// One thing to tell the customer, with the endpoints it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found.
    pub cause: Cause,
    /// The ids of the endpoints, in the order of the run.
    pub endpoints: Vec<String>,
    /// The ids of the endpoints that work where these do not, where that is a part of the finding.
    pub instead: Vec<String>,
}

/// Something worth telling about one endpoint.
#[derive(Clone, Copy)]
pub(super) struct Observation<'a> {
    pub(super) report: &'a EndpointReport,
    pub(super) outcome: Outcome,
}
