//! Checks every service again and again, and tells what that means.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use app::status::{
    Change, CheckResult, Event, Incident, ServiceKey, ServiceState, ServiceStatus, Snapshot,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use probe::{EndpointReport, Outcome};
use time::UtcDateTime;
use tokio::time::{Instant, sleep_until};

use super::alert::{Alert, Alerts, ServiceAlert};
use super::checks::{Checked, Checks, LookKind};
use super::drift::{Told, changed_facts, documented_values};
use super::facts::facts;
use super::incidents::{ended, incident};
use super::judge::{Finding, judge, usual_response_time};
use super::leadership::Leadership;
use super::looks::{FirstLook, is_confirmed};
use super::own_network::OwnNetwork;
use super::schedule::{Next, Pace, Schedule};
use super::services::MonitoredService;
use crate::storage::Recorder;

/// So many checks run at once at most, whatever the number of services.
pub const MAX_CHECKS: usize = 32;

/// Two servers do not have the same time for one check; what differs by less may be the same.
const SAME_CHECK: Duration = Duration::from_secs(1);

/// What is monitored, and who is told.
pub struct Monitor {
    /// The services.
    pub services: Vec<MonitoredService>,
    /// How they stand, as far as it is known. Where it is not monitored, nothing is checked.
    pub status: ServiceStatus,
    /// Takes what is found.
    pub recorder: Recorder,
    /// Checks the services.
    pub checks: Arc<dyn Checks>,
    /// Tells operators.
    pub alerts: Alerts,
    /// The time of day.
    pub clock: Clock,
}

/// The time of day. Tests set it.
#[derive(Clone)]
pub struct Clock(pub Arc<dyn Fn() -> UtcDateTime + Send + Sync>);

impl Default for Clock {
    /// That of the system.
    fn default() -> Self {
        Self(Arc::new(UtcDateTime::now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Clock")
    }
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> UtcDateTime {
        (self.0)()
    }
}

impl Monitor {
    /// Checks every service for ever, while this server may.
    pub async fn run(&self, mut leadership: Leadership) {
        let Some(every) = self.status.every() else {
            return std::future::pending().await;
        };
        loop {
            leadership.begins().await;
            // What is running when this server may not monitor any more is dropped, and nothing is told of it.
            tokio::select! {
                // In this order, or one that was frozen would first tell what it had found before.
                biased;
                () = leadership.ends() => self.leave(),
                () = self.rounds(every) => {}
            }
        }
    }

    /// This server does not monitor any more. That its network does not work was true of it only, and would else be
    /// stored later, when it works again, and be believed by the server that monitors then.
    fn leave(&self) {
        let now = self.status.now();
        if now.is_some_and(|now| now.own_network_down.is_some()) {
            self.recorder.record(vec![Event::OwnNetworkDown(None)]);
        }
    }

    async fn rounds(&self, every: Duration) {
        let hosts = self.services.iter().map(|service| service.host().clone());
        let mut rounds = Rounds {
            monitor: self,
            every,
            schedule: Schedule::new(every, hosts, Instant::now(), fastrand::f64),
            services: vec![Known::default(); self.services.len()],
            own_network: OwnNetwork::default(),
        };
        rounds.end_what_is_not_monitored();
        let mut running = FuturesUnordered::new();
        loop {
            let wake = rounds.start(&mut running);
            tokio::select! {
                Some(Look { index, begun, checked }) = running.next() => {
                    let pace = rounds.look_ended(index, begun, checked);
                    rounds.schedule.ended(index, pace, Instant::now(), fastrand::f64());
                }
                () = sleep_until_some(wake) => {}
            }
        }
    }
}

/// All services, from one check to the next.
struct Rounds<'a> {
    monitor: &'a Monitor,
    every: Duration,
    schedule: Schedule,
    services: Vec<Known>,
    own_network: OwnNetwork,
}

/// What is known of a service beside its history.
#[derive(Clone, Copy, Default)]
struct Known {
    /// A look that no other has confirmed yet.
    first_look: Option<FirstLook>,
    /// Since when it is not as it should be.
    trouble_since: Option<UtcDateTime>,
}

/// A check that has ended.
struct Look {
    index: usize,
    begun: UtcDateTime,
    checked: Option<Checked>,
}

impl Rounds<'_> {
    /// Starts what is due, as far as there is room, and returns when the next one is due.
    fn start(
        &mut self,
        running: &mut FuturesUnordered<BoxFuture<'static, Look>>,
    ) -> Option<Instant> {
        while running.len() < MAX_CHECKS {
            let index = match self.schedule.next(Instant::now()) {
                Next::Check(index) => index,
                Next::At(due) => return Some(due),
                Next::Wait => return None,
            };
            let look = self.look_at(index);
            let target = self.monitor.services[index].target.clone();
            let begun = self.monitor.clock.now();
            let check = self.monitor.checks.check(target, look);
            running.push(Box::pin(async move {
                let checked = check.await;
                Look {
                    index,
                    begun,
                    checked,
                }
            }));
        }
        None
    }

