//! Lookups with a DNS server that misbehaves on purpose.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod dns_server;
#[path = "../scripted_server/mod.rs"]
mod scripted_server;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use dns_server::Answer::{
    Address, Address6, Behind, Circle, Data, Empty, Endless, Forged, Late, Many, Rebound, Silence,
    Stray, Truncated, TruncatedOnly,
};
use dns_server::{
    A, Answer, Forgery, HOME, HOME6, NOTIMP, NXDOMAIN, Questions, REFUSED, SERVFAIL, UNKNOWN, Zone,
    serve,
};
use futures_util::StreamExt;
use futures_util::future::join_all;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Endpoint, EndpointReport, Facts, Outcome, Protocol, Security, Stage};
use scripted_server::certificates::Authority;
use scripted_server::checking::{self, PASSWORD, credentials};
use scripted_server::{Server, transcript};
use tokio::net::TcpListener;

#[tokio::test]
async fn the_reason_for_a_missing_address_is_named() {
    use Outcome::{AddressNotPublic, DnsServerFailed, DnsTimeout, NameNotFound, NoAddress};
    let cases = [
        (NXDOMAIN, NXDOMAIN, NameNotFound, None),
        (NXDOMAIN, Silence, NameNotFound, None),
        (Empty, Empty, NoAddress, None),
        (Stray, Empty, NoAddress, None),
        (SERVFAIL, SERVFAIL, DnsServerFailed, Some("SERVFAIL")),
        (REFUSED, REFUSED, DnsServerFailed, Some("REFUSED")),
        (NOTIMP, NOTIMP, DnsServerFailed, Some("NOTIMP")),
        (UNKNOWN, UNKNOWN, DnsServerFailed, Some("RCODE 14")),
        (Empty, SERVFAIL, DnsServerFailed, Some("SERVFAIL")),
        (HOME, Empty, AddressNotPublic, None),
        (
            Address([10, 1, 2, 3]),
            Address6([0xfd00, 0, 0, 0, 0, 0, 0, 1]),
            AddressNotPublic,
            None,
        ),
        (
            Empty,
            Address6([0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]),
            AddressNotPublic,
            None,
        ),
        (Many(1000), Empty, DnsServerFailed, None),
        (Endless, Endless, DnsServerFailed, None),
        (Circle, Circle, DnsServerFailed, None),
        (TruncatedOnly, TruncatedOnly, DnsServerFailed, None),
        (
            Forged(Forgery::Noise),
            Forged(Forgery::Noise),
            DnsServerFailed,
            None,
        ),
        (
            Forged(Forgery::Number),
            Forged(Forgery::Number),
            DnsTimeout,
            None,
        ),
        (
            Forged(Forgery::Question),
            Forged(Forgery::Question),
            DnsTimeout,
            None,
        ),
        (Silence, Silence, DnsTimeout, None),
    ];
    let checks = cases.map(|(v4, v6, expected, code)| async move {
        let (report, _) = check(zone(v4, v6), false, 993).await;
        let seen = format!("{v4:?} {v6:?}: {report:#?}");
        assert_eq!(report.steps.len(), 1, "{seen}");
        assert_eq!(report.outcome, expected, "{seen}");
        assert_eq!(report.steps[0].server_reply.as_deref(), code, "{seen}");
        assert!(report.elapsed < Duration::from_secs(9), "{seen}");
    });
    join_all(checks).await;
}

#[tokio::test]
async fn aliases_that_lead_nowhere_are_told() {
    let (report, questions) = check(zone(Endless, Empty), false, 993).await;
    let aliases = aliases(&report);
    assert_eq!(aliases[..2], ["1.example.test", "2.example.test"]);
    assert_eq!(aliases.len(), 17, "{report:#?}");
    assert!(questions.lock().unwrap().asked.len() < 30);

    let (report, _) = check(zone(Circle, Circle), false, 993).await;
    assert_eq!(self::aliases(&report), ["mail.example.test"]);
}

