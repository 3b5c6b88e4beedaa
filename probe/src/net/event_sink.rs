//! Sends the steps of one endpoint to whoever reads the events of the run.

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use super::event::ProbeEvent;
use crate::endpoint::Endpoint;
use crate::outcome::Severity;
use crate::second_looks::turns_away;
use crate::session::StepSink;
use crate::stage::Stage;
use crate::step::{EndpointReport, Step};

/// Whether a server has said that this client may talk to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Welcome {
    /// It has said nothing so far.
    #[default]
    Awaited,
    /// It has greeted, or failed for a reason that has nothing to do with this client.
    Given,
    /// It has said a limit or a ban.
    Denied,
}

/// The steps of one endpoint so far. There are at most a dozen, so the channel needs no bound.
pub(super) struct EventSink {
    index: usize,
    endpoint: Endpoint,
    events: UnboundedSender<ProbeEvent>,
    steps: Vec<Step>,
    started: Instant,
    welcome: watch::Sender<Welcome>,
}

impl EventSink {
    pub(super) fn new(
        index: usize,
        endpoint: Endpoint,
        events: UnboundedSender<ProbeEvent>,
        welcome: watch::Sender<Welcome>,
    ) -> Self {
        Self {
            index,
            endpoint,
            events,
            steps: Vec::new(),
            started: Instant::now(),
            welcome,
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
        if turns_away(step.outcome) {
            self.welcome.send_replace(Welcome::Denied);
        } else if step.stage == Stage::Greeting || step.outcome.severity() == Severity::Failure {
            self.welcome.send_replace(Welcome::Given);
        }
        self.steps.push(step.clone());
        // Whoever reads the events may be gone; then this future will be dropped presently.
        let _ = self.events.send(ProbeEvent::Step {
            endpoint: self.index,
            step,
        });
    }
}
