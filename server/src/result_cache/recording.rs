//! What a check finds is kept, whether or not anybody listens.

use std::sync::Arc;

use app::check::TestPermit;
use futures_util::stream::{Stream, StreamExt};
use probe::net::ProbeEvent;
use probe::{EndpointReport, HostName};
use tokio::sync::watch;
use tokio::time::Instant;

use super::with_others::{Turn, WithOthers};

/// What happened so far in a check.
pub(super) struct History {
    /// When it began.
    pub(super) begun: Instant,
    /// Whose mail domain was looked up, besides what is the same for every customer.
    pub(super) domain: Option<HostName>,
    /// Whether another server has made it.
    pub(super) elsewhere: bool,
    pub(super) events: Vec<ProbeEvent>,
    pub(super) ended: bool,
    /// Whether this machine was at fault, so that nothing is known of the server.
    pub(super) fault_of_probe: bool,
}

impl History {
    pub(super) fn new(begun: Instant, domain: Option<HostName>) -> Self {
        Self {
            begun,
            domain,
            elsewhere: false,
            events: Vec::new(),
            ended: false,
            fault_of_probe: false,
        }
    }

    /// That of a check that another server has made.
    fn of_another(begun: Instant, domain: Option<HostName>, report: EndpointReport) -> Self {
        let steps = report.steps.iter().cloned();
        let steps = steps.map(|step| ProbeEvent::Step { endpoint: 0, step });
        let mut events: Vec<ProbeEvent> = steps.collect();
        events.push(ProbeEvent::Done {
            endpoint: 0,
            report,
        });
        Self {
            elsewhere: true,
            events,
            ended: true,
            ..Self::new(begun, domain)
        }
    }
}

/// Reads a check to its end.
pub(super) fn record(
    events: impl Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    history: History,
    permit: Arc<dyn TestPermit>,
) -> watch::Receiver<History> {
    let (sender, history) = watch::channel(history);
    tokio::spawn(read(events, sender, permit));
    history
}

/// Makes the check and reads it to its end, unless another server makes it or has made it.
pub(super) fn record_with_others<S>(
    check: impl FnOnce() -> S + Send + 'static,
    others: WithOthers,
    history: History,
    permit: Arc<dyn TestPermit>,
) -> watch::Receiver<History>
where
    S: Stream<Item = ProbeEvent> + Send + Unpin + 'static,
{
    let domain = history.domain.clone();
    let (sender, history) = watch::channel(history);
    tokio::spawn(async move {
        match others.turn().await {
            Turn::Found {
                begun,
                domain,
                report,
            } => {
                sender.send_replace(History::of_another(begun, domain, report));
            }
            Turn::Mine { begun } => {
                sender.send_modify(|history| history.begun = begun);
                let check = read(check(), sender, permit);
                others.tell_of(check, domain).await;
            }
        }
    });
    history
}

/// Reads a check to its end, and returns its report.
async fn read(
    mut events: impl Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    sender: watch::Sender<History>,
    permit: Arc<dyn TestPermit>,
) -> Option<EndpointReport> {
    let mut found = None;
    while let Some(event) = events.next().await {
        // The customer for whom it was started may not listen any more.
        if let ProbeEvent::Done { report, .. } = &event {
            permit.count_check(report);
            found = Some(report.clone());
        }
        sender.send_modify(|history| {
            history.fault_of_probe |= matches!(
                &event,
                ProbeEvent::Step { step, .. } if step.fault_of_probe().is_some()
            );
            history.events.push(event);
        });
    }
    sender.send_modify(|history| history.ended = true);
    found.filter(|_| !sender.borrow().fault_of_probe)
}
