//! What a TLS server does is named exactly: tried on OpenSSL in every mode that it has, and on scripts
//! for what it no longer has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod s_server;

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::step::{CertificateFacts, Staple, StapleStatus};
use probe::{Credentials, Endpoint, EndpointReport, Facts, Protocol, Security, Stage, TlsFacts};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, SanType};
use s_server::{Identity, LAB, NAME, fingerprint, promise_of_a_staple, where_the_issuer_is};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// The steps of a check that found TLS good, and was then sent away.
const FINE: &str = "tls:ok certificate:ok greeting:greeting-refused";

/// An OpenSSL server, and what must be found.
struct Mode {
    name: &'static str,
    options: &'static [&'static str],
    steps: &'static str,
    tls: Option<TlsFacts>,
}

fn mode(name: &'static str, options: &'static [&'static str], steps: &'static str) -> Mode {
    Mode {
        name,
        options,
        steps,
        tls: None,
    }
}

impl Mode {
    fn tls(mut self, version: &str, cipher: &str, group: Option<&str>) -> Self {
        self.tls = Some(TlsFacts {
            version: version.to_owned(),
            cipher: cipher.to_owned(),
            group: group.map(str::to_owned),
            post_quantum: Some(false),
            client_certificate_asked: false,
        });
        self
    }

    fn asked(mut self) -> Self {
        self.tls.as_mut().unwrap().client_certificate_asked = true;
        self
    }
}

fn modes() -> Vec<Mode> {
    let none = "tls:tls-no-common-cipher";
    let required = "tls:tls-client-certificate-required";
    let gcm12 = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    let best12 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    vec![
        mode(
            "tls1",
            &["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.0",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            Some("x25519"),
        ),
        mode(
            "tls1_1",
            &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.1",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            Some("x25519"),
        ),
        mode(
            "tls1 dhe",
            &["-tls1", "-cipher", "DHE-RSA-AES256-SHA@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.0",
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
            Some("DH 2048 bits"),
        ),
        mode("rsa", &["-tls1_2", "-cipher", "AES128-GCM-SHA256"], none).tls(
            "TLS 1.2",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            None,
        ),
        mode(
            "cbc",
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            Some("x25519"),
        ),
        mode(
            "dhe",
            &["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            Some("DH 2048 bits"),
        ),
        mode("camellia", &["-tls1_2", "-cipher", "CAMELLIA128-SHA"], none).tls(
            "TLS 1.2",
            "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
            None,
        ),
        mode(
            "anonymous",
            &["-tls1_2", "-cipher", "ADH-AES128-GCM-SHA256:@SECLEVEL=0"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
            Some("DH 1024 bits"),
        ),
        mode("x448", &["-groups", "X448"], none).tls(
            "TLS 1.3",
            "TLS_AES_128_GCM_SHA256",
            Some("x448"),
        ),
        mode("p521", &["-groups", "P-521"], none).tls(
            "TLS 1.3",
            "TLS_AES_128_GCM_SHA256",
            Some("secp521r1"),
        ),
        mode("x448 1.2", &["-tls1_2", "-groups", "X448"], none).tls("TLS 1.2", gcm12, Some("x448")),
        mode("p521 1.2", &["-tls1_2", "-groups", "P-521"], none).tls(
            "TLS 1.2",
            gcm12,
            Some("secp521r1"),
        ),
        mode(
            "required 1.2",
            &["-tls1_2", "-Verify", "1", "-verify_return_error"],
            required,
        )
        .tls("TLS 1.2", best12, Some("x25519"))
        .asked(),
        // Here the refusal comes only after the client has finished.
        mode(
            "required 1.3",
            &["-tls1_3", "-Verify", "1", "-verify_return_error"],
            "tls:ok certificate:ok greeting:tls-client-certificate-required",
        )
        .tls("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"))
        .asked(),
        mode("optional 1.2", &["-tls1_2", "-verify", "1"], FINE)
            .tls("TLS 1.2", best12, Some("x25519"))
            .asked(),
        mode("optional 1.3", &["-tls1_3", "-verify", "1"], FINE)
            .tls("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"))
            .asked(),
        mode("healthy 1.2", &["-tls1_2"], FINE).tls("TLS 1.2", best12, Some("x25519")),
        mode("healthy 1.3", &["-tls1_3"], FINE).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some("x25519"),
        ),
        mode("another group", &["-tls1_3", "-groups", "P-384"], FINE).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some("secp384r1"),
        ),
    ]
}

#[tokio::test]
async fn modes_of_tls_are_told_apart() {
    let shown = LAB.rsa(&LAB.root, |_| {});
    let checks = modes().into_iter().map(|mode| {
        let shown = shown.clone();
        async move {
            let server = LAB.serve(mode.name, &shown, mode.options);
            let report = check(server.address).await;
            assert_eq!(steps(&report), mode.steps, "{}: {report:#?}", mode.name);
            let facts = tls_facts(&report);
            assert_eq!(facts, mode.tls.as_ref(), "{}", mode.name);
            if mode.steps.starts_with("tls:ok") {
                let facts = certificate_facts(&report);
                assert_eq!(
                    facts.built,
                    [format!("CN={NAME}"), "CN=Test root".to_owned()]
                );
                assert_eq!(facts.key, "RSA 2048 bits");
            }
        }
    });
    join_all(checks).await;
}

#[tokio::test]
async fn a_server_that_does_not_know_the_name_is_named() {
    let shown = LAB.rsa(&LAB.root, |_| {});
    let second = LAB.file("second.pem", &shown.certificate);
    let second_key = LAB.file("second.key", &shown.key);
    let options = [
        "-servername",
        "other.example.test",
        "-servername_fatal",
        "-cert2",
        second.to_str().unwrap(),
        "-key2",
        second_key.to_str().unwrap(),
    ];
    let server = LAB.serve("sni", &shown, &options);
    let report = check(server.address).await;
    assert_eq!(steps(&report), "tls:tls-name-not-known");
}

/// What a server shows, and what must be found.
struct Shown {
    identity: Identity,
    outcome: &'static str,
    /// The chain that was verified, and how many certificates were sent.
    built: &'static str,
    sent: usize,
}

fn shown(identity: Identity, outcome: &'static str, built: &'static str) -> Shown {
    Shown {
        sent: identity.chain.len() + 1,
        identity,
        outcome,
        built,
    }
}

fn certificates() -> Vec<Shown> {
    let (root, middle, low) = (&LAB.root, &LAB.middle, &LAB.low);
    let none = |_: &mut CertificateParams| {};
    let with_place = |params: &mut CertificateParams| {
        params.custom_extensions = vec![where_the_issuer_is()];
    };
    let direct = "mail.example.test < Test root";
    let long = "mail.example.test < Test low < Test middle < Test root";
    let mut list = vec![
        shown(root.identity(none), "ok", direct),
        shown(low.identity(none).with(&[low, middle]), "ok", long),
        shown(low.identity(none).with(&[middle, low]), "ok", long),
        shown(low.identity(none).with(&[low, middle, root]), "ok", long),
        shown(
            low.identity(none).with(&[root, low, low, middle]),
            "ok",
            long,
        ),
        shown(low.identity(with_place), "certificate-incomplete-chain", ""),
        shown(
            low.identity(with_place).with(&[middle]),
            "certificate-incomplete-chain",
            "",
        ),
        shown(low.identity(none), "certificate-unknown-issuer", ""),
        shown(
            LAB.stranger.identity(none).with(&[&LAB.stranger]),
            "certificate-unknown-issuer",
            "",
        ),
        shown(
            root.identity(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1)),
            "certificate-expired",
            "",
        ),
        shown(
            root.identity(|params| params.not_before = rcgen::date_time_ymd(2090, 1, 1)),
            "certificate-not-yet-valid",
            "",
        ),
        shown(
            root.identity(|params| {
                let other = "other.example.test".try_into().unwrap();
                params.subject_alt_names = vec![SanType::DnsName(other)];
            }),
            "certificate-wrong-name",
            direct,
        ),
        shown(
            root.identity(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            "certificate-wrong-purpose",
            "",
        ),
    ];
    let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let rsa = ["-newkey", "rsa:1024"];
    for (name, request, sign, outcome, built) in [
        ("sha1", &p256[..], "-sha1", "certificate-weak-signature", ""),
        // The key is only found out when it is used.
        ("rsa1024", &rsa, "-sha256", "certificate-weak-key", direct),
        ("v1", &p256, "version 1", "certificate-old-format", ""),
        ("itself", &p256, "-signkey", "certificate-self-signed", ""),
    ] {
        list.push(shown(LAB.odd(name, request, &[sign]), outcome, built));
    }
    list
}

#[tokio::test]
async fn certificates_are_told_apart_in_both_versions() {
    let cases = certificates();
    let cases = cases.iter().enumerate().flat_map(|(index, shown)| {
        ["-tls1_2", "-tls1_3"].map(move |version| (index, shown, version))
    });
    let checks = cases.map(|(index, shown, version)| async move {
        let name = format!("certificate{index}{version}");
        let options = [version, "-verify", "1", "-cipher", "DEFAULT@SECLEVEL=0"];
        let server = LAB.serve(&name, &shown.identity, &options);
        let report = check(server.address).await;
        let expected = match shown.outcome {
            "ok" => FINE.to_owned(),
            outcome => format!("tls:ok certificate:{outcome}"),
        };
        assert_eq!(steps(&report), expected, "{name}: {report:#?}");
        let tls = tls_facts(&report).unwrap();
        let (told, group) = (tls.version.as_str(), tls.group.as_deref());
        let version = if version == "-tls1_2" {
            "TLS 1.2"
        } else {
            "TLS 1.3"
        };
        assert_eq!((told, group), (version, Some("x25519")), "{name}");
        assert!(tls.client_certificate_asked, "{name}");
        let facts = certificate_facts(&report);
        assert_eq!(
            facts.built.join(" < ").replace("CN=", ""),
            shown.built,
            "{name}"
        );
        assert_eq!(facts.sent.len(), shown.sent, "{name}");
        assert_eq!(facts.fingerprint, fingerprint(&name), "{name}");
        assert_eq!(facts.staple, None, "{name}");
    });
    // More at once would only wait for each other.
    futures_util::stream::iter(checks)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;
}

#[tokio::test]
async fn what_a_server_shows_about_revocation_is_believed_only_with_a_signature() {
    const SERIAL: u8 = 0x42;
    let numbered = |params: &mut CertificateParams| {
        params.serial_number = Some(vec![SERIAL].into());
    };
    let good = LAB.root.identity(numbered);
    let promised = LAB.root.identity(|params| {
        numbered(params);
        params.custom_extensions = vec![promise_of_a_staple()];
    });
    let delegate = |authority: &s_server::Authority, in_time: bool| {
        authority.identity(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
            if !in_time {
                params.not_after = rcgen::date_time_ymd(2020, 1, 1);
            }
        })
    };
    let root = LAB.root.itself();
    let (own, foreign) = (delegate(&LAB.root, true), delegate(&LAB.stranger, true));
    let late = delegate(&LAB.root, false);
    let colleague = LAB.root.identity(|_| {});
    let another = LAB
        .root
        .identity(|params| params.serial_number = Some(vec![7].into()));
    let (fine, revoked) = (Some(StapleStatus::Good), Some(StapleStatus::Revoked));
    let missing = "certificate-staple-missing";
    let cases = [
        ("good", &good, 'V', SERIAL, &good, &root, "ok", fine),
        ("delegated", &good, 'V', SERIAL, &good, &own, "ok", fine),
        (
            "revoked",
            &good,
            'R',
            SERIAL,
            &good,
            &root,
            "certificate-revoked",
            revoked,
        ),
        (
            "revoked by a delegate",
            &good,
            'R',
            SERIAL,
            &good,
            &own,
            "certificate-revoked",
            revoked,
        ),
        (
            "unknown",
            &good,
            'V',
            9,
            &good,
            &root,
            "ok",
            Some(StapleStatus::Unknown),
        ),
        (
            "signed by a stranger",
            &good,
            'R',
            SERIAL,
            &good,
            &foreign,
            "ok",
            None,
        ),
        (
            "signed too late",
            &good,
            'R',
            SERIAL,
            &good,
            &late,
            "ok",
            None,
        ),
        (
            "signed without the right",
            &good,
            'R',
            SERIAL,
            &good,
            &colleague,
            "ok",
            None,
        ),
        ("about another", &good, 'R', 7, &another, &root, "ok", None),
        (
            "promised and kept",
            &promised,
            'V',
            SERIAL,
            &promised,
            &root,
            "ok",
            fine,
        ),
        (
            "promised, but forged",
            &promised,
            'V',
            SERIAL,
            &promised,
            &foreign,
            missing,
            None,
        ),
        (
            "promised, but unknown",
            &promised,
            'V',
            9,
            &promised,
            &root,
            missing,
            Some(StapleStatus::Unknown),
        ),
    ];
    let checks = cases.iter().flat_map(|case| {
        ["-tls1_2", "-tls1_3"].map(|version| async move {
            let (name, shown, letter, serial, about, signer, outcome, status) = *case;
            let name = format!("{name}{version}");
            let response = LAB.staple(&name.replace(' ', "-"), letter, serial, about, signer);
            let options = [version, "-status_file", response.to_str().unwrap()];
            let server = LAB.serve(&name, shown, &options);
            let report = check(server.address).await;
            let expected = match outcome {
                "certificate-revoked" => format!("tls:ok certificate:{outcome}"),
                _ => FINE.replace("certificate:ok", &format!("certificate:{outcome}")),
            };
            assert_eq!(steps(&report), expected, "{name}: {report:#?}");
            let staple = certificate_facts(&report).staple.as_ref();
            assert_eq!(staple.map(|staple| staple.status), status, "{name}");
            if let Some(Staple {
                this_update,
                next_update,
                ..
            }) = staple
            {
                assert_eq!(*next_update, Some(this_update + 7 * 24 * 60 * 60), "{name}");
            }
        })
    });
    futures_util::stream::iter(checks)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;

    let server = LAB.serve("promised and forgotten", &promised, &[]);
    let report = check(server.address).await;
    assert_eq!(
        steps(&report),
        FINE.replace("certificate:ok", &format!("certificate:{missing}"))
    );
}

