//! One round over all services, for the command line.

use std::collections::BTreeMap;
use std::time::Duration;

use app::status::{Certificate, ServiceState};
use futures_util::stream::{self, StreamExt};
use probe::Outcome;
use tokio::time::sleep;

use super::checks::{Checks, LookKind};
use super::facts::facts;
use super::judge::{Finding, judge};
use super::services::MonitoredService;
use super::watch::MAX_CHECKS;

/// What a look at a service found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// How the service stands, or why nothing can be said of it.
    pub found: Result<Finding, Outcome>,
    /// Its certificate, if it was seen.
    pub certificate: Option<Certificate>,
}

impl Look {
    /// Higher is worse; nothing is said of a service only where no look could say more.
    fn rank(&self) -> u8 {
        match self.found.map(|found| found.state) {
            Ok(ServiceState::Ok) => 0,
            Ok(ServiceState::Degraded) => 1,
            Ok(ServiceState::Down) => 2,
            Err(_) => 3,
        }
    }
}

/// Nobody else has checked anything.
const NOBODY_ELSE: LookKind = LookKind::Prompt {
    max_age: Duration::ZERO,
};

/// Looks at every service, and a while later again at those in trouble. Of two looks the better one counts. The looks
/// stand in the order of the services.
pub async fn round(
    checks: &dyn Checks,
    services: &[MonitoredService],
    second_look: Option<Duration>,
) -> Vec<Look> {
    let all = services.iter().enumerate().collect();
    // Where there is no second look, the first one has the patience of it.
    let first = match second_look {
        Some(_) => NOBODY_ELSE,
        None => LookKind::Patient,
    };
    let mut looks: Vec<Look> = look(checks, all, first).await.into_values().collect();
    let in_trouble = services.iter().enumerate().zip(&looks);
    let in_trouble = in_trouble.filter(|(_, look)| look.rank() > 0);
    let again: Vec<_> = in_trouble.map(|(service, _)| service).collect();
    if let Some(pause) = second_look.filter(|_| !again.is_empty()) {
        sleep(pause).await;
        for (index, second) in look(checks, again, LookKind::Patient).await {
            if second.rank() <= looks[index].rank() {
                looks[index] = second;
            }
        }
    }
    looks
}

/// Looks at these services, at one of a host at a time.
async fn look(
    checks: &dyn Checks,
    services: Vec<(usize, &MonitoredService)>,
    kind: LookKind,
) -> BTreeMap<usize, Look> {
    let mut hosts: BTreeMap<&str, Vec<(usize, &MonitoredService)>> = BTreeMap::new();
    for (index, service) in services {
        let host = service.host().as_str();
        hosts.entry(host).or_default().push((index, service));
    }
    let hosts = hosts.into_values().map(async |services| {
        let mut looks = Vec::new();
        for (index, service) in services {
            let checked = checks.check(service.target.clone(), kind).await;
            looks.push((
                index,
                match checked {
                    Some(checked) => Look {
                        found: judge(&checked.report, None),
                        certificate: facts(&checked.report, None).certificate,
                    },
                    None => Look {
                        found: Err(Outcome::Cancelled),
                        certificate: None,
                    },
                },
            ));
        }
        looks
    });
    let looks = stream::iter(hosts).buffer_unordered(MAX_CHECKS);
    let looks: Vec<_> = looks.collect().await;
    looks.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use app::record::{Catalogue, RecordFile};
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;
    use probe::net::Target;
    use probe::{EndpointReport, Severity, Stage, Step};
    use tokio::time::Instant;

    use super::super::checks::Checked;
    use super::super::services::monitored_services;
    use super::*;

    /// What the looks at a service find, and how each was made.
    type Looks = HashMap<&'static str, [Outcome; 2]>;

    struct Scripted {
        looks: Looks,
        made: Mutex<Vec<(String, LookKind)>>,
    }

    impl Checks for Scripted {
        fn check(&self, target: Target, look: LookKind) -> BoxFuture<'static, Option<Checked>> {
            let mut made = self.made.lock().unwrap();
            let id = target.endpoint.id.clone();
            let count = made.iter().filter(|(one, _)| *one == id).count();
            let outcome = self
                .looks
                .get(&*id)
                .map_or(Outcome::Ok, |looks| looks[count]);
            made.push((id, look));
            let stage = outcome.stage().unwrap_or(Stage::Dns);
            let mut steps = vec![Step::new(stage, outcome, Duration::ZERO)];
            if outcome.severity() != Severity::Failure {
                steps.push(Step::new(Stage::Capabilities, Outcome::Ok, Duration::ZERO));
            }
            let report = EndpointReport::new(target.endpoint, steps, Duration::ZERO);
            let age = Duration::ZERO;
            async move { Some(Checked { report, age }) }.boxed()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_looks_at_trouble_the_better_one_counts() {
        use Outcome::{ConnectionRefused, Ok as Works, ProbeOffline, SlowGreeting};
        let text = include_str!("../../../app/src/record/tests/lab.toml").to_owned();
        let name = "lab.toml".to_owned();
        let catalogue = Catalogue::read(&[RecordFile { name, text }], true).unwrap();
        let services = monitored_services(&catalogue);
        let half_a_minute = Duration::from_secs(30);
        for (first, second, pause, expected, looks) in [
            (Works, ConnectionRefused, Some(half_a_minute), "ok", 1),
            (ConnectionRefused, Works, Some(half_a_minute), "ok", 2),
            (ConnectionRefused, Works, None, "down", 1),
            (
                ConnectionRefused,
                ConnectionRefused,
                Some(half_a_minute),
                "down",
                2,
            ),
            (
                ConnectionRefused,
                SlowGreeting,
                Some(half_a_minute),
                "degraded",
                2,
            ),
            (
                SlowGreeting,
                ConnectionRefused,
                Some(half_a_minute),
                "degraded",
                2,
            ),
            (SlowGreeting, Works, Some(half_a_minute), "ok", 2),
            (
                ProbeOffline,
                ConnectionRefused,
                Some(half_a_minute),
                "down",
                2,
            ),
            (
                ConnectionRefused,
                ProbeOffline,
                Some(half_a_minute),
                "down",
                2,
            ),
        ] {
            let checks = Scripted {
                looks: HashMap::from([("smtp", [first, second])]),
                made: Mutex::default(),
            };
            let begin = Instant::now();
            let found = round(&checks, &services, pause).await;
            let of = |id: &str| {
                let mut ids = services.iter().map(|service| &service.target.endpoint.id);
                let found = found[ids.position(|one| one == id).unwrap()].found;
                found.map_or("unknown".to_owned(), |found| found.state.to_string())
            };
            assert_eq!(of("smtp"), expected, "{first} {second}");
            assert_eq!(of("imap"), "ok");
            let made = checks.made.lock().unwrap();
            let made: Vec<_> = made.iter().filter(|(id, _)| id == "smtp").collect();
            assert_eq!(made.len(), looks, "{first} {second}");
            let waited = if looks == 2 {
                half_a_minute
            } else {
                Duration::ZERO
            };
            assert_eq!(begin.elapsed(), waited);
            // The last look at trouble is patient.
            let patient = made.last().unwrap().1 == LookKind::Patient;
            assert_eq!(patient, looks == 2 || pause.is_none(), "{first} {second}");
        }
    }
}