    /// How to look at a service. That one is down is only said where mail programs would not wait for it either, and a
    /// second look is one: it opens a connection of its own.
    fn look_at(&self, index: usize) -> LookKind {
        let now = self.monitor.status.now();
        let key = &self.monitor.services[index].keys[0];
        let known = now.as_ref().and_then(|now| now.last(key));
        let in_trouble = known.is_some_and(|last| last.state != ServiceState::Ok);
        if in_trouble || self.services[index].first_look.is_some() {
            return LookKind::Patient;
        }
        // A check that is known already, which another server has told, would be told again under the time of this one.
        let since = known.map(|last| self.monitor.clock.now() - last.at);
        let since = since.map(|since| Duration::try_from(since).unwrap_or_default());
        let newer = since.map_or(Duration::MAX, |since| since.saturating_sub(SAME_CHECK));
        LookKind::Prompt {
            max_age: newer.min(self.every / 2),
        }
    }

    /// Takes what a check has found, and says when to check again.
    fn look_ended(&mut self, index: usize, begun: UtcDateTime, checked: Option<Checked>) -> Pace {
        let (Some(Checked { report, age }), Some(before)) = (checked, self.monitor.status.now())
        else {
            return Pace::Usual;
        };
        let at = whole_milliseconds(begun - age);
        let first_key = &self.monitor.services[index].keys[0];
        let history = before.services.get(first_key);
        let usual = history.and_then(|history| usual_response_time(&history.points));
        let finding = match judge(&report, usual) {
            Ok(finding) => finding,
            Err(fault) => return self.fault(fault, at, &before),
        };
        self.network_works(at, &before);
        let known = &mut self.services[index];
        let state = before.last(first_key).map(|last| last.state);
        if !is_confirmed(state, known.first_look, finding.state) {
            known.first_look = Some(FirstLook {
                at,
                state: finding.state,
            });
            return match finding.refuses_us() {
                true => Pace::Slower,
                false => Pace::Soon,
            };
        }
        let first_look = known.first_look.take().map_or(at, |look| look.at);
        let trouble_since = *known.trouble_since.get_or_insert(first_look);
        if finding.state == ServiceState::Ok {
            known.trouble_since = None;
        }
        let look = ConfirmedLook {
            at,
            first_look,
            trouble_since,
            finding,
            report: &report,
        };
        for key in &self.monitor.services[index].keys {
            let (events, alert) = look.tell(key, &before);
            self.monitor.recorder.record(events);
            alert
                .iter()
                .for_each(|alert| self.monitor.alerts.tell(alert));
        }
        match finding.refuses_us() {
            true => Pace::Slower,
            false => Pace::Usual,
        }
    }

    /// A check said nothing of its server.
    fn fault(&mut self, fault: Outcome, at: UtcDateTime, before: &Snapshot) -> Pace {
        if fault != Outcome::ProbeOffline {
            return Pace::Usual;
        }
        let down = before.own_network_down.is_some();
        if let Some(event) = self.own_network.is_silent(at, down) {
            if let Event::OwnNetworkDown(Some(since)) = event {
                let alert = Alert::OwnNetwork { since, until: None };
                self.monitor.alerts.tell(&alert);
            }
            self.monitor.recorder.record(vec![event]);
        }
        // This bothers no server: nothing leaves this machine.
        Pace::Soon
    }

