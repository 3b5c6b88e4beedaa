//! Whether the connection test works, as far as its results show.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use probe::{EndpointReport, Facts, Outcome};
use tokio::time::Instant;

/// A fault that was not seen again for so long is over. It may also be that nobody has tested since.
const MEMORY: Duration = Duration::from_secs(300);

/// Whether the connection test works. Clones share what is known.
#[derive(Clone, Debug, Default)]
pub struct ProbeHealth(Arc<Mutex<Option<Fault>>>);

#[derive(Debug)]
struct Fault {
    cause: Outcome,
    last_seen: Instant,
}

impl ProbeHealth {
    /// A service was checked. A check that could not be done because of this machine is a fault; one that
    /// reached its server ends it.
    pub fn observe(&self, report: &EndpointReport) {
        let mut fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cause) = report.fault_of_probe() {
            let last_seen = Instant::now();
            *fault = Some(Fault { cause, last_seen });
        } else if reached(report) {
            *fault = None;
        }
    }

    /// Why the connection test does not work, if it does not: [`Outcome::ProbeOffline`] or
    /// [`Outcome::LocalResourcesExhausted`].
    pub fn fault(&self) -> Option<Outcome> {
        let fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = fault
            .as_ref()
            .filter(|fault| fault.last_seen.elapsed() < MEMORY);
        recent.map(|fault| fault.cause)
    }
}

/// Whether a connection was opened. A check that failed before, for a reason of the server's own, shows nothing.
fn reached(report: &EndpointReport) -> bool {
    report.steps.iter().any(|step| {
        matches!(
            step.facts,
            Facts::Connect {
                connected: Some(_),
                ..
            }
        )
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use probe::{Stage, Step};

    use super::*;
    use crate::testing::endpoint;

    /// The report on a service whose check ended like this.
    pub(crate) fn report(outcome: Outcome) -> EndpointReport {
        let connected = (outcome == Outcome::Ok).then(|| [192, 0, 2, 1].into());
        let facts = Facts::Connect {
            connected,
            attempts: Vec::new(),
        };
        let step = Step {
            facts,
            ..Step::new(Stage::Connect, outcome, Duration::ZERO)
        };
        EndpointReport::new(endpoint(), vec![step], Duration::ZERO)
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_lasts_until_a_server_is_reached_or_for_a_while() {
        use Outcome::{ConnectionTimeout, LocalResourcesExhausted, NameNotFound, Ok, ProbeOffline};
        for (outcomes, seconds, expected) in [
            (&[][..], 0, None),
            (&[Ok], 0, None),
            (&[ConnectionTimeout], 0, None),
            (&[ProbeOffline], 0, Some(ProbeOffline)),
            (&[Ok, ProbeOffline], 0, Some(ProbeOffline)),
            (&[ProbeOffline, Ok], 0, None),
            (&[LocalResourcesExhausted], 0, Some(LocalResourcesExhausted)),
            // Nothing that was found since says more.
            (&[ProbeOffline, ConnectionTimeout], 0, Some(ProbeOffline)),
            (&[ProbeOffline, NameNotFound], 299, Some(ProbeOffline)),
            (&[ProbeOffline], 300, None),
        ] {
            let health = ProbeHealth::default();
            for outcome in outcomes {
                health.observe(&report(*outcome));
            }
            tokio::time::advance(Duration::from_secs(seconds)).await;
            assert_eq!(health.fault(), expected, "{outcomes:?} {seconds}");
        }
    }
}
