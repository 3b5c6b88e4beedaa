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
