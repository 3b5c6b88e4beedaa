//! Lookups with real DNS servers, which serve zones that are wrong in all kinds of ways.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod name_servers;

use std::fmt::Write;
use std::num::NonZeroU16;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::StreamExt;
use futures_util::future::join_all;
use name_servers::{NameServers, Signed};
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Endpoint, EndpointReport, Facts, Outcome, Protocol, Security, Stage};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn a_lookup_that_fails_says_why() {
    use Outcome::{
        AddressNotPublic, ConnectionRefused, DnsServerFailed, DnsTimeout, NameNotFound, NoAddress,
        Ok,
    };
    let many: String = (0..200)
        .map(|low| format!("many A 127.1.0.{low}\n"))
        .collect();
    let plain = format!(
        "{many}
words TXT \"no address\"
one CNAME two
two CNAME three
three CNAME end
end A 127.0.0.1
away CNAME mail.signed.
left CNAME right
right CNAME left
gone CNAME nobody
empty CNAME words
six AAAA ::1
inner A 10.0.0.1
inner A 192.168.1.1
inner AAAA fd00::1
mixed A 127.0.0.1
mixed A 10.0.0.1
mixed AAAA ::1
"
    );
    let mail = || "mail A 127.0.0.1\nmail AAAA ::1\n".to_owned();
    let servers = NameServers::start(&[
        ("plain", Signed::Not, plain),
        ("signed", Signed::Well, mail()),
        ("hashed", Signed::WellWithHashes, mail()),
        ("bogus", Signed::WithAnotherKey, mail()),
        ("expired", Signed::Until2020, mail()),
    ]);
    let (validating, simple) = (servers.recursive, servers.authoritative);
    let both = &[validating, simple][..];
    let (validating, simple) = (&[validating][..], &[simple][..]);
    let home = "127.0.0.1 ::1";
    let failed = (DnsServerFailed, "SERVFAIL");
    // Outcomes of other stages mean that the lookup went well.
    let cases = [
        (both, "end.plain", (Ok, ""), "", "127.0.0.1"),
        (both, "six.plain", (Ok, ""), "", "::1"),
        (both, "mail.signed", (Ok, ""), "", home),
        (both, "mail.hashed", (Ok, ""), "", home),
        (both, "nobody.plain", (NameNotFound, ""), "", ""),
        (both, "nobody.signed", (NameNotFound, ""), "", ""),
        (both, "nobody", (NameNotFound, ""), "", ""),
        (both, "words.plain", (NoAddress, ""), "", ""),
        (
            both,
            "one.plain",
            (Ok, ""),
            "two.plain three.plain end.plain",
            "127.0.0.1",
        ),
        (both, "away.plain", (Ok, ""), "mail.signed", home),
        (both, "gone.plain", (NameNotFound, ""), "nobody.plain", ""),
        (both, "empty.plain", (NoAddress, ""), "words.plain", ""),
        (validating, "left.plain", failed, "", ""),
        (
            simple,
            "left.plain",
            (DnsServerFailed, ""),
            "right.plain left.plain",
            "",
        ),
        (both, "inner.plain", (AddressNotPublic, ""), "", ""),
        (both, "mixed.plain", (Ok, ""), "", "10.0.0.1 127.0.0.1 ::1"),
        (validating, "mail.bogus", failed, "", ""),
        (validating, "mail.expired", failed, "", ""),
        (both, "mail.lame", failed, "", ""),
        (validating, "mail.silent", (DnsTimeout, ""), "", ""),
        (
            validating,
            "mail.refused",
            (DnsServerFailed, "REFUSED"),
            "",
            "",
        ),
        (simple, "mail.bogus", (Ok, ""), "", home),
    ];
    let checks = cases.into_iter().flat_map(|case| {
        let (nameservers, host, (outcome, code), aliases, addresses) = case;
        let servers = &servers;
        nameservers.iter().map(move |nameserver| async move {
            let options = Options {
                nameserver: Some(*nameserver),
                // Where an address is found, it is one of this machine.
                allow_private: outcome == Ok,
                ..options(servers)
            };
            // Nothing listens on the port, and no certificate is asked for.
            let report = check(options, endpoint(host, 1, Security::None), None).await;
            let seen = format!("{host}: {report:#?}");
            let step = &report.steps[0];
            assert_eq!((step.stage, step.outcome), (Stage::Dns, outcome), "{seen}");
            assert_eq!(step.server_reply.as_deref().unwrap_or(""), code, "{seen}");
            let (found, names) = match &step.facts {
                Facts::Dns { addresses, aliases } => (addresses.clone(), aliases.join(" ")),
                _ => Default::default(),
            };
            let mut found: Vec<_> = found.iter().map(ToString::to_string).collect();
            found.sort();
            assert_eq!(
                (found.join(" "), names.as_str()),
                (addresses.to_owned(), aliases),
                "{seen}"
            );
            if outcome == Ok && !host.contains("mixed") {
                assert_eq!(report.outcome, ConnectionRefused, "{seen}");
            }
        })
    });
    join_all(checks).await;

    // 200 addresses need TCP; the first 16 are enough.
    for nameserver in both {
        let options = Options {
            nameserver: Some(*nameserver),
            allow_private: true,
            ..options(&servers)
        };
        let report = check(options, endpoint("many.plain", 1, Security::None), None).await;
        match &report.steps[0].facts {
            Facts::Dns { addresses, .. } => assert_eq!(addresses.len(), 16, "{report:#?}"),
            _ => panic!("{report:#?}"),
        }
    }
}

