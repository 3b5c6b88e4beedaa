//! Lookups with a DNS server that misbehaves on purpose.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use futures_util::StreamExt;
use probe::net::{Event, Options, Probe, Target};
use probe::{Endpoint, EndpointReport, Facts, Outcome, Protocol, Security};
use tokio::net::{TcpListener, UdpSocket};

/// What the DNS server answers to a question for A, and to one for AAAA.
#[derive(Clone, Copy)]
struct Zone {
    v4: Answer,
    v6: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    Address([u8; 4]),
    Address6([u16; 8]),
    Empty,
    Code(u8),
    Silence,
}

use Answer::{Address, Address6, Code, Empty, Silence};

const NXDOMAIN: Answer = Code(3);
const SERVFAIL: Answer = Code(2);
const REFUSED: Answer = Code(5);

#[tokio::test]
async fn the_reason_for_a_missing_address_is_named() {
    let cases = [
        (NXDOMAIN, NXDOMAIN, Outcome::NameNotFound),
        (Empty, Empty, Outcome::NoAddress),
        (SERVFAIL, SERVFAIL, Outcome::DnsServerFailed),
        (REFUSED, REFUSED, Outcome::DnsServerFailed),
        (Empty, SERVFAIL, Outcome::DnsServerFailed),
        (Address([127, 0, 0, 1]), Empty, Outcome::AddressNotPublic),
        (
            Address([10, 1, 2, 3]),
            Address6([0xfd00, 0, 0, 0, 0, 0, 0, 1]),
            Outcome::AddressNotPublic,
        ),
        (
            Empty,
            Address6([0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]),
            Outcome::AddressNotPublic,
        ),
        (Silence, Silence, Outcome::DnsTimeout),
    ];
    let checks = cases.map(|(v4, v6, expected)| async move {
        let report = check(Zone { v4, v6 }, false, 993).await;
        assert_eq!(report.steps.len(), 1, "{expected}: {report:#?}");
        assert_eq!(report.outcome, expected, "{report:#?}");
        assert!(report.elapsed < Duration::from_secs(9), "{report:#?}");
    });
    futures_util::future::join_all(checks).await;
}

#[tokio::test]
async fn one_family_is_enough_and_the_address_found_is_the_one_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let home = IpAddr::from([127, 0, 0, 1]);
    let nowhere = IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]);
    for (v6, addresses) in [
        (Empty, vec![home]),
        (SERVFAIL, vec![home]),
        (Silence, vec![home]),
        (Address6([0, 0, 0, 0, 0, 0, 0, 1]), vec![home, nowhere]),
    ] {
        let zone = Zone {
            v4: Address([127, 0, 0, 1]),
            v6,
        };
        let report = check(zone, true, port).await;
        let Facts::Dns {
            addresses: found, ..
        } = &report.steps[0].facts
        else {
            panic!("{report:#?}")
        };
        let mut found = found.clone();
        found.sort();
        assert_eq!(found, addresses, "{report:#?}");
        let Facts::Connect {
            connected,
            attempts,
        } = &report.steps[1].facts
        else {
            panic!("{report:#?}")
        };
        assert_eq!(*connected, Some(home));
        // Nothing listens on the IPv6 loopback, which is tried first.
        let outcomes: Vec<bool> = attempts
            .iter()
            .map(|attempt| attempt.outcome == Outcome::Ok)
            .collect();
        assert_eq!(
            outcomes,
            if addresses.len() == 2 {
                vec![false, true]
            } else {
                vec![true]
            }
        );
    }
}

/// Checks a name with this zone; the connection, if it comes to that, is not answered.
async fn check(zone: Zone, allow_private: bool, port: u16) -> EndpointReport {
    let options = Options {
        allow_private,
        nameserver: Some(serve(zone).await),
        deadline: if allow_private {
            Duration::from_secs(2)
        } else {
            Duration::from_secs(20)
        },
        ..Options::default()
    };
    let endpoint = Endpoint {
        id: "one".into(),
        protocol: Protocol::Imap,
        host: "mail.example.test".parse().unwrap(),
        port: NonZeroU16::new(port).unwrap(),
        security: Security::Tls,
    };
    let targets = vec![Target {
        endpoint,
        connect_to: None,
    }];
    let mut events = Box::pin(Probe::new(options).unwrap().run(targets, None));
    loop {
        if let Event::Done { report, .. } = events.next().await.unwrap() {
            return report;
        }
    }
}

/// A DNS server that knows one answer of each kind (RFC 1035 §4).
async fn serve(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query).await {
            if let Some(answer) = answer(&query[..length], zone) {
                let _ = socket.send_to(&answer, client).await;
            }
        }
    });
    address
}

fn answer(query: &[u8], zone: Zone) -> Option<Vec<u8>> {
    let name = query[12..].iter().position(|byte| *byte == 0)? + 13;
    let question = query.get(12..name + 4)?;
    let kind = query[name + 1];
    let (code, data): (u8, Option<Vec<u8>>) = match if kind == 28 { zone.v6 } else { zone.v4 } {
        Address(address) => (0, Some(address.to_vec())),
        Address6(address) => (
            0,
            Some(address.iter().flat_map(|part| part.to_be_bytes()).collect()),
        ),
        Empty => (0, None),
        Code(code) => (code, None),
        Silence => return None,
    };
    let mut answer = query[..2].to_vec();
    answer.extend([
        0x85,
        0x80 | code,
        0,
        1,
        0,
        u8::from(data.is_some()),
        0,
        0,
        0,
        0,
    ]);
    answer.extend(question);
    if let Some(data) = data {
        answer.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
        answer.extend(data);
    }
    Some(answer)
}
