//! Where the history of the services is kept.
//!
//! Nothing about customers is stored: no address, no client, only services.
//!
//! | module | idea |
//! |---|---|
//! | [`options`] | where operators want it |
//! | [`recorder`] | takes what the monitor tells, shows it on the pages and has it stored |
//! | [`writer`] | stores it in the background, and reads what is stored |
//! | [`waiting`] | what is not stored yet, shared by the two |
//! | [`queue`] | how much of that waits, and what is lost first |
//! | [`health`] | whether the database does what it should |
//! | [`sqlite`], [`postgres`] | the databases: how each is opened |
//! | [`prompt`] | connections for what somebody waits for |
//! | [`sql`] | the statements, the same for both |
//! | [`dialect`] | what differs between the two |
//! | [`migrations`] | their tables, version by version |
//! | [`error`] | why a database does not do what it was asked for |

use std::fmt::Debug;
use std::sync::Arc;

use app::status::{Event, Snapshot};
use futures_util::future::BoxFuture;
use time::UtcDateTime;

pub mod dialect;
pub mod error;
pub mod health;
pub mod migrations;
pub mod options;
pub mod postgres;
pub mod prompt;
mod queue;
pub mod recorder;
pub mod sql;
pub mod sqlite;
mod waiting;
pub mod writer;

pub use error::{Cause, StoreError};
pub use health::DatabaseHealth;
pub use options::{Place, StorageError, StorageOptions};
pub use recorder::Recorder;
pub use writer::Writer;

/// Somewhere the history can be stored.
pub trait Database: Debug + Send + Sync {
    /// Connects to it, and brings its tables to the newest version. It can be done again, after a failure.
    ///
    /// # Errors
    ///
    /// When it cannot be reached or used.
    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>>;

    /// What messages call it: a file, or a URL without a password.
    fn place(&self) -> &str;
}

/// Keeps the history of the services.
pub trait Store: Send + Sync {
    /// Stores these events, all of them or none. What is stored already is not stored twice, so a write of which it is
    /// not known whether it succeeded can be repeated. Times are stored in whole milliseconds.
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

    /// What was stored of checks and changes that happened from this time on, and all that may have changed besides.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    fn since(&self, from: UtcDateTime) -> BoxFuture<'_, Result<Vec<Event>, StoreError>>;

    /// Removes some of what is too old, in a step that is short; returns whether there is more.
    ///
    /// # Errors
    ///
    /// When the database does not do it.
    fn prune(&self, now: UtcDateTime) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Ends the connections in good order. Nothing is stored after it.
    fn close(&self) -> BoxFuture<'_, ()>;
}