/// Which servers are asked (an answer that DNSSEC disproves is only had from the one that does not
/// validate), the host, the domain of the mail address, and the step, if there is one. `GOOD` is a
/// record for the certificate of the server, `BAD` for another one, and `OTHER` of an unknown kind.
const CASES: &str = "
both bare.test -
both bare.test example.test
both bare.test plain.test
both bare.test here.test ok: bare.test:PORT yes
both alias.test here.test ok: bare.test:PORT yes, BAD proven
both bare.test there.test srv-differs: imap.there.test:PORT no
both bare.test behind.test srv-differs: imap.there.test:PORT no
both nobody.test there.test srv-differs: imap.there.test:PORT no
both bare.test port.test srv-differs: bare.test:1993 no
both bare.test off.test srv-differs: .:0 no
both bare.test several.test ok: there.test:PORT no, bare.test:PORT yes
both good.test - ok: GOOD proven
both whole.test - ok: WHOLE proven
both bad.test - tlsa-mismatch: BAD proven
both both.test - ok: BAD, GOOD proven
both other.test - ok: OTHER proven
both alias.test - ok: BAD proven
both good.test port.test srv-differs: bare.test:1993 no, GOOD proven
both bad.test port.test tlsa-mismatch: bare.test:1993 no, BAD proven
both good.hashed - ok: GOOD proven
both bad.hashed - tlsa-mismatch: BAD proven
both good.plain - ok: GOOD
both bad.plain - ok: BAD
simple good.bogus - ok: GOOD
simple bad.bogus - ok: BAD
simple good.expired - ok: GOOD
simple bad.expired - ok: BAD
";

#[tokio::test]
async fn what_the_domain_and_the_host_publish_is_compared() {
    let server = MailServer::start().await;
    let port = server.port;
    let [right, wrong] = [&server.key_hash, &"00".repeat(32)];
    let full = &server.certificate;
    let tlsa = |host: &str, records: &[String]| {
        let mut lines = format!("{host} A 127.0.0.1\n");
        for record in records {
            writeln!(lines, "_{port}._tcp.{host} TLSA {record}").unwrap();
        }
        lines
    };
    let [good, bad] = [right, wrong].map(|hash| format!("3 1 1 {hash}"));
    let other = format!("9 1 1 {wrong}");
    let mut test = [
        tlsa("bare", &[]),
        tlsa("good", std::slice::from_ref(&good)),
        tlsa("whole", &[format!("3 0 0 {full}")]),
        tlsa("bad", std::slice::from_ref(&bad)),
        tlsa("both", &[bad.clone(), good.clone()]),
        tlsa("other", std::slice::from_ref(&other)),
        tlsa("down", std::slice::from_ref(&bad)),
    ]
    .concat();
    writeln!(
        test,
        "alias CNAME bare\n_{port}._tcp.alias TLSA {bad}\n_1._tcp.down TLSA {bad}"
    )
    .unwrap();
    for (domain, label, places) in [
        ("here", "imaps", &[(0, port, "bare.test.")][..]),
        ("there", "imaps", &[(0, port, "imap.there.test.")]),
        ("port", "imaps", &[(0, 1993, "bare.test.")]),
        ("off", "imaps", &[(0, 0, ".")]),
        (
            "several",
            "imaps",
            &[(5, port, "there.test."), (9, port, "BARE.test.")],
        ),
        ("plain", "imap", &[(0, 143, "there.test.")]),
    ] {
        for (priority, port, target) in places {
            let name = format!("_{label}._tcp.{domain}");
            writeln!(test, "{name} SRV {priority} 1 {port} {target}").unwrap();
        }
    }
    writeln!(test, "_imaps._tcp.behind CNAME _imaps._tcp.there").unwrap();
    let elsewhere =
        tlsa("bad", std::slice::from_ref(&bad)) + &tlsa("good", std::slice::from_ref(&good));
    let servers = NameServers::start(&[
        ("test", Signed::Well, test),
        ("hashed", Signed::WellWithHashes, elsewhere.clone()),
        ("plain", Signed::Not, elsewhere.clone()),
        ("bogus", Signed::WithAnotherKey, elsewhere.clone()),
        ("expired", Signed::Until2020, elsewhere),
    ]);
    let (validating, simple) = (servers.recursive, servers.authoritative);
    let cases = CASES
        .replace("PORT", &port.to_string())
        .replace("GOOD", &format!("{good} yes"))
        .replace("BAD", &format!("{bad} no"))
        .replace("WHOLE", &format!("3 0 0 {}… yes", &full[..128]))
        .replace("OTHER", &format!("{other} no"));
    let checks = cases.trim().lines().flat_map(|case| {
        let mut parts = case.splitn(4, ' ').map(str::trim);
        let [servers_asked, host, domain, expected] = [(); 4].map(|()| parts.next().unwrap_or(""));
        let domain = Some(domain).filter(|domain| *domain != "-");
        let nameservers = match servers_asked {
            "both" => vec![validating, simple],
            _ => vec![simple],
        };
        let (servers, server) = (&servers, &server);
        nameservers.into_iter().map(move |nameserver| async move {
            let options = Options {
                nameserver: Some(nameserver),
                allow_private: true,
                extra_roots: vec![server.root.clone()],
                ..options(servers)
            };
            let endpoint = endpoint(host, port, Security::Tls);
            let report = check(options, endpoint, domain).await;
            assert_eq!(
                published(&report),
                expected,
                "{case} {nameserver}: {report:#?}"
            );
        })
    });
    join_all(checks).await;

    // Where nothing answers, no certificate was wrong, and without encryption there is none.
    for (port, security, expected) in [
        (1, Security::Tls, &*format!("ok: {bad} no proven")),
        (1, Security::None, ""),
    ] {
        let options = Options {
            allow_private: true,
            ..options(&servers)
        };
        let report = check(options, endpoint("down.test", port, security), None).await;
        assert_eq!(published(&report), expected, "{report:#?}");
    }

    // Another root proves nothing.
    let options = Options {
        allow_private: true,
        root_keys: Default::default(),
        ..options(&servers)
    };
    let report = check(options, endpoint("bad.test", port, Security::Tls), None).await;
    assert_eq!(published(&report), format!("ok: {bad} no"), "{report:#?}");
}

