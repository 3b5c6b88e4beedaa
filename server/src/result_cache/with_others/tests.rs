//! Servers that ask for the same at the same time, or soon after, and what they share stops, or says nonsense.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use app::check::{Observed, TestPermit};
use futures_util::stream::{self, BoxStream, StreamExt};
use futures_util::{FutureExt, Stream};
use probe::net::{ProbeEvent, Target};
use probe::{Outcome, Stage, Step};
use tokio::time::advance;

use super::*;
use crate::result_cache::ResultCache;
use crate::result_cache::tests::{Free, check, target};

const TIME_TO_LIVE: Duration = seconds(30);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// In memory, what PostgreSQL does for several servers.
#[derive(Default)]
struct Table {
    rows: Mutex<HashMap<Service, Row>>,
    state: Mutex<Reach>,
}

struct Row {
    claim: i64,
    begun: Instant,
    until: Instant,
    report: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Reach {
    #[default]
    Answers,
    Refuses,
    Silent,
}

impl Table {
    fn set(&self, reach: Reach) {
        *self.state.lock().unwrap() = reach;
    }

    /// Does something with the rows, if they can be reached.
    fn with<'a, T: Send + 'a>(
        &'a self,
        run: impl FnOnce(&mut HashMap<Service, Row>) -> T + Send + 'a,
    ) -> BoxFuture<'a, Result<T, OutOfReach>> {
        let reach = *self.state.lock().unwrap();
        async move {
            match reach {
                Reach::Refuses => Err(OutOfReach::Silent(Duration::ZERO)),
                Reach::Silent => std::future::pending().await,
                Reach::Answers => {
                    let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
                    Ok(run(&mut rows))
                }
            }
        }
        .boxed()
    }
}

impl SharedResults for Table {
    fn ask(&self, claim: Claim, ages: MaxAges) -> BoxFuture<'_, Result<Answer, OutOfReach>> {
        self.with(move |rows| {
            let now = Instant::now();
            if let Some(row) = rows.get(&claim.service) {
                let age = now - row.begun;
                let fits = age < ages.all
                    && match &row.report {
                        None => now < row.until,
                        Some(_) => age < ages.ended,
                    };
                if fits {
                    return match row.report.clone() {
                        None => Answer::Running,
                        Some(report) => Answer::Found { report, age },
                    };
                }
            }
            let row = Row {
                claim: claim.id,
                begun: now,
                until: now + LEASE,
                report: None,
            };
            rows.insert(claim.service, row);
            Answer::Mine
        })
    }

    fn renew(&self, claim: Claim) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.with(move |rows| {
            let row = rows.get_mut(&claim.service);
            if let Some(row) = row.filter(|row| row.claim == claim.id) {
                row.until = Instant::now() + LEASE;
            }
        })
    }

    fn end(&self, claim: Claim, report: Option<String>) -> BoxFuture<'_, Result<(), OutOfReach>> {
        self.with(move |rows| {
            let row = rows.get_mut(&claim.service);
            if let Some(row) = row.filter(|row| row.claim == claim.id) {
                row.until = Instant::now();
                row.report = report;
            }
        })
    }
}

/// One of several servers.
struct Server {
    cache: ResultCache,
    started: Arc<AtomicUsize>,
    permit: Arc<Free>,
}

impl Server {
    fn new(table: &Arc<Table>) -> Self {
        let table: Arc<dyn SharedResults> = table.clone();
        Self {
            cache: ResultCache::new(TIME_TO_LIVE).shared_by(table),
            started: Arc::default(),
            permit: Arc::default(),
        }
    }

    fn start<S>(&self, max_age: Duration, check: fn(Target) -> S) -> BoxStream<'static, Observed>
    where
        S: Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    {
        self.start_for("example.net", max_age, check)
    }

    fn start_for<S>(
        &self,
        domain: &str,
        max_age: Duration,
        check: fn(Target) -> S,
    ) -> BoxStream<'static, Observed>
    where
        S: Stream<Item = ProbeEvent> + Send + Unpin + 'static,
    {
        let started = Arc::clone(&self.started);
        let permit: Arc<dyn TestPermit> = self.permit.clone();
        let targets = vec![target("imap", "mail.example.net", domain)];
        self.cache
            .check_with(targets, &permit, max_age, move |target| {
                started.fetch_add(1, Ordering::Relaxed);
                check(target)
            })
    }

    /// The age of a result that takes a second.
    async fn age(&self, max_age: Duration) -> Option<Duration> {
        let observed: Vec<_> = self.start(max_age, check).collect().await;
        assert_eq!(observed.len(), 3, "{observed:?}");
        let age = observed[0].age;
        assert!(observed.iter().all(|one| one.age == age), "{observed:?}");
        age
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }
}

fn servers() -> (Arc<Table>, Server, Server) {
    let table = Arc::<Table>::default();
    let (one, other) = (Server::new(&table), Server::new(&table));
    (table, one, other)
}

/// A check that takes longer than a claim.
fn long_check(target: Target) -> impl Stream<Item = ProbeEvent> + Send + Unpin {
    let begin = stream::once(sleep(seconds(40))).filter_map(|()| std::future::ready(None));
    begin.chain(check(target)).boxed()
}

fn fails_here(target: Target) -> impl Stream<Item = ProbeEvent> + Send + Unpin {
    let step = Step::new(Stage::Dns, Outcome::ProbeOffline, Duration::ZERO);
    let first = ProbeEvent::Step { endpoint: 0, step };
    stream::iter([first]).chain(check(target))
}

