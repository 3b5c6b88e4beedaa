//! What both databases do in the same way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use app::status::snapshot::MAX_INCIDENTS;
use app::status::{Event, ServiceState, Snapshot};
use server::storage::postgres::PostgresDatabase;
use server::storage::sqlite::SqliteFile;
use server::storage::{Database, Store};

use crate::directory::Directory;
use crate::events::{at, change, facts, incident, key, result};
use crate::postgres::PostgresServer;

const DAY: i64 = 86_400;

/// A database that has nothing stored, with what it needs.
struct Empty {
    name: &'static str,
    database: Arc<dyn Database>,
    /// Executes SQL, past the store.
    sql: Box<dyn Fn(&str)>,
}

/// Runs a test with a new database of each kind.
fn with_both(test: impl AsyncFn(&Empty)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _runtime = runtime.enter();
    let directory = Directory::new();
    let file = directory.path().join("mailguide.db");
    runtime.block_on(test(&Empty {
        name: "SQLite",
        database: Arc::new(SqliteFile::in_directory(directory.path()).unwrap()),
        sql: Box::new(move |statement| {
            let status = std::process::Command::new("python3")
                .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()"])
                .arg(&file)
                .arg(statement)
                .status();
            assert!(status.unwrap().success(), "{statement}");
        }),
    }));
    let server = Arc::new(PostgresServer::start());
    let url = server.database("history");
    runtime.block_on(test(&Empty {
        name: "PostgreSQL",
        database: Arc::new(PostgresDatabase::new(&url).unwrap()),
        sql: Box::new(move |statement| {
            server.sql("history", statement);
        }),
    }));
}

/// Some of everything, over some days.
fn history() -> Vec<Event> {
    use ServiceState::{Degraded, Down, Ok};
    let mut events = Vec::new();
    for service in ["lab/imap", "lab/smtp", "other/imap"] {
        for day in 0..3 {
            for check in 0..DAY / 300 {
                let state = match (service, day, check) {
                    ("lab/imap", 1, 100..120) => Down,
                    ("lab/smtp", 2, 50..80) => Degraded,
                    _ => Ok,
                };
                events.push(result(service, day * DAY + check * 300 + 7, state));
            }
        }
        events.push(facts(service, "IMAP4rev1"));
        events.push(facts(service, "IMAP4rev2"));
    }
    events.push(incident("lab/imap", DAY + 100 * 300 + 7, None));
    events.push(incident(
        "lab/imap",
        DAY + 100 * 300 + 7,
        Some(DAY + 120 * 300 + 7),
    ));
    events.push(incident("lab/smtp", 3 * DAY - 60, None));
    events.push(change("lab/imap", DAY, "192.0.2.2"));
    events.push(change("lab.test", DAY + 1, "192.0.2.2"));
    events.push(Event::OwnNetworkDown(Some(at(3 * DAY - 30))));
    events
}

/// What pages show of these events.
fn shown(events: &[Event]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for event in events {
        snapshot.apply(event.clone());
    }
    snapshot
}

async fn write(store: &Arc<dyn Store>, events: &[Event]) {
    for batch in events.chunks(700) {
        store.write(batch).await.unwrap();
    }
}

#[test]
fn what_is_loaded_is_what_was_shown() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let now = at(3 * DAY - 1);
        assert_eq!(store.load(now).await.unwrap(), Snapshot::default());
        let events = history();
        write(&store, &events).await;
        let expected = shown(&events);
        let name = empty.name;
        assert_eq!(store.load(now).await.unwrap(), expected, "{name}");
        // In any number of pieces, again, and after it was opened again.
        write(&store, &events).await;
        store.write(&events[..10]).await.unwrap();
        assert_eq!(store.load(now).await.unwrap(), expected, "{name}: twice");
        store.close().await;
    });
}

#[test]
fn another_program_that_opens_it_finds_the_same() {
    with_both(async |empty| {
        let events = history();
        let store = empty.database.open().await.unwrap();
        write(&store, &events).await;
        if empty.name == "SQLite" {
            store.close().await;
        }
        drop(store);
        let store = empty.database.open().await.unwrap();
        let mut expected = shown(&events);
        assert_eq!(store.load(at(3 * DAY - 1)).await.unwrap(), expected);
        // Its services have the same ids.
        let more = [
            result("lab/imap", 3 * DAY + 1, ServiceState::Ok),
            result("new/pop3", 3 * DAY + 1, ServiceState::Ok),
            Event::OwnNetworkDown(None),
        ];
        store.write(&more).await.unwrap();
        more.iter().cloned().for_each(|event| expected.apply(event));
        let loaded = store.load(at(3 * DAY + 2)).await.unwrap();
        for (service, history) in &mut expected.services {
            // What is older than a day is loaded as no point, and leaves memory with the next one.
            let history = Arc::make_mut(history);
            history.points.retain(|point| point.begin > at(2 * DAY + 2));
            assert_eq!(
                loaded.services[service],
                Arc::new(history.clone()),
                "{service}"
            );
        }
        assert_eq!(loaded, expected);
        store.close().await;
    });
}

