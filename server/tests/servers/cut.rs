//! The network between the server that monitors and the database is cut while both live: packets vanish, and nobody
//! is told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::mail::MailServer;
use crate::postgres::PostgresServer;
use crate::proxy::Network;
use crate::server::{Server, Setup};
use crate::{TAKE_OVER, counted, leaders, until};

/// A page takes no longer than this, but for one in a hundred; it is built without optimisation, beside other tests.
const PAGE: Duration = Duration::from_millis(250);

/// The refused passwords of an account that all servers together allow.
const ALLOWED: usize = 6;

#[test]
fn a_leader_that_is_cut_off_is_replaced_and_comes_back() {
    let postgres = PostgresServer::start();
    let mail = MailServer::start();
    let url = postgres.database("site");
    let setup = Setup::new(&mail, &url);
    let networks: Vec<Network> = (0..3).map(|_| Network::to(postgres.port)).collect();
    let servers: Vec<Server> = networks
        .iter()
        .map(|network| {
            let own = format!("127.0.0.1:{}", network.port);
            let direct = format!("127.0.0.1:{}", postgres.port);
            setup.server_with_database(
                &url.replace(&direct, &own),
                &[
                    "--monitor-every",
                    "5s",
                    "--failed-sign-ins-per-account",
                    &ALLOWED.to_string(),
                ],
            )
        })
        .collect();
    until("three servers that share", TAKE_OVER, || {
        servers
            .iter()
            .all(|server| server.metric("mailguide_servers{}") == 3)
    });
    for (number, mend) in [Network::mend, Network::mend_for_new_connections]
        .into_iter()
        .enumerate()
    {
        until("a leader", TAKE_OVER, || leaders(&servers) == 1);
        until("what the leader finds", TAKE_OVER, || {
            let knows = |server: &Server| server.metrics().contains("mailguide_service_state{");
            servers.iter().all(knows)
        });
        let leads = |server: &Server| server.metric("mailguide_monitors{}") == 1;
        let leader = servers.iter().position(leads).unwrap();
        let (cut_off, other) = (&servers[leader], &servers[(leader + 1) % 3]);
        let wrong = |server: &Server, account: &str| {
            let form = format!("address={account}{number}%40lab.test&password=wrong");
            let asked = Instant::now();
            let answer = server.post("/api/test", &form);
            // A decision has two seconds, and there are two of them before it is known that none comes.
            assert!(asked.elapsed() < Duration::from_secs(8), "{answer}");
            match answer.contains("did not accept this password") {
                true => true,
                false => {
                    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
                    false
                }
            }
        };
        assert!(wrong(cut_off, "jane"));

        networks[leader].cut();
        let cut = Instant::now();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let end = AtTheEnd(&over);
            let pages = scope.spawn(|| p99_of_pages(cut_off, &over));
            // Nobody has told it, and what it asks for is not answered.
            assert!(wrong(cut_off, "jane"));
            assert_eq!(cut_off.metric("mailguide_limits_shared{}"), 0);
            // From then on it allows its part: of six refused passwords two, for one of three servers.
            let refused = (0..5).filter(|_| wrong(cut_off, "joan")).count();
            assert_eq!(refused, ALLOWED / 3);
            until("another leader", TAKE_OVER - cut.elapsed(), || {
                assert!(leaders(&servers) <= 1);
                leaders(&servers) == 1 && !leads(cut_off)
            });
            println!("another leader was there within {:?}", cut.elapsed());
            until("it says what is wrong", TAKE_OVER, || {
                cut_off.metric("mailguide_database_degraded") == 1
            });
            // The others share all that they had.
            assert!(wrong(other, "joan"));
            assert_eq!(other.metric("mailguide_limits_shared{}"), 1);
            until("the others miss it", TAKE_OVER * 2, || {
                other.metric("mailguide_servers{}") == 2
            });
            drop(end);
            let p99 = pages.join().unwrap();
            println!("p99 of its pages meanwhile: {p99:?}");
            assert!(p99 < PAGE, "{p99:?}");
        });
        assert_eq!(leaders(&servers), 1);

        mend(&networks[leader]);
        let mended = until("it shares again", TAKE_OVER, || {
            cut_off.metric("mailguide_limits_shared{}") == 1
        });
        println!("it shared again within {mended:?}");
        until("all servers", TAKE_OVER, || {
            servers
                .iter()
                .all(|server| server.metric("mailguide_servers{}") == 3)
        });
        until("nothing lost", TAKE_OVER, || {
            counted(&postgres) == mail.sign_ins()
        });
        let stored = until("the history is stored", TAKE_OVER * 3, || {
            cut_off.metric("mailguide_database_degraded") == 0
                && cut_off.metric("mailguide_database_waiting") == 0
        });
        println!("it stored its history again within {stored:?}");
        // It stays so: no connection from before is used again.
        for _ in 0..20 {
            assert_eq!(cut_off.metric("mailguide_limits_shared{}"), 1);
            assert_eq!(leaders(&servers), 1);
            assert!(!leads(cut_off));
            std::thread::sleep(Duration::from_millis(200));
        }
        // What is left of the limit of all is what all have counted: two at the one, one at the other.
        let refused = (0..2 * ALLOWED).filter(|_| wrong(cut_off, "joan")).count();
        assert_eq!(refused, ALLOWED - ALLOWED / 3 - 1);
        assert_eq!(cut_off.metric("mailguide_database_lost_total"), 0);
    }
    until("nothing lost", TAKE_OVER, || {
        counted(&postgres) == mail.sign_ins()
    });
    // No check is in the history twice, under whatever time.
    let twice = "SELECT count(*) FROM (SELECT at - lag(at) OVER (PARTITION BY service ORDER BY at) AS pause \
                 FROM results) AS pauses WHERE pause < 2000";
    assert_eq!(postgres.sql("site", twice), "0", "{}", times(&postgres));
    let sums =
        "SELECT (SELECT sum(ok + degraded + down) FROM hours) = (SELECT count(*) FROM results)";
    assert_eq!(postgres.sql("site", sums), "t");
    // The leaders found something all the time: no pause is longer than a take-over and an interval.
    let longest = "SELECT max(pause) < 22000 FROM (SELECT at - lag(at) OVER (PARTITION BY service ORDER BY at) \
                   AS pause FROM results) AS pauses";
    assert_eq!(postgres.sql("site", longest), "t", "{}", times(&postgres));
}

/// Says that it is over when this is dropped, also when a test fails.
struct AtTheEnd<'a>(&'a AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks for pages until it is over, and returns what only one in a hundred took longer than.
fn p99_of_pages(server: &Server, over: &AtomicBool) -> Duration {
    let mut times = Vec::new();
    while !over.load(Ordering::SeqCst) {
        for page in ["/", "/status", "/fix"] {
            let asked = Instant::now();
            let answer = server.get(page);
            times.push(asked.elapsed());
            assert!(answer.starts_with("HTTP/1.1 200"), "{page}: {answer}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    times.sort();
    times[times.len() * 99 / 100]
}

/// When the results were found, for messages of failures.
fn times(postgres: &PostgresServer) -> String {
    postgres.sql("site", "SELECT service, at, state FROM results ORDER BY at")
}
