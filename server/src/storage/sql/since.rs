//! From new rows to events, for servers beside the one that monitors.

use app::status::{CheckResult, Event};
use sqlx::Pool;
use time::UtcDateTime;

use super::load::Reader;
use super::times::milliseconds;
use crate::storage::dialect::{Dialect, with_integers};

/// What was stored of checks and changes that happened from this time on, the oldest first, and all that may have
/// changed besides.
pub(super) async fn since<DB: Dialect>(
    pool: &Pool<DB>,
    from: UtcDateTime,
) -> Result<Vec<Event>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut reader = Reader::<DB>::new(&mut connection, from, from).await?;
    let mut events: Vec<Event> = results(&mut reader, from).await?;
    let facts = reader.all_facts().await?.into_iter();
    events.extend(facts.filter_map(|(service, facts)| {
        let key = reader.keys.get(&service)?.clone();
        Some(Event::Facts(key, facts))
    }));
    // Those that come last are shown first.
    let incidents = reader.incidents().await?.into_iter().rev();
    events.extend(incidents.map(|incident| Event::Incident((*incident).clone())));
    let changes = reader.changes().await?.into_iter().rev();
    events.extend(changes.map(|change| Event::Change((*change).clone())));
    events.push(Event::OwnNetworkDown(reader.own_network().await?));
    Ok(events)
}

async fn results<DB: Dialect>(
    reader: &mut Reader<'_, DB>,
    from: UtcDateTime,
) -> Result<Vec<Event>, sqlx::Error> {
    let statement = with_integers(
        [(
            "SELECT CAST(service AS BIGINT), at, state, reason, CAST(response_time AS BIGINT) \
             FROM results WHERE at >= ",
            milliseconds(from),
        )],
        " ORDER BY at",
    );
    let mut results = Vec::new();
    for row in reader.rows(statement).await? {
        let result: Option<CheckResult> = reader.result(&row)?;
        results.extend(result.map(Event::Result));
    }
    Ok(results)
}
