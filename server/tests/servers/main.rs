//! Three servers beside each other, as programs, with one PostgreSQL and one mail server.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod cut;
#[path = "../http/mod.rs"]
mod http;
mod mail;
#[path = "../postgres/mod.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod postgres;
mod proxy;
mod server;
#[path = "../tls/mod.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod tls;

use std::time::{Duration, Instant};

use mail::MailServer;
use postgres::PostgresServer;
use server::{Server, Setup};

/// Another leader is there within this time.
const TAKE_OVER: Duration = Duration::from_secs(15);

/// A lease that a server gives up is another one's within this time. One that it only does not renew lasts for 7 seconds
/// at least, and it is believed to be there for 10 more.
const GIVEN_UP: Duration = Duration::from_secs(6);

/// Waits until something holds, and returns how long that took.
fn until(what: &str, within: Duration, holds: impl Fn() -> bool) -> Duration {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < within, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    begin.elapsed()
}

/// The refused passwords that the servers count together.
fn counted(postgres: &PostgresServer) -> usize {
    // Each counts for its mailbox and for its provider.
    let sum = "SELECT coalesce(sum(times), 0) / 2 FROM limit_refusals WHERE at <= limit_now()";
    postgres.sql("site", sum).parse().unwrap()
}

fn leaders(servers: &[Server]) -> usize {
    servers
        .iter()
        .filter(|server| server.metric("mailguide_monitors{}") == 1)
        .count()
}

#[test]
fn nothing_is_counted_twice_or_lost_when_the_leader_and_the_database_are_killed() {
    let mut postgres = PostgresServer::start();
    let mail = MailServer::start();
    let setup = Setup::new(&mail, &postgres.database("site"));
    let mut servers: Vec<Server> = (0..3)
        .map(|_| {
            setup.server(&[
                "--monitor-every",
                "5s",
                "--failed-sign-ins-per-account",
                "60",
                "--share-results",
                "0",
            ])
        })
        .collect();
    until("three servers that share", TAKE_OVER, || {
        servers
            .iter()
            .all(|server| server.metric("mailguide_servers{}") == 3)
    });
    until("a leader", TAKE_OVER, || leaders(&servers) == 1);
    let wrong = |servers: &[Server]| {
        for server in servers {
            let answer = server.post("/api/test", "address=jane%40lab.test&password=wrong");
            assert!(answer.contains("did not accept this password"), "{answer}");
        }
    };
    wrong(&servers);
    wrong(&servers);
    assert_eq!(mail.sign_ins(), 6);
    until("all is counted", TAKE_OVER, || counted(&postgres) == 6);
    // All servers show what the leader finds.
    until("what the leader finds", TAKE_OVER, || {
        servers
            .iter()
            .all(|server| server.metrics().contains("mailguide_service_state{"))
    });

    // The leader is killed.
    let leader = servers
        .iter()
        .position(|server| server.metric("mailguide_monitors{}") == 1);
    servers.swap_remove(leader.unwrap()).kill();
    let taken = until("another leader", TAKE_OVER, || leaders(&servers) == 1);
    println!("after the leader was killed, another one was there within {taken:?}");
    wrong(&servers);
    assert_eq!(mail.sign_ins(), 8);

    // The database is killed: everything goes on, and nobody monitors.
    postgres.kill();
    wrong(&servers);
    assert_eq!(mail.sign_ins(), 10);
    for server in &servers {
        assert_eq!(server.metric("mailguide_limits_shared{}"), 0);
        assert!(server.get("/").starts_with("HTTP/1.1 200"));
    }
    until("nobody monitors", TAKE_OVER, || leaders(&servers) == 0);
    wrong(&servers);

    // It comes back, and knows all.
    postgres.start_again();
    until("they share again", TAKE_OVER, || {
        servers
            .iter()
            .all(|server| server.metric("mailguide_limits_shared{}") == 1)
    });
    assert_eq!(mail.sign_ins(), 12);
    until("all is counted", TAKE_OVER, || counted(&postgres) == 12);
    until("a leader", TAKE_OVER, || leaders(&servers) == 1);
    wrong(&servers);
    until("all is counted", TAKE_OVER, || counted(&postgres) == 14);
    assert_eq!(mail.sign_ins(), 14);

    // The leader is frozen. When it goes on, it does not monitor.
    let leader = servers
        .iter()
        .position(|server| server.metric("mailguide_monitors{}") == 1);
    let frozen = servers.swap_remove(leader.unwrap());
    frozen.freeze();
    let taken = until("another leader", TAKE_OVER, || leaders(&servers) == 1);
    println!("after the leader was frozen, another one was there within {taken:?}");
    frozen.go_on();
    until("one leader", TAKE_OVER, || {
        frozen.metric("mailguide_monitors{}") == 0
    });
    assert_eq!(leaders(&servers), 1);

    // A server that stops in good order leaves nothing behind.
    wrong(&servers);
    servers.remove(0).stop();
    until("another leader, before the lease ends", GIVEN_UP, || {
        frozen.metric("mailguide_monitors{}") == 1
    });
    assert_eq!(counted(&postgres), 15);
    until(
        "it is alone, before it would be believed dead",
        GIVEN_UP,
        || frozen.metric("mailguide_servers{}") == 1,
    );
}

#[test]
fn a_limit_holds_over_all_servers() {
    let postgres = PostgresServer::start();
    let mail = MailServer::start();
    let setup = Setup::new(&mail, &postgres.database("site"));
    let options = [
        "--failed-sign-ins-per-account",
        "4",
        "--monitor-every",
        "off",
        "--share-results",
        "0",
    ];
    let servers: Vec<Server> = (0..3).map(|_| setup.server(&options)).collect();
    let mut refused = 0;
    for server in servers.iter().cycle().take(9) {
        let answer = server.post("/api/test", "address=jane%40lab.test&password=wrong");
        refused += usize::from(answer.starts_with("HTTP/1.1 429"));
    }
    assert_eq!((mail.sign_ins(), refused), (4, 5));
}

#[test]
fn a_service_is_checked_once_for_the_customers_of_all_servers() {
    let postgres = PostgresServer::start();
    let mail = MailServer::start();
    let setup = Setup::new(&mail, &postgres.database("site"));
    let options = ["--monitor-every", "off", "--share-results", "60"];
    let servers: Vec<Server> = (0..3).map(|_| setup.server(&options)).collect();
    let test = |server: &Server| server.post("/api/test", "address=jane%40lab.test&password=");
    // All at once: one of them checks.
    let answers: Vec<String> = std::thread::scope(|scope| {
        let asked: Vec<_> = servers
            .iter()
            .map(|server| scope.spawn(move || test(server)))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let sessions = mail.sessions();
    for answer in answers.into_iter().chain(servers.iter().map(test)) {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("localhost"), "{answer}");
    }
    assert_eq!(mail.sessions(), sessions);
    // A check is one session, and at most two looks beside it.
    assert!((1..=3).contains(&sessions), "{sessions}");
}

#[test]
fn a_server_with_another_secret_or_with_none_does_not_start() {
    let postgres = PostgresServer::start();
    let mail = MailServer::start();
    let setup = Setup::new(&mail, &postgres.database("site"));
    let _first = setup.server(&["--monitor-every", "off"]);
    for (secret, expected) in [
        (None, "needs --limits-secret"),
        (
            Some("another secret, which is long enough for it"),
            "is not that of the other servers",
        ),
    ] {
        let (code, said) = setup.refused(secret);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}
