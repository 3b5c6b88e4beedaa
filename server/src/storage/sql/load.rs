//! From rows to the snapshot that pages show. A row that this version of the program does not understand is left out.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use app::status::history::{MAX_DAYS, MAX_POINTS};
use app::status::snapshot::{MAX_CHANGES, MAX_INCIDENTS};
use app::status::{
    Change, CheckResult, Counts, Incident, Point, Reason, ServiceFacts, ServiceHistory, ServiceKey,
    Snapshot,
};
use sqlx::{Pool, QueryBuilder};
use time::UtcDateTime;

use super::steps::Steps;
use super::times::{at, duration, hour, milliseconds};
use super::write::OWN_NETWORK_DOWN;
use crate::storage::dialect::{Dialect, with_integers};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// All that pages may show now.
pub(super) async fn load<DB: Dialect>(
    pool: &Pool<DB>,
    now: UtcDateTime,
) -> Result<Snapshot, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let oldest = now - DAY * (MAX_DAYS as u32 - 1);
    let mut reader = Reader::<DB>::new(&mut connection, now, oldest).await?;
    let mut histories: HashMap<i64, ServiceHistory> = HashMap::new();
    reader.latest(&mut histories).await?;
    reader.days(&mut histories).await?;
    reader.points(&mut histories).await?;
    reader.facts(&mut histories).await?;
    let services = histories.into_iter().filter_map(|(service, history)| {
        let key = reader.keys.get(&service)?.clone();
        Some((key, Arc::new(history)))
    });
    let services = services.collect();
    Ok(Snapshot {
        services,
        incidents: reader.incidents().await?.into(),
        changes: reader.changes().await?.into(),
        own_network_down: reader.own_network().await?,
    })
}

/// Reads rows of every table.
pub(super) struct Reader<'a, DB: Dialect> {
    connection: &'a mut DB::Connection,
    pub(super) keys: HashMap<i64, ServiceKey>,
    now: i64,
    /// From when on days, incidents and changes are shown.
    oldest: i64,
}

impl<'a, DB: Dialect> Reader<'a, DB> {
    /// Reads what was there from `oldest` on.
    pub(super) async fn new(
        connection: &'a mut DB::Connection,
        now: UtcDateTime,
        oldest: UtcDateTime,
    ) -> Result<Self, sqlx::Error> {
        let mut reader = Self {
            connection,
            keys: HashMap::new(),
            now: milliseconds(now),
            oldest: milliseconds(oldest),
        };
        reader.keys().await?;
        Ok(reader)
    }

    pub(super) async fn rows(
        &mut self,
        statement: QueryBuilder<DB>,
    ) -> Result<Vec<DB::Row>, sqlx::Error> {
        DB::rows(self.connection, statement).await
    }

    async fn keys(&mut self) -> Result<(), sqlx::Error> {
        let statement = QueryBuilder::new("SELECT CAST(id AS BIGINT), key FROM services");
        for row in self.rows(statement).await? {
            if let Some(key) = parsed::<DB, _>(&row, 1)? {
                self.keys.insert(integer::<DB>(&row, 0)?, key);
            }
        }
        Ok(())
    }

    async fn latest(
        &mut self,
        histories: &mut HashMap<i64, ServiceHistory>,
    ) -> Result<(), sqlx::Error> {
        let statement = with_integers(
            [(
                "SELECT CAST(service AS BIGINT), at, state, reason, CAST(response_time AS BIGINT) \
                 FROM latest WHERE at >= ",
                self.oldest,
            )],
            "",
        );
        for row in self.rows(statement).await? {
            if let Some(last) = self.result(&row)? {
                let history = histories.entry(integer::<DB>(&row, 0)?).or_default();
                history.last = Some(last);
            }
        }
        Ok(())
    }

    /// The result in a row of service, time, state, reason and response time.
    pub(super) fn result(&self, row: &DB::Row) -> Result<Option<CheckResult>, sqlx::Error> {
        let (Some(key), Some(at), Some(state), Some(reason)) = (
            self.keys.get(&integer::<DB>(row, 0)?),
            at(integer::<DB>(row, 1)?),
            parsed::<DB, _>(row, 2)?,
            Reason::from_code(&DB::text(row, 3)?),
        ) else {
            return Ok(None);
        };
        Ok(Some(CheckResult {
            service: key.clone(),
            at,
            state,
            reason,
            response_time: DB::integer(row, 4)?.map(duration),
        }))
    }

    async fn days(
        &mut self,
        histories: &mut HashMap<i64, ServiceHistory>,
    ) -> Result<(), sqlx::Error> {
        let today = hour(self.now).div_euclid(24);
        let first = today - (MAX_DAYS as i64 - 1);
        let statement = with_integers(
            [(
                "SELECT CAST(service AS BIGINT), CAST(hour / 24 AS BIGINT), CAST(SUM(ok) AS BIGINT), \
                 CAST(SUM(degraded) AS BIGINT), CAST(SUM(down) AS BIGINT), CAST(SUM(timed) AS BIGINT), \
                 CAST(SUM(response_time) AS BIGINT), CAST(MAX(longest) AS BIGINT) FROM hours WHERE hour >= ",
                first * 24,
            )],
            " GROUP BY service, hour / 24",
        );
        for row in self.rows(statement).await? {
            let Some(date) = at(integer::<DB>(&row, 1)?.saturating_mul(24 * 3_600_000)) else {
                continue;
            };
            let count = |column| {
                let count = integer::<DB>(&row, column)?;
                Ok::<_, sqlx::Error>(count.try_into().unwrap_or(u32::MAX))
            };
            let day = Counts {
                ok: count(2)?,
                degraded: count(3)?,
                down: count(4)?,
                timed: count(5)?,
                response_time: duration(integer::<DB>(&row, 6)?),
                longest: duration(integer::<DB>(&row, 7)?),
            };
            let history = histories.entry(integer::<DB>(&row, 0)?).or_default();
            history.days.insert(date.date(), day);
        }
        Ok(())
    }

