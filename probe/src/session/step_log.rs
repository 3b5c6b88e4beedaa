//! Makes steps of what happens, and sends them off as they end.

use std::time::Duration;

use crate::dialogue::{Clock, Fault};
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::{Facts, Step};

/// Takes the steps of a check, each as it ends.
pub trait StepSink {
    /// Takes the next step.
    fn take(&mut self, step: Step);
}

/// A stage has failed, and with it the check. The step that says why is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageFailed;

/// The log of one check. It knows which stage is under way, so that it can also be ended from outside.
pub struct StepLog<C, K> {
    clock: C,
    sink: K,
    /// The stage that is under way, and when it began.
    current: Option<(Stage, Duration)>,
}

impl<C: Clock + Clone, K: StepSink> StepLog<C, K> {
    /// An empty log.
    pub fn new(clock: C, sink: K) -> Self {
        Self {
            clock,
            sink,
            current: None,
        }
    }

    /// The clock by which the steps are timed.
    pub fn clock(&self) -> C {
        self.clock.clone()
    }

    /// The sink, when no more steps follow.
    pub fn into_sink(self) -> K {
        self.sink
    }

    /// Begins a stage; its time counts from here.
    pub fn begin(&mut self, stage: Stage) {
        self.current = Some((stage, self.clock.now()));
    }

    /// Ends the stage that is under way.
    pub fn end(&mut self, outcome: Outcome, facts: Facts, server_reply: Option<String>) {
        let Some((stage, begun)) = self.current.take() else {
            return;
        };
        let elapsed = self.clock.now().saturating_sub(begun);
        self.sink.take(Step {
            facts,
            server_reply,
            ..Step::new(stage, outcome, elapsed)
        });
    }

    /// Ends the stage that is under way with a failure.
    pub fn fail(&mut self, fault: impl Into<Fault>, facts: Facts) -> StageFailed {
        let fault = fault.into();
        self.end(fault.outcome, facts, fault.server_reply);
        StageFailed
    }

    /// Adds what was done beside the stages, and took this long.
    pub fn add(&mut self, stage: Stage, outcome: Outcome, facts: Facts, elapsed: Duration) {
        self.sink.take(Step {
            facts,
            ..Step::new(stage, outcome, elapsed)
        });
    }

    /// Adds a step that was done and timed elsewhere, in the place of the stage that is under way.
    #[cfg(feature = "web")]
    pub(crate) fn insert(&mut self, step: Step) {
        self.leave();
        self.sink.take(step);
    }

    /// Leaves the stage that is under way without a step.
    #[cfg(feature = "web")]
    pub(crate) fn leave(&mut self) {
        self.current = None;
    }

    /// Ends whatever is under way, because the time is over or nobody wants to know any more. A stage
    /// that has failed is in the log already; only what followed it is cut short.
    pub fn interrupt(&mut self, why: Outcome) {
        self.end(why, Facts::None {}, None);
    }
}