#[tokio::test]
async fn every_address_that_comes_in_time_is_found() {
    let (home, home6) = (IpAddr::from([127, 0, 0, 1]), "::1".parse().unwrap());
    let soon = Duration::from_millis(200);
    let too_late = Duration::from_secs(20);
    let cases = [
        (HOME, Empty, vec![home]),
        (HOME, HOME6, vec![home, home6]),
        (HOME, SERVFAIL, vec![home]),
        (HOME, Silence, vec![home]),
        (HOME, Late(soon, &HOME6), vec![home, home6]),
        (Late(soon, &HOME), HOME6, vec![home, home6]),
        (HOME, Late(too_late, &HOME6), vec![home]),
        (Truncated(&HOME), Truncated(&HOME6), vec![home, home6]),
        (Behind(Forgery::Number, &HOME), Empty, vec![home]),
        (Behind(Forgery::Question, &HOME), Empty, vec![home]),
        (
            Truncated(&Many(1000)),
            Empty,
            (0..16).map(|low| IpAddr::from([127, 1, 0, low])).collect(),
        ),
    ];
    let checks = cases.map(|(v4, v6, expected)| async move {
        // Nothing listens on the port; this is about the names only.
        let (report, _) = check(zone(v4, v6), true, 1).await;
        let mut found = addresses(&report);
        found.sort();
        assert_eq!(found, expected, "{v4:?} {v6:?}: {report:#?}");
    });
    join_all(checks).await;
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let home = IpAddr::from([127, 0, 0, 1]);
    for (v4, v6, expected) in [
        (HOME, Empty, &[(home, true)][..]),
        // Nothing listens on the IPv6 loopback, which is tried first.
        (
            HOME,
            HOME6,
            &[("::1".parse().unwrap(), false), (home, true)],
        ),
        (
            Rebound([127, 0, 0, 1], [127, 0, 0, 2]),
            Empty,
            &[(home, true)],
        ),
    ] {
        let (report, questions) = check(zone(v4, v6), true, port).await;
        let Facts::Connect {
            connected,
            attempts,
        } = &report.steps[1].facts
        else {
            panic!("{report:#?}")
        };
        assert_eq!(*connected, Some(home));
        let attempts: Vec<_> = attempts
            .iter()
            .map(|attempt| (attempt.address, attempt.outcome == Outcome::Ok))
            .collect();
        assert_eq!(attempts, expected, "{report:#?}");
        let log = questions.lock().unwrap();
        let asked = log.asked.iter().filter(|(_, kind)| *kind == A).count();
        assert_eq!(asked, 1, "{report:#?}");
    }
}

#[tokio::test]
async fn what_cannot_be_found_out_about_the_service_is_left_out() {
    // 0 1 993 and a host; the hash of a certificate.
    const SRV: Answer = Data(33, b"\0\0\0\x01\x03\xe1\x05other\x04test\0");
    const TLSA: Answer = Data(52, &[3, 1, 1, 0xa0, 0xa1]);
    let differs = Some((Outcome::SrvDiffers, "other.test:993 "));
    // The server claims that DNSSEC proves it, without showing how.
    let unproven = Some((Outcome::Ok, "3 1 1 a0a1 false"));
    let cases = [
        (Empty, Some("example.test"), None),
        (NXDOMAIN, Some("example.test"), None),
        (SERVFAIL, Some("example.test"), None),
        (Silence, Some("example.test"), None),
        (Forged(Forgery::Noise), Some("example.test"), None),
        (Endless, Some("example.test"), None),
        (Data(33, b"\0"), Some("example.test"), None),
        (Data(52, b"\0"), Some("example.test"), None),
        (SRV, Some("example.test"), differs),
        (TLSA, None, unproven),
    ];
    let checks = cases.map(|(rest, domain, expected)| async move {
        let zone = Zone {
            rest,
            ..zone(HOME, Empty)
        };
        let (mut options, questions) = options(zone, true).await;
        options.deadline = Duration::from_secs(20);
        let report = run(options, target(Security::Tls, domain, 1)).await;
        let seen = format!("{rest:?}: {report:#?}");
        // It takes nine seconds to find out that nobody answers; that is too long for an aside.
        assert!(report.elapsed < Duration::from_secs(6), "{seen}");
        assert_eq!(report.outcome, Outcome::ConnectionRefused, "{seen}");
        let asked = questions.lock().unwrap().asked.clone();
        let asks = |name: &str| asked.iter().any(|(asked, _)| asked == name);
        assert_eq!(asks("_imaps._tcp.example.test"), domain.is_some(), "{seen}");
        assert!(asks("_1._tcp.mail.example.test"), "{seen}");
        let step = report.steps.last().unwrap();
        let Facts::Published {
            srv,
            tlsa,
            authenticated,
        } = &step.facts
        else {
            assert_eq!(expected, None, "{seen}");
            return;
        };
        let srv = srv
            .iter()
            .map(|srv| format!("{}:{} ", srv.target, srv.port));
        let tlsa = tlsa
            .iter()
            .map(|tlsa| format!("{} {authenticated}", tlsa.record));
        let found: String = srv.chain(tlsa).collect();
        assert_eq!(Some((step.outcome, found.as_str())), expected, "{seen}");
    });
    join_all(checks).await;
}

