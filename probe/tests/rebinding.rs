//! A name that leads somewhere else from one moment to the next, in a real DNS (DNS rebinding).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod name_servers;
mod scripted_server;

use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::Duration;

use futures_util::StreamExt;
use name_servers::{NameServers, Signed};
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{EndpointReport, Facts, Outcome, Protocol, Security, Stage};
use scripted_server::certificates::{Authority, NAME};
use scripted_server::checking::{self, credentials, endpoint, wait_until_closed};
use scripted_server::{Server, transcript};
use tokio::net::TcpListener;

/// It counts as public, but no network has it, so whoever connects to it bothers nobody.
const PUBLIC: &str = "3000::1";

#[tokio::test]
async fn a_name_that_leads_inside_at_times_is_never_followed_inside() {
    let servers = NameServers::start(&[("test", Signed::Not, String::new())]);
    let trap = server("[::]:0", "WAIT").await;
    let options = Options {
        deadline: Duration::from_secs(4),
        ..options(&servers)
    };
    let probe = Probe::new(options).unwrap();
    let inside = address_record("127.0.0.1");
    for addresses in [
        PUBLIC,
        "127.0.0.1",
        "3000::1 127.0.0.1",
        "0.0.0.0",
        "::1 3000::1 0.0.0.0",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        PUBLIC,
    ] {
        servers.change(
            "test",
            &addresses.split(' ').map(address_record).collect::<String>(),
        );
        let target = target(&trap, &[]);
        let before = servers.questions().len();
        // While the check is on its way, the name begins to lead inside.
        let report = check(&probe, target, || servers.change("test", &inside)).await;
        let seen = format!("{addresses}: {report:#?}");
        let expected = if addresses.contains(PUBLIC) {
            (Outcome::Ok, vec![PUBLIC.parse().unwrap()])
        } else {
            (Outcome::AddressNotPublic, Vec::new())
        };
        assert_eq!(
            (report.steps[0].outcome, found(&report)),
            expected,
            "{seen}"
        );
        assert_eq!(
            lookups(&servers.questions()[before..]),
            ["A", "AAAA"],
            "{seen}"
        );
    }
    assert_eq!(trap.visitors().await, 0);
}

#[tokio::test]
async fn the_address_that_was_checked_is_used_to_the_end() {
    let authority = Authority::new("Test root");
    let servers = NameServers::start(&[("test", Signed::Not, String::new())]);
    let options = Options {
        extra_roots: vec![authority.root.clone()],
        ..options(&servers)
    };
    let probe = Probe::new(options).unwrap();
    let config = authority.server(|_| {});
    let outside = address_record("127.0.0.1") + &address_record("127.0.0.3");
    let inside = address_record("127.0.0.2");
    // Behind each, what its check looks at besides the connection for the conversation.
    for (security, script, outcome, least_visits) in [
        // The other address.
        (
            Security::Tls,
            "TLS\nS: * OK [CAPABILITY SASL-IR AUTH=PLAIN] hi\nC:\nS: <tag> OK [CAPABILITY A] in\nC:\nS: <tag> OK\nC:\nS: * BYE",
            Outcome::Ok,
            2,
        ),
        // The other address, and the first one again to find out why there is no TLS.
        (Security::Tls, "HELLO", Outcome::TlsClosed, 3),
        (
            Security::Starttls,
            "S: * OK [CAPABILITY STARTTLS] hi\nC:\nS: <tag> OK go\nHELLO",
            Outcome::TlsClosed,
            3,
        ),
    ] {
        let port = free_port().await;
        let script = transcript::parse(script);
        let play = async |address: &str| {
            let address = format!("{address}:{port}").parse().unwrap();
            Server::play_at(address, script.clone(), Some(config.clone())).await
        };
        let (first, trap, other) = (
            play("127.0.0.1").await,
            play("127.0.0.2").await,
            play("127.0.0.3").await,
        );
        let networks = &["127.0.0.1/32", "127.0.0.3/32"];
        let mut target = target(&first, networks);
        target.endpoint.security = security;
        servers.change("test", &outside);
        let before = servers.questions().len();
        let report = check(&probe, target.clone(), || servers.change("test", &inside)).await;
        let seen = format!("{report:#?}");
        assert_eq!(report.outcome, outcome, "{seen}");
        let mut addresses = found(&report);
        addresses.sort();
        let outside: [IpAddr; 2] = ["127.0.0.1", "127.0.0.3"].map(|text| text.parse().unwrap());
        assert_eq!(addresses, outside, "{seen}");
        assert_eq!(
            lookups(&servers.questions()[before..]),
            ["A", "AAAA"],
            "{seen}"
        );
        let visits = wait_until_closed(&first).await.len() + wait_until_closed(&other).await.len();
        assert!(visits >= least_visits, "{visits}: {seen}");

        // A new check asks anew, and finds that the name leads where the record allows nothing.
        let report = check(&probe, target, || ()).await;
        assert_eq!(report.outcome, Outcome::AddressNotPublic, "{report:#?}");
        assert_eq!(trap.visitors().await, 0, "{seen}");
    }
}