/// The step about what is published, as one line. It is the last one, and its facts are complete.
fn published(report: &EndpointReport) -> String {
    let step = report
        .steps
        .iter()
        .find(|step| step.stage == Stage::Published);
    let Some(step) = step else {
        return String::new();
    };
    assert_eq!(report.steps.last(), Some(step), "{report:#?}");
    let Facts::Published {
        srv,
        tlsa,
        authenticated,
    } = &step.facts
    else {
        panic!("{report:#?}")
    };
    let matches = |matches: bool| if matches { "yes" } else { "no" };
    let mut found: Vec<String> = srv
        .iter()
        .map(|srv| format!("{}:{} {}", srv.target, srv.port, matches(srv.matches)))
        .collect();
    found.sort_by_key(|place| !place.starts_with("there"));
    let mut certificates: Vec<String> = tlsa
        .iter()
        .map(|tlsa| format!("{} {}", tlsa.record, matches(tlsa.matches)))
        .collect();
    certificates.sort();
    found.extend(certificates);
    let proven = if *authenticated { " proven" } else { "" };
    format!("{}: {}{proven}", step.outcome, found.join(", "))
}

/// A server with TLS and a greeting, which is all that it says.
struct MailServer {
    port: u16,
    /// The authority of its certificate.
    root: CertificateDer<'static>,
    /// SHA-256 of its key, in hexadecimal.
    key_hash: String,
    /// Its certificate, in hexadecimal.
    certificate: String,
}

impl MailServer {
    async fn start() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().clone();
        let issuer = Issuer::new(params, key);

        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["good.test".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap().der().clone();
        let hash = digest(&SHA256, &key.subject_public_key_info());
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (key_hash, whole) = (hex(hash.as_ref()), hex(&certificate));

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tls = tls.clone();
                tokio::spawn(async move {
                    let mut stream = tls.accept(stream).await?;
                    stream
                        .write_all(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
                        .await?;
                    stream.read_u8().await
                });
            }
        });
        Self {
            port,
            root,
            key_hash,
            certificate: whole,
        }
    }
}

/// What a check with these servers has in common.
fn options(servers: &NameServers) -> Options {
    Options {
        nameserver: Some(servers.recursive),
        root_keys: servers.root_key.parse().unwrap(),
        ..Options::default()
    }
}

fn endpoint(host: &str, port: u16, security: Security) -> Endpoint {
    Endpoint {
        id: "one".into(),
        protocol: Protocol::Imap,
        host: host.parse().unwrap(),
        port: NonZeroU16::new(port).unwrap(),
        security,
    }
}

async fn check(options: Options, endpoint: Endpoint, domain: Option<&str>) -> EndpointReport {
    let targets = vec![Target {
        endpoint,
        domain: domain.map(|domain| domain.parse().unwrap()),
        connect_to: Vec::new(),
        private_networks: Vec::new(),
        proxy_header: None,
    }];
    let mut events = Box::pin(Probe::new(options).unwrap().run(targets, None));
    loop {
        if let ProbeEvent::Done { report, .. } = events.next().await.unwrap() {
            return report;
        }
    }
}
