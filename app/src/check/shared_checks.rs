//! Checks without a password, which have the same result for every customer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use probe::net::{Probe, ProbeEvent, Target};

use super::TestPermit;

/// Checks servers without a password, once for all customers who ask for the same.
pub trait SharedChecks: Send + Sync {
    /// The events of these checks. What is found is counted with the permit of the customer for whom a check
    /// is made.
    fn check(
        &self,
        probe: &Probe,
        targets: Vec<Target>,
        permit: Arc<dyn TestPermit>,
    ) -> BoxStream<'static, Observed>;
}

/// Something that happened to a server, now or when the check was made for another customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// What happened.
    pub event: ProbeEvent,
    /// How old the check is, if it was made for another customer.
    pub age: Option<Duration>,
}

impl Observed {
    /// What happens right now.
    pub fn now(event: ProbeEvent) -> Self {
        Self { event, age: None }
    }
}
