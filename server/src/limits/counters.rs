//! What clients and accounts do is counted here.
//!
//! The counters are kept in [memory](super::memory). Several servers would keep them in a database,
//! which is why this is a trait and why the answers may take a moment. Each call is one transaction:
//! everything that limits it must allow it before anything is counted, and what is refused costs nothing.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::key::Client;
use super::sign_in::SignIn;

/// Counts what clients and accounts do.
pub trait Counters: Send + Sync {
    /// Counts one more test of the client.
    ///
    /// # Errors
    ///
    /// When that would be one too many.
    fn count_test<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<(), Denial>>;

    /// Counts one more sign-in, and returns the delay after which it may be done. Until it is settled it
    /// counts as refused.
    ///
    /// # Errors
    ///
    /// When that would be one too many.
    fn count_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>>;

    /// Reports how a counted sign-in ended. It is called exactly once for each, whatever happens, and must not
    /// block.
    fn settle(&self, sign_in: &SignIn, end: SignInEnd);
}

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInEnd {
    /// The password was sent to no server, so there was no sign-in.
    NotSent,
    /// The password may have reached a server.
    Sent {
        /// How often it was refused, or may have been refused.
        refusals: usize,
    },
}

/// A limit does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Which limit.
    pub limit: Limit,
    /// When to try again.
    pub wait: Duration,
}

/// A limit on what is done over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The tests of a client.
    TestsPerClient,
    /// The accounts of a client.
    AccountsPerClient,
    /// The sign-ins to an account.
    SignInsPerAccount,
    /// The sign-ins that an account refused.
    FailuresPerAccount,
    /// The sign-ins that were refused at a provider.
    FailuresPerProvider,
}
