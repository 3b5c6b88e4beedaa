//! The events of a run.

use crate::step::{EndpointReport, Step};

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeEvent {
    /// A step ended.
    Step {
        /// The index of the target.
        endpoint: usize,
        /// What happened.
        step: Step,
    },
    /// An endpoint is done; no more of its steps follow.
    Done {
        /// The index of the target.
        endpoint: usize,
        /// All that happened to it.
        report: EndpointReport,
    },
}
