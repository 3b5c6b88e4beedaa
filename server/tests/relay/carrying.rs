//! What a relay carries: the steps of the connection, and TLS between a browser and a mail server.

use std::sync::Arc;

use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Facts, Outcome, Stage, Step};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::browser::Browser;
use crate::mail::{MailServer, NAME, Tapped, line, tls, tls_files};
use crate::program::Program;

const PASSWORD: &str = "correct horse battery staple";

/// A conversation before TLS: what the server says, and what the client answers.
type Clear = &'static [(&'static str, &'static str)];

const SMTP: Clear = &[
    ("220 mail.lab.test\r\n", "EHLO [192.0.2.1]\r\n"),
    ("250-mail.lab.test\r\n250 STARTTLS\r\n", "STARTTLS\r\n"),
    ("220 go ahead\r\n", ""),
];
const POP3: Clear = &[("+OK ready\r\n", "STLS\r\n"), ("+OK go ahead\r\n", "")];
const IMAP: Clear = &[
    ("* OK ready\r\n", "m0123abc STARTTLS\r\n"),
    ("m0123abc OK go ahead\r\n", ""),
];

#[tokio::test]
async fn a_browser_signs_in_through_a_relay_that_cannot_read_it() {
    for (protocol, service, clear) in [
        ("imap", "imap", &[][..]),
        ("imap", "starttls", IMAP),
        ("pop3", "starttls", POP3),
        ("smtp", "starttls", SMTP),
    ] {
        let (certificate, acceptor) = tls();
        let mail = MailServer::start(move |mut stream: Tapped| {
            let acceptor = acceptor.clone();
            async move {
                for (server, client) in clear {
                    stream.write_all(server.as_bytes()).await.unwrap();
                    if !client.is_empty() {
                        assert_eq!(line(&mut stream).await, *client);
                    }
                }
                let mut stream = acceptor.accept(stream).await.unwrap();
                stream.write_all(b"* OK inside\r\n").await.unwrap();
                let heard = line(&mut stream).await;
                assert_eq!(heard, format!("a LOGIN jane \"{PASSWORD}\"\r\n"));
                stream.write_all(b"a OK welcome\r\n").await.unwrap();
                stream.shutdown().await.unwrap();
            }
        })
        .await;
        let program = Program::with(&mail, protocol, &[]);
        let mut browser = Browser::open(&program, service).await;
        let [dns, connect] = browser.steps().await;
        assert_eq!(
            (dns.stage, dns.outcome),
            (Stage::Dns, Outcome::AddressGiven)
        );
        assert_eq!(
            (connect.stage, connect.outcome),
            (Stage::Connect, Outcome::Ok)
        );
        for (server, client) in clear {
            assert_eq!(browser.bytes().await, server.as_bytes());
            if !client.is_empty() {
                browser.send(client.as_bytes()).await;
            }
        }
        let (stream, seen) = browser.into_stream();
        let mut stream = handshake(stream, certificate).await;
        assert_eq!(line(&mut stream).await, "* OK inside\r\n");
        let login = format!("a LOGIN jane \"{PASSWORD}\"\r\n");
        stream.write_all(login.as_bytes()).await.unwrap();
        assert_eq!(line(&mut stream).await, "a OK welcome\r\n");
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
        drop(stream);
        let seen = seen.await.unwrap();
        // Both ends saw the same bytes, and the password in none of them.
        assert!(
            !contains(&seen, PASSWORD.as_bytes())
                && !contains(&mail.received(), PASSWORD.as_bytes())
        );
        let before: usize = clear.iter().map(|(_, client)| client.len()).sum();
        let hello = &mail.received()[before..before + 100];
        assert!(contains(&seen, hello), "{protocol}");
        program.wait_for_metric("mailguide_relays_running 0");
        program.wait_for_metric("mailguide_relays_total{end=\"closed\"} 1");
        let up = format!(
            "mailguide_relay_bytes_total{{direction=\"up\"}} {}",
            mail.received().len()
        );
        program.wait_for_metric(&up);
    }
}

