//! Removes what is too old.

use std::time::Duration;

use sqlx::Pool;
use time::UtcDateTime;

use super::times::{hour, milliseconds};
use crate::storage::dialect::{Dialect, with_integers};

/// How long each single result is kept.
const RESULTS: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long everything else is kept: sums, incidents and changes.
const OTHERS: Duration = Duration::from_secs(2 * 365 * 24 * 3600);

/// So many rows of a table are removed in one step, in some milliseconds.
const STEP: i64 = 1000;

/// Removes some of what is too old, and returns whether there may be more.
pub(super) async fn prune<DB: Dialect>(
    pool: &Pool<DB>,
    now: UtcDateTime,
) -> Result<bool, sqlx::Error> {
    let results = milliseconds(now - RESULTS);
    let others = milliseconds(now - OTHERS);
    let mut transaction = DB::begin_writing(pool).await?;
    let mut more = false;
    for (statement, before) in [
        (
            "DELETE FROM results WHERE (at, service) IN (SELECT at, service FROM results WHERE at < ",
            results,
        ),
        (
            "DELETE FROM hours WHERE (hour, service) IN (SELECT hour, service FROM hours WHERE hour < ",
            hour(others),
        ),
        // One that goes on is kept.
        (
            "DELETE FROM incidents WHERE (service, began) IN \
               (SELECT service, began FROM incidents WHERE ended IS NOT NULL AND began < ",
            others,
        ),
        (
            "DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < ",
            others,
        ),
    ] {
        let statement = with_integers([(statement, before), (" LIMIT ", STEP)], ")");
        let removed = DB::execute(&mut transaction, statement).await?;
        more |= removed >= STEP.unsigned_abs();
    }
    transaction.commit().await?;
    Ok(more)
}