    /// A check has found something of its server.
    fn network_works(&mut self, at: UtcDateTime, before: &Snapshot) {
        let since = before.own_network_down;
        if let Some(event) = self.own_network.answers(since.is_some()) {
            if let Some(since) = since {
                let until = Some(at);
                self.monitor
                    .alerts
                    .tell(&Alert::OwnNetwork { since, until });
            }
            self.monitor.recorder.record(vec![event]);
        }
    }

    /// Ends the incidents of services that no record has any more: nobody would ever see them end.
    fn end_what_is_not_monitored(&self) {
        let Some(known) = self.monitor.status.now() else {
            return;
        };
        let now = whole_milliseconds(self.monitor.clock.now());
        let monitored = |service: &ServiceKey| {
            let services = &self.monitor.services;
            services.iter().any(|one| one.keys.contains(service))
        };
        let open = known.incidents.iter();
        let open = open.filter(|incident| incident.end.is_none() && !monitored(&incident.service));
        let events: Vec<_> = open.map(|open| Event::Incident(ended(open, now))).collect();
        if !events.is_empty() {
            self.monitor.recorder.record(events);
        }
    }
}

/// A look whose finding is told.
struct ConfirmedLook<'a> {
    at: UtcDateTime,
    /// When the finding was made first.
    first_look: UtcDateTime,
    /// Since when the service is in trouble, or was.
    trouble_since: UtcDateTime,
    finding: Finding,
    report: &'a EndpointReport,
}

impl ConfirmedLook<'_> {
    /// What the look means for the service with this name.
    fn tell(&self, key: &ServiceKey, before: &Snapshot) -> (Vec<Event>, Option<Alert>) {
        let Finding {
            state,
            reason,
            response_time,
        } = self.finding;
        let result = CheckResult {
            service: key.clone(),
            at: self.at,
            state,
            reason,
            response_time,
        };
        let open = before.open_incident(key).map(AsRef::as_ref);
        let incident = incident(open, &result, self.first_look);
        // A server that was cut off has perhaps stored another one later, of the same outage.
        let over = (result.state != ServiceState::Down).then_some(&before.incidents);
        let others = over.into_iter().flatten();
        let others = others.filter(|one| one.end.is_none() && one.service == *key);
        let others = others.filter(|one| Some(one.begin) != open.map(|open| open.begin));
        let others_ended = others.map(|one| ended(one, self.at));
        let told = Told {
            changes: before.changes.iter().map(AsRef::as_ref),
            service: key,
            now: self.at,
        };
        let going_on = incident.as_ref().or(open).filter(|one| one.end.is_none());
        let mut changes: Vec<Change> = Vec::from_iter(documented_values(&told, &result, going_on));
        let facts_before = before
            .services
            .get(key)
            .and_then(|history| history.facts.as_ref());
        let facts_now = facts(self.report, facts_before);
        if let Some(before) = facts_before {
            changes.extend(changed_facts(&told, before, &facts_now));
        }
        for change in &changes {
            let Change {
                subject,
                fact,
                before,
                after,
                ..
            } = change;
            tracing::info!(%subject, %fact, before, after, "something has changed");
        }
        let alert = self.alert(
            &result,
            before.last(key).map(|last| last.state),
            incident.as_ref().or(open),
        );
        let mut events = vec![Event::Result(result)];
        events.extend(incident.map(Event::Incident));
        events.extend(others_ended.map(Event::Incident));
        events.extend(changes.into_iter().map(Event::Change));
        if facts_before != Some(&facts_now) {
            events.push(Event::Facts(key.clone(), facts_now));
        }
        (events, alert)
    }

    /// The alert, if the state is another than before. That a service works that nobody has known is no news.
    fn alert(
        &self,
        result: &CheckResult,
        before: Option<ServiceState>,
        incident: Option<&Incident>,
    ) -> Option<Alert> {
        let state = result.state;
        if before.unwrap_or(ServiceState::Ok) == state {
            return None;
        }
        let over = state == ServiceState::Ok;
        Some(Alert::Service(ServiceAlert {
            service: result.service.clone(),
            server: self.report.endpoint.to_string(),
            state,
            before,
            reason: result.reason,
            since: incident.map_or(self.trouble_since, |incident| incident.begin),
            until: over.then_some(self.at),
        }))
    }
}

async fn sleep_until_some(wake: Option<Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

fn whole_milliseconds(at: UtcDateTime) -> UtcDateTime {
    at.replace_millisecond(at.millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests;