fn breaks_off(_target: Target) -> impl Stream<Item = ProbeEvent> + Send + Unpin {
    stream::empty()
}

#[tokio::test(start_paused = true)]
async fn what_one_server_found_is_told_by_another_with_its_age() {
    let (_table, one, other) = servers();
    assert_eq!(one.age(Duration::MAX).await, None);
    advance(seconds(9)).await;
    assert_eq!(other.age(Duration::MAX).await, Some(seconds(10)));
    // It is told again without asking, and is as old.
    advance(seconds(5)).await;
    assert_eq!(other.age(Duration::MAX).await, Some(seconds(15)));
    assert_eq!((one.started(), other.started()), (1, 0));
    // Only who checks counts.
    assert_eq!(one.permit.checked.load(Ordering::Relaxed), 1);
    assert_eq!(other.permit.checked.load(Ordering::Relaxed), 0);
    // Who wants it anew checks, and the first server is told, who would not have had anything by himself.
    assert_eq!(other.age(seconds(15)).await, None);
    advance(seconds(20)).await;
    assert_eq!(one.age(Duration::MAX).await, Some(seconds(21)));
    advance(seconds(9)).await;
    assert_eq!(one.age(Duration::MAX).await, None);
    assert_eq!((one.started(), other.started()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_another_server_checks_is_waited_for() {
    let (_table, one, other) = servers();
    let first = one.start(Duration::MAX, long_check);
    sleep(seconds(3)).await;
    // It ends after 41 seconds, and is told although it began long ago.
    assert_eq!(other.age(Duration::MAX).await, Some(seconds(3)));
    assert_eq!(first.collect::<Vec<_>>().await.len(), 3);
    assert_eq!((one.started(), other.started()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_one_domain_publishes_is_not_told_to_another_by_another_server() {
    let (_table, one, other) = servers();
    one.age(Duration::MAX).await;
    let told = other.start_for("example.org", Duration::MAX, check);
    assert_eq!(told.collect::<Vec<_>>().await.len(), 2);
    assert_eq!(other.age(Duration::MAX).await, Some(seconds(1)));
    assert_eq!(other.started(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_check_of_a_server_that_dies_is_made_by_another() {
    let table = Arc::<Table>::default();
    let server = Server::new(&table);
    let service = {
        server.age(Duration::MAX).await;
        *table.rows.lock().unwrap().keys().next().unwrap()
    };
    table.rows.lock().unwrap().clear();
    let dead = Claim { service, id: 1 };
    let wanted = MaxAges {
        all: Duration::MAX,
        ended: TIME_TO_LIVE,
    };
    assert_eq!(table.ask(dead, wanted).await.unwrap(), Answer::Mine);
    let asked = Instant::now();
    let other = Server::new(&table);
    assert_eq!(other.age(Duration::MAX).await, None);
    let waited = asked.elapsed();
    assert!((LEASE..LEASE + seconds(2)).contains(&waited), "{waited:?}");
    assert_eq!(other.started(), 1);
    // If it lives after all, it is not believed.
    table.end(dead, Some("dead".into())).await.unwrap();
    let third = Server::new(&table);
    assert!(third.age(Duration::MAX).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_each_server_checks_by_itself() {
    for (reach, longest) in [(Reach::Refuses, 1), (Reach::Silent, 2)] {
        let (table, one, other) = servers();
        table.set(reach);
        for server in [&one, &other] {
            let asked = Instant::now();
            assert_eq!(server.age(Duration::MAX).await, None);
            assert!(asked.elapsed() <= seconds(longest));
            assert_eq!(server.age(Duration::MAX).await, Some(seconds(1)));
        }
        assert_eq!((one.started(), other.started()), (1, 1));
        // Also where it goes away while another server is waited for.
        table.set(Reach::Answers);
        advance(TIME_TO_LIVE).await;
        let first = one.start(Duration::MAX, long_check);
        sleep(seconds(1)).await;
        let second = other.start(Duration::MAX, check);
        sleep(seconds(1)).await;
        assert_eq!((one.started(), other.started()), (2, 1));
        table.set(reach);
        let asked = Instant::now();
        assert_eq!(second.collect::<Vec<_>>().await.len(), 3);
        assert!(asked.elapsed() <= seconds(3));
        assert_eq!(first.collect::<Vec<_>>().await.len(), 3);
        assert_eq!((one.started(), other.started()), (2, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_could_not_do_is_done_by_another() {
    for (check, events) in [
        (
            (|target| fails_here(target).boxed()) as fn(Target) -> BoxStream<'static, ProbeEvent>,
            4,
        ),
        (|target| breaks_off(target).boxed(), 0),
    ] {
        let (table, one, other) = servers();
        let first = one.start(Duration::MAX, check);
        assert_eq!(first.collect::<Vec<_>>().await.len(), events);
        assert_eq!(other.age(Duration::MAX).await, None);
        assert!(Server::new(&table).age(Duration::MAX).await.is_some());
        assert_eq!((one.started(), other.started()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_is_not_used() {
    let (table, one, other) = servers();
    one.age(Duration::MAX).await;
    sleep(seconds(1)).await;
    let told = {
        let mut rows = table.rows.lock().unwrap();
        let row = rows.values_mut().next().unwrap();
        let told = row.report.clone().unwrap();
        row.report = Some(told.replace("\"ok\"", "\"better\""));
        told
    };
    assert!(told.contains("\"ok\""), "{told}");
    assert_eq!(other.age(Duration::MAX).await, None);
    assert_eq!((one.started(), other.started()), (1, 1));
}
