//! What several servers with one database do together.
//!
//! | module | idea |
//! |---|---|
//! | [`leader`] | which of them monitors |
//! | [`follower`] | the others show what it finds |
//!
//! Their limits are in [`limits`](crate::limits), and the checks that they make for each other in
//! [`result_cache`](crate::result_cache).

pub mod follower;
pub mod leader;

use std::sync::Arc;

use self::follower::Follower;
use self::leader::Leader;
use crate::limits::counters::Counters;
use crate::limits::database::DatabaseCounters;
use crate::limits::fallback::FallbackCounters;
use crate::limits::key::KeyHasher;
use crate::limits::shared::RenewError;
use crate::limits::{LimitOptions, server_id};
use crate::monitor::Leadership;
use crate::operations::metrics::Metrics;
use crate::result_cache::database::DatabaseResults;
use crate::result_cache::shared::SharedResults;
use crate::storage::postgres::PostgresDatabase;
use crate::storage::{Database, Recorder};

/// A server among others with the same database.
pub struct Cluster {
    counters: FallbackCounters,
    leader: Leader,
    follower: Follower,
    results: Arc<DatabaseResults>,
}

impl Cluster {
    /// The servers of this database. Needs a runtime.
    pub fn new(
        database: &PostgresDatabase,
        options: &LimitOptions,
        keys: &KeyHasher,
        metrics: &Metrics,
        recorder: Recorder,
    ) -> Self {
        let connect = database.connect_options();
        let counters = DatabaseCounters::new(connect.clone(), options, keys);
        Self {
            counters: FallbackCounters::new(Arc::new(counters), options, metrics.clone()),
            leader: Leader::new(connect.clone(), server_id(), metrics.clone()),
            follower: Follower::new(Arc::new(database.clone()), connect.clone(), recorder),
            results: Arc::new(DatabaseResults::new(connect.clone())),
        }
    }

    /// Joins the other servers, if the database can be reached.
    ///
    /// # Errors
    ///
    /// When the secret of the limits of this server is not that of the others.
    pub async fn join(&self, database: &PostgresDatabase) -> Result<(), RenewError> {
        // Whether it can be used is said by the history, which tries it again and again.
        let _ = database.open().await;
        self.counters.join().await
    }

    /// The counters of the limits.
    pub fn counters(&self) -> Arc<dyn Counters> {
        Arc::new(self.counters.clone())
    }

    /// What the servers found without a password.
    pub fn results(&self) -> Arc<dyn SharedResults> {
        self.results.clone()
    }

    /// Whether this server monitors now.
    pub fn leadership(&self) -> Leadership {
        self.leader.leadership()
    }

    /// Works with the others, for ever. `monitors` is whether this server may monitor and shows what is found.
    pub async fn run(&self, monitors: bool) {
        let status = async {
            if monitors {
                let lead = self.leader.run(async || self.follower.catch_up().await);
                tokio::join!(self.follower.run(), lead);
            }
        };
        tokio::join!(self.counters.run(), status);
    }

    /// Leaves the others, when nothing is tested any more.
    pub async fn end(&self) {
        tokio::join!(self.counters.end(), self.leader.end());
    }
}
