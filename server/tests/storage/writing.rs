//! What is recorded while the database fails.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::status::{Event, ServiceState, ServiceStatus, Snapshot};
use server::storage::postgres::PostgresDatabase;
use server::storage::sqlite::SqliteFile;
use server::storage::{Cause, Database, DatabaseHealth, Recorder, Writer};
use time::UtcDateTime;
use tokio::task::JoinHandle;

use crate::directory::{Directory, SmallDisk};
use crate::events::{change, incident, key, result, seconds};
use crate::postgres::PostgresServer;

/// A site that stores its history.
struct Site {
    status: ServiceStatus,
    recorder: Recorder,
    health: DatabaseHealth,
    writer: Option<Writer>,
}

impl Site {
    fn with(database: Arc<dyn Database>) -> Self {
        let status = ServiceStatus::new(Duration::from_secs(300), Snapshot::default());
        let health = DatabaseHealth::default();
        let (recorder, writer) = Writer::with_recorder(status.clone(), database, health.clone());
        Self {
            status,
            recorder,
            health,
            writer: Some(writer),
        }
    }

    fn start(&mut self) -> Running {
        let mut writer = self.writer.take().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = writer.run() => {}
                _ = stopped => {}
            }
            writer.finish().await;
        });
        Running { stop, task }
    }

    /// Waits until the database stands so.
    async fn wait_for(&self, fault: Option<Cause>) {
        self.wait(|site| site.health.fault() == fault).await;
    }

    async fn wait(&self, until: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !until(self) {
            let fault = self.health.fault();
            assert!(begin.elapsed() < Duration::from_secs(60), "{fault:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// How many results of a service are shown.
    fn shown(&self, service: &str) -> u32 {
        checks(&self.status.now().unwrap(), service)
    }
}

struct Running {
    stop: tokio::sync::oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn finish(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap();
    }
}

fn checks(snapshot: &Snapshot, service: &str) -> u32 {
    let history = snapshot.services.get(&key(service));
    let days = history.map(|history| history.days.values());
    days.into_iter()
        .flatten()
        .map(app::status::Counts::checks)
        .sum()
}

/// So many results of the last hours, one a minute.
fn recent(service: &str, count: i64) -> Vec<Event> {
    let now = seconds(UtcDateTime::now());
    let results = (0..count).map(|number| now - 60 * (count - number));
    let results = results.map(|at| result(service, at, ServiceState::Ok));
    results.collect()
}

async fn stored(directory: &Path) -> Snapshot {
    let file = SqliteFile::in_directory(directory).unwrap();
    let store = file.open().await.unwrap();
    let loaded = store.load(UtcDateTime::now()).await.unwrap();
    store.close().await;
    loaded
}

fn file(directory: &Path) -> Arc<dyn Database> {
    Arc::new(SqliteFile::in_directory(directory).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_shown_at_once_and_stored_soon_and_shown_again_after_a_restart() {
    let directory = Directory::new();
    let mut site = Site::with(file(directory.path()));
    // Before anything is open.
    site.recorder.record(recent("lab/imap", 100));
    assert_eq!(site.shown("lab/imap"), 100);
    let running = site.start();
    site.recorder.record(recent("lab/smtp", 50));
    assert_eq!(site.shown("lab/smtp"), 50);
    running.finish().await;
    let shown = site.status.now().unwrap();
    drop(site);
    assert_eq!(stored(directory.path()).await, *shown);

    let mut site = Site::with(file(directory.path()));
    let running = site.start();
    // What comes before the history is read is added to it.
    site.recorder.record(recent("new/imap", 1));
    site.wait(|site| site.shown("lab/imap") == 100).await;
    assert_eq!((site.shown("lab/smtp"), site.shown("new/imap")), (50, 1));
    running.finish().await;
    drop(site);
    assert_eq!(checks(&stored(directory.path()).await, "new/imap"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_becomes_full_costs_nothing_and_what_waited_is_stored_later() {
    let disk = SmallDisk::new();
    let mut site = Site::with(file(disk.path()));
    let running = site.start();
    site.recorder.record(recent("lab/imap", 10));
    site.wait(|site| site.health.waiting() == 0).await;
    disk.fill();
    let events = recent("lab/smtp", 1000);
    let before = Instant::now();
    for event in &events {
        site.recorder.record(vec![event.clone()]);
    }
    assert!(before.elapsed() < Duration::from_secs(1), "it has waited");
    site.wait_for(Some(Cause::DiskFull)).await;
    assert_eq!(site.shown("lab/smtp"), 1000);
    assert!(site.health.waiting() > 0);
    disk.empty();
    site.wait_for(None).await;
    running.finish().await;
    let shown = site.status.now().unwrap();
    assert_eq!(site.health.lost(), 0);
    drop(site);
    assert_eq!(stored(disk.path()).await, *shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_locks_is_written_later() {
    use sqlx::{Connection, Executor};
    let directory = Directory::new();
    let mut site = Site::with(file(directory.path()));
    let running = site.start();
    site.recorder.record(recent("lab/imap", 10));
    site.wait(|site| site.health.waiting() == 0).await;
    let path = directory.path().join("mailguide.db");
    let url = format!("sqlite://{}", path.display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    site.recorder.record(recent("lab/smtp", 10));
    site.wait_for(Some(Cause::Locked)).await;
    other.execute("COMMIT").await.unwrap();
    other.close().await.unwrap();
    site.wait_for(None).await;
    running.finish().await;
    drop(site);
    assert_eq!(checks(&stored(directory.path()).await, "lab/smtp"), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded_while_the_database_is_away() {
    let database = PostgresDatabase::new("postgres://x@127.0.0.1:9/x").unwrap();
    let mut site = Site::with(Arc::new(database));
    let running = site.start();
    site.recorder.record(vec![incident("lab/imap", 0, None)]);
    for part in recent("lab/imap", 60_000).chunks(1000) {
        site.recorder.record(part.to_vec());
    }
    site.wait_for(Some(Cause::Unreachable)).await;
    assert_eq!(site.health.waiting(), 50_001);
    assert_eq!(site.health.lost(), 10_000);
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_is_killed_gets_later_what_waited_and_nothing_twice() {
    let mut server = PostgresServer::start();
    let url = server.database("history");
    let database = PostgresDatabase::new(&url).unwrap();
    let mut site = Site::with(Arc::new(database.clone()));
    let running = site.start();
    let events = recent("lab/imap", 300);
    for (number, event) in events.iter().enumerate() {
        if number == 100 {
            site.wait(|site| site.health.waiting() < 100).await;
            server.kill();
        }
        site.recorder.record(vec![event.clone()]);
    }
    site.wait_for(Some(Cause::Unreachable)).await;
    server.start_again();
    site.wait_for(None).await;
    site.wait(|site| site.health.waiting() == 0).await;
    let store = database.open().await.unwrap();
    let loaded = store.load(UtcDateTime::now()).await.unwrap();
    assert_eq!(loaded, *site.status.now().unwrap());
    assert_eq!(checks(&loaded, "lab/imap"), 300);
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_takes_at_no_time_does_not_hold_up_the_rest() {
    let server = PostgresServer::start();
    let url = server.database("history");
    let database = PostgresDatabase::new(&url).unwrap();
    database.open().await.unwrap();
    // Stands for whatever a database refuses.
    server.sql(
        "history",
        "ALTER TABLE changes ADD CHECK (after <> 'refused')",
    );
    let mut site = Site::with(Arc::new(database.clone()));
    site.recorder.record(vec![
        change("lab/imap", 1, "refused"),
        change("lab/imap", 2, "taken"),
    ]);
    site.recorder.record(recent("lab/imap", 10));
    let running = site.start();
    site.wait(|site| site.health.lost() == 1 && site.health.waiting() == 0)
        .await;
    assert_eq!(site.health.fault(), None);
    assert_eq!(server.sql("history", "SELECT after FROM changes"), "taken");
    assert_eq!(server.sql("history", "SELECT count(*) FROM results"), "10");
    running.finish().await;
}
