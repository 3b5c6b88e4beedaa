//! Whether it is the probe itself that has no connection: a DNS server and hosts that answer, or do not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "names/dns_server.rs"]
mod dns_server;
#[path = "reports/mod.rs"]
mod reports;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dns_server::Answer::{Address, Circle, Data, Empty, Named, Silence};
use dns_server::{Answer, HOME, NXDOMAIN, REFUSED, SERVFAIL, Zone, serve};
use futures_util::StreamExt;
use futures_util::future::join_all;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Cause, Endpoint, EndpointReport, Outcome, Protocol, Security, Side, diagnose};
use reports::steps;
use tokio::net::TcpListener;

/// Nobody can open a connection to all hosts at once, so this address fails as all do without a network.
const UNREACHABLE: &str = "127.255.255.255:993";

/// The kind of record that names the servers of a zone (RFC 1035 §3.2.2).
const NS: u8 = 2;

/// A name server called `ns.test`.
const NAME_SERVER: Answer = Data(NS, b"\x02ns\x04test\0");

/// An address at which everybody is let in, and one at which everybody is refused.
async fn hosts() -> (SocketAddr, SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = listener.local_addr().unwrap();
    let count = Arc::<AtomicUsize>::default();
    let visits = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((_, _)) = listener.accept().await {
            visits.fetch_add(1, Ordering::Relaxed);
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    (open, closed, count)
}

fn target(host: &str, connect_to: Option<SocketAddr>) -> Target {
    Target {
        endpoint: Endpoint {
            id: host.into(),
            protocol: Protocol::Imap,
            host: host.parse().unwrap(),
            port: 993.try_into().unwrap(),
            security: Security::Tls,
        },
        domain: None,
        connect_to: connect_to.into_iter().collect(),
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

async fn run(probe: &Probe, targets: Vec<Target>) -> Vec<EndpointReport> {
    let mut reports = vec![None; targets.len()];
    let mut events = Box::pin(probe.run(targets, None));
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { endpoint, report } = event {
            reports[endpoint] = Some(report);
        }
    }
    reports.into_iter().map(Option::unwrap).collect()
}

/// The answers for addresses and for everything else, the controls that the operator has named, and what is
/// found of a name.
#[tokio::test]
async fn names_that_do_not_resolve_are_our_fault_when_no_others_do() {
    let (open, closed, _) = hosts().await;
    let unreachable: SocketAddr = UNREACHABLE.parse().unwrap();
    let offline = "dns:probe-offline";
    let failed = "dns:dns-server-failed";
    let cases = [
        (Silence, Silence, vec![], offline),
        (SERVFAIL, SERVFAIL, vec![], offline),
        (REFUSED, REFUSED, vec![], offline),
        // The resolver is at fault, and it is ours.
        (SERVFAIL, SERVFAIL, vec![open], offline),
        // It only remembers.
        (SERVFAIL, Empty, vec![unreachable], offline),
        (Silence, Empty, vec![unreachable], offline),
        // It answers for all others.
        (SERVFAIL, Empty, vec![], failed),
        (SERVFAIL, NXDOMAIN, vec![], failed),
        (Silence, Empty, vec![], "dns:dns-timeout"),
        (SERVFAIL, Empty, vec![open], failed),
        (SERVFAIL, Empty, vec![closed], failed),
        (SERVFAIL, Empty, vec![unreachable, open], failed),
        // Answers that nobody gets who is offline.
        (NXDOMAIN, SERVFAIL, vec![unreachable], "dns:name-not-found"),
        (Empty, SERVFAIL, vec![unreachable], "dns:no-address"),
        (Circle, SERVFAIL, vec![unreachable], failed),
        (HOME, SERVFAIL, vec![unreachable], "dns:address-not-public"),
    ];
    let checks = cases.map(|(addresses, rest, control_hosts, expected)| async move {
        let zone = Zone {
            v4: addresses,
            v6: addresses,
            rest,
        };
        let (nameserver, _) = serve(zone).await;
        let probe = Probe::new(Options {
            nameserver: Some(nameserver),
            control_hosts: control_hosts.clone(),
            ..Options::default()
        });
        let reports = run(&probe.unwrap(), vec![target("mail.example.test", None)]).await;
        let seen = format!("{addresses:?} {rest:?} {control_hosts:?}: {reports:#?}");
        assert_eq!(steps(&reports[0]), expected, "{seen}");
        assert!(reports[0].elapsed < Duration::from_secs(13), "{seen}");
        let own = Some(Outcome::ProbeOffline).filter(|_| expected == offline);
        assert_eq!(reports[0].fault_of_probe(), own, "{seen}");
    });
    join_all(checks).await;
}

#[tokio::test]
async fn hosts_that_do_not_answer_are_our_fault_when_no_others_do() {
    let (open, closed, _) = hosts().await;
    let unreachable: SocketAddr = UNREACHABLE.parse().unwrap();
    let gone = "dns:address-given connect:network-unreachable";
    let offline = "dns:address-given connect:probe-offline";
    let refused = "dns:address-given connect:connection-refused";
    let cases = [
        (vec![unreachable], vec![unreachable], vec![offline]),
        (vec![unreachable], vec![open], vec![gone]),
        (vec![unreachable], vec![unreachable, closed], vec![gone]),
        // An inner network has nothing to do with the internet.
        (vec![unreachable], vec![], vec![gone]),
        (vec![closed], vec![unreachable], vec![refused]),
        (
            vec![unreachable, unreachable],
            vec![unreachable],
            vec![offline, offline],
        ),
        // All of them, or none.
        (
            vec![unreachable, closed],
            vec![unreachable],
            vec![gone, refused],
        ),
    ];
    let checks = cases.map(|(addresses, control_hosts, expected)| async move {
        let (nameserver, _) = serve(Zone {
            v4: SERVFAIL,
            v6: SERVFAIL,
            rest: SERVFAIL,
        })
        .await;
        let probe = Probe::new(Options {
            nameserver: Some(nameserver),
            control_hosts: control_hosts.clone(),
            ..Options::default()
        });
        let names = ["a.test", "b.test"].into_iter().zip(&addresses);
        let targets = names.map(|(name, address)| target(name, Some(*address)));
        let reports = run(&probe.unwrap(), targets.collect()).await;
        let found: Vec<String> = reports.iter().map(steps).collect();
        assert_eq!(found, expected, "{addresses:?} {control_hosts:?}");
        if expected[0] == offline {
            let findings = diagnose(&reports);
            assert_eq!(findings.len(), 1, "{findings:?}");
            let cause = findings[0].cause;
            assert_eq!(cause, Cause::Outcome(Outcome::ProbeOffline));
            assert_eq!(cause.side(), Side::Probe);
            assert_eq!(findings[0].endpoints.len(), addresses.len());
        }
    });
    join_all(checks).await;
}

/// However many endpoints and runs there are, the controls are left in peace.
#[tokio::test]
async fn the_controls_are_asked_once_for_all() {
    let (open, _, visits) = hosts().await;
    let (nameserver, questions) = serve(Zone {
        v4: SERVFAIL,
        v6: SERVFAIL,
        rest: NAME_SERVER,
    })
    .await;
    let probe = Probe::new(Options {
        nameserver: Some(nameserver),
        control_hosts: vec![open],
        ..Options::default()
    })
    .unwrap();
    let targets = || {
        let names = ["a.example.test", "b.example.test", "c.example.test"];
        names.map(|name| target(name, None)).to_vec()
    };
    let runs = [(); 4].map(|()| run(&probe, targets()));
    for reports in join_all(runs).await {
        assert_eq!(diagnose(&reports)[0].cause.code(), "dns-server-failed");
    }
    run(&probe, targets()).await;
    assert_eq!(visits.load(Ordering::Relaxed), 1);
    let asked = questions.lock().unwrap().asked.clone();
    let name_servers: Vec<_> = asked.iter().filter(|(_, kind)| *kind == NS).collect();
    assert_eq!(name_servers.len(), 2, "{name_servers:?}");

    // A run in which one server is reached asks nothing.
    let (nameserver, questions) = serve(Zone {
        v4: SERVFAIL,
        v6: SERVFAIL,
        rest: Empty,
    })
    .await;
    let probe = Probe::new(Options {
        nameserver: Some(nameserver),
        ..Options::default()
    })
    .unwrap();
    let targets = vec![target("a.test", None), target("b.test", Some(open))];
    let reports = run(&probe, targets).await;
    assert_eq!(steps(&reports[0]), "dns:dns-server-failed");
    let asked = questions.lock().unwrap().asked.clone();
    assert!(asked.iter().all(|(_, kind)| *kind != NS), "{asked:?}");
}

/// Without hosts of the operator the name servers of the top-level domain are connected to, as far as their
/// addresses are permitted. As long as none has answered, connections to them may be blocked here.
#[tokio::test]
async fn the_name_servers_of_the_top_level_domain_are_the_default() {
    const GONE: Answer = Address([127, 255, 255, 255]);
    for (v4, allow_private, expected) in [
        (
            Named("ns.test", &GONE, &SERVFAIL),
            true,
            "dns:dns-server-failed",
        ),
        // The resolver has only remembered their names.
        (
            Named("ns.test", &Silence, &SERVFAIL),
            true,
            "dns:probe-offline",
        ),
        // Nothing listens there, but the host answers.
        (
            Named("ns.test", &HOME, &SERVFAIL),
            true,
            "dns:dns-server-failed",
        ),
        (
            Named("ns.test", &GONE, &SERVFAIL),
            false,
            "dns:dns-server-failed",
        ),
    ] {
        let (nameserver, questions) = serve(Zone {
            v4,
            v6: Named("ns.test", &Empty, &SERVFAIL),
            rest: NAME_SERVER,
        })
        .await;
        let probe = Probe::new(Options {
            nameserver: Some(nameserver),
            allow_private,
            ..Options::default()
        });
        let reports = run(&probe.unwrap(), vec![target("mail.example.test", None)]).await;
        assert_eq!(steps(&reports[0]), expected, "{v4:?} {allow_private}");
        let asked = questions.lock().unwrap().asked.clone();
        for name in ["test", ""] {
            assert!(asked.contains(&(name.to_owned(), NS)), "{asked:?}");
        }
    }
}
