//! Checks without a password, each made once for all who ask for it at the same time.
//!
//! Such a check says the same to everybody. However many customers ask, a mail server sees one of them in a
//! while; the others are given its events as they happen, or what was found a moment ago and how old it is.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::check::{Observed, SharedChecks, TestPermit};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use probe::net::{Probe, ProbeEvent, Target};
use probe::{EndpointReport, HostName, PrivateNetwork, Protocol, Security, Stage, Step};
use tokio::sync::watch;
use tokio::time::Instant;

/// The checks that are running or were made lately.
pub struct ResultCache {
    time_to_live: Duration,
    /// There is one for each service at most, so this does not grow.
    checks: Mutex<HashMap<CheckKey, CachedCheck>>,
}

/// What makes two checks the same: all of the target but its id and the customer's domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CheckKey {
    protocol: Protocol,
    host: HostName,
    port: NonZeroU16,
    security: Security,
    connect_to: Vec<SocketAddr>,
    private_networks: Vec<PrivateNetwork>,
}

/// A check that is running or was made lately.
#[derive(Clone)]
struct CachedCheck {
    started: Instant,
    /// Whose mail domain was looked up, besides what is the same for every customer.
    domain: Option<HostName>,
    history: watch::Receiver<History>,
}

/// What happened so far.
#[derive(Default)]
struct History {
    events: Vec<ProbeEvent>,
    ended: bool,
    /// Whether this machine was at fault, so that nothing is known of the server.
    fault_of_probe: bool,
}

impl ResultCache {
    /// Results are given to others for this long.
    pub fn new(time_to_live: Duration) -> Self {
        Self {
            time_to_live,
            checks: Mutex::default(),
        }
    }

    /// Checks a target, or replays what is known of it from a check that began less than `max_age` ago.
    pub fn check_not_older(
        &self,
        probe: &Probe,
        target: Target,
        permit: Arc<dyn TestPermit>,
        max_age: Duration,
    ) -> BoxStream<'static, Observed> {
        let start = |target| probe.run(vec![target], None);
        self.check_with(vec![target], &permit, max_age, start)
    }

    /// Checks the targets with `start`, or replays what is known of them. A check that was started goes on to
    /// its end even if nobody listens any more, or asking and going away would be a way to start it again;
    /// until then it holds the permit of its test.
    fn check_with<S>(
        &self,
        targets: Vec<Target>,
        permit: &Arc<dyn TestPermit>,
        max_age: Duration,
        start: impl Fn(Target) -> S,
    ) -> BoxStream<'static, Observed>
    where
        S: Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    {
        let now = Instant::now();
        let replays = targets.into_iter().enumerate().map(|(index, target)| {
            let key = CheckKey::of(&target);
            let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
            let is_fresh =
                |check: &&CachedCheck| self.is_fresh(check, now) && now - check.started < max_age;
            let cached = checks.get(&key).filter(is_fresh);
            let (check, age) = match cached {
                Some(check) => (check.clone(), Some(now.duration_since(check.started))),
                None => {
                    let check = CachedCheck {
                        started: now,
                        domain: target.domain.clone(),
                        history: record(start(target.clone()), Arc::clone(permit)),
                    };
                    checks.insert(key, check.clone());
                    (check, None)
                }
            };
            check.replay(index, target, age)
        });
        stream::select_all(replays.collect::<Vec<_>>()).boxed()
    }

    /// A check that is running is fresh, however long it takes. One that broke off is not, and neither is one
    /// that this machine could not do: the next one may be done.
    fn is_fresh(&self, check: &CachedCheck, now: Instant) -> bool {
        // The sender lives as long as the check runs.
        let running = check.history.has_changed().is_ok();
        let History {
            ended,
            fault_of_probe,
            ..
        } = *check.history.borrow();
        if fault_of_probe {
            return false;
        }
        let young = now.duration_since(check.started) < self.time_to_live;
        (ended && young) || (running && !self.time_to_live.is_zero())
    }
}

impl SharedChecks for ResultCache {
    fn check(
        &self,
        probe: &Probe,
        targets: Vec<Target>,
        permit: Arc<dyn TestPermit>,
    ) -> BoxStream<'static, Observed> {
        let start = |target| probe.run(vec![target], None);
        self.check_with(targets, &permit, Duration::MAX, start)
    }
}

impl CheckKey {
    fn of(target: &Target) -> Self {
        let endpoint = &target.endpoint;
        Self {
            protocol: endpoint.protocol,
            host: endpoint.host.clone(),
            port: endpoint.port,
            security: endpoint.security,
            connect_to: target.connect_to.clone(),
            private_networks: target.private_networks.clone(),
        }
    }
}

/// Reads a check to its end, whether or not anybody listens.
fn record(
    mut events: impl Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    permit: Arc<dyn TestPermit>,
) -> watch::Receiver<History> {
    let (sender, history) = watch::channel(History::default());
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            // The customer for whom it was started may not listen any more.
            if let ProbeEvent::Done { report, .. } = &event {
                permit.count_check(report);
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
        drop(permit);
    });
    history
}

impl CachedCheck {
    /// Everything from the beginning on, for a customer who asked for this target.
    fn replay(
        self,
        index: usize,
        target: Target,
        age: Option<Duration>,
    ) -> BoxStream<'static, Observed> {
        let same_domain = self.domain == target.domain;
        let for_target = move |event| {
            let event = for_target(event, index, &target, same_domain)?;
            Some(Observed { event, age })
        };
        stream::unfold((self.history, 0), async |(mut history, replayed)| {
            // An error means that the check ended, one way or the other; what it left behind is there.
            let more = |history: &History| history.events.len() > replayed || history.ended;
            let _ = history.wait_for(more).await;
            let event = history.borrow().events.get(replayed).cloned()?;
            Some((event, (history, replayed + 1)))
        })
        .filter_map(move |event| std::future::ready(for_target(event)))
        .boxed()
    }
}

/// The event as it is for this target: with its index, and without what concerns another domain.
fn for_target(
    event: ProbeEvent,
    index: usize,
    target: &Target,
    same_domain: bool,
) -> Option<ProbeEvent> {
    let concerns = |step: &Step| same_domain || step.stage != Stage::Published;
    match event {
        ProbeEvent::Step { step, .. } => concerns(&step).then_some(ProbeEvent::Step {
            endpoint: index,
            step,
        }),
        ProbeEvent::Done { report, .. } => {
            let steps = report.steps.into_iter().filter(concerns).collect();
            Some(ProbeEvent::Done {
                endpoint: index,
                report: EndpointReport::new(target.endpoint.clone(), steps, report.elapsed),
            })
        }
    }
}

#[cfg(test)]
mod tests;
