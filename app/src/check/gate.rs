//! What the server decides about a test, and what it wants to know of it.
//!
//! The limits themselves belong to the server; here is only what a test asks of them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use probe::EndpointReport;
use probe::net::{Disclosure, Probe, ProbeEvent as Event, Target};

use super::{Account, Refusal};

/// The limits of the server, as they are for one client.
pub trait Gate: Send + Sync {
    /// Counts a request of the client, whatever it asks for.
    fn knock(&self) -> BoxFuture<'_, Result<(), Refusal>>;

    /// Gives the client a place for one test, perhaps after a short wait. The place is free again when
    /// its last clone is dropped.
    ///
    /// `account` is the account that the test will sign in to, if it will.
    fn place(&self, account: Option<Account>) -> BoxFuture<'_, Result<Arc<dyn Place>, Refusal>>;

    /// Checks servers without a password. Many customers who ask for the same get one result; what was
    /// found is said to the place of the one for whom it was checked.
    fn probe(
        &self,
        probe: &Probe,
        targets: Vec<Target>,
        place: Arc<dyn Place>,
    ) -> BoxStream<'static, Heard>;
}

/// The place of one running test.
pub trait Place: Send + Sync {
    /// Where the probe says that it is about to send the password.
    fn disclosure(&self) -> Disclosure;

    /// Says how often the password was refused, or may have been. Where it was disclosed, a test that never
    /// says so counts as refused, or giving up early would be a way around the limits.
    fn signed_in(&self, refusals: usize);

    /// Says what was found at a service, once for each check.
    fn checked(&self, report: &EndpointReport);

    /// Ends when the test must end, finished or not, because the server does.
    fn must_end(&self) -> BoxFuture<'static, ()>;
}

/// Something that happened to a server, and perhaps not now.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// What happened.
    pub event: Event,
    /// How old the check is, if it was made for somebody else.
    pub age: Option<Duration>,
}

impl Heard {
    /// What happens right now.
    pub fn now(event: Event) -> Self {
        Self { event, age: None }
    }
}
