//! Checks without a password, each made once for all who ask for it at the same time.
//!
//! Such a check says the same to everybody. However many customers ask, a mail server sees one of them in a
//! while; the others are given its events as they happen, or what was found a moment ago and how old it is.
//!
//! | module | idea |
//! |---|---|
//! | `recording` | what a check finds is kept, whether or not anybody listens |
//! | `with_others` | of several servers one checks a service, and the others are told what it found |
//! | [`shared`] | what they share, as a trait |
//! | [`database`] | that in PostgreSQL |

pub mod database;
mod recording;
pub mod shared;
mod with_others;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::check::{Observed, SharedChecks, TestPermit};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use probe::net::{Patience, Probe, ProbeEvent, Target};
use probe::{EndpointReport, HostName, PrivateNetwork, Protocol, Security, Stage, Step};
use tokio::sync::watch;
use tokio::time::Instant;

use self::recording::{History, record, record_with_others};
use self::shared::{Service, SharedResults};
use self::with_others::{Wanted, WithOthers};

/// The checks that are running or were made lately.
pub struct ResultCache {
    time_to_live: Duration,
    /// There is one for each service at most, so this does not grow.
    checks: Mutex<HashMap<CheckKey, watch::Receiver<History>>>,
    /// What other servers check, if there are any.
    shared: Option<Arc<dyn SharedResults>>,
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
    with_proxy_header: bool,
}

impl ResultCache {
    /// Results are given to others for this long.
    pub fn new(time_to_live: Duration) -> Self {
        Self {
            time_to_live,
            checks: Mutex::default(),
            shared: None,
        }
    }

    /// Shares the results with other servers, too.
    #[must_use]
    pub fn shared_by(self, shared: Arc<dyn SharedResults>) -> Self {
        let shares = !self.time_to_live.is_zero();
        Self {
            shared: shares.then_some(shared),
            ..self
        }
    }

    /// Checks a target with this patience, or replays what is known of it from a check that began less than `max_age`
    /// ago, however patient that was.
    pub fn check_not_older(
        &self,
        probe: &Probe,
        target: Target,
        permit: Arc<dyn TestPermit>,
        max_age: Duration,
        patience: Patience,
    ) -> BoxStream<'static, Observed> {
        let probe = probe.clone();
        let start = move |target| probe.run_with(vec![target], None, patience);
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
        start: impl Fn(Target) -> S + Clone + Send + 'static,
    ) -> BoxStream<'static, Observed>
    where
        S: Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    {
        let now = Instant::now();
        let replays = targets.into_iter().enumerate().map(|(index, target)| {
            let key = CheckKey::of(&target);
            let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
            let is_fresh = |history: &&watch::Receiver<History>| {
                let begun = history.borrow().begun;
                self.is_fresh(history, now) && now.saturating_duration_since(begun) < max_age
            };
            if let Some(history) = checks.get(&key).filter(is_fresh) {
                return replay(history.clone(), index, target, now, false);
            }
            let domain = target.domain.clone();
            let check = {
                let (start, target) = (start.clone(), target.clone());
                move || start(target)
            };
            let history = match &self.shared {
                None => record(check(), History::new(now, domain), Arc::clone(permit)),
                Some(shared) => {
                    let wanted = Wanted {
                        max_age,
                        time_to_live: self.time_to_live,
                        asked: now,
                    };
                    // Until it is known when it began, it is taken for the oldest that may be found.
                    let history = History::new(wanted.oldest(), domain);
                    let others = WithOthers::new(Arc::clone(shared), key.service(), wanted);
                    record_with_others(check, others, history, Arc::clone(permit))
                }
            };
            checks.insert(key, history.clone());
            replay(history, index, target, now, true)
        });
        stream::select_all(replays.collect::<Vec<_>>()).boxed()
    }

    /// A check that is running is fresh, however long it takes. One that broke off is not, and neither is one
    /// that this machine could not do: the next one may be done.
    fn is_fresh(&self, history: &watch::Receiver<History>, now: Instant) -> bool {
        // The sender lives as long as the check runs.
        let running = history.has_changed().is_ok();
        let history = history.borrow();
        if history.fault_of_probe {
            return false;
        }
        let young = now.saturating_duration_since(history.begun) < self.time_to_live;
        (history.ended && young) || (running && !self.time_to_live.is_zero())
    }
}

impl SharedChecks for ResultCache {
    fn check(
        &self,
        probe: &Probe,
        targets: Vec<Target>,
        permit: Arc<dyn TestPermit>,
    ) -> BoxStream<'static, Observed> {
        let probe = probe.clone();
        let start = move |target| probe.run(vec![target], None);
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
            with_proxy_header: target.proxy_header.is_some(),
        }
    }

    /// The same for other servers.
    fn service(&self) -> Service {
        let Self {
            protocol,
            host,
            port,
            security,
            connect_to,
            private_networks,
            with_proxy_header,
        } = self;
        let networks: Vec<String> = private_networks.iter().map(ToString::to_string).collect();
        let how = (connect_to, networks, with_proxy_header);
        Service::named(&(protocol, host, port, security, how))
    }
}

/// Everything from the beginning on, for a customer who asked for this target at this time. `first` is whether the
/// check is made for him, unless it turned out that another server made one.
fn replay(
    history: watch::Receiver<History>,
    index: usize,
    target: Target,
    asked: Instant,
    first: bool,
) -> BoxStream<'static, Observed> {
    let events = stream::unfold((history, 0), async |(mut history, replayed)| {
        // An error means that the check ended, one way or the other; what it left behind is there.
        let more = |history: &History| history.events.len() > replayed || history.ended;
        let _ = history.wait_for(more).await;
        let event = history.borrow().events.get(replayed).cloned()?;
        Some(((event, history.clone()), (history, replayed + 1)))
    });
    let observed = move |(event, history): (ProbeEvent, watch::Receiver<History>)| {
        let history = history.borrow();
        let event = for_target(event, index, &target, history.domain == target.domain)?;
        let made_for_him = first && !history.elsewhere;
        let age = (!made_for_him).then(|| asked.saturating_duration_since(history.begun));
        Some(Observed { event, age })
    };
    events
        .filter_map(move |event| std::future::ready(observed(event)))
        .boxed()
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
