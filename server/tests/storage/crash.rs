//! A program that is killed while it stores.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::status::{ServiceState, ServiceStatus, Snapshot};
use server::storage::sqlite::SqliteFile;
use server::storage::{Database, DatabaseHealth, Writer};
use time::UtcDateTime;

use crate::directory::Directory;
use crate::events::{key, result, seconds};

/// Where the program that is killed finds its directory, and the time of its first result.
const DIRECTORY: &str = "MAILGUIDE_TEST_KILLED";
const FIRST: &str = "MAILGUIDE_TEST_FIRST";

/// What a crash may cost at most.
const LAST_SECOND: Duration = Duration::from_secs(1);

/// Records a result every two milliseconds, and says so.
#[tokio::main]
async fn record_until_killed(directory: &str) {
    let first: i64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let status = ServiceStatus::new(Duration::from_secs(300), Snapshot::default());
    let file = SqliteFile::in_directory(directory.as_ref()).unwrap();
    let health = DatabaseHealth::default();
    let (recorder, mut writer) = Writer::with_recorder(status, Arc::new(file), health);
    tokio::spawn(async move { writer.run().await });
    for number in 0.. {
        recorder.record(vec![result("lab/imap", first + number, ServiceState::Ok)]);
        println!("recorded {number}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[test]
fn a_program_that_is_killed_loses_the_last_second_at_most() {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        record_until_killed(&directory);
    }
    let directory = Directory::new();
    let first = seconds(UtcDateTime::now()) - 7200;
    let mut stored_before = 0;
    for round in 0..5 {
        // This test, in a program of its own.
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "--test-threads", "1"])
            .arg("crash::a_program_that_is_killed_loses_the_last_second_at_most")
            .env(DIRECTORY, directory.path())
            .env(FIRST, first.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let begin = Instant::now();
        let lifetime = Duration::from_millis(1500 + 130 * round);
        let mut recorded = Vec::new();
        let mut killed = None;
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line.split("recorded ").nth(1) {
                recorded.push((Instant::now(), number.parse::<i64>().unwrap()));
            }
            if killed.is_none() && begin.elapsed() > lifetime {
                // SIGKILL, which no program can prepare for.
                program.kill().unwrap();
                killed = Some(Instant::now());
            }
        }
        program.wait().unwrap();
        let killed = killed.expect("it has ended by itself");
        let safe = recorded
            .iter()
            .filter(|(at, _)| *at + LAST_SECOND < killed)
            .count();
        let stored = i64::from(count(&directory, first));
        assert!(safe > 50, "round {round}: {safe} of {}", recorded.len());
        // Each round begins again with the same results, which are stored once.
        let expected = i64::try_from(safe).unwrap();
        assert!(stored >= expected, "round {round}: {stored} of {expected}");
        assert!(stored >= stored_before, "round {round}");
        stored_before = stored;
    }
}

fn count(directory: &Directory, first: i64) -> u32 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let file = SqliteFile::in_directory(directory.path()).unwrap();
        let store = file.open().await.unwrap();
        let loaded = store.load(UtcDateTime::now()).await.unwrap();
        store.close().await;
        let history = &loaded.services[&key("lab/imap")];
        // The single results and their sums agree.
        let last = history.last.as_ref().unwrap().at;
        let ok = history.days.values().map(|day| day.ok).sum();
        assert_eq!(seconds(last), first + i64::from(ok) - 1);
        ok
    })
}