#[test]
fn results_count_once_however_often_they_come() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let first = result("lab/imap", 10, ServiceState::Ok);
        let late = result("lab/imap", 5, ServiceState::Down);
        store.write(&[first.clone(), first.clone()]).await.unwrap();
        store.write(&[late.clone(), first.clone()]).await.unwrap();
        // Another result of the same time is the same result.
        let same = result("lab/imap", 10, ServiceState::Down);
        store.write(&[same]).await.unwrap();
        let loaded = store.load(at(20)).await.unwrap();
        let history = &loaded.services[&key("lab/imap")];
        let point = history.points[0].counts;
        assert_eq!((point.ok, point.down, point.timed), (1, 1, 1));
        assert_eq!(history.days[&at(0).date()], point);
        assert_eq!(history.last.as_ref().unwrap().at, at(10));
        store.close().await;
    });
}

#[test]
fn only_the_time_that_is_shown_is_loaded() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let mut events = Vec::new();
        for day in 0..100 {
            events.push(result("lab/imap", day * DAY, ServiceState::Ok));
            events.push(incident("lab/imap", day * DAY, Some(day * DAY + 60)));
            events.push(change("lab/imap", day * DAY, "192.0.2.2"));
        }
        events.push(incident("lab/smtp", 0, None));
        events.push(result("gone/imap", 0, ServiceState::Ok));
        events.push(facts("gone/imap", "IMAP4rev1"));
        write(&store, &events).await;
        let loaded = store.load(at(99 * DAY + 1)).await.unwrap();
        let services: Vec<_> = loaded.services.keys().map(ToString::to_string).collect();
        assert_eq!(services, ["lab/imap"]);
        let history = &loaded.services[&key("lab/imap")];
        assert_eq!((history.days.len(), history.points.len()), (90, 1));
        assert_eq!(loaded.changes.len(), 89);
        // One that ended in this time is shown, and the one that goes on however old it is.
        assert_eq!(loaded.incidents.len(), 91);
        assert_eq!(loaded.incidents[0].begin, at(99 * DAY));
        assert_eq!(loaded.incidents[89].begin, at(10 * DAY));
        assert_eq!(loaded.incidents[90].end, None);
        store.close().await;
    });
}

#[test]
fn what_goes_on_is_loaded_however_much_is_over() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let mut events = vec![incident("lab/smtp", 0, None)];
        for minute in 1..=MAX_INCIDENTS as i64 + 20 {
            events.push(incident("lab/imap", minute * 60, Some(minute * 60 + 30)));
        }
        write(&store, &events).await;
        let loaded = store.load(at(DAY)).await.unwrap();
        assert_eq!(loaded.incidents.len(), MAX_INCIDENTS + 1);
        assert_eq!(
            loaded.incidents[0].begin,
            at((MAX_INCIDENTS as i64 + 20) * 60)
        );
        assert_eq!(loaded.incidents[MAX_INCIDENTS].begin, at(0));
        store.close().await;
    });
}

#[test]
fn what_is_too_old_is_removed_in_steps() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let mut events = Vec::new();
        for check in 0..2500 {
            events.push(result("lab/imap", check * 300, ServiceState::Ok));
        }
        for hour in 0..3 {
            events.push(incident("lab/imap", hour * 3600, Some(hour * 3600 + 60)));
            events.push(change("lab/imap", hour * 3600, "192.0.2.2"));
        }
        events.push(incident("lab/smtp", 0, None));
        events.push(result("lab/imap", 30 * DAY, ServiceState::Ok));
        write(&store, &events).await;
        let before = store.load(at(30 * DAY)).await.unwrap();
        // A month later the results go, and nothing that is shown.
        let mut steps = 1;
        while store.prune(at(40 * DAY)).await.unwrap() {
            steps += 1;
        }
        assert_eq!(steps, 3);
        assert_eq!(store.load(at(30 * DAY)).await.unwrap(), before);
        // A result that went counts no more when it comes again: too late, but not twice.
        let years = 2 * 365 * DAY;
        while store.prune(at(years + 2 * 3600)).await.unwrap() {}
        let after = store.load(at(30 * DAY)).await.unwrap();
        let ok = |snapshot: &Snapshot| {
            let days = snapshot.services[&key("lab/imap")].days.values();
            days.map(|day| day.ok).sum::<u32>()
        };
        assert_eq!(ok(&before) - ok(&after), 24);
        assert_eq!((after.incidents.len(), after.changes.len()), (2, 1));
        store.close().await;
    });
}

