//! Whole checks of scripted servers, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use probe::net::{Disclosure, Options, Probe, SignIn, Target};
use probe::step::Attempt;
use probe::{EndpointReport, Facts, Outcome, Protocol, Security, Stage, TlsFacts};
use rustls::ServerConfig;
use scripted_server::Server;
use scripted_server::certificates::{Authority, NAME, self_signed};
use scripted_server::checking::{check, credentials, endpoint, probe, target, wait_until_closed};
use scripted_server::reports::steps;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use Protocol::{Imap, Pop3, Smtp};
use Security::{Starttls, Tls as Implicit};

/// A server that can be signed in to at once.
const IMAP: &str = "TLS\nS: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n";

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_named_with_its_facts() {
    let authority = Authority::new("Test root");
    let stranger = Authority::new("Somebody else");
    let probe = probe(&authority);
    let day = |year| rcgen::date_time_ymd(year, 1, 1);
    let cases: Vec<(&str, Arc<ServerConfig>)> = vec![
        (
            "certificate-wrong-name",
            authority.server(|params| {
                params.subject_alt_names = vec![rcgen::SanType::DnsName(
                    "other.example.test".try_into().unwrap(),
                )];
            }),
        ),
        (
            "certificate-expired",
            authority.server(|params| params.not_after = day(2020)),
        ),
        (
            "certificate-not-yet-valid",
            authority.server(|params| params.not_before = day(2090)),
        ),
        ("certificate-unknown-issuer", stranger.server(|_| {})),
        ("certificate-self-signed", self_signed(false)),
        ("certificate-self-signed", self_signed(true)),
        (
            "certificate-wrong-purpose",
            authority.server(|params| {
                params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::CodeSigning];
            }),
        ),
        (
            "certificate-incomplete-chain",
            stranger.server(|params| {
                params.custom_extensions = vec![where_the_issuer_is()];
            }),
        ),
    ];
    for (outcome, config) in cases {
        for (service, script, before) in [
            ((Imap, Implicit), IMAP, ""),
            (
                (Pop3, Starttls),
                "S: +OK\nC: STLS\nS: +OK\nTLS\nWAIT",
                "greeting:ok starttls:ok ",
            ),
        ] {
            let server = Server::start(script, Some(Arc::clone(&config))).await;
            let target = target("one", service.0, service.1, &server);
            let reports = check(&probe, vec![target], Some(credentials())).await;
            let expected =
                format!("dns:address-given connect:ok {before}tls:ok certificate:{outcome}");
            assert_eq!(steps(&reports[0]), expected);
            for received in wait_until_closed(&server).await {
                assert!(
                    received.inside_tls.is_empty(),
                    "{outcome}: something was sent"
                );
            }
            let [.., tls, certificate] = reports[0].steps.as_slice() else {
                panic!()
            };
            let Facts::Tls(TlsFacts {
                version,
                cipher,
                group,
                post_quantum,
                client_certificate_asked,
            }) = &tls.facts
            else {
                panic!("{tls:?}")
            };
            assert_eq!(version, "TLS 1.3");
            assert!(cipher.starts_with("TLS_AES_"), "{cipher}");
            assert_eq!(group.as_deref(), Some("X25519MLKEM768"));
            assert_eq!(
                (*post_quantum, *client_certificate_asked),
                (Some(true), false)
            );
            let Facts::Certificate(facts) = &certificate.facts else {
                panic!("{certificate:?}")
            };
            assert_eq!(facts.key, "ECDSA P-256");
            assert_eq!(facts.signature, "ecdsa-with-SHA256");
            assert_eq!(facts.sent.len(), 1);
            let named = if outcome == "certificate-wrong-name" {
                "other.example.test"
            } else {
                NAME
            };
            assert_eq!(facts.names, [named]);
            assert_eq!(facts.days_left < 0, outcome == "certificate-expired");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_a_notice() {
    let authority = Authority::new("Test root");
    let soon = std::time::SystemTime::now() + Duration::from_secs(10 * 24 * 60 * 60 + 60);
    let config = authority.server(|params| params.not_after = soon.into());
    let script = format!("{IMAP}C: <tag> LOGOUT\nS: * BYE");
    let server = Server::start(&script, Some(config)).await;
    let target = target("one", Imap, Implicit, &server);
    let reports = check(&probe(&authority), vec![target], None).await;
    assert_eq!(
        steps(&reports[0]),
        "dns:address-given connect:ok tls:ok certificate:certificate-expires-soon greeting:ok \
         capabilities:ok sign-in:no-password close:ok"
    );
    let Facts::Certificate(facts) = &reports[0].steps[3].facts else {
        panic!()
    };
    assert_eq!(facts.days_left, 10);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let authority = Authority::new("Test root");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (report, attempt) = unconnected(&authority, address).await;
    assert_eq!(
        steps(&report),
        "dns:address-given connect:connection-refused"
    );
    assert_eq!(attempt.outcome, Outcome::ConnectionRefused);
    // Without the operator's word a private address is not even tried.
    let mut endpoint = endpoint("one", Imap, Implicit);
    endpoint.host = "127.0.0.1".parse().unwrap();
    let target = Target {
        endpoint,
        domain: None,
        connect_to: Vec::new(),
        private_networks: Vec::new(),
        proxy_header: None,
    };
    let reports = check(&probe(&authority), vec![target], None).await;
    assert_eq!(steps(&reports[0]), "dns:address-not-public");
}

#[tokio::test]
async fn what_never_answers_times_out() {
    let authority = Authority::new("Test root");
    // Whoever accepts nobody has room for few; the requests of all others are dropped.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut guests = Vec::new();
    while let Ok(guest) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        guests.push(guest.unwrap());
    }
    let (report, attempt) = unconnected(&authority, address).await;
    assert_eq!(
        steps(&report),
        "dns:address-given connect:connection-timeout"
    );
    assert_eq!(attempt.outcome, Outcome::ConnectionTimeout);
    assert!((8..12).contains(&report.elapsed.as_secs()), "{report:?}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_named() {
    let authority = Authority::new("Test root");
    // Nobody can open a connection to all hosts at once.
    for address in ["127.255.255.255:993", "[ff02::1]:993"] {
        let (report, attempt) = unconnected(&authority, address.parse().unwrap()).await;
        assert_eq!(
            steps(&report),
            "dns:address-given connect:network-unreachable"
        );
        assert_eq!(attempt.outcome, Outcome::NetworkUnreachable);
        assert!(report.elapsed < Duration::from_secs(4), "{report:?}");
    }
}

/// The report on an address to which there is no connection, and the one attempt in it.
async fn unconnected(authority: &Authority, address: SocketAddr) -> (EndpointReport, Attempt) {
    let target = Target {
        endpoint: endpoint("one", Imap, Implicit),
        domain: None,
        connect_to: vec![address],
        private_networks: Vec::new(),
        proxy_header: None,
    };
    let mut reports = check(&probe(authority), vec![target], Some(credentials())).await;
    let report = reports.remove(0);
    let Facts::Connect {
        connected: None,
        attempts,
    } = &report.steps[1].facts
    else {
        panic!("{report:?}")
    };
    let [attempt] = attempts.as_slice() else {
        panic!("{report:?}")
    };
    (report.clone(), attempt.clone())
}

#[tokio::test]
async fn a_refused_password_is_sent_to_one_server_only() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let no = |words: &str| format!("S: <tag> NO {words}\nC: <tag> LOGOUT\nS: * BYE");
    for (answer, follow, (expected, times)) in [
        (no("[AUTHENTICATIONFAILED] no"), 1, ("not-tried", 3)),
        (no("[EXPIRED] no"), 1, ("not-tried", 3)),
        (no("[CONTACTADMIN] no"), 1, ("not-tried", 3)),
        (no("[ALERT] app password required"), 1, ("not-tried", 3)),
        // A server may count a wrong password and say nothing, so only one more is risked.
        ("CUT".to_owned(), 2, ("not-tried", 2)),
        ("RESET".to_owned(), 2, ("not-tried", 2)),
        ("S: gibberish".to_owned(), 2, ("not-tried", 2)),
        (no("[UNAVAILABLE] later"), 4, ("temporary-failure", 4)),
        ("S: <tag> OK [CAPABILITY A] in".to_owned(), 4, ("ok", 4)),
    ] {
        let script = format!("{IMAP}C:\n{answer}");
        let mut servers = Vec::new();
        for _ in 0..4 {
            servers.push(Server::start(&script, Some(Arc::clone(&config))).await);
        }
        let targets = servers
            .iter()
            .map(|server| target("x", Imap, Implicit, server))
            .collect();
        let reports = check(&probe(&authority), targets, Some(credentials())).await;
        let mut sign_ins = 0;
        for server in &servers {
            for received in wait_until_closed(server).await {
                let lines = String::from_utf8_lossy(&received.inside_tls);
                sign_ins += lines.matches("AUTHENTICATE").count();
            }
        }
        assert_eq!(sign_ins, follow, "{answer:?}");
        let told = reports.iter().filter(|report| {
            let step = report.steps.iter().find(|step| step.stage == Stage::SignIn);
            step.is_some_and(|step| step.outcome.code() == expected)
        });
        assert_eq!(told.count(), times, "{answer:?}: {reports:#?}");
    }
}

#[tokio::test]
async fn waiting_for_the_verdict_is_not_counted() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let second = Duration::from_secs(1);
    let script = format!("{IMAP}C:\nPAUSE 1000\nS: <tag> NO [UNAVAILABLE] later");
    let slow = Server::start(&script, Some(Arc::clone(&config))).await;
    let late = IMAP.replace("TLS", "TLS\nPAUSE 250");
    let script = format!("{late}C:\nS: <tag> OK [CAPABILITY A] in\nC:");
    let quick = Server::start(&script, Some(config)).await;
    let targets = vec![
        target("slow", Imap, Implicit, &slow),
        target("quick", Imap, Implicit, &quick),
    ];
    let reports = check(&probe(&authority), targets, Some(credentials())).await;
    let sign_in = |report: &EndpointReport| {
        let step = report
            .steps
            .iter()
            .find(|step| step.stage == Stage::SignIn)
            .unwrap();
        (step.outcome.code(), step.elapsed)
    };
    let (slow, quick) = (sign_in(&reports[0]), sign_in(&reports[1]));
    assert_eq!((slow.0, quick.0), ("temporary-failure", "ok"));
    assert!(slow.1 >= second, "{slow:?}");
    assert!(quick.1 < second / 4, "{quick:?}");
    assert!(reports[1].elapsed >= second, "{:?}", reports[1]);
}

