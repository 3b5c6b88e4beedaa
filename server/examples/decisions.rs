//! Measures the decisions of the limits over PostgreSQL: how many in a second, and how long one takes.
//!
//!     cargo run --release -p server --example decisions -- postgres://… [SECONDS]
//!
//! The database is filled with keyed hashes of clients that do not exist, so it must be one of its own.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use app::check::{Account, RequestedSignIn};
use server::limits::LimitOptions;
use server::limits::counters::SignInEnd;
use server::limits::database::DatabaseCounters;
use server::limits::key::KeyHasher;
use server::limits::shared::{Settled, SharedCounters};
use server::limits::sign_in::SignIn;
use server::storage::Database;
use server::storage::postgres::PostgresDatabase;

/// What is measured: its name, and how many ask at the same time.
const ROUNDS: [(&str, usize); 4] = [("test", 1), ("test", 8), ("sign-in", 1), ("sign-in", 8)];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().ok_or("expected the URL of a database")?;
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let database = PostgresDatabase::new(&url)?;
    database.open().await?;
    let keys = KeyHasher::random()?;
    let options = LimitOptions::default();
    let counters = DatabaseCounters::new(database.connect_options().clone(), &options, &keys);
    println!("decision  at once  per second  p50 ms  p99 ms");
    for (kind, at_once) in ROUNDS {
        let end = Instant::now() + Duration::from_secs(seconds);
        let asking = (0..at_once).map(|_| ask(&counters, &keys, kind, end));
        let times = futures_util::future::try_join_all(asking).await?;
        let mut times: Vec<Duration> = times.into_iter().flatten().collect();
        times.sort_unstable();
        let at = |part: usize| {
            let time = times.get(times.len() * part / 100).copied();
            time.unwrap_or_default().as_secs_f64() * 1000.0
        };
        let per_second = times.len() as u64 / seconds;
        println!(
            "{kind:<8}  {at_once:>7}  {per_second:>10}  {:>6.2}  {:>6.2}",
            at(50),
            at(99)
        );
    }
    Ok(())
}

/// Asks until then, and returns how long each decision took. All sign-ins are at one provider, and accepted.
async fn ask(
    counters: &DatabaseCounters,
    keys: &KeyHasher,
    kind: &str,
    end: Instant,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = Vec::new();
    // So that connecting is not measured.
    counters.confirm().await?;
    while Instant::now() < end {
        let number = fastrand::u32(..);
        let client = keys.client(Ipv4Addr::from(number).into());
        let requested = RequestedSignIn {
            account: Account {
                provider: "bench".to_owned(),
                mailboxes: [number.to_string()].into(),
            },
            message: false,
        };
        let sign_in = SignIn::new(keys, client.clone(), &requested);
        let begin = Instant::now();
        if kind == "test" {
            let _ = counters.count_test(&client).await?;
            times.push(begin.elapsed());
            continue;
        }
        let allowed = counters.count_sign_in(&sign_in).await?;
        times.push(begin.elapsed());
        if allowed.is_ok() {
            let end = SignInEnd::Sent {
                refusals: 0,
                message: false,
            };
            let at = tokio::time::Instant::now();
            counters.settle(&Settled { sign_in, end, at }).await?;
        }
    }
    Ok(times)
}
