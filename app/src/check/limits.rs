//! What a test asks of the limits of the server.
//!
//! The limits themselves belong to the server.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use probe::EndpointReport;
use probe::net::Disclosure;

use super::{Account, Refusal};

/// The limits of the server for one client.
pub trait ClientLimits: Send + Sync {
    /// Counts a request of the client, whatever it asks for.
    fn count_request(&self) -> BoxFuture<'_, Result<(), Refusal>>;

    /// Gives the client a permit for one test, perhaps after a short wait. It is released when its last clone
    /// is dropped.
    ///
    /// `sign_in` is what the test will sign in to, if it will.
    fn acquire(
        &self,
        sign_in: Option<RequestedSignIn>,
    ) -> BoxFuture<'_, Result<Arc<dyn TestPermit>, Refusal>>;
}

/// A sign-in that a test asks for.
#[derive(Clone, Debug)]
pub struct RequestedSignIn {
    /// The account.
    pub account: Account,
    /// Whether a message from the account to itself is to be sent.
    pub message: bool,
}

/// The permit of one running test.
pub trait TestPermit: Send + Sync {
    /// Where the probe marks that it is about to send the password.
    fn disclosure(&self) -> Disclosure;

    /// Reports how often the password was refused, or may have been. Where it was disclosed, a test that never
    /// reports it counts as refused, or giving up early would be a way around the limits. In the same way a
    /// message counts as sent, unless it is known that it was not.
    fn settle(&self, refusals: usize, message_sent: bool);

    /// Counts what was found at a service, once for each check.
    fn count_check(&self, report: &EndpointReport);

    /// Waits until the test must end, finished or not, because the server stops.
    fn shutdown(&self) -> BoxFuture<'static, ()>;
}
