//! Writes down the steps of one endpoint as they happen.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::event::ProbeEvent;
use crate::dialogue::Fault;
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::{EndpointReport, Facts, Step};

/// The check of this endpoint is over; the reason is written down.
#[derive(Debug)]
pub(super) struct Stop;

/// The steps of one endpoint so far. There are at most a dozen, so the channel needs no bound.
pub(super) struct Journal {
    index: usize,
    endpoint: Endpoint,
    events: UnboundedSender<ProbeEvent>,
    steps: Vec<Step>,
    started: Instant,
    /// The stage that is under way.
    stage: Option<Stage>,
    stage_started: Instant,
}

impl Journal {
    pub(super) fn new(
        index: usize,
        endpoint: Endpoint,
        events: UnboundedSender<ProbeEvent>,
    ) -> Self {
        let now = Instant::now();
        Self {
            index,
            endpoint,
            events,
            steps: Vec::new(),
            started: now,
            stage: None,
            stage_started: now,
        }
    }

    /// Begins a stage; its time counts from here.
    pub(super) fn begin(&mut self, stage: Stage) {
        self.stage = Some(stage);
        self.stage_started = Instant::now();
    }

    /// Ends the stage, if one is under way.
    pub(super) fn end(&mut self, outcome: Outcome, facts: Facts, server_reply: Option<String>) {
        let Some(stage) = self.stage.take() else {
            return;
        };
        let elapsed = self.stage_started.elapsed();
        self.write(Step {
            facts,
            server_reply,
            ..Step::new(stage, outcome, elapsed)
        });
    }

    fn write(&mut self, step: Step) {
        self.steps.push(step.clone());
        // Whoever reads the events may be gone; then this future will be dropped presently.
        let _ = self.events.send(ProbeEvent::Step {
            endpoint: self.index,
            step,
        });
    }

    /// Ends the stage, and with it the check.
    pub(super) fn fail(&mut self, fault: Fault, facts: Facts) -> Stop {
        self.end(fault.outcome, facts, fault.server_reply);
        Stop
    }

    /// Writes down what was done beside the stages, which took this long.
    pub(super) fn aside(
        &mut self,
        stage: Stage,
        outcome: Outcome,
        facts: Facts,
        elapsed: Duration,
    ) {
        self.write(Step {
            facts,
            ..Step::new(stage, outcome, elapsed)
        });
    }

    /// The facts of the last step of this stage.
    pub(super) fn facts(&self, stage: Stage) -> Option<&Facts> {
        let step = self.steps.iter().rev().find(|step| step.stage == stage);
        step.map(|step| &step.facts)
    }

    /// Ends whatever is under way, because the endpoint's time is over or nobody wants to know any more.
    /// A stage that has failed is written down already; only its goodbye was cut short.
    pub(super) fn cut_off(&mut self, why: Outcome) {
        self.end(why, Facts::None {}, None);
    }

    /// The end of the endpoint.
    pub(super) fn finish(self) {
        let elapsed: Duration = self.started.elapsed();
        let report = EndpointReport::new(self.endpoint, self.steps, elapsed);
        let _ = self.events.send(ProbeEvent::Done {
            endpoint: self.index,
            report,
        });
    }
}
