//! Whether the shared counters can be reached.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::shared::RenewError;
use crate::operations::metrics::Metrics;

/// Whether they can, and since when they cannot.
pub(super) struct Reach {
    there: AtomicBool,
    lost: Notify,
    since: Mutex<Option<Instant>>,
    metrics: Metrics,
}

impl Reach {
    /// At first they cannot.
    pub(super) fn new(metrics: Metrics) -> Self {
        metrics.limits_shared(false);
        Self {
            there: AtomicBool::new(false),
            lost: Notify::new(),
            since: Mutex::default(),
            metrics,
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.there.load(Ordering::Acquire)
    }

    pub(super) fn choose<T>(&self, there: T, otherwise: T) -> T {
        if self.is_there() { there } else { otherwise }
    }

    pub(super) const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Waits until they go out of reach.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }

    /// They cannot be reached, or not be used. That is told once.
    pub(super) fn lose(&self, cause: &RenewError, servers: u32) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::warn!(
                %cause,
                servers,
                "the shared limits are out of reach, so this server allows its part of each: one by the number of servers"
            );
        }
        drop(since);
        if self.there.swap(false, Ordering::AcqRel) {
            self.metrics.limits_shared(false);
            self.lost.notify_one();
        }
    }

    /// They decide again, after so many reports.
    pub(super) fn found(&self, servers: u32, reported: usize) {
        let since = self
            .since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let seconds = since
            .map_or(Duration::ZERO, |since| since.elapsed())
            .as_secs();
        tracing::info!(seconds, servers, reported, "limits are shared");
        self.metrics.limits_shared(true);
        self.there.store(true, Ordering::Release);
    }
}
