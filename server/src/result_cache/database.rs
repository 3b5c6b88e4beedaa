//! Checks that several servers make for each other, in PostgreSQL.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{query, query_as};

use super::shared::{Answer, Claim, LEASE, MaxAges, OutOfReach, SharedResults};
use crate::limits::database::parameters::{as_micros, from_micros};
use crate::storage::prompt::PromptConnections;

/// The checks in a PostgreSQL database.
pub struct DatabaseResults {
    connections: PromptConnections,
}

impl DatabaseResults {
    /// Those in this database, whose tables exist. No connection is made yet.
    pub fn new(database: PgConnectOptions) -> Self {
        Self {
            connections: PromptConnections::new(database, 1),
        }
    }

    async fn try_ask(&self, claim: Claim, ages: MaxAges) -> Result<Answer, OutOfReach> {
        let call = query_as("SELECT mine, age, report FROM shared_check_ask($1, $2, $3, $4, $5)")
            .bind(claim.service.bytes())
            .bind(claim.id)
            .bind(as_micros(LEASE))
            .bind(as_micros(ages.all))
            .bind(as_micros(ages.ended));
        let answer: (bool, i64, Option<String>) = self
            .connections
            .with(async |connection| call.fetch_one(connection).await)
            .await?;
        Ok(match answer {
            (true, ..) => Answer::Mine,
            (false, _, None) => Answer::Running,
            (false, age, Some(report)) => Answer::Found {
                report,
                age: from_micros(age),
            },
        })
    }

    async fn try_renew(&self, claim: Claim) -> Result<(), OutOfReach> {
        let call = query(
            "UPDATE shared_checks SET until = limit_now() + $3 \
             WHERE service = $1 AND claim = $2 AND report IS NULL",
        )
        .bind(claim.service.bytes())
        .bind(claim.id)
        .bind(as_micros(LEASE));
        self.connections
            .with(async |connection| call.execute(connection).await)
            .await?;
        Ok(())
    }

    async fn try_end(&self, claim: Claim, report: Option<String>) -> Result<(), OutOfReach> {
        let call = query(
            "UPDATE shared_checks SET report = $3, until = 0 WHERE service = $1 AND claim = $2",
        )
        .bind(claim.service.bytes())
        .bind(claim.id)
        .bind(report);
        self.connections
            .with(async |connection| call.execute(connection).await)
            .await?;
        Ok(())
    }
}

impl SharedResults for DatabaseResults {
    fn ask(&self, claim: Claim, ages: MaxAges) -> BoxFuture<'_, Result<Answer, OutOfReach>> {
        self.try_ask(claim, ages).boxed()
    }

    fn renew(&self, claim: Claim) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.try_renew(claim).boxed()
    }

    fn end(&self, claim: Claim, report: Option<String>) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.try_end(claim, report).boxed()
    }
}

#[cfg(test)]
mod tests;
