//! From events to rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use app::status::{Change, CheckResult, Event, Incident, ServiceFacts, ServiceKey};
use sqlx::Pool;
use time::UtcDateTime;

use super::steps::Steps;
use super::times::{hour, length, milliseconds};
use crate::storage::dialect::{Dialect, Value, with_integers, with_rows};

/// A row of `hours`: the hour and the service.
type Hour = (i64, i64);

/// Stores all of these events, in one transaction.
pub(super) async fn write<DB: Dialect>(
    pool: &Pool<DB>,
    ids: &Mutex<HashMap<ServiceKey, i64>>,
    events: &[Event],
) -> Result<(), sqlx::Error> {
    let batch = Batch::of(events);
    let mut transaction = DB::begin_writing(pool).await?;
    let connection = &mut *transaction;
    let known = ids.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let all = service_ids::<DB>(connection, known, batch.services()).await?;
    batch.write::<DB>(connection, &all).await?;
    transaction.commit().await?;
    // The transaction could have failed, and the ids been given to other services.
    *ids.lock().unwrap_or_else(PoisonError::into_inner) = all;
    Ok(())
}

/// Events, of which none overtakes another: each fact once, as the last of them says.
#[derive(Default)]
struct Batch<'a> {
    results: BTreeMap<(UtcDateTime, &'a ServiceKey), &'a CheckResult>,
    incidents: BTreeMap<(&'a ServiceKey, UtcDateTime), &'a Incident>,
    changes: Vec<&'a Change>,
    facts: BTreeMap<&'a ServiceKey, &'a ServiceFacts>,
    own_network_down: Option<Option<UtcDateTime>>,
}

impl<'a> Batch<'a> {
    fn of(events: &'a [Event]) -> Self {
        let mut batch = Self::default();
        for event in events {
            match event {
                Event::Result(result) => {
                    let key = (result.at, &result.service);
                    batch.results.entry(key).or_insert(result);
                }
                Event::Incident(incident) => {
                    let key = (&incident.service, incident.begin);
                    let known = batch.incidents.entry(key).or_insert(incident);
                    // One that has ended does not go on.
                    if incident.end.is_some() || known.end.is_none() {
                        *known = incident;
                    }
                }
                Event::Change(change) => {
                    if !batch.changes.contains(&change) {
                        batch.changes.push(change);
                    }
                }
                Event::Facts(service, facts) => {
                    batch.facts.insert(service, facts);
                }
                Event::OwnNetworkDown(since) => batch.own_network_down = Some(*since),
            }
        }
        batch
    }

    fn services(&self) -> BTreeSet<&'a ServiceKey> {
        let results = self.results.keys().map(|(_, service)| *service);
        let incidents = self.incidents.keys().map(|(service, _)| *service);
        results
            .chain(incidents)
            .chain(self.facts.keys().copied())
            .collect()
    }

    async fn write<DB: Dialect>(
        &self,
        connection: &mut DB::Connection,
        ids: &HashMap<ServiceKey, i64>,
    ) -> Result<(), sqlx::Error> {
        let id = |service: &ServiceKey| ids.get(service).copied().unwrap_or_default();
        if !self.results.is_empty() {
            let results = self.results.values();
            let results = results.map(|result| (id(&result.service), *result));
            let results: Vec<_> = results.collect();
            let new = insert_results::<DB>(connection, &results).await?;
            if !new.is_empty() {
                count::<DB>(connection, &new).await?;
                replace_latest::<DB>(connection, &new).await?;
            }
        }
        if !self.incidents.is_empty() {
            let incidents = self.incidents.values();
            let incidents = incidents.map(|incident| (id(&incident.service), *incident));
            write_incidents::<DB>(connection, incidents.collect()).await?;
        }
        if !self.changes.is_empty() {
            write_changes::<DB>(connection, &self.changes).await?;
        }
        if !self.facts.is_empty() {
            let facts = self.facts.iter();
            let facts = facts.map(|(service, facts)| (id(service), *facts));
            write_facts::<DB>(connection, facts.collect()).await?;
        }
        if let Some(since) = self.own_network_down {
            write_own_network::<DB>(connection, since).await?;
        }
        Ok(())
    }
}

