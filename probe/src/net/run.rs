//! Checks all endpoints at once, each until its time is up.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use futures_util::Stream;
use futures_util::future::join_all;
use tokio::select;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::connectivity::Connectivity;
use super::endpoint_check::{EndpointCheck, Log};
use super::event::ProbeEvent;
use super::event_sink::{EventSink, Welcome};
use super::run_context::{ProbeContext, RunContext};
use super::target::Target;
use crate::outcome::Outcome;
use crate::patience::Patience;
use crate::second_looks::SecondLooks;
use crate::session::{Parts, SharedSignIn, SignIn, StepLog, interruptible};

/// Checks all targets at once. The stream owns the work.
pub(super) fn run(
    probe: Arc<ProbeContext>,
    targets: Vec<Target>,
    sign_in: Option<SignIn>,
    patience: Patience,
) -> Run {
    let (sender, events) = unbounded_channel();
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    let work = async move {
        let begun = Instant::now();
        let sign_in = SharedSignIn::new(sign_in);
        let deadline = begun + sign_in.deadline(probe.deadline);
        let run = RunContext {
            probe,
            sign_in,
            second_looks: SecondLooks::new(TokioClock(begun)),
            connectivity: Connectivity::new(targets.len()),
            patience,
            deadline,
            cancelled,
        };
        let parts = |target: &Target| run.sign_in.parts(&target.endpoint);
        let parts: Vec<_> = targets.iter().map(parts).collect();
        let checks = targets.into_iter().zip(parts).enumerate();
        let checks = checks.map(|(index, (target, parts))| {
            let welcome = watch::Sender::default();
            let heard = welcome.subscribe();
            let sink = EventSink::new(index, target.endpoint.clone(), sender.clone(), welcome);
            // One clock for all, because what one service does is timed by another.
            let log = StepLog::new(TokioClock(begun), sink);
            check(&run, target, parts, log, heard)
        });
        join_all(checks).await;
    };
    Run {
        work: Some(Box::pin(work)),
        events,
        stop,
    }
}

/// The events of a run, as they happen.
///
/// It owns all the work: dropping it closes every connection. It must be polled on a Tokio runtime with
/// time and I/O enabled.
pub struct Run {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    events: UnboundedReceiver<ProbeEvent>,
    stop: CancellationToken,
}

impl Run {
    /// Stops the run. What is under way ends with [`Outcome::Cancelled`](crate::Outcome::Cancelled),
    /// and the events go on until every endpoint is done, which is at once.
    pub fn cancel(&self) {
        self.stop.cancel();
    }
}

impl Stream for Run {
    type Item = ProbeEvent;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<ProbeEvent>> {
        if let Some(work) = &mut self.work
            && work.as_mut().poll(task).is_ready()
        {
            // With the work its sender goes, too, so the channel ends behind the last event.
            self.work = None;
        }
        self.events.poll_recv(task)
    }
}

/// Checks one endpoint until it is done or its time is up.
async fn check<'a>(
    run: &'a RunContext,
    target: Target,
    parts: Parts<'a>,
    mut log: Log,
    welcome: watch::Receiver<Welcome>,
) {
    let check = EndpointCheck {
        run,
        target: &target,
        welcome,
    };
    let interruption = async {
        select! {
            () = run.cancelled.cancelled() => Outcome::Cancelled,
            () = sleep_until(run.deadline) => Outcome::Deadline,
        }
    };
    let interruption = interruptible(interruption, check.run(parts, &mut log)).await;
    if let Some(outcome) = interruption {
        log.interrupt(outcome);
    }
    log.into_sink().finish();
}
