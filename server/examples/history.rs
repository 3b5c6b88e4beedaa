//! Makes a history and stores it, to measure how much room it takes and how fast it is written and read:
//!
//! ```text
//! history --data DIR [SERVICES [DAYS]]
//! history --database postgres://… [SERVICES [DAYS]]
//! ```
//!
//! The directory or database must be new. It prints one JSON object. Everything in the history is made up.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::status::{CheckResult, Event, Reason, ServiceKey, ServiceState};
use probe::Outcome;
use server::storage::postgres::PostgresDatabase;
use server::storage::sqlite::SqliteFile;
use server::storage::{Database, Store};
use time::UtcDateTime;

/// Time between two checks of a service.
const EVERY: Duration = Duration::from_secs(300);

/// Transactions of one result, which is what happens while nothing waits.
const SINGLE: u64 = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, place, numbers @ ..] = arguments.as_slice() else {
        return Err("expected --data DIR or --database URL".into());
    };
    let number = |position: usize, default: u32| match numbers.get(position) {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (services, days) = (number(0, 100)?, number(1, 90)?);
    let postgres = match option.as_str() {
        "--database" => Some(PostgresDatabase::new(place)?),
        _ => None,
    };
    let database: Arc<dyn Database> = match &postgres {
        Some(postgres) => Arc::new(postgres.clone()),
        None => Arc::new(SqliteFile::in_directory(Path::new(place))?),
    };
    let store = database.open().await?;
    let keys: Result<Vec<ServiceKey>, _> = (0..services)
        .map(|number| format!("record-{}/service-{}", number / 4, number % 4).parse())
        .collect();
    let keys = keys?;

    let end = UtcDateTime::now();
    let begin = end - Duration::from_secs(86_400) * days;
    let rounds = days * 288;
    let mut writing = Duration::ZERO;
    for round in 0..rounds {
        let at = begin + EVERY * round;
        let results = (1..).zip(&keys);
        let results: Vec<_> = results
            .map(|(number, service)| result(service, at + Duration::from_millis(2900) * number))
            .collect();
        let before = Instant::now();
        store.write(&results).await?;
        writing += before.elapsed();
        // As a server does that has run all the time.
        if round % 288 == 287 {
            while store.prune(at).await? {}
            // PostgreSQL cleans up by itself when a fifth of a table is gone (autovacuum), which is after six days; here
            // they pass within seconds.
            if let Some(postgres) = &postgres
                && (round / 288) % 6 == 5
            {
                let cleaned = sqlx::query("VACUUM results, hours");
                cleaned.execute(postgres.pool()).await?;
            }
        }
    }
    let before = Instant::now();
    for number in 0..SINGLE {
        let at = end + Duration::from_millis(number);
        store.write(&[result(&keys[0], at)]).await?;
    }
    let single = before.elapsed();
    let before = Instant::now();
    let loaded = store.load(end).await?;
    let loading = before.elapsed();
    assert_eq!(loaded.services.len(), keys.len());
    let bytes = size(store, postgres.as_ref(), place).await?;
    let results = u64::from(rounds) * u64::from(services);
    println!(
        "{{\"services\": {services}, \"days\": {days}, \"bytes\": {bytes}, \
          \"results_per_second\": {:.0}, \"transactions_per_second\": {:.0}, \"load_milliseconds\": {}}}",
        results as f64 / writing.as_secs_f64(),
        SINGLE as f64 / single.as_secs_f64(),
        loading.as_millis(),
    );
    Ok(())
}

/// A check that found what most find.
fn result(service: &ServiceKey, at: UtcDateTime) -> Event {
    let (state, reason, time) = match fastrand::u32(0..1000) {
        0 => (
            ServiceState::Down,
            Reason::Found(Outcome::ConnectionTimeout),
            None,
        ),
        1..=4 => (ServiceState::Degraded, Reason::Slow, Some(3000)),
        _ => (ServiceState::Ok, Reason::Found(Outcome::Ok), Some(150)),
    };
    let varied = |time| Duration::from_millis(time + fastrand::u64(0..time));
    Event::Result(CheckResult {
        service: service.clone(),
        at,
        state,
        reason,
        response_time: time.map(varied),
    })
}

/// How many bytes all of it takes on the disk.
async fn size(
    store: Arc<dyn Store>,
    postgres: Option<&PostgresDatabase>,
    directory: &str,
) -> Result<u64, Box<dyn Error>> {
    if let Some(postgres) = postgres {
        let statement = "SELECT pg_database_size(current_database())";
        let size: i64 = sqlx::query_scalar(statement)
            .fetch_one(postgres.pool())
            .await?;
        return Ok(size.try_into()?);
    }
    store.close().await;
    let files = fs::read_dir(directory)?;
    let sizes = files.map(|file| Ok(file?.metadata()?.len()));
    sizes.sum()
}