/// However slow it is: its servers name the reason of a refusal most exactly.
#[tokio::test]
async fn imap_signs_in_first_and_the_next_one_leads_where_it_fails() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let late = IMAP.replace("TLS", "TLS\nPAUSE 700");
    let pop3 = "TLS\nS: +OK hi\nC:\nS: +OK\nS: SASL PLAIN\nS: .\nC:\nS: -ERR no\nC:";
    let refused = format!("{late}C:\nS: <tag> NO [CONTACTADMIN] your account is disabled\nC:");
    let turned_away = "TLS\nPAUSE 700\nS: * BYE not now".to_owned();
    for (imap, expected) in [
        (
            refused,
            ["account-disabled", "not-tried", "account-disabled"],
        ),
        (turned_away, ["", "sign-in-refused", "greeting-refused"]),
    ] {
        let imap = Server::start(&imap, Some(Arc::clone(&config))).await;
        let pop3 = Server::start(pop3, Some(Arc::clone(&config))).await;
        let targets = vec![
            target("pop3", Pop3, Implicit, &pop3),
            target("imap", Imap, Implicit, &imap),
        ];
        let reports = check(&probe(&authority), targets, Some(credentials())).await;
        let sign_in = |report: &EndpointReport| {
            let mut steps = report.steps.iter();
            let step = steps.find(|step| step.stage == Stage::SignIn);
            step.map_or("", |step| step.outcome.code())
        };
        let found = [
            sign_in(&reports[1]),
            sign_in(&reports[0]),
            reports[1].outcome.code(),
        ];
        assert_eq!(found, expected, "{reports:#?}");
    }
}

