//! Which of several servers monitors.
//!
//! The one that has a lease in the database, by the clock of the database. Whoever has it renews it every few seconds;
//! when its time is over, another server takes it. A server trusts its lease by its own clock from the moment before
//! it asked, and a little shorter, so it gives up before anybody else begins, also when it was frozen, or when the
//! network between it and the database hangs.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{query, query_scalar};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::monitor::{Lead, Leadership};
use crate::operations::metrics::Metrics;
use crate::storage::prompt::{OutOfReach, PromptConnections};

/// How long a lease lasts. Another server takes over within this time and [`ASK_EVERY`].
const LEASE: Duration = Duration::from_secs(10);

/// How much earlier the server that has it gives it up, because clocks do not run alike.
const MARGIN: Duration = Duration::from_secs(1);

/// How often the lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(3);

/// How often the others ask for it, and how often it is asked again after a failure.
const ASK_EVERY: Duration = Duration::from_secs(2);
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// How long a new leader may take to read what the one before it has found.
const PREPARE: Duration = Duration::from_secs(3);

/// A server that monitors while it has the lease.
pub struct Leader {
    connections: PromptConnections,
    server: i64,
    lead: watch::Sender<Lead>,
    metrics: Metrics,
}

impl Leader {
    /// One that does not monitor yet.
    pub fn new(database: PgConnectOptions, server: i64, metrics: Metrics) -> Self {
        metrics.monitors(false);
        Self {
            connections: PromptConnections::new(database, 1),
            server,
            lead: watch::Sender::new(Lead::No),
            metrics,
        }
    }

    /// Whether this server monitors.
    pub fn leadership(&self) -> Leadership {
        Leadership::told_by(self.lead.subscribe())
    }

    /// Asks for the lease and renews it, for ever. Before this server monitors, `prepare` is called.
    pub async fn run(&self, prepare: impl AsyncFn()) {
        tokio::join!(self.ask_again_and_again(prepare), self.tell());
    }

    async fn ask_again_and_again(&self, prepare: impl AsyncFn()) {
        loop {
            let asked = Instant::now();
            let answer = self.ask().await;
            let until = asked + LEASE - MARGIN;
            let pause = match answer {
                Ok(true) => {
                    if !self.leads() {
                        // Without it, what goes on would be taken for news.
                        let _ = timeout(PREPARE, prepare()).await;
                    }
                    self.lead.send_replace(Lead::Until(until));
                    RENEW_EVERY
                }
                Ok(false) => {
                    self.lead.send_replace(Lead::No);
                    ASK_EVERY
                }
                Err(cause) => {
                    tracing::debug!(%cause, "who monitors is not known");
                    RETRY_EVERY
                }
            };
            sleep(pause).await;
        }
    }

    /// Tells operators whether this server monitors, at the moment at which it begins or ends: a lease ends while the
    /// database is still asked for another one.
    async fn tell(&self) {
        let mut leadership = self.leadership();
        loop {
            leadership.begins().await;
            self.metrics.monitors(true);
            tracing::info!("this server monitors");
            leadership.ends().await;
            self.metrics.monitors(false);
            let last_word = *self.lead.borrow();
            match last_word {
                Lead::No => tracing::info!("another server monitors"),
                _ => tracing::warn!(
                    "this server does not monitor while it cannot reach the database"
                ),
            }
        }
    }

    fn leads(&self) -> bool {
        self.lead.borrow().holds()
    }

    /// Gives the lease up, so that another server need not wait for its end.
    pub async fn end(&self) {
        self.lead.send_replace(Lead::No);
        let call = query("DELETE FROM monitor_leader WHERE server = $1").bind(self.server);
        let ended = self
            .connections
            .with(async |connection| call.execute(connection).await)
            .await;
        if let Err(cause) = ended {
            tracing::debug!(%cause, "the lease of the monitor ends by itself");
        }
    }

    async fn ask(&self) -> Result<bool, OutOfReach> {
        let call = query_scalar("SELECT monitor_lead($1, $2)")
            .bind(self.server)
            .bind(i64::try_from(LEASE.as_micros()).unwrap_or_default());
        self.connections
            .with(async |connection| call.fetch_one(connection).await)
            .await
    }
}
