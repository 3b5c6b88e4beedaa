//! Which mail programs fit a server, asked of OpenSSL in several modes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use probe::client_profiles::Verdict;
use probe::net::{ClientSimulation, Options, Probe, ProbeEvent, SimulatedClient, Target};
use probe::{Protocol, Security};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::checking::target;
use super::s_server::LAB;

/// Checks a server, and asks it which programs fit.
async fn simulate(address: SocketAddr, protocol: Protocol, security: Security) -> ClientSimulation {
    let probe = Probe::new(Options {
        extra_roots: vec![LAB.root.certificate.clone()],
        ..Options::default()
    });
    let probe = probe.unwrap();
    let target: Target = target(address, protocol, security);
    let mut events = Box::pin(probe.run(vec![target.clone()], None));
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { mut report, .. } = event {
            // The servers here send their first client away, which nobody else need respect.
            report
                .steps
                .retain(|step| step.stage != probe::Stage::Greeting);
            return probe.simulate_clients(&target, &report).await;
        }
    }
    panic!("every endpoint ends");
}

/// What came out for a profile, such as `TLS 1.2 TLS_RSA_WITH_AES_128_CBC_SHA` or `no-common-version`.
fn found(simulation: &ClientSimulation, id: &str) -> String {
    let client = simulation.clients.iter().find(|client| client.id == id);
    let SimulatedClient {
        verdict,
        reason,
        tls,
        ..
    } = client.unwrap_or_else(|| panic!("there is no {id}"));
    match (verdict, reason, tls) {
        (Verdict::Fits, None, Some(tls)) => {
            let group = tls.group.as_deref().unwrap_or_default();
            format!("{} {} {group}", tls.version, tls.cipher)
                .trim_end()
                .to_owned()
        }
        (Verdict::DoesNotFit | Verdict::Unknown, Some(reason), _) => reason.code().to_owned(),
        other => panic!("{id}: {other:?}"),
    }
}

struct Mode {
    name: &'static str,
    options: &'static [&'static str],
    most_connections: usize,
    programs: &'static [(&'static str, &'static str)],
}

const MODES: &[Mode] = &[
    Mode {
        name: "programs of today",
        options: &[],
        most_connections: 16,
        programs: &[
            ("thunderbird-91", "TLS 1.3 TLS_AES_128_GCM_SHA256 x25519"),
            (
                "outlook-windows-11",
                "TLS 1.3 TLS_AES_256_GCM_SHA384 x25519",
            ),
            (
                "outlook-windows-10",
                "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 x25519",
            ),
            (
                "apple-mail-mac-13",
                "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 secp256r1",
            ),
            ("java-11", "TLS 1.3 TLS_AES_256_GCM_SHA384 x25519"),
            ("outlook-windows-7", "no-common-version"),
            ("apple-mail-ios-9", "no-common-version"),
            ("gmail-android-4", "no-common-version"),
            ("thunderbird-24", "no-common-version"),
            ("java-7", "no-common-version"),
            ("printer", "no-common-version"),
        ],
    },
    Mode {
        name: "programs tls1_3",
        options: &["-tls1_3"],
        most_connections: 9,
        programs: &[
            ("evolution", "TLS 1.3 TLS_AES_256_GCM_SHA384 x25519"),
            ("gmail-android-10", "TLS 1.3 TLS_AES_128_GCM_SHA256 x25519"),
            ("outlook-windows-10", "no-common-version"),
            ("outlook-windows-7", "no-common-version"),
        ],
    },
    Mode {
        name: "programs x448",
        options: &["-tls1_3", "-groups", "X448"],
        most_connections: 10,
        programs: &[
            ("java-11", "TLS 1.3 TLS_AES_256_GCM_SHA384 x448"),
            ("thunderbird-91", "no-common-group"),
            ("apple-mail-ios-17", "no-common-group"),
            ("outlook-windows-10", "no-common-version"),
        ],
    },
    Mode {
        name: "programs gcm",
        options: &["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"],
        most_connections: 16,
        programs: &[
            (
                "thunderbird-91",
                "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 x25519",
            ),
            ("outlook-windows-8-1", "no-common-cipher"),
            ("outlook-windows-7-updated", "no-common-cipher"),
            ("thunderbird-45", "no-common-cipher"),
            ("outlook-windows-7", "no-common-version"),
        ],
    },
    Mode {
        name: "programs curve",
        options: &["-tls1_2", "-cipher", "ECDHE", "-groups", "X25519"],
        most_connections: 16,
        programs: &[
            (
                "gmail-android-9",
                "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 x25519",
            ),
            ("gmail-android-6", "no-common-group"),
            ("apple-mail-mac-13", "no-common-group"),
        ],
    },
    Mode {
        name: "programs tls1 rsa",
        options: &["-tls1", "-cipher", "AES128-SHA@SECLEVEL=0"],
        most_connections: 19,
        programs: &[
            ("printer", "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA"),
            ("outlook-windows-7", "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA"),
            ("outlook-windows-10", "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA"),
            (
                "apple-mail-mac-10-11",
                "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA",
            ),
            ("thunderbird-68", "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA"),
            ("thunderbird-91", "no-common-version"),
            ("java-11", "no-common-version"),
        ],
    },
    Mode {
        name: "programs tls1 ecdhe",
        options: &["-tls1", "-cipher", "ECDHE-RSA-AES256-SHA@SECLEVEL=0"],
        most_connections: 20,
        programs: &[
            (
                "outlook-windows-7",
                "TLS 1.0 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA secp256r1",
            ),
            ("printer", "no-common-cipher"),
            // It offers AES with 128 bits only.
            ("java-7", "no-common-cipher"),
        ],
    },
    Mode {
        name: "programs tls1 dhe",
        options: &["-tls1", "-cipher", "DHE-RSA-AES128-SHA@SECLEVEL=0"],
        most_connections: 22,
        programs: &[
            ("java-7", "prime-too-long"),
            (
                "java-8",
                "TLS 1.0 TLS_DHE_RSA_WITH_AES_128_CBC_SHA DH 2048 bits",
            ),
            (
                "printer",
                "TLS 1.0 TLS_DHE_RSA_WITH_AES_128_CBC_SHA DH 2048 bits",
            ),
            ("outlook-windows-7", "no-common-cipher"),
        ],
    },
];

