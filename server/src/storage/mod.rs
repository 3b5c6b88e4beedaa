//! Where the history of the services is kept.
//!
//! Nothing about customers is stored: no address, no client, only services.
//!
//! | module | idea |
//! |---|---|
//! | [`recorder`] | takes what the monitor tells, shows it on the pages and has it stored |

use app::status::{Event, Snapshot};
use futures_util::future::BoxFuture;
use time::UtcDateTime;

pub mod recorder;

pub use recorder::Recorder;

/// Keeps the history of the services.
pub trait Store: Send + Sync {
    /// Stores these events, all of them or none. What is stored already is not stored twice, so a write of which it is
    /// not known whether it succeeded can be repeated.
    ///
    /// # Errors
    ///
    /// When the database does not take them.
    fn write<'a>(&'a self, events: &'a [Event]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// All that pages may show at this time.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    fn load(&self, now: UtcDateTime) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// Removes some of what is too old, in a step that is short; returns whether there is more.
    ///
    /// # Errors
    ///
    /// When the database does not do it.
    fn prune(&self, now: UtcDateTime) -> BoxFuture<'_, Result<bool, StoreError>>;
}

/// Why the database did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, or could not be reached.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}
