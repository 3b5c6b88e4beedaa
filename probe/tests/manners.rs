//! Which servers are visited, how often and when, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use probe::net::Target;
use probe::{Facts, Outcome, Protocol, Security, Stage};
use scripted_server::Server;
use scripted_server::certificates::Authority;
use scripted_server::checking::{check, credentials, endpoint, probe, wait_until_closed};
use scripted_server::reports::steps;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// A server that can be signed in to at once.
const IMAP: &str = "TLS
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C:
S: <tag> OK [CAPABILITY A] in
C:
S: * BYE";

fn target(protocol: Protocol, security: Security, addresses: Vec<SocketAddr>) -> Target {
    Target {
        endpoint: endpoint("one", protocol, security),
        domain: None,
        connect_to: addresses,
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

#[tokio::test]
async fn given_addresses_count_like_those_of_the_host() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let used = Server::start(IMAP, Some(Arc::clone(&config))).await;
    let other = Server::start(IMAP, Some(config)).await;
    // The same address with several ports is several addresses.
    let addresses = vec![closed, used.address, other.address];
    let targets = vec![target(Protocol::Imap, Security::Tls, addresses)];
    let reports = check(&probe(&authority), targets, Some(credentials())).await;
    let step = |stage| {
        let mut steps = reports[0].steps.iter();
        steps.find(|step| step.stage == stage).unwrap()
    };
    let Facts::Dns { addresses, .. } = &step(Stage::Dns).facts else {
        panic!("{reports:#?}")
    };
    assert_eq!(addresses.len(), 3);
    let Facts::Connect { attempts, .. } = &step(Stage::Connect).facts else {
        panic!("{reports:#?}")
    };
    let attempts: Vec<Outcome> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(attempts, [Outcome::ConnectionRefused, Outcome::Ok]);
    let others = step(Stage::OtherAddresses);
    assert_eq!(others.outcome, Outcome::SomeAddressesFailed);
    let Facts::OtherAddresses { others } = &others.facts else {
        panic!("{reports:#?}")
    };
    let others: Vec<Outcome> = others.iter().map(|other| other.outcome).collect();
    assert_eq!(others, [Outcome::ConnectionRefused, Outcome::Ok]);
    for server in [used, other] {
        assert_eq!(wait_until_closed(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_turns_away_is_not_visited_again_at_any_address() {
    use Protocol::{Imap, Pop3, Smtp};
    use Security::{Starttls, Tls};
    let authority = Authority::new("Test root");
    for (protocol, security, script, expected) in [
        (
            Smtp,
            Starttls,
            "S: 421 too many connections",
            "greeting:greeting-busy",
        ),
        (
            Imap,
            Starttls,
            "S: * BYE you are banned",
            "greeting:greeting-refused",
        ),
        (
            Pop3,
            Tls,
            "TLS\nS: -ERR [SYS/TEMP] too many connections",
            "tls:ok certificate:ok greeting:greeting-busy",
        ),
        (
            Smtp,
            Tls,
            "S: 554 blocked\nHELLO\nWAIT",
            "tls:greeting-refused",
        ),
    ] {
        let config = authority.server(|_| {});
        let used = Server::start(script, Some(Arc::clone(&config))).await;
        let other = Server::start(script, Some(config)).await;
        let addresses = vec![used.address, other.address];
        let reports = check(
            &probe(&authority),
            vec![target(protocol, security, addresses)],
            None,
        )
        .await;
        let expected = format!("dns:address-given connect:ok {expected}");
        assert_eq!(steps(&reports[0]), expected, "{reports:#?}");
        assert_eq!(used.visitors().await, 1, "{script}");
        assert_eq!(other.visitors().await, 0, "{script}");
    }
}

/// Some servers make strangers wait for longer than another address is looked at.
#[tokio::test]
async fn another_address_that_does_not_greet_in_time_has_not_failed() {
    const STARTTLS: &str = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
C:
S: <tag> OK go
TLS
C:
S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
S: <tag> OK
C:
S: <tag> OK [CAPABILITY A] in
C:
S: * BYE";
    let authority = Authority::new("Test root");
    let cases = [
        (Security::Tls, IMAP, "TLS\nWAIT"),
        (Security::Starttls, STARTTLS, "WAIT"),
    ];
    let checks = cases.map(|(security, script, slow)| {
        let (config, probe) = (authority.server(|_| {}), probe(&authority));
        async move {
            let used = Server::start(script, Some(Arc::clone(&config))).await;
            let other = Server::start(slow, Some(config)).await;
            let addresses = vec![used.address, other.address];
            let targets = vec![target(Protocol::Imap, security, addresses)];
            let reports = check(&probe, targets, None).await;
            let last = reports[0].steps.last().unwrap();
            assert_eq!(
                (last.stage, last.outcome),
                (Stage::OtherAddresses, Outcome::Ok),
                "{reports:#?}"
            );
            let Facts::OtherAddresses { others } = &last.facts else {
                panic!("{last:#?}")
            };
            assert_eq!(others[0].outcome, Outcome::NoGreeting, "{others:?}");
        }
    });
    join_all(checks).await;
}

/// A server that expects TLS at once hangs up on whoever says nothing. It is asked once more, and not at once.
#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_is_asked_for_tls() {
    const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    const NOT_TLS: &[u8] = b"hello\r\n";
    let authority = Authority::new("Test root");
    let probe = probe(&authority);
    let cases = [
        (Security::Starttls, ALERT, "greeting:tls-on-plain-port"),
        (Security::None, ALERT, "greeting:tls-on-plain-port"),
        (Security::Starttls, NOT_TLS, "greeting:closed-early"),
        (Security::Starttls, b"", "greeting:closed-early"),
    ];
    let checks = cases.map(|(security, answer, expected)| {
        let probe = probe.clone();
        async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let visits = Arc::<Mutex<Vec<Instant>>>::default();
            let log = Arc::clone(&visits);
            tokio::spawn(async move {
                while let Ok((mut client, _)) = listener.accept().await {
                    log.lock().unwrap().push(Instant::now());
                    let mut hello = [0; 4096];
                    let hello = timeout(Duration::from_millis(300), client.read(&mut hello)).await;
                    if let Ok(Ok(1..)) = hello {
                        let _ = client.write_all(answer).await;
                    }
                }
            });
            let targets = vec![target(Protocol::Imap, security, vec![address])];
            let reports = check(&probe, targets, None).await;
            let expected = format!("dns:address-given connect:ok {expected}");
            assert_eq!(steps(&reports[0]), expected, "{reports:#?}");
            let visits = visits.lock().unwrap();
            assert_eq!(visits.len(), 2, "{visits:?}");
            // Half a second; a busy machine may be late to the first.
            assert!(
                visits[1] - visits[0] > Duration::from_millis(350),
                "{visits:?}"
            );
        }
    });
    join_all(checks).await;
}
