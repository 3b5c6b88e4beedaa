//! Where it is counted who does how much.
//!
//! The counters are kept in [memory](super::memory). Several servers would keep them in a database,
//! which is why this is a trait and why the answers may take a moment. Each call is one transaction:
//! everything that limits it must allow it before anything is counted, and what is refused costs nothing.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::key::{Client, Key};

/// Counts what clients and accounts do.
pub trait Counters: Send + Sync {
    /// Counts one more test of the client, unless that would be one too many.
    fn test<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<(), Denial>>;

    /// Counts one more sign-in, unless that would be one too many, and says how long it has to wait before
    /// it is done. Until it is settled it counts as refused.
    fn sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>>;

    /// Says how a sign-in ended that was counted. This comes exactly once for each, whatever happens, and
    /// may be called where nothing can wait.
    fn settle(&self, sign_in: &SignIn, end: End);
}

/// A sign-in, as it is counted.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who wants it.
    pub client: Client,
    /// Whose mailbox it is.
    pub provider: Key,
    /// The account as it was spelled.
    pub account: Key,
    /// Each mailbox that this may be.
    pub mailboxes: Vec<Key>,
}

/// How a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The password reached no server, so it is as if there had been no sign-in.
    NotSent,
    /// The password may have reached a server.
    Sent {
        /// How often it was refused, or may have been.
        refusals: usize,
    },
}

/// It would be one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Which limit says so.
    pub limit: Limit,
    /// When it may be better.
    pub wait: Duration,
}

/// A limit on what is done over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The tests of a client.
    TestsOfClient,
    /// The accounts of a client.
    AccountsOfClient,
    /// The sign-ins to an account.
    SignInsOfAccount,
    /// The sign-ins that an account refused.
    FailuresOfAccount,
    /// The sign-ins that were refused at a provider.
    FailuresOfProvider,
}