#[tokio::test]
async fn programs_fit_or_miss_what_is_named() {
    let identity = LAB.rsa(&LAB.root, |_| {});
    let checks = MODES.iter().map(|mode| {
        let identity = &identity;
        async move {
            let server = LAB.serve(mode.name, identity, mode.options);
            let found_here = simulate(server.address, Protocol::Imap, Security::Tls).await;
            let programs = mode.programs.iter();
            let differ: Vec<_> = programs
                .map(|(id, expected)| (*id, found(&found_here, id), *expected))
                .filter(|(_, found, expected)| found != expected)
                .collect();
            assert!(differ.is_empty(), "{}: {differ:#?}", mode.name);
            assert!(
                found_here.connections <= mode.most_connections,
                "{}: {} connections",
                mode.name,
                found_here.connections
            );
        }
    });
    futures_util::future::join_all(checks).await;
}

#[tokio::test]
async fn a_certificate_that_is_refused_is_named_where_tls_fits() {
    let identity = LAB.rsa(&LAB.stranger, |_| {});
    let server = LAB.serve("programs stranger", &identity, &[]);
    let simulation = simulate(server.address, Protocol::Imap, Security::Tls).await;
    assert_eq!(found(&simulation, "thunderbird-91"), "certificate-refused");
    assert_eq!(found(&simulation, "outlook-windows-7"), "no-common-version");
}

/// A relay that speaks the beginning of SMTP before it leads to an OpenSSL server.
async fn start_smtp_relay(behind: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                for words in ["220 hi\r\n", "250-hi\r\n250 STARTTLS\r\n", "220 go on\r\n"] {
                    if !words.starts_with("220 hi") {
                        stream.read_line(&mut String::new()).await?;
                    }
                    stream.write_all(words.as_bytes()).await?;
                }
                let mut server = TcpStream::connect(behind).await?;
                copy_bidirectional(&mut stream, &mut server).await
            });
        }
    });
    (address, count)
}

#[tokio::test]
async fn starttls_comes_first_where_it_must() {
    let identity = LAB.rsa(&LAB.root, |_| {});
    let server = LAB.serve("programs starttls", &identity, &["-tls1_2"]);
    let (address, connections) = start_smtp_relay(server.address).await;
    let simulation = simulate(address, Protocol::Smtp, Security::Starttls).await;
    let gcm = "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 x25519";
    assert_eq!(found(&simulation, "outlook-windows-10"), gcm);
    assert_eq!(found(&simulation, "outlook-windows-7"), "no-common-version");
    // One was that of the check.
    assert_eq!(
        connections.load(Ordering::Relaxed),
        simulation.connections + 1
    );
}

#[tokio::test]
async fn who_is_gone_is_not_asked_again_and_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The first client, which is the check, sees TLS end at once; the others see plain text.
            if counter.fetch_add(1, Ordering::Relaxed) > 0 {
                use tokio::io::AsyncWriteExt;
                let mut stream = stream;
                let _ = stream.write_all(b"421 too many connections\r\n").await;
            }
        }
    });
    let simulation = simulate(address, Protocol::Imap, Security::Tls).await;
    assert!(simulation.connections <= 2, "{}", simulation.connections);
    assert!(
        simulation
            .clients
            .iter()
            .all(|client| client.verdict == Verdict::Unknown)
    );
}

#[tokio::test]
async fn nobody_is_asked_without_encryption() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let target = target(address, Protocol::Imap, Security::None);
    let probe = Probe::new(Options::default()).unwrap();
    let report = probe::EndpointReport::new(
        target.endpoint.clone(),
        Vec::new(),
        std::time::Duration::ZERO,
    );
    let simulation = probe.simulate_clients(&target, &report).await;
    assert_eq!(simulation.connections, 0);
    assert_eq!(found(&simulation, "thunderbird-91"), "not-asked");
}
