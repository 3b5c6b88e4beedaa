//! The monitor with scripted checks and a clock that is paused.

use std::collections::HashMap;
use std::sync::Mutex;

use app::record::{Catalogue, RecordFile};
use app::status::Reason;
use futures_util::FutureExt;
use probe::net::Target;
use probe::{Severity, Stage, Step};
use tokio::sync::watch;
use tokio::time::sleep;

use super::*;
use crate::monitor::Lead;
use crate::monitor::services::monitored_services;

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// So long every check takes.
const CHECK: Duration = Duration::from_millis(200);

/// What a check of a service finds at this time.
type Script = dyn Fn(&str, Duration) -> Outcome + Send + Sync;

/// Checks that go by a script.
struct Scripted {
    script: Box<Script>,
    begin: Instant,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    /// Every check: its service, when it began, and how it was made.
    begun: Vec<(String, Duration, LookKind)>,
    running: HashMap<String, usize>,
}

impl Checks for Scripted {
    fn check(&self, target: Target, look: LookKind) -> BoxFuture<'static, Option<Checked>> {
        let endpoint = target.endpoint;
        let now = self.begin.elapsed();
        let outcome = (self.script)(&endpoint.id, now);
        let (log, host) = (Arc::clone(&self.log), endpoint.host.to_string());
        {
            let mut log = log.lock().unwrap();
            log.begun.push((endpoint.id.clone(), now, look));
            let running = log.running.entry(host.clone()).or_default();
            *running += 1;
            assert_eq!(*running, 1, "two checks on {host} at once");
        }
        async move {
            sleep(CHECK).await;
            *log.lock().unwrap().running.get_mut(&host).unwrap() -= 1;
            let stage = outcome.stage().unwrap_or(Stage::Dns);
            let mut steps = vec![Step::new(stage, outcome, CHECK)];
            if outcome.severity() != Severity::Failure {
                steps.push(Step::new(Stage::Capabilities, Outcome::Ok, Duration::ZERO));
            }
            let report = EndpointReport::new(endpoint, steps, CHECK);
            let age = Duration::ZERO;
            Some(Checked { report, age })
        }
        .boxed()
    }
}

struct Running {
    status: ServiceStatus,
    log: Arc<Mutex<Log>>,
    lead: watch::Sender<Lead>,
    begin: UtcDateTime,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn key(id: &str) -> ServiceKey {
    format!("lab/{id}").parse().unwrap()
}

/// Monitors the record of the lab, of which this is known.
fn start(
    every: Duration,
    known: Snapshot,
    script: impl Fn(&str, Duration) -> Outcome + Send + Sync + 'static,
) -> Running {
    let text = include_str!("../../../../app/src/record/tests/lab.toml").to_owned();
    let name = "lab.toml".to_owned();
    let catalogue = Catalogue::read(&[RecordFile { name, text }], true).unwrap();
    let status = ServiceStatus::new(every, known);
    let (begin, log) = (Instant::now(), Arc::<Mutex<Log>>::default());
    let day = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    let monitor = Monitor {
        services: monitored_services(&catalogue),
        status: status.clone(),
        recorder: Recorder::in_memory(status.clone()),
        checks: Arc::new(Scripted {
            script: Box::new(script),
            begin,
            log: Arc::clone(&log),
        }),
        alerts: Alerts::default(),
        clock: Clock(Arc::new(move || day + begin.elapsed())),
    };
    let lead = watch::Sender::new(Lead::Always);
    let leadership = Leadership::told_by(lead.subscribe());
    Running {
        status,
        log,
        lead,
        begin: day,
        task: tokio::spawn(async move { monitor.run(leadership).await }),
    }
}

impl Running {
    fn now(&self) -> Arc<Snapshot> {
        self.status.now().unwrap()
    }

    /// When the checks of a service began, in seconds.
    fn begun(&self, id: &str) -> Vec<f64> {
        let log = self.log.lock().unwrap();
        let own = log.begun.iter().filter(|(one, ..)| one == id);
        own.map(|(_, at, _)| at.as_secs_f64()).collect()
    }

