//! Where it is counted who does how much.
//!
//! The counters are kept in [memory](super::memory). Several servers would keep them in a database,
//! which is why this is a trait and why the answers may take a moment. Each call is one transaction.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::key::Key;

/// Counts what clients and accounts do.
pub trait Counters: Send + Sync {
    /// Counts one more test of the client, unless that would be one too many.
    fn test(&self, client: Key) -> BoxFuture<'_, Result<(), Denial>>;

    /// Counts one more sign-in of the client to the account, unless that would be one too many. Until
    /// it is settled it counts as refused.
    fn sign_in(&self, client: Key, account: Key) -> BoxFuture<'_, Result<(), Denial>>;

    /// Says of a sign-in that was counted how often its password was refused. This comes exactly once
    /// for each, whatever happens, and may be called where nothing can wait.
    fn settle(&self, account: Key, refusals: usize);
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
    /// The sign-ins that were refused in all.
    Failures,
}