/// What a server of our own does to a hello.
#[derive(Clone, Copy)]
enum With {
    /// Closes the connection, with a reset because not all was read.
    Reset,
    /// Reads it and closes the connection.
    Close,
    /// Does nothing.
    Silence,
    /// Leads to an OpenSSL server.
    Server(SocketAddr),
    /// Sends these bytes.
    Bytes(&'static [u8]),
}

/// Decides by the hello what to do with a client.
type Judge = Box<dyn Fn(&[u8]) -> With + Send + Sync>;

/// Starts a server that looks at each hello. What it counts are the connections.
async fn doorkeeper(
    script: &'static [&'static str],
    judge: impl Fn(&[u8]) -> With + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&count);
    let judge = Arc::new(judge);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            // A client that hangs up is what the tests are about.
            tokio::spawn(receive(stream, script, Arc::clone(&judge)));
        }
    });
    (address, count)
}

async fn receive(
    stream: TcpStream,
    script: &[&str],
    judge: Arc<impl Fn(&[u8]) -> With>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    for (index, words) in script.iter().enumerate() {
        if index > 0 {
            stream.read_line(&mut String::new()).await?;
        }
        stream.write_all(words.as_bytes()).await?;
    }
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let mut hello = vec![0; length];
    stream.read_exact(&mut hello).await?;
    match judge(&hello) {
        With::Reset => {
            // Not even lingering: the client must see that nothing was orderly.
            stream.get_ref().set_zero_linger()?;
        }
        With::Close => stream.shutdown().await?,
        With::Silence => {
            stream.read_u8().await?;
        }
        With::Server(address) => {
            let mut server = TcpStream::connect(address).await?;
            server.write_all(&header).await?;
            server.write_all(&hello).await?;
            copy_bidirectional(&mut stream, &mut server).await?;
        }
        With::Bytes(bytes) => {
            stream.write_all(bytes).await?;
            stream.shutdown().await?;
        }
    }
    Ok(())
}

