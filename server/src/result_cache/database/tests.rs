//! Servers with a real PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::check::{Observed, TestPermit};
use futures_util::future::join_all;
use futures_util::stream::StreamExt;

use super::super::ResultCache;
use super::super::shared::{MAX_REPORT, Service};
use super::super::tests::{Free, check, target};
use super::*;
use crate::postgres::PostgresServer;
use crate::storage::Database;
use crate::storage::postgres::PostgresDatabase;

async fn database(server: &PostgresServer) -> PgConnectOptions {
    let url = server.database("site");
    let database = PostgresDatabase::new(&url).unwrap();
    database.open().await.unwrap();
    database.connect_options().clone()
}

const ALL: MaxAges = MaxAges {
    all: Duration::MAX,
    ended: Duration::from_secs(30),
};

#[tokio::test]
async fn of_several_servers_one_checks() {
    let server = PostgresServer::start();
    let database = database(&server).await;
    let started = Arc::<AtomicUsize>::default();
    let caches: Vec<_> = (0..4)
        .map(|_| {
            let shared = Arc::new(DatabaseResults::new(database.clone()));
            ResultCache::new(Duration::from_secs(30)).shared_by(shared)
        })
        .collect();
    let ask = async |cache: &ResultCache| {
        let permit: Arc<dyn TestPermit> = Arc::new(Free::default());
        let started = Arc::clone(&started);
        let targets = vec![target("imap", "mail.example.net", "example.net")];
        let observed = cache.check_with(targets, &permit, Duration::MAX, move |target| {
            started.fetch_add(1, Ordering::Relaxed);
            check(target)
        });
        observed.collect::<Vec<Observed>>().await
    };
    // All at once, and one later.
    let observed = join_all(caches[..3].iter().map(&ask)).await;
    let events = |of: &[Observed]| of.iter().map(|one| one.event.clone()).collect::<Vec<_>>();
    for one in &observed {
        assert_eq!(one.len(), 3);
        assert_eq!(events(one), events(&observed[0]));
    }
    assert_eq!(
        observed.iter().filter(|all| all[0].age.is_none()).count(),
        1
    );
    let later = ask(&caches[3]).await;
    assert!(later[0].age.unwrap() >= Duration::from_secs(1), "{later:?}");
    assert_eq!(started.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_claim_is_had_by_one_until_it_ends() {
    let server = PostgresServer::start();
    let results = DatabaseResults::new(database(&server).await);
    let service = Service::named(&"one");
    let [one, other, third] = [1, 2, i64::MIN].map(|id| Claim { service, id });
    let ask = async |claim, ages| results.ask(claim, ages).await.unwrap();
    let end = async |claim, report: Option<&str>| {
        let report = report.map(str::to_owned);
        results.end(claim, report).await.unwrap();
    };
    assert_eq!(ask(one, ALL).await, Answer::Mine);
    assert_eq!(ask(other, ALL).await, Answer::Running);
    let elsewhere = Service::named(&"other");
    let elsewhere = Claim {
        service: elsewhere,
        ..other
    };
    assert_eq!(ask(elsewhere, ALL).await, Answer::Mine);
    // What another one says changes nothing.
    end(other, Some("other")).await;
    assert_eq!(ask(other, ALL).await, Answer::Running);
    // Given back.
    end(one, None).await;
    assert_eq!(ask(other, ALL).await, Answer::Mine);
    // Its time is over, unless it is renewed.
    server.sql(
        "site",
        "UPDATE shared_checks SET until = limit_now() + 1000000",
    );
    results.renew(other).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(one, ALL).await, Answer::Running);
    server.sql("site", "UPDATE shared_checks SET until = limit_now()");
    assert_eq!(ask(one, ALL).await, Answer::Mine);
    // Found, with its age, until it is too old.
    server.sql("site", "UPDATE shared_checks SET begun = begun - 20000000");
    end(one, Some("found")).await;
    let Answer::Found { report, age } = ask(other, ALL).await else {
        panic!("it was found");
    };
    assert_eq!(report, "found");
    let seconds = Duration::from_secs;
    assert!((seconds(20)..seconds(29)).contains(&age), "{age:?}");
    let ended = seconds(20);
    assert_eq!(ask(other, MaxAges { ended, ..ALL }).await, Answer::Mine);
    // What began too long ago is not waited for.
    assert_eq!(ask(third, ALL).await, Answer::Running);
    let all = Duration::ZERO;
    assert_eq!(ask(third, MaxAges { all, ..ALL }).await, Answer::Mine);
    // The longest fits.
    end(third, Some(&"x".repeat(MAX_REPORT))).await;
    let too_long = Some("x".repeat(MAX_REPORT + 1));
    assert!(results.end(third, too_long).await.is_err());
}
