//! Counters for the actions of clients and accounts.
//!
//! The counters are kept in [memory](super::memory), or shared with other servers and kept in memory only while
//! [those](super::shared) are out of reach. Each call is one transaction: every limit must allow the action before any
//! counter changes, so a refused action is not counted.

use std::any::Any;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::key::ClientScopes;
use super::relay::RelayScopes;
use super::sign_in::SignIn;

/// Counts the actions of clients and accounts.
pub trait Counters: Send + Sync {
    /// Counts one more test of the client.
    ///
    /// # Errors
    ///
    /// When a limit does not allow it.
    fn count_test<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Result<(), Denial>>;

    /// Counts one more sign-in, and returns the delay after which it may start. Until it is settled it
    /// counts as refused.
    ///
    /// # Errors
    ///
    /// When a limit does not allow it.
    fn count_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>>;

    /// Counts one more relay. Nothing is reported of its end.
    ///
    /// # Errors
    ///
    /// When a limit does not allow it, or the sign-ins of its provider are paused.
    fn count_relay<'a>(&'a self, relay: &'a RelayScopes) -> BoxFuture<'a, Result<(), Denial>>;

    /// Takes a place in these scopes, for a test that waits or runs, or for a relay; `None` if the client, or one of
    /// its networks, has the most that it may.
    fn take_place<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Option<Place>>;

    /// Reports the end of a counted sign-in. It is called exactly once for each sign-in, in every case, and must
    /// not block.
    fn settle(&self, sign_in: &SignIn, end: SignInEnd);
}

/// A place of a client, given back when it is dropped.
pub type Place = Box<dyn Any + Send + Sync>;

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInEnd {
    /// The password was not sent to any server, so there was no sign-in.
    NotSent,
    /// The password may have reached a server.
    Sent {
        /// How many times it was refused, or may have been refused.
        refusals: usize,
        /// Whether the message of the account to itself was sent, or may have been sent.
        message: bool,
    },
}

/// A refusal by a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The limit.
    pub limit: RateLimit,
    /// The time until the next attempt.
    pub wait: Duration,
}

/// A limit on actions over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// The tests of a client.
    TestsPerClient,
    /// The accounts of a client.
    AccountsPerClient,
    /// The sign-ins to an account.
    SignInsPerAccount,
    /// The messages of an account to itself.
    MessagesPerAccount,
    /// The sign-ins that an account refused.
    FailuresPerAccount,
    /// The sign-ins that were refused at a provider.
    FailuresPerProvider,
    /// The relays of a client.
    RelaysPerClient,
    /// The relays to a service.
    RelaysPerService,
}