/// The ids of these services, and of those that were known before.
async fn service_ids<DB: Dialect>(
    connection: &mut DB::Connection,
    mut known: HashMap<ServiceKey, i64>,
    services: BTreeSet<&ServiceKey>,
) -> Result<HashMap<ServiceKey, i64>, sqlx::Error> {
    let unknown = |known: &HashMap<ServiceKey, i64>| {
        let services = services.iter();
        let unknown = services.filter(|service| !known.contains_key(**service));
        unknown.map(ToString::to_string).collect::<Vec<_>>()
    };
    // Those that another server has stored first, and then those that none has.
    for statement in [
        (
            "SELECT CAST(id AS BIGINT), key FROM services WHERE key IN (",
            ")",
        ),
        (
            "INSERT INTO services (key)",
            " RETURNING CAST(id AS BIGINT), key",
        ),
    ] {
        let missing = unknown(&known);
        if missing.is_empty() {
            break;
        }
        let (before, after) = statement;
        let statement = with_rows(before, missing, |key| vec![Value::Text(key)], after);
        for row in DB::rows(connection, statement).await? {
            if let (Some(id), Ok(key)) = (DB::integer(&row, 0)?, DB::text(&row, 1)?.parse()) {
                known.insert(key, id);
            }
        }
    }
    Ok(known)
}