#[test]
fn what_a_newer_version_has_written_is_left_out() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let events = history();
        write(&store, &events).await;
        (empty.sql)(
            "INSERT INTO services (key) VALUES ('Of Another/Kind');
             INSERT INTO latest (service, at, state, reason) SELECT id, 1771200000000, 'ok', 'ok' FROM services WHERE key = 'Of Another/Kind';
             UPDATE latest SET state = 'asleep' WHERE service = (SELECT id FROM services WHERE key = 'lab/imap');
             UPDATE latest SET reason = 'tired' WHERE service = (SELECT id FROM services WHERE key = 'lab/smtp');
             UPDATE facts SET facts = '{\"mood\": \"good\"}' WHERE service = (SELECT id FROM services WHERE key = 'lab/imap');
             UPDATE incidents SET reason = 'tired' WHERE ended IS NULL;
             UPDATE changes SET fact = 'mood' WHERE subject = 'lab.test';
             INSERT INTO site_state (name, value) VALUES ('mood', 'good');",
        );
        let loaded = store.load(at(3 * DAY)).await.unwrap();
        let mut expected = shown(&events);
        let last: BTreeMap<_, _> = loaded
            .services
            .iter()
            .map(|(service, history)| (service.to_string(), history.last.is_some()))
            .collect();
        let some = |service: &str, is| (service.to_owned(), is);
        assert_eq!(
            last,
            [
                some("lab/imap", false),
                some("lab/smtp", false),
                some("other/imap", true)
            ]
            .into()
        );
        let imap = &loaded.services[&key("lab/imap")];
        assert_eq!(imap.facts, Some(app::status::ServiceFacts::default()));
        assert_eq!(imap.days, expected.services[&key("lab/imap")].days);
        expected.incidents.pop_front();
        expected.changes.pop_front();
        assert_eq!(loaded.incidents, expected.incidents);
        assert_eq!(loaded.changes, expected.changes);
        store.close().await;
    });
}

#[test]
fn what_mail_servers_say_is_stored_whatever_it_is() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let odd = "'; DROP TABLE results; -- \"\\ \u{1f4ec} \u{202e}\r\n\u{1} $1 ?";
        let events = [
            change("lab/imap", 1, odd),
            facts("lab/imap", odd),
            change("lab/imap", 2, "a\0b"),
            facts("lab/smtp", "a\0b"),
            result("lab/imap", 1, ServiceState::Ok),
            result("lab/smtp", 1, ServiceState::Ok),
        ];
        store.write(&events).await.unwrap();
        store.write(&events).await.unwrap();
        let loaded = store.load(at(2)).await.unwrap();
        assert_eq!(loaded.changes.len(), 2);
        assert_eq!(loaded.changes[0].after, "a\u{fffd}b");
        assert_eq!(loaded.changes[1].after, odd);
        let facts = loaded.services[&key("lab/imap")].facts.clone().unwrap();
        assert!(facts.capabilities.contains(odd));
        store.close().await;
    });
}

#[test]
fn writers_at_the_same_time_lose_nothing_and_count_nothing_twice() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let write = |number: i64| {
            let store = Arc::clone(&store);
            async move {
                for check in 0..20 {
                    // Each result comes from two writers, and all are of the same hour.
                    let events: Vec<_> = ["a/imap", "b/imap", "c/imap"]
                        .into_iter()
                        .map(|service| {
                            result(service, (number / 2) * 1000 + check, ServiceState::Ok)
                        })
                        .collect();
                    store.write(&events).await.unwrap();
                }
            }
        };
        futures_util::future::join_all((0..6).map(write)).await;
        let loaded = store.load(at(3000)).await.unwrap();
        for history in loaded.services.values() {
            assert_eq!(history.days[&at(0).date()].ok, 60, "{}", empty.name);
        }
        store.close().await;
    });
}

#[test]
fn a_response_time_without_end_is_stored() {
    with_both(async |empty| {
        let store = empty.database.open().await.unwrap();
        let Event::Result(mut long) = result("lab/imap", 1, ServiceState::Ok) else {
            unreachable!()
        };
        long.response_time = Some(Duration::MAX);
        store.write(&[Event::Result(long)]).await.unwrap();
        let loaded = store.load(at(2)).await.unwrap();
        let last = loaded.services[&key("lab/imap")].last.clone().unwrap();
        assert!(last.response_time > Some(Duration::from_secs(86_400)));
        store.close().await;
    });
}