    async fn points(
        &mut self,
        histories: &mut HashMap<i64, ServiceHistory>,
    ) -> Result<(), sqlx::Error> {
        let day_ago = self.now - DAY.as_millis() as i64;
        let statement = with_integers(
            [(
                "SELECT CAST(hour AS BIGINT), CAST(service AS BIGINT), steps FROM hours WHERE hour >= ",
                hour(day_ago),
            )],
            " ORDER BY hour",
        );
        for row in self.rows(statement).await? {
            let steps = Steps::read(&DB::text(&row, 2)?);
            let points = steps.points(integer::<DB>(&row, 0)?);
            let points = points.filter(|(begin, _)| *begin > day_ago);
            let points = points.filter_map(|(begin, counts)| {
                let begin = at(begin)?;
                Some(Point { begin, counts })
            });
            let history = histories.entry(integer::<DB>(&row, 1)?).or_default();
            history.points.extend(points);
            let surplus = history.points.len().saturating_sub(MAX_POINTS);
            history.points.drain(..surplus);
        }
        Ok(())
    }

    /// The facts of services that were checked in the time that is shown.
    async fn facts(
        &mut self,
        histories: &mut HashMap<i64, ServiceHistory>,
    ) -> Result<(), sqlx::Error> {
        for (service, facts) in self.all_facts().await? {
            if let Some(history) = histories.get_mut(&service) {
                history.facts = Some(facts);
            }
        }
        Ok(())
    }

    /// The facts of all services.
    pub(super) async fn all_facts(&mut self) -> Result<Vec<(i64, ServiceFacts)>, sqlx::Error> {
        let statement = QueryBuilder::new("SELECT CAST(service AS BIGINT), facts FROM facts");
        let mut all = Vec::new();
        for row in self.rows(statement).await? {
            if let Ok(facts) = serde_json::from_str(&DB::text(&row, 1)?) {
                all.push((integer::<DB>(&row, 0)?, facts));
            }
        }
        Ok(all)
    }

    /// Those that go on, and those that ended in the time that is shown, the newest first.
    pub(super) async fn incidents(&mut self) -> Result<Vec<Arc<Incident>>, sqlx::Error> {
        let go_on = QueryBuilder::new(
            "SELECT CAST(service AS BIGINT), began, ended, reason FROM incidents WHERE ended IS NULL",
        );
        let over = with_integers(
            [
                (
                    "SELECT CAST(service AS BIGINT), began, ended, reason FROM incidents \
                     WHERE ended >= ",
                    self.oldest,
                ),
                (" ORDER BY began DESC LIMIT ", MAX_INCIDENTS as i64),
            ],
            "",
        );
        let mut rows = self.rows(go_on).await?;
        rows.extend(self.rows(over).await?);
        let mut incidents = Vec::new();
        for row in rows {
            let (Some(service), Some(begin), Some(reason)) = (
                self.keys.get(&integer::<DB>(&row, 0)?),
                at(integer::<DB>(&row, 1)?),
                Reason::from_code(&DB::text(&row, 3)?),
            ) else {
                continue;
            };
            incidents.push(Arc::new(Incident {
                service: service.clone(),
                begin,
                end: DB::integer(&row, 2)?.and_then(at),
                reason,
            }));
        }
        incidents.sort_by_key(|incident| std::cmp::Reverse(incident.begin));
        Ok(incidents)
    }

    /// The newest first.
    pub(super) async fn changes(&mut self) -> Result<Vec<Arc<Change>>, sqlx::Error> {
        let statement = with_integers(
            [
                (
                    "SELECT at, subject, fact, before, after FROM changes WHERE at >= ",
                    self.oldest,
                ),
                (" ORDER BY at DESC, id DESC LIMIT ", MAX_CHANGES as i64),
            ],
            "",
        );
        let mut changes = Vec::new();
        for row in self.rows(statement).await? {
            let (Some(at), Some(subject), Some(fact)) = (
                at(integer::<DB>(&row, 0)?),
                parsed::<DB, _>(&row, 1)?,
                parsed::<DB, _>(&row, 2)?,
            ) else {
                continue;
            };
            changes.push(Arc::new(Change {
                subject,
                fact,
                at,
                before: DB::text(&row, 3)?,
                after: DB::text(&row, 4)?,
            }));
        }
        Ok(changes)
    }

    pub(super) async fn own_network(&mut self) -> Result<Option<UtcDateTime>, sqlx::Error> {
        let mut statement = QueryBuilder::new("SELECT value FROM site_state WHERE name = ");
        DB::bind_text(&mut statement, OWN_NETWORK_DOWN.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(parsed::<DB, _>(row, 0)?.and_then(at))
    }
}

/// The integer in this column, which always has one.
fn integer<DB: Dialect>(row: &DB::Row, column: usize) -> Result<i64, sqlx::Error> {
    Ok(DB::integer(row, column)?.unwrap_or_default())
}

/// What the text in this column means; `None` where this version of the program does not know it.
fn parsed<DB: Dialect, T: FromStr>(row: &DB::Row, column: usize) -> Result<Option<T>, sqlx::Error> {
    Ok(DB::text(row, column)?.parse().ok())
}