/// Stores these results, and returns those that were not stored before.
async fn insert_results<'a, DB: Dialect>(
    connection: &mut DB::Connection,
    results: &[(i64, &'a CheckResult)],
) -> Result<Vec<(i64, &'a CheckResult)>, sqlx::Error> {
    let statement = with_rows(
        "INSERT INTO results (at, service, state, reason, response_time)",
        results,
        |(service, result)| {
            vec![
                Value::Integer(milliseconds(result.at)),
                Value::Integer(*service),
                Value::Text(result.state.to_string()),
                Value::Text(result.reason.code().to_owned()),
                Value::OptionalInteger(result.response_time.map(length)),
            ]
        },
        " ON CONFLICT DO NOTHING RETURNING at, CAST(service AS BIGINT)",
    );
    let mut new = BTreeSet::new();
    for row in DB::rows(connection, statement).await? {
        new.insert((DB::integer(&row, 0)?, DB::integer(&row, 1)?));
    }
    let results = results
        .iter()
        .filter(|(service, result)| new.contains(&(Some(milliseconds(result.at)), Some(*service))));
    Ok(results.copied().collect())
}

/// Adds these results to their hours.
async fn count<DB: Dialect>(
    connection: &mut DB::Connection,
    results: &[(i64, &CheckResult)],
) -> Result<(), sqlx::Error> {
    let mut hours: BTreeMap<Hour, Steps> = BTreeMap::new();
    for (service, result) in results {
        hours
            .entry((hour(milliseconds(result.at)), *service))
            .or_default();
    }
    let stored = with_rows(
        "SELECT CAST(hour AS BIGINT), CAST(service AS BIGINT), steps FROM hours WHERE (hour, service) IN (",
        hours.keys(),
        |(hour, service)| vec![Value::Integer(*hour), Value::Integer(*service)],
        ")",
    );
    for row in DB::rows(connection, stored).await? {
        let key = (
            DB::integer(&row, 0)?.unwrap_or_default(),
            DB::integer(&row, 1)?.unwrap_or_default(),
        );
        hours.insert(key, Steps::read(&DB::text(&row, 2)?));
    }
    for (service, result) in results {
        let key = (hour(milliseconds(result.at)), *service);
        hours.entry(key).or_default().add(result);
    }
    let statement = with_rows(
        "INSERT INTO hours (hour, service, ok, degraded, down, timed, response_time, longest, steps)",
        &hours,
        |((hour, service), steps)| {
            let sum = steps.sum();
            vec![
                Value::Integer(*hour),
                Value::Integer(*service),
                Value::Integer(sum.ok.into()),
                Value::Integer(sum.degraded.into()),
                Value::Integer(sum.down.into()),
                Value::Integer(sum.timed.into()),
                Value::Integer(sum.response_time.as_millis().try_into().unwrap_or(i64::MAX)),
                Value::Integer(length(sum.longest)),
                Value::Text(steps.text()),
            ]
        },
        " ON CONFLICT (hour, service) DO UPDATE SET ok = excluded.ok, degraded = excluded.degraded, \
          down = excluded.down, timed = excluded.timed, response_time = excluded.response_time, \
          longest = excluded.longest, steps = excluded.steps",
    );
    DB::execute(connection, statement).await.map(drop)
}

/// Puts the newest of these results in the place of the last ones of their services, where they are newer.
async fn replace_latest<DB: Dialect>(
    connection: &mut DB::Connection,
    results: &[(i64, &CheckResult)],
) -> Result<(), sqlx::Error> {
    let mut latest: BTreeMap<i64, &CheckResult> = BTreeMap::new();
    for (service, result) in results {
        let known = latest.entry(*service).or_insert(result);
        if known.at < result.at {
            *known = result;
        }
    }
    let statement = with_rows(
        "INSERT INTO latest (service, at, state, reason, response_time)",
        latest,
        |(service, result)| {
            vec![
                Value::Integer(service),
                Value::Integer(milliseconds(result.at)),
                Value::Text(result.state.to_string()),
                Value::Text(result.reason.code().to_owned()),
                Value::OptionalInteger(result.response_time.map(length)),
            ]
        },
        " ON CONFLICT (service) DO UPDATE SET at = excluded.at, state = excluded.state, \
          reason = excluded.reason, response_time = excluded.response_time WHERE excluded.at > latest.at",
    );
    DB::execute(connection, statement).await.map(drop)
}

async fn write_incidents<DB: Dialect>(
    connection: &mut DB::Connection,
    incidents: Vec<(i64, &Incident)>,
) -> Result<(), sqlx::Error> {
    let statement = with_rows(
        "INSERT INTO incidents (service, began, ended, reason)",
        incidents,
        |(service, incident)| {
            vec![
                Value::Integer(service),
                Value::Integer(milliseconds(incident.begin)),
                Value::OptionalInteger(incident.end.map(milliseconds)),
                Value::Text(incident.reason.code().to_owned()),
            ]
        },
        // One that has ended does not go on.
        " ON CONFLICT (service, began) DO UPDATE SET ended = excluded.ended, reason = excluded.reason \
          WHERE incidents.ended IS NULL OR excluded.ended IS NOT NULL",
    );
    DB::execute(connection, statement).await.map(drop)
}

/// Stores those changes that are not stored. No key says which those are: it would hold whole texts.
async fn write_changes<DB: Dialect>(
    connection: &mut DB::Connection,
    changes: &[&Change],
) -> Result<(), sqlx::Error> {
    let texts = |change: &Change| {
        // PostgreSQL has no text with this character, and mail servers can say it.
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        [
            change.subject.to_string(),
            change.fact.to_string(),
            text(&change.before),
            text(&change.after),
        ]
    };
    let times: BTreeSet<i64> = changes
        .iter()
        .map(|change| milliseconds(change.at))
        .collect();
    let statement = with_rows(
        "SELECT at, subject, fact, before, after FROM changes WHERE at IN (",
        times,
        |at| vec![Value::Integer(at)],
        ")",
    );
    let mut known = BTreeSet::new();
    for row in DB::rows(connection, statement).await? {
        let text = |column| DB::text(&row, column);
        known.insert((
            DB::integer(&row, 0)?,
            [text(1)?, text(2)?, text(3)?, text(4)?],
        ));
    }
    let new = changes
        .iter()
        .filter(|change| !known.contains(&(Some(milliseconds(change.at)), texts(change))));
    let new: Vec<_> = new.collect();
    if new.is_empty() {
        return Ok(());
    }
    let statement = with_rows(
        "INSERT INTO changes (at, subject, fact, before, after)",
        new,
        |change| {
            let mut values = vec![Value::Integer(milliseconds(change.at))];
            values.extend(texts(change).map(Value::Text));
            values
        },
        "",
    );
    DB::execute(connection, statement).await.map(drop)
}

async fn write_facts<DB: Dialect>(
    connection: &mut DB::Connection,
    facts: Vec<(i64, &ServiceFacts)>,
) -> Result<(), sqlx::Error> {
    let statement = with_rows(
        "INSERT INTO facts (service, facts)",
        facts,
        |(service, facts)| {
            // Texts, numbers and lists of them can always be written.
            let text = serde_json::to_string(facts).unwrap_or_default();
            vec![Value::Integer(service), Value::Text(text)]
        },
        " ON CONFLICT (service) DO UPDATE SET facts = excluded.facts",
    );
    DB::execute(connection, statement).await.map(drop)
}

/// The row of `site_state` that says since when the site's own network does not work.
pub(super) const OWN_NETWORK_DOWN: &str = "own-network-down";

async fn write_own_network<DB: Dialect>(
    connection: &mut DB::Connection,
    since: Option<UtcDateTime>,
) -> Result<(), sqlx::Error> {
    let statement = match since {
        Some(since) => with_rows(
            "INSERT INTO site_state (name, value)",
            [milliseconds(since).to_string()],
            |since| vec![Value::Text(OWN_NETWORK_DOWN.to_owned()), Value::Text(since)],
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        ),
        None => with_integers([], "DELETE FROM site_state WHERE name = 'own-network-down'"),
    };
    DB::execute(connection, statement).await.map(drop)
}