#[tokio::test]
async fn the_deadline_ends_whatever_is_under_way() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let silent = Server::start("WAIT", None).await;
    let stuck = Server::start(&format!("{IMAP}C:\nWAIT"), Some(Arc::clone(&config))).await;
    let late = IMAP.replace("TLS", "TLS\nPAUSE 300");
    let queued = Server::start(&format!("{late}WAIT"), Some(config)).await;
    let deadline = Duration::from_secs(1);
    let extra_roots = vec![authority.root.clone()];
    let probe = Probe::new(Options {
        extra_roots,
        deadline,
        ..Options::default()
    })
    .unwrap();
    let targets = vec![
        target("silent", Smtp, Starttls, &silent),
        target("stuck", Imap, Implicit, &stuck),
        target("queued", Imap, Implicit, &queued),
    ];
    let reports = check(&probe, targets, Some(credentials())).await;
    for (report, last) in reports.iter().zip(["greeting", "sign-in", "sign-in"]) {
        assert!(
            steps(report).ends_with(&format!("{last}:deadline")),
            "{report:#?}"
        );
        assert!(
            report.elapsed >= deadline && report.elapsed < deadline * 3 / 2,
            "{report:#?}"
        );
    }
    assert!(wait_until_closed(&queued).await[0].inside_tls.is_empty());
}