fn is_large(hello: &[u8]) -> bool {
    hello.len() > 1400
}

#[tokio::test]
async fn a_dropped_large_hello_is_told_from_other_silence() {
    let identity = LAB.rsa(&LAB.root, |_| {});
    let server = LAB.serve("behind", &identity, &[]);
    let old = LAB.serve(
        "old behind",
        &identity,
        &["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
    );
    let (behind, old_behind) = (server.address, old.address);
    let tls13 = ("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"));
    let tls10 = (
        "TLS 1.0",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        Some("x25519"),
    );
    let large = "tls:tls-large-hello-dropped";
    type Row = (
        &'static str,
        Judge,
        &'static str,
        Option<(&'static str, &'static str, Option<&'static str>)>,
        usize,
        u64,
    );
    let drop_large = |how: With, else_to: SocketAddr| -> Judge {
        Box::new(move |hello| {
            if is_large(hello) {
                how
            } else {
                With::Server(else_to)
            }
        })
    };
    let first = AtomicUsize::new(0);
    let rows: Vec<Row> = vec![
        (
            "large reset",
            drop_large(With::Reset, behind),
            large,
            Some(tls13),
            3,
            4,
        ),
        (
            "large closed",
            drop_large(With::Close, behind),
            large,
            Some(tls13),
            3,
            4,
        ),
        (
            "large ignored",
            drop_large(With::Silence, behind),
            large,
            Some(tls13),
            3,
            9,
        ),
        // It is the version that must be repaired first.
        (
            "large reset, and old",
            drop_large(With::Reset, old_behind),
            "tls:tls-version-too-old",
            Some(tls10),
            3,
            4,
        ),
        (
            "all reset",
            Box::new(|_| With::Reset),
            "tls:tls-reset",
            None,
            5 + 1,
            4,
        ),
        (
            "all closed",
            Box::new(|_| With::Close),
            "tls:tls-closed",
            None,
            5 + 1,
            4,
        ),
        (
            "all ignored",
            Box::new(|_| With::Silence),
            "tls:tls-timeout",
            None,
            2,
            9,
        ),
        // Whatever that was, it was not the length.
        (
            "only the first reset",
            Box::new(move |_| match first.fetch_add(1, Ordering::Relaxed) {
                0 => With::Reset,
                _ => With::Server(behind),
            }),
            "tls:tls-reset",
            None,
            3,
            4,
        ),
    ];
    let checks = rows.into_iter().map(
        |(name, judge, expected, tls, connections, seconds)| async move {
            let (address, count) = doorkeeper(&[], judge).await;
            let started = Instant::now();
            let report = check(address).await;
            assert_eq!(steps(&report), expected, "{name}: {report:#?}");
            let told = tls_facts(&report);
            let told = told.map(|tls| {
                (
                    tls.version.as_str(),
                    tls.cipher.as_str(),
                    tls.group.as_deref(),
                )
            });
            assert_eq!(told, tls, "{name}");
            assert_eq!(count.load(Ordering::Relaxed), connections, "{name}");
            let took = started.elapsed();
            assert!(
                took < Duration::from_secs(seconds + 1),
                "{name} took {took:?}"
            );
        },
    );
    join_all(checks).await;
}

/// The version that a hello names, and whether it offers a cipher.
fn offers(hello: &[u8], cipher: [u8; 2]) -> (u16, bool) {
    let version = u16::from_be_bytes([hello[4], hello[5]]);
    let session = usize::from(hello[38]);
    let ciphers = &hello[39 + session..];
    let length = usize::from(u16::from_be_bytes([ciphers[0], ciphers[1]]));
    (
        version,
        ciphers[2..2 + length]
            .chunks(2)
            .any(|offer| offer == cipher),
    )
}

const SSL3_HELLO: &[u8] = &[
    22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2,
    3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
];

#[tokio::test]
async fn what_openssl_no_longer_has_is_named_too() {
    // The same hello as TLS 1.2, and an alert of SSL 3.0, TLS 1.0 and TLS 1.2.
    const TLS12_HELLO: &[u8] = &[
        22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
    ];
    const TLS10_HELLO: &[u8] = &[
        22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
    ];
    const REFUSED: &[u8] = &[21, 3, 0, 0, 2, 2, 40];
    const TOO_NEW: &[u8] = &[21, 3, 1, 0, 2, 2, 70];
    const NO_NAME: &[u8] = &[21, 3, 3, 0, 2, 1, 112];
    const TRIPLE_DES: [u8; 2] = [0, 10];
    let old = "tls:tls-version-too-old";
    let version_3 = |refusal| {
        move |hello: &[u8]| match offers(hello, TRIPLE_DES) {
            (0x0300, true) => With::Bytes(SSL3_HELLO),
            _ => refusal,
        }
    };
    let name = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
    type Row = (
        &'static str,
        Judge,
        &'static str,
        Option<&'static str>,
        usize,
    );
    let rows: Vec<Row> = vec![
        (
            "SSL 3.0, alert 40",
            Box::new(version_3(With::Bytes(REFUSED))),
            old,
            Some("SSL 3.0"),
            5,
        ),
        (
            "SSL 3.0, reset",
            Box::new(version_3(With::Reset)),
            old,
            Some("SSL 3.0"),
            6,
        ),
        (
            "SSL 3.0, closed",
            Box::new(version_3(With::Close)),
            old,
            Some("SSL 3.0"),
            6,
        ),
        (
            "SSL 3.0 in answer to everything",
            Box::new(|_| With::Bytes(SSL3_HELLO)),
            old,
            Some("SSL 3.0"),
            1,
        ),
        (
            "TLS 1.0, which cannot bear newer hellos",
            Box::new(|hello| match offers(hello, TRIPLE_DES) {
                (0x0301, true) => With::Bytes(TLS10_HELLO),
                _ => With::Bytes(TOO_NEW),
            }),
            old,
            Some("TLS 1.0"),
            4,
        ),
        (
            "3DES",
            Box::new(|hello| match offers(hello, TRIPLE_DES) {
                (0x0303, true) => With::Bytes(TLS12_HELLO),
                _ => With::Bytes(REFUSED),
            }),
            "tls:tls-no-common-cipher",
            Some("TLS 1.2"),
            2,
        ),
        (
            "nothing that anybody has",
            Box::new(|_| With::Bytes(REFUSED)),
            "tls:tls-no-common-cipher",
            None,
            5,
        ),
        (
            "too old for anybody",
            Box::new(|_| With::Bytes(TOO_NEW)),
            old,
            None,
            5,
        ),
        // A warning and a goodbye (RFC 6066 §3 has both ways).
        (
            "a name that is not known",
            Box::new(|_| With::Bytes(NO_NAME)),
            "tls:tls-name-not-known",
            None,
            1,
        ),
        (
            "a fault of the server's own",
            Box::new(|_| With::Bytes(&[21, 3, 3, 0, 2, 2, 80])),
            "tls:tls-server-fault",
            None,
            1,
        ),
        (
            "garbage",
            Box::new(|_| With::Bytes(&[22, 3, 3, 0xff, 0xff, 9, 9, 9])),
            "tls:tls-garbage",
            None,
            1,
        ),
    ];
    let checks = rows
        .into_iter()
        .map(|(case, judge, expected, version, connections)| async move {
            let (address, count) = doorkeeper(&[], judge).await;
            let report = check(address).await;
            assert_eq!(steps(&report), expected, "{case}: {report:#?}");
            let told = tls_facts(&report).map(|tls| (tls.version.as_str(), tls.cipher.as_str()));
            assert_eq!(told, version.map(|version| (version, name)), "{case}");
            assert_eq!(count.load(Ordering::Relaxed), connections, "{case}");
        });
    join_all(checks).await;
}

#[tokio::test]
async fn behind_starttls_it_is_the_same() {
    const SCRIPT: &[&str] = &[
        "220 mail.example.test\r\n",
        "250-mail.example.test\r\n250 STARTTLS\r\n",
        "220 go ahead\r\n",
    ];
    let identity = LAB.rsa(&LAB.root, |_| {});
    let rsa = LAB.serve(
        "starttls rsa",
        &identity,
        &["-tls1_2", "-cipher", "AES128-SHA"],
    );
    let good = LAB.serve("starttls good", &identity, &[]);
    let (rsa, good) = (rsa.address, good.address);
    let (address, count) = doorkeeper(SCRIPT, move |_| With::Server(rsa)).await;
    let report = check_with(address, Protocol::Smtp, Security::Starttls).await;
    assert_eq!(
        steps(&report),
        "greeting:ok starttls:ok tls:tls-no-common-cipher"
    );
    assert_eq!(
        tls_facts(&report).unwrap().cipher,
        "TLS_RSA_WITH_AES_128_CBC_SHA"
    );
    assert_eq!(count.load(Ordering::Relaxed), 2);

    let judge = move |hello: &[u8]| {
        if is_large(hello) {
            With::Reset
        } else {
            With::Server(good)
        }
    };
    let (address, count) = doorkeeper(SCRIPT, judge).await;
    let report = check_with(address, Protocol::Smtp, Security::Starttls).await;
    assert_eq!(
        steps(&report),
        "greeting:ok starttls:ok tls:tls-large-hello-dropped"
    );
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

async fn check(address: SocketAddr) -> EndpointReport {
    check_with(address, Protocol::Imap, Security::Tls).await
}

/// Checks with a password, which nothing here may ever get to see.
async fn check_with(address: SocketAddr, protocol: Protocol, security: Security) -> EndpointReport {
    let probe = Probe::new(Options {
        extra_roots: vec![LAB.root.certificate.clone()],
        ..Options::default()
    });
    let target = Target {
        endpoint: Endpoint {
            id: "one".into(),
            protocol,
            host: NAME.parse().unwrap(),
            port: NonZeroU16::new(993).unwrap(),
            security,
        },
        domain: None,
        connect_to: Some(address),
        private_networks: Vec::new(),
    };
    let password = "c4nary-Pa55phrase".to_owned().into();
    let credentials = Credentials::new(format!("alice@{NAME}"), password).unwrap();
    let mut events = Box::pin(probe.unwrap().run(vec![target], Some(credentials.into())));
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { report, .. } = event {
            assert!(report.steps.iter().all(|step| step.stage != Stage::SignIn));
            return report;
        }
    }
    panic!("every endpoint ends");
}

/// Stages and outcomes behind the connection.
fn steps(report: &EndpointReport) -> String {
    let step = |step: &probe::Step| {
        let stage = serde_json::to_value(step.stage).unwrap();
        format!("{}:{}", stage.as_str().unwrap(), step.outcome)
    };
    let steps: Vec<String> = report.steps.iter().map(step).collect();
    let steps = steps.join(" ");
    steps
        .strip_prefix("dns:address-given connect:ok ")
        .unwrap_or(&steps)
        .to_owned()
}

fn tls_facts(report: &EndpointReport) -> Option<&TlsFacts> {
    report.steps.iter().find_map(|step| match &step.facts {
        Facts::Tls(facts) => Some(facts),
        _ => None,
    })
}

fn certificate_facts(report: &EndpointReport) -> &CertificateFacts {
    let facts = report.steps.iter().find_map(|step| match &step.facts {
        Facts::Certificate(facts) => Some(facts),
        _ => None,
    });
    facts.expect("the server showed a certificate")
}