    fn seconds(&self, at: UtcDateTime) -> f64 {
        (at - self.begin).as_seconds_f64()
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_seen_with_its_begin_and_its_end() {
    let minute = Duration::from_secs(60);
    // Between minute 20 and 40 nobody answers.
    let monitor = start(FIVE_MINUTES, Snapshot::default(), move |id, now| {
        match id == "smtp" && now >= 20 * minute && now < 40 * minute {
            true => Outcome::ConnectionRefused,
            false => Outcome::Ok,
        }
    });
    sleep(20 * minute).await;
    let snapshot = monitor.now();
    for id in ["imap", "smtp", "smtp-tls"] {
        assert_eq!(snapshot.state(&key(id)), Some(ServiceState::Ok), "{id}");
    }
    assert!(snapshot.incidents.is_empty());
    // The next check is within the interval and its jitter, and the second look half a minute later.
    sleep(6 * minute + minute / 2).await;
    let snapshot = monitor.now();
    assert_eq!(snapshot.state(&key("smtp")), Some(ServiceState::Down));
    assert_eq!(snapshot.state(&key("smtp-tls")), Some(ServiceState::Ok));
    let open = snapshot.open_incident(&key("smtp")).unwrap();
    let looks = monitor.begun("smtp");
    let first = *looks.iter().find(|at| **at >= 1200.0).unwrap();
    assert!((monitor.seconds(open.begin) - first).abs() < 0.001);
    assert_eq!(open.reason, Reason::Found(Outcome::ConnectionRefused));
    let last = snapshot.last(&key("smtp")).unwrap();
    let wait = monitor.seconds(last.at) - first;
    assert!((30.0..31.0).contains(&wait), "{wait}");
    assert_eq!(last.response_time, None);
    sleep(20 * minute).await;
    let snapshot = monitor.now();
    assert_eq!(snapshot.state(&key("smtp")), Some(ServiceState::Ok));
    assert_eq!(snapshot.incidents.len(), 1);
    let incident = &snapshot.incidents[0];
    let back = *monitor
        .begun("smtp")
        .iter()
        .find(|at| **at >= 2400.0)
        .unwrap();
    assert!((monitor.seconds(incident.end.unwrap()) - back).abs() < 0.001);
    let lasted = incident.duration(UtcDateTime::MAX).as_secs_f64();
    assert!((lasted - (back - first)).abs() < 0.01, "{lasted}");
    // The look that no other had confirmed is not among the results.
    let history = &snapshot.services[&key("smtp")];
    let checks: u32 = history.days.values().map(app::status::Counts::checks).sum();
    assert_eq!(checks as usize, monitor.begun("smtp").len() - 1);
    // Looks at what is in trouble are connections of their own, and patient; the others may be those of customers.
    for (id, at, look) in &monitor.log.lock().unwrap().begun {
        let at = at.as_secs_f64();
        let expected = match id == "smtp" && first < at && at <= back {
            true => LookKind::Patient,
            false => LookKind::Prompt {
                max_age: FIVE_MINUTES / 2,
            },
        };
        assert_eq!(*look, expected, "{id} {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_incidents_of_one_outage_end_with_it() {
    let mut known = Snapshot::default();
    let day = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    let reason = Reason::Found(Outcome::ConnectionRefused);
    let begins = [100, 50].map(|seconds| day - Duration::from_secs(seconds));
    for begin in begins {
        known.apply(Event::Incident(Incident {
            service: key("smtp"),
            begin,
            end: None,
            reason,
        }));
    }
    known.apply(Event::Result(CheckResult {
        service: key("smtp"),
        at: day - Duration::from_secs(10),
        state: ServiceState::Down,
        reason,
        response_time: None,
    }));
    let monitor = start(FIVE_MINUTES, known, |_, now| {
        match now < Duration::from_secs(400) {
            true => Outcome::ConnectionRefused,
            false => Outcome::Ok,
        }
    });
    sleep(Duration::from_secs(390)).await;
    assert!(monitor.now().incidents.iter().all(|one| one.end.is_none()));
    sleep(Duration::from_secs(600)).await;
    let looks = monitor.begun("smtp");
    let back = *looks.iter().find(|at| **at >= 400.0).unwrap();
    let incidents = monitor.now().incidents.clone();
    assert_eq!(incidents.len(), 2);
    for incident in incidents {
        let end = monitor.seconds(incident.end.unwrap());
        assert!((end - back).abs() < 0.001, "{end} {back}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_monitor_any_more_says_nothing_of_its_network() {
    let monitor = start(FIVE_MINUTES, Snapshot::default(), |_, _| {
        Outcome::ProbeOffline
    });
    sleep(Duration::from_secs(120)).await;
    assert!(monitor.now().own_network_down.is_some());
    monitor.lead.send_replace(Lead::No);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(monitor.now().own_network_down, None);
}

#[tokio::test(start_paused = true)]
async fn what_the_leader_before_has_told_is_not_told_again() {
    let mut known = Snapshot::default();
    let day = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    known.apply(Event::Result(CheckResult {
        service: key("imap"),
        at: day - Duration::from_secs(20),
        state: ServiceState::Ok,
        reason: Reason::Found(Outcome::Ok),
        response_time: None,
    }));
    let monitor = start(FIVE_MINUTES, known, |_, _| Outcome::Ok);
    sleep(Duration::from_secs(60)).await;
    for (id, at, look) in &monitor.log.lock().unwrap().begun {
        let max_age = match &**id {
            "imap" => *at + Duration::from_secs(19),
            _ => FIVE_MINUTES / 2,
        };
        let LookKind::Prompt { max_age: found } = *look else {
            panic!("{id} {at:?}");
        };
        assert!(
            found.abs_diff(max_age) < Duration::from_millis(2),
            "{id} {at:?}: {found:?}"
        );
    }
    assert!(!monitor.begun("imap").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_is_no_outage() {
    let first = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
    // Every third check of a service fails.
    let monitor = start(FIVE_MINUTES, Snapshot::default(), move |id, _| {
        let mut first = first.lock().unwrap();
        let count = first.entry(id.to_owned()).or_default();
        *count += 1;
        match *count % 3 {
            0 => Outcome::ConnectionTimeout,
            _ => Outcome::Ok,
        }
    });
    sleep(Duration::from_secs(4 * 3600)).await;
    let snapshot = monitor.now();
    assert!(snapshot.incidents.is_empty());
    assert_eq!(snapshot.services.len(), 3);
    for history in snapshot.services.values() {
        let days = || history.days.values();
        assert!(days().all(|day| day.down == 0 && day.degraded == 0));
        assert!(days().map(|day| day.ok).sum::<u32>() > 40);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_turns_us_away_is_asked_less_often() {
    let monitor = start(FIVE_MINUTES, Snapshot::default(), |id, _| match id {
        "imap" => Outcome::GreetingRefused,
        _ => Outcome::Ok,
    });
    sleep(Duration::from_secs(86_400)).await;
    let (refused, usual) = (monitor.begun("imap"), monitor.begun("smtp").len());
    assert!(refused.len() <= 29, "{refused:?}");
    // The first look is confirmed by the next one, which comes later and not sooner.
    assert!(refused[1] - refused[0] > 500.0, "{refused:?}");
    assert!(usual > 270, "{usual}");
    let open = monitor.now().open_incident(&key("imap")).cloned().unwrap();
    assert!((monitor.seconds(open.begin) - refused[0]).abs() < 0.001);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_of_any_server_while_the_own_network_is_down() {
    let hour = Duration::from_secs(3600);
    let offline = move |now: Duration| now >= hour && now < 2 * hour;
    let monitor = start(
        FIVE_MINUTES,
        Snapshot::default(),
        move |_, now| match offline(now) {
            true => Outcome::ProbeOffline,
            false => Outcome::Ok,
        },
    );
    sleep(hour).await;
    let before = monitor.now();
    sleep(Duration::from_secs(400)).await;
    let during = monitor.now();
    let since = monitor.seconds(during.own_network_down.unwrap());
    assert!((3600.0..3930.0).contains(&since), "{since}");
    assert_eq!(during.state(&key("imap")), None);
    sleep(hour - Duration::from_secs(500)).await;
    let during = monitor.now();
    for (service, history) in &during.services {
        let last = history.last.as_ref().unwrap();
        assert_eq!(last.state, ServiceState::Ok, "{service}");
        assert!(monitor.seconds(last.at) < 3600.0);
    }
    assert_eq!(before.incidents, during.incidents);
    sleep(Duration::from_secs(200)).await;
    let after = monitor.now();
    assert_eq!(after.own_network_down, None);
    assert!(after.incidents.is_empty());
    assert_eq!(after.state(&key("imap")), Some(ServiceState::Ok));
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_where_it_was_before_a_restart() {
    let begin = UtcDateTime::from_unix_timestamp(1_699_990_000).unwrap();
    let incident = |service: &str| {
        Event::Incident(Incident {
            service: service.parse().unwrap(),
            begin,
            end: None,
            reason: Reason::Found(Outcome::ConnectionTimeout),
        })
    };
    let result = |id: &str| {
        Event::Result(CheckResult {
            service: key(id),
            at: begin,
            state: ServiceState::Down,
            reason: Reason::Found(Outcome::ConnectionTimeout),
            response_time: None,
        })
    };
    let mut known = Snapshot::default();
    let services = ["lab/imap", "lab/smtp", "gone/imap"].map(incident);
    for event in services.into_iter().chain(["imap", "smtp"].map(result)) {
        known.apply(event);
    }
    let monitor = start(FIVE_MINUTES, known, |id, _| match id {
        "imap" => Outcome::NameNotFound,
        _ => Outcome::Ok,
    });
    sleep(Duration::from_secs(61)).await;
    let snapshot = monitor.now();
    assert_eq!(snapshot.incidents.len(), 3);
    // No second look is needed to say that what was down is down, for another reason.
    let open = snapshot.open_incident(&key("imap")).unwrap();
    assert_eq!((open.begin, open.reason.code()), (begin, "name-not-found"));
    let ended = |service: &str| {
        let mut incidents = snapshot.incidents.iter();
        let own = incidents.find(|one| one.service.to_string() == service);
        own.unwrap().end.map(|end| monitor.seconds(end))
    };
    assert!(ended("lab/smtp").is_some_and(|end| end < 61.0));
    assert_eq!(ended("gone/imap"), Some(0.0));
    assert_eq!(monitor.begun("imap").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_the_leader_monitors() {
    let monitor = start(FIVE_MINUTES, Snapshot::default(), |_, _| Outcome::Ok);
    sleep(Duration::from_secs(400)).await;
    monitor.lead.send_replace(Lead::No);
    sleep(CHECK).await;
    let count = || monitor.log.lock().unwrap().begun.len();
    let before = count();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(count(), before);
    monitor.log.lock().unwrap().running.clear();
    monitor.lead.send_replace(Lead::Always);
    sleep(Duration::from_secs(61)).await;
    assert_eq!(count(), before + 3);
}

#[tokio::test(start_paused = true)]
async fn a_short_interval_sees_an_outage_within_two_rounds() {
    let every = Duration::from_secs(5);
    let monitor = start(every, Snapshot::default(), |id, now| {
        match id == "imap" && now.as_secs() >= 60 {
            true => Outcome::ConnectionRefused,
            false => Outcome::Ok,
        }
    });
    sleep(Duration::from_secs(60)).await;
    assert_eq!(monitor.now().state(&key("imap")), Some(ServiceState::Ok));
    sleep(2 * every + Duration::from_secs(1)).await;
    assert_eq!(monitor.now().state(&key("imap")), Some(ServiceState::Down));
}
