//! A thousand checks at once, of servers that stall wherever they can.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use probe::net::{Options, Probe, ProbeEvent};
use probe::{Outcome, Protocol, Security};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use scripted_server::Server;
use scripted_server::certificates::{Authority, NAME};
use scripted_server::checking::{credentials, target, wait_until_closed};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Where the servers stall, and whether TLS is up by then.
const STALLS: &[(&str, Protocol, Security, bool)] = &[
    ("WAIT", Protocol::Smtp, Security::Starttls, false),
    (
        "S: 220 mail.exam\\\nWAIT",
        Protocol::Smtp,
        Security::Starttls,
        false,
    ),
    (
        "S: +OK\nC: STLS\nWAIT",
        Protocol::Pop3,
        Security::Starttls,
        false,
    ),
    ("HELLO\nWAIT", Protocol::Imap, Security::Tls, false),
    ("TLS\nWAIT", Protocol::Imap, Security::Tls, true),
    (
        "TLS\nS: * OK hi\nC: <tag> CAPABILITY\nS: * CAPAB\\\nWAIT",
        Protocol::Imap,
        Security::Tls,
        true,
    ),
    (
        "TLS\nS: * OK [CAPABILITY SASL-IR AUTH=PLAIN] hi\nC:\nWAIT",
        Protocol::Imap,
        Security::Tls,
        true,
    ),
];

/// How many checks stall at each place; together a little more than a thousand.
const CHECKS_PER_STALL: usize = 143;

/// Shorter than the time of any stage, so that every check ends by it.
const DEADLINE: Duration = Duration::from_secs(5);

/// What a check may need besides the state of its TLS connection, in KiB. It needs 103 since its session is the same code
/// over any stream, with the adapters between Tokio and that code.
const MAX_KIB_PER_CHECK: usize = 106;

#[tokio::test]
async fn a_thousand_stalled_checks_end_in_time_and_leave_nothing_behind() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let tls_state = tls_state(&authority).await;
    let probe = Probe::new(Options {
        extra_roots: vec![authority.root.clone()],
        deadline: DEADLINE,
        ..Options::default()
    })
    .unwrap();
    let mut servers = Vec::new();
    for (script, protocol, security, _) in STALLS {
        let server = Server::start(script, Some(Arc::clone(&config))).await;
        servers.push((server, *protocol, *security));
    }
    let (files, memory) = (open_files(), resident());
    let begun = Instant::now();
    let checks = servers.iter().flat_map(|(server, protocol, security)| {
        (0..CHECKS_PER_STALL).map(|_| {
            let targets = vec![target("one", *protocol, *security, server)];
            tokio::spawn(last_outcome(probe.clone(), targets))
        })
    });
    let checks: Vec<_> = checks.collect();
    let count = checks.len();
    // By then every one of them has got as far as it can.
    tokio::time::sleep_until((begun + DEADLINE - Duration::from_millis(500)).into()).await;
    let used = resident().saturating_sub(memory);
    for (server, ..) in &servers {
        let received = server.received();
        // A server that says nothing at all is visited a second time by each, seconds after the first.
        let visits = CHECKS_PER_STALL..=2 * CHECKS_PER_STALL;
        assert!(visits.contains(&received.len()), "{}", received.len());
        let wrong = received[..CHECKS_PER_STALL]
            .iter()
            .find(|received| received.closed || !received.deviations.is_empty());
        assert!(wrong.is_none(), "{wrong:?}");
    }
    for outcome in join_all(checks).await {
        assert_eq!(outcome.unwrap(), Outcome::Deadline);
    }
    let took = begun.elapsed();
    assert!(took < DEADLINE * 2, "{took:?}");
    for (server, ..) in &servers {
        wait_until_closed(server).await;
    }
    assert!(
        open_files() <= files,
        "{files} files, then {}",
        open_files()
    );

    let inside = STALLS.iter().filter(|(.., inside)| *inside).count() * CHECKS_PER_STALL;
    let besides = used.saturating_sub(inside * tls_state) / count;
    println!(
        "{count} stalled checks, {inside} of them inside TLS: {} KiB each; \
         a TLS connection with both its ends has {tls_state} KiB, so {besides} KiB are besides",
        used / count
    );
    assert!(besides <= MAX_KIB_PER_CHECK, "{besides} KiB");
}

/// What a TLS connection needs by itself, with both of its ends, in KiB.
async fn tls_state(authority: &Authority) -> usize {
    let server = Server::start("TLS\nWAIT", Some(authority.server(|_| {}))).await;
    let mut roots = RootCertStore::empty();
    roots.add(authority.root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let connect = || async {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        connector.connect(name, stream).await.unwrap()
    };
    // The first few bring what all share.
    let first = join_all((0..8).map(|_| connect())).await;
    let before = resident();
    let streams = join_all((0..CHECKS_PER_STALL).map(|_| connect())).await;
    let state = resident().saturating_sub(before) / CHECKS_PER_STALL;
    drop((first, streams));
    state
}

async fn last_outcome(probe: Probe, targets: Vec<probe::net::Target>) -> Outcome {
    let mut events = probe.run(targets, Some(credentials().into()));
    loop {
        if let ProbeEvent::Done { report, .. } = events.next().await.unwrap() {
            return report.steps.last().unwrap().outcome;
        }
    }
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// The memory of this process, in KiB.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_ascii_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}
