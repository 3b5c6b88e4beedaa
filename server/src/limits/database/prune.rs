//! Removes what counts no more, in small steps.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{query_as, query_scalar};

use super::super::rates::Rates;
use super::super::shared::OutOfReach;
use super::parameters::as_micros;
use crate::storage::prompt::PromptConnections;

/// How far the buckets have been looked through.
#[derive(Default)]
pub(super) struct Pruned(Mutex<Option<(i16, Vec<u8>)>>);

/// How many rows of each table a step removes at most, or looks at.
const STEP: i32 = 500;

impl Pruned {
    /// One step; returns whether there is more.
    pub(super) async fn step(
        &self,
        connections: &PromptConnections,
        rates: &Rates,
        test_lease: Duration,
    ) -> Result<bool, OutOfReach> {
        let call = query_scalar("SELECT limit_prune($1, $2)")
            .bind(as_micros(rates.longest() + test_lease))
            .bind(STEP);
        let removed: i64 = connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        let (kind, key) = self.last().clone().unwrap_or_default();
        let call = query_as("SELECT p_kind, p_key FROM limit_prune_buckets($1, $2, $3)")
            .bind(kind)
            .bind(key)
            .bind(STEP);
        let last: (Option<i16>, Option<Vec<u8>>) = connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        let last = last.0.zip(last.1);
        let more = last.is_some() || removed >= i64::from(STEP);
        *self.last() = last;
        Ok(more)
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<(i16, Vec<u8>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