#[tokio::test]
async fn nothing_is_asked_where_the_address_is_given() {
    for (host, connect_to) in [
        ("127.0.0.1", Vec::new()),
        ("mail.example.test", vec!["127.0.0.1:1".parse().unwrap()]),
    ] {
        let (options, questions) = options(zone(SERVFAIL, SERVFAIL), true).await;
        let mut target = target(Security::Tls, Some("example.test"), 1);
        target.endpoint.host = host.parse().unwrap();
        target.connect_to = connect_to;
        let report = run(options, target).await;
        assert_eq!(report.outcome, Outcome::ConnectionRefused, "{report:#?}");
        assert_eq!(questions.lock().unwrap().asked, []);
    }
}

#[tokio::test]
async fn many_lookups_at_once_do_not_hinder_each_other() {
    const TIME: Duration = Duration::from_millis(300);
    let zone = Zone {
        v4: Late(TIME, &HOME),
        v6: Late(TIME, &Empty),
        rest: Late(TIME, &Empty),
    };
    let (options, questions) = options(zone, true).await;
    let options = Options {
        deadline: Duration::from_secs(20),
        ..options
    };
    let targets = (0..300).map(|number| {
        let mut target = target(Security::Tls, Some("example.test"), 1);
        target.endpoint.host = format!("mail{number}.example.test").parse().unwrap();
        target
    });
    let mut events = Box::pin(Probe::new(options).unwrap().run(targets.collect(), None));
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { report, .. } = event {
            assert_eq!(report.outcome, Outcome::ConnectionRefused, "{report:#?}");
        }
    }
    // Every question takes a socket; a process has a thousand of them.
    let most = questions.lock().unwrap().most_at_once;
    assert!((64..512).contains(&most), "{most} at once");
}

/// The addresses that a report names.
fn addresses(report: &EndpointReport) -> Vec<IpAddr> {
    match &report.steps[0].facts {
        Facts::Dns { addresses, .. } => addresses.clone(),
        _ => panic!("{report:#?}"),
    }
}

/// The aliases that a report names.
fn aliases(report: &EndpointReport) -> Vec<String> {
    assert_eq!(report.steps[0].stage, Stage::Dns);
    match &report.steps[0].facts {
        Facts::Dns { aliases, .. } => aliases.clone(),
        _ => panic!("{report:#?}"),
    }
}

/// Which server of two listens at an address.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Listens {
    First,
    Second,
    Expired,
    Nobody,
}