/// What one record allows holds for its services and for no others of the same probe.
#[tokio::test]
async fn private_networks_are_those_of_one_target() {
    let servers = NameServers::start(&[("test", Signed::Not, address_record("127.0.0.1"))]);
    let server = server("127.0.0.1:0", "S: * OK hi\nC:\nS: <tag> OK\nC:\nS: * BYE").await;
    let probe = Probe::new(options(&servers)).unwrap();
    let literal = |mut target: Target| {
        target.endpoint.host = "127.0.0.1".parse().unwrap();
        target
    };
    let local = |mut target: Target| {
        target.endpoint.host = "localhost".parse().unwrap();
        target
    };
    let targets = vec![
        target(&server, &["127.0.0.0/8"]),
        target(&server, &[]),
        target(&server, &["10.0.0.0/8", "::1/128"]),
        target(&server, &["10.0.0.0/8", "127.0.0.1/32"]),
        literal(target(&server, &[])),
        literal(target(&server, &["127.0.0.1/32"])),
        local(target(&server, &[])),
        local(target(&server, &["127.0.0.1/32"])),
    ];
    let expected: Vec<bool> = targets
        .iter()
        .map(|target| {
            target
                .private_networks
                .iter()
                .any(|one| one.to_string().starts_with("127"))
        })
        .collect();
    let reports = checking::check(&probe, targets, None).await;
    for (report, allowed) in reports.iter().zip(&expected) {
        let refused = report.outcome == Outcome::AddressNotPublic;
        assert_eq!(!refused, *allowed, "{report:#?}");
        let connected = report.steps.iter().any(|step| step.stage == Stage::Connect);
        assert_eq!(connected, *allowed, "{report:#?}");
    }
    let allowed = expected.iter().filter(|allowed| **allowed).count();
    assert_eq!(server.visitors().await, allowed);
}

fn options(servers: &NameServers) -> Options {
    Options {
        nameserver: Some(servers.recursive),
        root_keys: servers.root_key.parse().unwrap(),
        ..Options::default()
    }
}

/// One address of the name, which nobody may remember.
fn address_record(address: &str) -> String {
    let kind = if address.contains(':') { "AAAA" } else { "A" };
    let label = NAME.strip_suffix(".test").unwrap();
    format!("{label} 0 {kind} {address}\n")
}

async fn server(address: &str, script: &str) -> Server {
    Server::play_at(address.parse().unwrap(), transcript::parse(script), None).await
}

/// The name, at the port of a server.
fn target(server: &Server, networks: &[&str]) -> Target {
    let mut endpoint = endpoint("one", Protocol::Imap, Security::None);
    endpoint.port = NonZeroU16::new(server.address.port()).unwrap();
    Target {
        endpoint,
        domain: None,
        connect_to: Vec::new(),
        private_networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        proxy_header: None,
    }
}

/// Runs a check, and does something else as soon as the name is looked up.
async fn check(probe: &Probe, target: Target, looked_up: impl FnOnce()) -> EndpointReport {
    let mut looked_up = Some(looked_up);
    let mut events = Box::pin(probe.run(vec![target], Some(credentials().into())));
    loop {
        match events.next().await.unwrap() {
            ProbeEvent::Step { step, .. } if step.stage == Stage::Dns => {
                looked_up.take().unwrap()();
            }
            ProbeEvent::Step { .. } => {}
            ProbeEvent::Done { report, .. } => return report,
        }
    }
}

/// The addresses that were found and may be used; no other was tried.
fn found(report: &EndpointReport) -> Vec<IpAddr> {
    let addresses = match &report.steps[0].facts {
        Facts::Dns { addresses, .. } => addresses.clone(),
        _ => Vec::new(),
    };
    for step in &report.steps {
        if let Facts::Connect { attempts, .. } = &step.facts {
            let known = |attempt: &probe::step::Attempt| addresses.contains(&attempt.address);
            assert!(attempts.iter().all(known), "{report:#?}");
        }
    }
    addresses
}

/// The kinds of record for which the name was asked, each as often as it was.
fn lookups(questions: &[String]) -> Vec<&str> {
    let name = format!("{NAME}. ");
    let mut kinds: Vec<_> = questions
        .iter()
        .filter_map(|question| question.strip_prefix(&name))
        .collect();
    kinds.sort_unstable();
    kinds
}

/// A port that is free on all addresses.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
