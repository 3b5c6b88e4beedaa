//! Where the monitor's checks come from: the same checks without a password that customers ask for. What one of them
//! found a moment ago is not asked again, and they are told what the monitor found.

use std::sync::Arc;
use std::time::Duration;

use app::check::TestPermit;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::StreamExt;
use probe::EndpointReport;
use probe::net::{Disclosure, Patience, Probe, ProbeEvent, Target};

use crate::operations::metrics::Metrics;
use crate::result_cache::ResultCache;

/// A check that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What it found.
    pub report: EndpointReport,
    /// How long ago it had begun when it was asked for.
    pub age: Duration,
}

/// How a service is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookKind {
    /// Promptly. What was found by a check that began at most so long ago is taken in its place.
    Prompt {
        /// How long ago.
        max_age: Duration,
    },
    /// With a connection of its own, and as patiently as mail programs: what works slowly works.
    Patient,
}

/// Checks services without a password.
pub trait Checks: Send + Sync {
    /// Takes a look at a service. `None` where it broke off.
    fn check(&self, target: Target, look: LookKind) -> BoxFuture<'static, Option<Checked>>;
}

/// The checks that are shared with customers.
pub struct SharedWithCustomers {
    results: Arc<ResultCache>,
    probe: Probe,
    permit: Arc<dyn TestPermit>,
}

impl SharedWithCustomers {
    /// Shares these results. The checks are counted like those of customers, and take no place from them.
    pub fn new(results: Arc<ResultCache>, probe: Probe, metrics: Metrics) -> Self {
        Self {
            results,
            probe,
            permit: Arc::new(MonitorPermit(metrics)),
        }
    }
}

impl Checks for SharedWithCustomers {
    fn check(&self, target: Target, look: LookKind) -> BoxFuture<'static, Option<Checked>> {
        let permit = Arc::clone(&self.permit);
        let (max_age, patience) = match look {
            LookKind::Prompt { max_age } => (max_age, Patience::Prompt),
            LookKind::Patient => (Duration::ZERO, Patience::MailProgram),
        };
        let check = self
            .results
            .check_not_older(&self.probe, target, permit, max_age, patience);
        let ends = check.filter_map(async |observed| match observed.event {
            ProbeEvent::Done { report, .. } => Some(Checked {
                report,
                age: observed.age.unwrap_or_default(),
            }),
            ProbeEvent::Step { .. } => None,
        });
        async move { Box::pin(ends).next().await }.boxed()
    }
}

/// The monitor has as many checks as it starts, and no password.
struct MonitorPermit(Metrics);

impl TestPermit for MonitorPermit {
    fn disclosure(&self) -> Disclosure {
        Disclosure::default()
    }

    fn settle(&self, _refusals: usize, _message_sent: bool) {}

    fn count_check(&self, report: &EndpointReport) {
        self.0.check(report);
    }

    fn shutdown(&self) -> BoxFuture<'static, ()> {
        std::future::pending().boxed()
    }
}
