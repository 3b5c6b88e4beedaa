//! Checks all endpoints at once, each until its time is up.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::{Either, join_all, select};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::gate::Gate;
use super::journal::Journal;
use super::tls::Trust;
use super::visit::Visit;
use super::{Event, Target, dns};
use crate::credentials::Credentials;
use crate::dialogue::Redactor;

/// What all runs of a probe share.
pub(super) struct Context {
    pub(super) tls: Trust,
    pub(super) resolver: dns::Resolver,
    pub(super) allow_private: bool,
    pub(super) deadline: Duration,
}

/// What all endpoints of one run share.
pub(super) struct Shared {
    pub(super) context: Arc<Context>,
    pub(super) credentials: Option<Credentials>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) gate: Gate,
    deadline: Instant,
}

/// Checks all targets at once. The stream owns the work.
pub(super) fn run(
    context: Arc<Context>,
    targets: Vec<Target>,
    credentials: Option<Credentials>,
) -> impl Stream<Item = Event> + Send + use<> {
    let (sender, events) = unbounded_channel();
    let work = async move {
        let deadline = Instant::now() + context.deadline;
        let redactor = Arc::new(Redactor::new(credentials.as_ref()));
        let shared = Shared {
            context,
            credentials,
            redactor,
            gate: Gate::default(),
            deadline,
        };
        let checks = targets.into_iter().enumerate().map(|(index, target)| {
            let journal = Journal::new(index, target.endpoint.clone(), sender.clone());
            check(&shared, target, journal)
        });
        join_all(checks).await;
    };
    Run {
        work: Some(Box::pin(work)),
        events,
    }
}

/// Drives the work whenever somebody wants to know what comes next.
struct Run {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    events: UnboundedReceiver<Event>,
}

impl Stream for Run {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Event>> {
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
async fn check(shared: &Shared, target: Target, mut journal: Journal) {
    let visit = Visit {
        shared,
        endpoint: &target.endpoint,
    };
    // Boxed, because it holds a TLS connection and the buffers of all stages.
    let steps = Box::pin(visit.steps(target.connect_to, &mut journal));
    // The clock is asked first: when the time of a sign-in that leads is over, so is that of those who
    // wait for it, and none of them may begin a sign-in of its own.
    let deadline = pin!(sleep_until(shared.deadline));
    // When the steps end by themselves, everything is written down, or what went wrong is.
    let out_of_time = matches!(select(deadline, steps).await, Either::Left(_));
    if out_of_time {
        journal.out_of_time();
    }
    journal.finish();
}
