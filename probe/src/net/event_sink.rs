//! Sends the steps of one endpoint to whoever reads the events of the run.

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::event::ProbeEvent;
use crate::endpoint::Endpoint;
use crate::session::StepSink;
use crate::step::{EndpointReport, Step};

/// The steps of one endpoint so far. There are at most a dozen, so the channel needs no bound.
pub(super) struct EventSink {
    index: usize,
    endpoint: Endpoint,
    events: UnboundedSender<ProbeEvent>,
    steps: Vec<Step>,
    started: Instant,
}

impl EventSink {
    pub(super) fn new(
        index: usize,
        endpoint: Endpoint,
        events: UnboundedSender<ProbeEvent>,
    ) -> Self {
        Self {
            index,
            endpoint,
            events,
            steps: Vec::new(),
            started: Instant::now(),
        }
    }

    /// The end of the endpoint.
    pub(super) fn finish(self) {
        let report = EndpointReport::new(self.endpoint, self.steps, self.started.elapsed());
        let _ = self.events.send(ProbeEvent::Done {
            endpoint: self.index,
            report,
        });
    }
}

impl StepSink for EventSink {
    fn take(&mut self, step: Step) {
        self.steps.push(step.clone());
        // Whoever reads the events may be gone; then this future will be dropped presently.
        let _ = self.events.send(ProbeEvent::Step {
            endpoint: self.index,
            step,
        });
    }
}
