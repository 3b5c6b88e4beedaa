//! Reports that are written and read again.

use super::*;

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// As exact as it is written.
const ELAPSED: Duration = Duration::from_micros(1_234_500);

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// One of each kind, with everything that may be left out and without.
fn facts() -> Vec<Facts> {
    let certificate = |staple, sent| CertificateFacts {
        names: words(&["mail.example.net"]),
        subject: "CN=mail.example.net".into(),
        issuer: "CN=Example CA".into(),
        not_before: -1,
        not_after: 2_000_000_000,
        days_left: -3,
        key: "ECDSA P-256".into(),
        signature: "ecdsa-with-SHA256".into(),
        fingerprint: "00".into(),
        key_fingerprint: "11".into(),
        sent,
        built: words(&["CN=mail.example.net", "CN=Example Root"]),
        staple,
    };
    let sent = SentCertificate {
        subject: "CN=mail.example.net".into(),
        issuer: "CN=Example CA".into(),
        not_after: 2_000_000_000,
    };
    let staple = |status, next_update| Staple {
        status,
        this_update: 1_700_000_000,
        next_update,
    };
    let other = |greeting: Option<&str>| OtherAddress {
        address: ADDRESS,
        outcome: Outcome::ConnectionRefused,
        fingerprint: greeting.map(str::to_owned),
        greeting: greeting.map(str::to_owned),
        elapsed: ELAPSED,
    };
    let delivery = |known: bool| Facts::Delivery {
        on_the_way: known.then_some(Duration::from_millis(12_300)),
        folder: known.then(|| "INBOX".into()),
        spf: known.then(|| "pass".into()),
        dkim: known.then(|| "fail".into()),
        dmarc: known.then(|| "none".into()),
    };
    let mailbox = |number| Facts::Mailbox {
        used: number,
        limit: number,
        messages: number,
        message_limit: number,
    };
    let statuses = [
        StapleStatus::Good,
        StapleStatus::Revoked,
        StapleStatus::Unknown,
    ];
    let stapled = statuses.map(|status| {
        let staple = staple(status, Some(1_700_000_001));
        Facts::Certificate(Box::new(certificate(Some(staple), vec![sent.clone()])))
    });
    let mut facts = vec![
        Facts::None {},
        Facts::Dns {
            addresses: vec![ADDRESS, "2001:db8::1".parse().unwrap()],
            aliases: words(&["pop.example.net"]),
        },
        Facts::Dns {
            addresses: Vec::new(),
            aliases: Vec::new(),
        },
        Facts::Connect {
            connected: Some(ADDRESS),
            attempts: vec![Attempt {
                address: ADDRESS,
                outcome: Outcome::Ok,
                elapsed: ELAPSED,
            }],
        },
        Facts::Connect {
            connected: None,
            attempts: Vec::new(),
        },
        Facts::Tls(TlsFacts {
            version: "TLS 1.3".into(),
            cipher: "TLS13_AES_128_GCM_SHA256".into(),
            group: Some("X25519MLKEM768".into()),
            post_quantum: Some(true),
            client_certificate_asked: true,
        }),
        Facts::Tls(TlsFacts::default()),
        Facts::Certificate(Box::new(certificate(None, Vec::new()))),
        Facts::Certificate(Box::new(certificate(
            Some(staple(StapleStatus::Good, None)),
            Vec::new(),
        ))),
        Facts::Capabilities {
            capabilities: words(&["IMAP4REV1", "AUTH=PLAIN"]),
            mechanisms: words(&["PLAIN"]),
        },
        Facts::SignIn {
            mechanism: "PLAIN".into(),
        },
        mailbox(Some(u64::MAX)),
        mailbox(None),
        Facts::Sending {
            size_limit: Some(1),
        },
        Facts::Sending { size_limit: None },
        delivery(true),
        delivery(false),
        Facts::OtherAddresses {
            others: vec![other(None), other(Some("* OK"))],
        },
        Facts::Published {
            srv: vec![SrvRecord {
                name: "_imaps._tcp.example.net".into(),
                target: ".".into(),
                port: 0,
                priority: 1,
                matches: false,
            }],
            tlsa: vec![TlsaRecord {
                record: "3 1 1 00".into(),
                matches: true,
            }],
            authenticated: true,
        },
    ];
    facts.extend(stapled);
    facts
}

fn report(steps: Vec<Step>) -> EndpointReport {
    let endpoint = Endpoint {
        id: "imap".into(),
        protocol: crate::Protocol::Imap,
        host: "mail.example.net".parse().unwrap(),
        port: 143.try_into().unwrap(),
        security: crate::Security::Starttls,
    };
    EndpointReport::new(endpoint, steps, ELAPSED)
}

#[test]
fn all_that_can_be_learnt_is_read_as_it_was_written() {
    for facts in facts() {
        let step = Step {
            facts,
            server_reply: Some("* OK ready".into()),
            ..Step::new(Stage::Dns, Outcome::Ok, ELAPSED)
        };
        let report = report(vec![step]);
        let json = serde_json::to_string(&report).unwrap();
        let read: EndpointReport = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report, "{json}");
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}

#[test]
fn all_outcomes_are_read_as_they_were_written() {
    for &outcome in Outcome::ALL {
        let stage = outcome.stage().unwrap_or(Stage::Close);
        let report = report(vec![Step::new(stage, outcome, ELAPSED)]);
        let json = serde_json::to_string(&report).unwrap();
        let read: EndpointReport = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report, "{json}");
    }
}

/// What a newer version may have written is not taken for something else.
#[test]
fn what_is_not_known_is_not_read() {
    let step = Step {
        facts: Facts::Sending { size_limit: None },
        ..Step::new(Stage::Sending, Outcome::Ok, ELAPSED)
    };
    let json = serde_json::to_string(&report(vec![step])).unwrap();
    for (known, other) in [
        (
            r#""outcome":"ok","elapsed_ms""#,
            r#""outcome":"no-such","elapsed_ms""#,
        ),
        (r#""stage":"sending""#, r#""stage":"no-such""#),
        (r#""state":"ok""#, r#""state":"no-such""#),
        (r#""protocol":"imap""#, r#""protocol":"jmap""#),
        (r#""security":"starttls""#, r#""security":"other""#),
        (r#""mail.example.net""#, r#""mail example""#),
        (r#""port":143"#, r#""port":0"#),
        (r#""elapsed_ms":1234.5"#, r#""elapsed_ms":-1"#),
        (r#""elapsed_ms":1234.5"#, r#""elapsed_ms":1e300"#),
        (r#""size_limit":null"#, r#""size_limit":null,"more":1"#),
        (r#""size_limit":null"#, r#""more":1"#),
        (r#""steps""#, r#""more":1,"steps""#),
        (r#""stage""#, r#""more":1,"stage""#),
    ] {
        let changed = json.replacen(known, other, 1);
        assert_ne!(changed, json, "{known}");
        let read = serde_json::from_str::<EndpointReport>(&changed);
        assert!(read.is_err(), "{changed}");
    }
}
