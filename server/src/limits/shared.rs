//! Counters that several servers share, and that may be out of reach.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::counters::{Denial, SignInEnd};
use super::id::Id;
use super::key::ClientScopes;
use super::relay::RelayScopes;
use super::sign_in::SignIn;
pub use crate::storage::prompt::OutOfReach;

/// Counters that several servers share. They decide as [`Counters`](super::counters::Counters) do, and say when they
/// are out of reach: then it is not known whether anything was counted.
pub trait SharedCounters: Send + Sync {
    /// Counts one more test of the client, or says why not.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn count_test<'a>(
        &'a self,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>>;

    /// Counts one more sign-in and returns the delay after which it may start, or says why not. Until it is settled,
    /// and if it never is, it counts as refused.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn count_sign_in<'a>(
        &'a self,
        sign_in: &'a SignIn,
    ) -> BoxFuture<'a, Result<Result<Duration, Denial>, OutOfReach>>;

    /// Counts one more relay, or says why not.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn count_relay<'a>(
        &'a self,
        relay: &'a RelayScopes,
    ) -> BoxFuture<'a, Result<Result<(), Denial>, OutOfReach>>;

    /// Takes in the end of a sign-in. It may be forgotten again unless [`confirm`](Self::confirm) succeeds after it. A
    /// repeat changes nothing; of a sign-in that was counted elsewhere, because these
    /// counters were out of reach, what it used is counted now.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn settle<'a>(&'a self, settled: &'a Settled) -> BoxFuture<'a, Result<(), OutOfReach>>;

    /// Makes sure that nothing is forgotten that was taken in before.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn confirm(&self) -> BoxFuture<'_, Result<(), OutOfReach>>;

    /// Takes a place in these scopes, unless one of them has the most that it may: then the result is false.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn take_place<'a>(
        &'a self,
        place: Id,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<bool, OutOfReach>>;

    /// Gives a place back. A repeat changes nothing.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn leave_place<'a>(
        &'a self,
        place: Id,
        client: &'a ClientScopes,
    ) -> BoxFuture<'a, Result<(), OutOfReach>>;

    /// Says that this server is there, and returns how many there are with it.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach, or are not those of this server.
    fn renew(&self) -> BoxFuture<'_, Result<u32, RenewError>>;

    /// Says that this server stops, so that its places are free.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn end(&self) -> BoxFuture<'_, Result<(), OutOfReach>>;

    /// Removes some of what counts no more, in a step that is short; returns whether there is more.
    ///
    /// # Errors
    ///
    /// When the counters are out of reach.
    fn prune(&self) -> BoxFuture<'_, Result<bool, OutOfReach>>;
}

/// How long a server is taken to be there after it has last said so. Its places count as long.
pub(super) const SERVER_LEASE: Duration = Duration::from_secs(15);

/// How a sign-in ended, and when.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The sign-in.
    pub sign_in: SignIn,
    /// How it ended.
    pub end: SignInEnd,
    /// When it ended.
    pub at: Instant,
}

/// Why a server does not belong to the shared counters.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// They are out of reach.
    #[error(transparent)]
    OutOfReach(#[from] OutOfReach),
    /// Other servers count under other hashes.
    #[error(
        "the secret of --limits-secret is not that of the other servers of this database: give all of them the same, \
        or stop all of them before it is changed"
    )]
    OtherSecret,
}