#[tokio::test]
async fn the_addresses_that_are_not_used_are_looked_at_without_a_password() {
    use Listens::{Expired, First, Nobody, Second};
    let authority = Authority::new("Test root");
    let first = authority.server(|_| {});
    let second = authority.server(|_| {});
    let expired = authority.server(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let script = transcript::parse(
        "TLS\nS: * OK [CAPABILITY SASL-IR AUTH=PLAIN] hi\nC:\nS: <tag> OK [CAPABILITY A] in\nC:\nS: * BYE",
    );
    for (v6, v4, expected) in [
        (First, First, Some(Outcome::Ok)),
        (First, Second, Some(Outcome::AddressesDiffer)),
        (First, Expired, Some(Outcome::AddressesDiffer)),
        (First, Nobody, Some(Outcome::SomeAddressesFailed)),
        (Nobody, First, Some(Outcome::Ipv6OnlyFailed)),
    ] {
        let listen = |listens: Listens, address: SocketAddr| {
            let config = match listens {
                First => Arc::clone(&first),
                Second => Arc::clone(&second),
                Expired => Arc::clone(&expired),
                Nobody => return None,
            };
            Some(Server::play_at(address, script.clone(), Some(config)))
        };
        let port = free_port().await;
        let (home6, home) = (Ipv6Addr::LOCALHOST, Ipv4Addr::LOCALHOST);
        let servers = [
            listen(v6, SocketAddr::from((home6, port))),
            listen(v4, SocketAddr::from((home, port))),
        ];
        let servers = join_all(servers.into_iter().flatten()).await;
        let (mut options, _) = options(zone(HOME, HOME6), true).await;
        options.extra_roots = vec![authority.root.clone()];
        options.deadline = Duration::from_secs(20);
        let probe = Probe::new(options).unwrap();
        let targets = vec![target(Security::Tls, None, port)];
        let reports = checking::check(&probe, targets, Some(credentials())).await;
        let other = reports[0].steps.last().unwrap();
        assert_eq!(other.stage, Stage::OtherAddresses, "{reports:#?}");
        assert_eq!(Some(other.outcome), expected, "{v6:?} {v4:?}: {other:#?}");
        let Facts::OtherAddresses { others } = &other.facts else {
            panic!("{other:#?}")
        };
        assert_eq!(others.len(), 1);
        let mut sign_ins = 0;
        for server in &servers {
            let received = checking::wait_until_closed(server).await;
            assert_eq!(checking::find_leak(PASSWORD, &received, &reports), None);
            let inside = received
                .iter()
                .map(|received| String::from_utf8_lossy(&received.inside_tls));
            sign_ins += inside.filter(|said| said.contains("AUTHENTICATE")).count();
        }
        assert_eq!(sign_ins, 1, "{v6:?} {v4:?}");
    }
}

/// A port that is free on both loopback addresses.
async fn free_port() -> u16 {
    loop {
        let v4 = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = v4.local_addr().unwrap().port();
        if TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.is_ok() {
            return port;
        }
    }
}

/// Checks a name with this zone; the connection, if it comes to that, is not answered.
async fn check(zone: Zone, allow_private: bool, port: u16) -> (EndpointReport, Questions) {
    let (options, questions) = options(zone, allow_private).await;
    let report = run(options, target(Security::Tls, None, port)).await;
    (report, questions)
}

async fn options(zone: Zone, allow_private: bool) -> (Options, Questions) {
    let (nameserver, questions) = serve(zone).await;
    let deadline = if allow_private { 2 } else { 20 };
    let options = Options {
        allow_private,
        nameserver: Some(nameserver),
        deadline: Duration::from_secs(deadline),
        ..Options::default()
    };
    (options, questions)
}

fn target(security: Security, domain: Option<&str>, port: u16) -> Target {
    Target {
        endpoint: Endpoint {
            id: "one".into(),
            protocol: Protocol::Imap,
            host: "mail.example.test".parse().unwrap(),
            port: NonZeroU16::new(port).unwrap(),
            security,
        },
        domain: domain.map(|domain| domain.parse().unwrap()),
        connect_to: Vec::new(),
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

async fn run(options: Options, target: Target) -> EndpointReport {
    let mut events = Box::pin(Probe::new(options).unwrap().run(vec![target], None));
    loop {
        if let ProbeEvent::Done { report, .. } = events.next().await.unwrap() {
            return report;
        }
    }
}

/// A zone with nothing but addresses.
fn zone(v4: Answer, v6: Answer) -> Zone {
    let rest = Empty;
    Zone { v4, v6, rest }
}