#[tokio::test]
async fn the_first_flight_may_come_before_the_connection() {
    let (certificate, acceptor) = tls();
    let mail = MailServer::start(move |stream: Tapped| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            stream.write_all(b"* OK inside\r\n").await.unwrap();
            let _ = stream.read(&mut [0]).await;
        }
    })
    .await;
    let program = Program::with(&mail, "imap", &[]);
    // The client of TLS begins before the steps have come; the stream passes over them.
    let (stream, _) = Browser::open(&program, "imap").await.into_stream();
    let mut stream = handshake(stream, certificate).await;
    assert_eq!(line(&mut stream).await, "* OK inside\r\n");
}

#[tokio::test]
async fn a_site_over_https_has_relays_and_pages_of_the_same_name_without_it_have_none() {
    let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
    let (certificate, [cert, key]) = tls_files();
    let program = Program::with(&mail, "imap", &["--tls-cert", &cert, "--tls-key", &key]);
    let address = &program.address;
    for (scheme, expected) in [("https", None), ("http", Some(403))] {
        let stream = TcpStream::connect(address).await.unwrap();
        let stream = handshake(stream, certificate.clone()).await;
        let origin = format!("{scheme}://{address}");
        let opened = Browser::over_https(stream, address, &origin).await;
        match (opened, expected) {
            (Ok(mut socket), None) => {
                let step = socket.next().await.unwrap().unwrap();
                let step: Step = serde_json::from_str(step.to_text().unwrap()).unwrap();
                assert_eq!(step.stage, Stage::Dns);
            }
            (opened, expected) => assert_eq!(opened.err(), expected, "{scheme}"),
        }
    }
    for file in [cert, key] {
        std::fs::remove_file(file).unwrap();
    }
}

#[tokio::test]
async fn the_steps_are_those_of_the_servers_own_check() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
    for (address, outcome) in [
        (closed, Outcome::ConnectionRefused),
        (mail.address, Outcome::Ok),
    ] {
        let program = Program::start(&[("imap", "imap", "starttls", address)], &[]);
        let mut browser = Browser::open(&program, "imap").await;
        let relayed = browser.steps().await;
        assert_eq!(relayed[1].outcome, outcome);
        if outcome != Outcome::Ok {
            assert_eq!(
                browser.closed().await,
                ((1000, "not-reached".to_owned()), 0)
            );
        }
        let target = Target {
            endpoint: probe::Endpoint {
                id: "imap".into(),
                protocol: probe::Protocol::Imap,
                host: NAME.parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: probe::Security::Starttls,
            },
            domain: None,
            connect_to: vec![address],
            private_networks: Vec::new(),
            proxy_header: None,
        };
        let probe = Probe::new(Options {
            allow_private: true,
            ..Options::default()
        })
        .unwrap();
        let mut run = probe.run(vec![target], None);
        for relayed in relayed {
            let own = loop {
                if let Some(ProbeEvent::Step { step, .. }) = run.next().await {
                    break step;
                }
            };
            assert_eq!(timeless(relayed), timeless(own));
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_ends() {
    for (linger, expected) in [(true, (4005, "broken")), (false, (1000, "closed"))] {
        let mail = MailServer::start(move |mut stream: Tapped| async move {
            stream.write_all(b"* OK ready\r\n").await.unwrap();
            line(&mut stream).await;
            if linger {
                // Closed with a reset.
                socket2::SockRef::from(&stream.0)
                    .set_linger(Some(std::time::Duration::ZERO))
                    .unwrap();
            }
        })
        .await;
        let program = Program::with(&mail, "imap", &[]);
        let mut browser = Browser::open(&program, "starttls").await;
        browser.steps().await;
        browser.bytes().await;
        browser.send(b"m0123abc STARTTLS\r\n").await;
        let (code, reason) = expected;
        assert_eq!(browser.closed().await.0, (code, reason.to_owned()));
    }
}

/// A step without its times.
fn timeless(mut step: Step) -> Step {
    step.elapsed = std::time::Duration::ZERO;
    if let Facts::Connect { attempts, .. } = &mut step.facts {
        for attempt in attempts {
            attempt.elapsed = std::time::Duration::ZERO;
        }
    }
    step
}

async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    certificate: CertificateDer<'static>,
) -> TlsStream<S> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(NAME).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
