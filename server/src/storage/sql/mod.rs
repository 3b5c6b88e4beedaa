//! The history in a database of SQL.
//!
//! | module | idea |
//! |---|---|
//! | [`write`] | from events to rows |
//! | [`load`] | from rows to the snapshot that pages show |
//! | [`since`] | from new rows to events, for servers beside the one that monitors |
//! | [`prune`] | removes what is too old |
//! | [`steps`] | the five-minute steps of an hour |
//! | [`times`] | times as integers |

mod load;
mod prune;
mod since;
mod steps;
mod times;
mod write;

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use app::status::{Event, ServiceKey, Snapshot};
use futures_util::future::BoxFuture;
use sqlx::Pool;
use time::UtcDateTime;

use super::dialect::Dialect;
use super::{Store, StoreError};

/// The history in a database.
pub struct SqlStore<DB: Dialect> {
    pool: Pool<DB>,
    /// What messages call the database.
    place: String,
    /// The ids of services that are stored. They never change.
    ids: Mutex<HashMap<ServiceKey, i64>>,
}

impl<DB: Dialect> SqlStore<DB> {
    /// The history in this database, whose tables are there. Messages call it `place`.
    pub(super) fn new(pool: Pool<DB>, place: &str) -> Self {
        Self {
            pool,
            place: place.to_owned(),
            ids: Mutex::default(),
        }
    }

    fn failed(&self, error: &sqlx::Error) -> StoreError {
        StoreError::of(&self.place, error)
    }
}

impl<DB: Dialect> Store for SqlStore<DB> {
    fn write<'a>(&'a self, events: &'a [Event]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let written = write::write(&self.pool, &self.ids, events).await;
            written.map_err(|error| self.failed(&error))
        })
    }

    fn load(&self, now: UtcDateTime) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        Box::pin(async move {
            let loaded = load::load(&self.pool, now).await;
            loaded.map_err(|error| self.failed(&error))
        })
    }

    fn since(&self, from: UtcDateTime) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(async move {
            let events = since::since(&self.pool, from).await;
            events.map_err(|error| self.failed(&error))
        })
    }

    fn prune(&self, now: UtcDateTime) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let pruned = prune::prune(&self.pool, now).await;
            pruned.map_err(|error| self.failed(&error))
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pool.close())
    }
}

impl<DB: Dialect> fmt::Debug for SqlStore<DB> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("SqlStore").field(&self.place).finish()
    }
}
