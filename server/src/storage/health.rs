//! Whether the database does what it should.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{Cause, StoreError};

/// Whether the database does what it should, and what waits for it. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct DatabaseHealth(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    fault: Mutex<Option<Cause>>,
    degraded: Gauge,
    waiting: Gauge,
    lost: Counter,
}

impl DatabaseHealth {
    /// All is well. What is counted is shown with the metrics of this registry.
    pub fn registered(registry: &mut Registry) -> Self {
        let health = Self::default();
        registry.register(
            "database_degraded",
            "Whether the database does not take or give what it should",
            health.0.degraded.clone(),
        );
        registry.register(
            "database_waiting",
            "Results and events that are not stored yet",
            health.0.waiting.clone(),
        );
        registry.register(
            "database_lost",
            "Results and events that were not stored, because too many waited or the database refused them",
            health.0.lost.clone(),
        );
        health
    }

    /// Why the database does not do what it should; `None` where it does, or where there is none.
    pub fn fault(&self) -> Option<Cause> {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many results and events are not stored yet.
    pub fn waiting(&self) -> i64 {
        self.0.waiting.get()
    }

    /// How many results and events were not stored, because too many waited or the database refused them.
    pub fn lost(&self) -> u64 {
        self.0.lost.get()
    }

    /// It did not do what it should. Logs it, if that is new.
    pub(crate) fn failed(&self, error: &StoreError) {
        if self.set(Some(error.cause)) != Some(error.cause) {
            tracing::error!("{error}; meanwhile the history is kept in memory");
        }
    }

    /// It does what it should. Logs it, if it did not before.
    pub(crate) fn works(&self, place: &str) {
        if self.set(None).is_some() {
            tracing::info!("{place}: the history is stored again");
        }
    }

    /// So many events wait.
    pub(super) fn set_waiting(&self, count: usize) {
        self.0.waiting.set(count.try_into().unwrap_or(i64::MAX));
    }

    /// So many more events are lost.
    pub(super) fn count_lost(&self, count: u64) {
        self.0.lost.inc_by(count);
    }

    fn set(&self, fault: Option<Cause>) -> Option<Cause> {
        self.0.degraded.set(fault.is_some().into());
        let mut known = self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *known, fault)
    }
}