#[tokio::test]
async fn dropping_the_stream_closes_every_connection() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let servers = [
        Server::start("WAIT", None).await,
        Server::start("S: 220 hi\nC:\nWAIT", None).await,
        Server::start(&format!("{IMAP}C:\nWAIT"), Some(config)).await,
    ];
    let targets = vec![
        target("silent", Smtp, Starttls, &servers[0]),
        target("stuck", Smtp, Starttls, &servers[1]),
        target("signing in", Imap, Implicit, &servers[2]),
    ];
    {
        let stream = probe(&authority).run(targets, Some(credentials().into()));
        let mut stream = Box::pin(stream);
        let half = async { while stream.next().await.is_some() {} };
        assert!(
            tokio::time::timeout(Duration::from_millis(400), half)
                .await
                .is_err()
        );
        for server in &servers {
            let received = server.received();
            assert!(received.len() == 1 && !received[0].closed, "{received:?}");
        }
    }
    for server in &servers {
        wait_until_closed(server).await;
    }
}

/// Whoever drops the stream hears of nothing any more, and must know all the same.
#[tokio::test]
async fn whether_the_password_was_sent_is_known_at_once() {
    let authority = Authority::new("Test root");
    for (script, expected) in [
        ("WAIT", false),
        ("TLS\nWAIT", false),
        (
            "TLS\nS: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] no way in\nWAIT",
            false,
        ),
        (&*format!("{IMAP}C:\nWAIT"), true),
    ] {
        let server = Server::start(script, Some(authority.server(|_| {}))).await;
        let disclosure = Disclosure::default();
        let sign_in = SignIn {
            credentials: credentials(),
            disclosure: disclosure.clone(),
            message: None,
        };
        let targets = vec![target("one", Imap, Implicit, &server)];
        let mut stream = Box::pin(probe(&authority).run(targets, Some(sign_in)));
        let half = async { while stream.next().await.is_some() {} };
        let _ = timeout(Duration::from_millis(400), half).await;
        drop(stream);
        assert_eq!(disclosure.happened(), expected, "{script:?}");
        let inside = &wait_until_closed(&server).await[0].inside_tls;
        let sent = String::from_utf8_lossy(inside).contains("AUTHENTICATE");
        assert_eq!(sent, expected, "{script:?}");
    }
}

#[test]
fn the_probe_can_be_shared() {
    fn shared<T: Send + Sync + Clone>() {}
    fn sent<T: Send + 'static>(_: T) {}
    shared::<Probe>();
    let probe = Probe::new(Options::default()).unwrap();
    sent(probe.run(Vec::new(), None));
}

/// An extension that says where the certificate of the issuer can be fetched (RFC 5280 §4.2.2.1).
fn where_the_issuer_is() -> rcgen::CustomExtension {
    let url = b"http://ca.example.test/ca.der";
    let method = [6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2];
    let mut place = method.to_vec();
    place.extend([0x86, url.len() as u8]);
    place.extend(url);
    let mut access = vec![0x30, place.len() as u8];
    access.extend(place);
    let mut list = vec![0x30, access.len() as u8];
    list.extend(access);
    rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], list)
}
