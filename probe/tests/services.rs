//! Whole checks of scripted servers, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use probe::net::{Event, Options, Probe, Target};
use probe::{Credentials, Endpoint, EndpointReport, Facts, Protocol, Security, Stage, TlsFacts};
use rustls::ServerConfig;
use scripted_server::Do::{self, Echo, Hear, Pause, Tls, Wait};
use scripted_server::{Authority, Heard, NAME, Server, say, self_signed};

use Protocol::{Imap, Pop3, Smtp};
use Security::{None as Clear, Starttls, Tls as Implicit};

const PASSWORD: &str = "c4nary-Pa55phrase";

/// What the server does, and what the check must find.
struct Case {
    name: &'static str,
    service: (Protocol, Security),
    script: Vec<Do>,
    /// Stages and outcomes, from the greeting or TLS on.
    steps: &'static str,
    /// What the last step quotes.
    said: Option<&'static str>,
    /// Everything that the server hears in the clear, if that matters.
    clear: Option<&'static str>,
}

fn case(
    name: &'static str,
    service: (Protocol, Security),
    script: Vec<Do>,
    steps: &'static str,
) -> Case {
    Case {
        name,
        service,
        script,
        steps,
        said: None,
        clear: None,
    }
}

impl Case {
    fn said(mut self, words: &'static str) -> Self {
        self.said = Some(words);
        self
    }

    fn clear(mut self, heard: &'static str) -> Self {
        self.clear = Some(heard);
        self
    }
}

const IMAP: &str = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
const IMAP_STARTTLS: &str = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n";
const CAPA: &str = "+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n";
const EHLO: &str = "250-mail.example.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n";

fn healthy() -> Vec<Case> {
    let quota = "* QUOTA \"u\" (STORAGE 95 100)\r\n\x01 OK done\r\n";
    let signed_in = "\x01 OK [CAPABILITY IMAP4rev1 QUOTA] in\r\n";
    vec![
        case("imaps", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear, say(signed_in), Hear, say(quota), Hear, say("* BYE\r\n\x01 OK\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok mailbox:mailbox-nearly-full close:ok")
            .said("BYE"),
        case("imap", (Imap, Starttls),
            vec![say(IMAP_STARTTLS), Hear, say("\x01 OK go\r\n"), Tls,
                Hear, say("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n\x01 OK\r\n"),
                Hear, say("+ \r\n"), Hear, say("\x01 OK in\r\n"),
                    Hear, say("* CAPABILITY IMAP4rev1\r\n\x01 OK\r\n"), Hear, say("* BYE\r\n\x01 OK\r\n")],
            "greeting:ok starttls:ok tls:ok certificate:ok capabilities:ok sign-in:ok close:ok"),
        case("pop3s", (Pop3, Implicit),
            vec![Tls, say("+OK hi\r\n"), Hear, say(CAPA), Hear, say("+OK in\r\n"), Hear, say("+OK 2 320\r\n"),
                Hear, say("+OK bye\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok mailbox:ok close:ok")
            .said("+OK bye"),
        case("pop3", (Pop3, Starttls),
            vec![say("+OK hi\r\n"), Hear, say("+OK go\r\n"), Tls, Hear, say("-ERR what\r\n"),
                Hear, say("+OK\r\n"), Hear, say("+OK in\r\n"), Hear, say("-ERR [IN-USE] locked\r\n")],
            "greeting:ok starttls:ok tls:ok certificate:ok capabilities:ok sign-in:ok mailbox:mailbox-in-use")
            .clear("STLS\r\n"),
        case("smtps", (Smtp, Implicit),
            vec![Tls, say("220 hi\r\n"), Hear, say("250-me\r\n250 AUTH LOGIN\r\n"), Hear, say("334 Zm9v\r\n"),
                Hear, say("334 Zm9v\r\n"), Hear, say("235 2.7.0 in\r\n"), Hear, say("221 bye\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok close:ok"),
        case("smtp", (Smtp, Starttls),
            vec![say("220-hi\r\n220 there\r\n"), Hear, say(EHLO), Hear, say("220 go\r\n"), Tls,
                Hear, say(EHLO), Hear, say("235 in\r\n"), Hear, say("221 bye\r\n")],
            "greeting:ok starttls:ok tls:ok certificate:ok capabilities:ok sign-in:ok close:ok")
            .clear("EHLO [127.0.0.1]\r\nSTARTTLS\r\n"),
        case("smtp in the clear", (Smtp, Clear),
            vec![say("220 hi\r\n"), Hear, say("250-me\r\n250 AUTH PLAIN\r\n"), Hear, say("221 bye\r\n")],
            "greeting:ok capabilities:ok sign-in:not-encrypted close:ok")
            .clear("EHLO [127.0.0.1]\r\nQUIT\r\n"),
    ]
}

fn refused() -> Vec<Case> {
    vec![
        case("imaps, wrong password", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear, say("\x01 NO [AUTHENTICATIONFAILED] no such luck\r\n"), Hear, say("* BYE\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:wrong-credentials")
            .said("NO [AUTHENTICATIONFAILED] no such luck"),
        case("pop3s, wrong password", (Pop3, Implicit),
            vec![Tls, say("+OK\r\n"), Hear, say(CAPA), Hear, say("-ERR [AUTH] no\r\n"), Hear, say("+OK\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:wrong-credentials")
            .said("-ERR [AUTH] no"),
        case("smtp, wrong password", (Smtp, Starttls),
            vec![say("220 hi\r\n"), Hear, say(EHLO), Hear, say("220 go\r\n"), Tls, Hear, say(EHLO), Hear,
                say("535-5.7.8 no\r\n535 5.7.8 really\r\n"), Hear, say("221 bye\r\n")],
            "greeting:ok starttls:ok tls:ok certificate:ok capabilities:ok sign-in:wrong-credentials")
            .said("535-5.7.8 no 535 5.7.8 really"),
        case("imaps, echoes the command", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear, say("* OK "), Echo, say("\x01 NO bad: "), Echo],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:wrong-credentials")
            .said("AUTHENTICATE PLAIN [hidden]"),
        case("pop3s, echoes the password", (Pop3, Implicit),
            vec![Tls, say("+OK\r\n"), Hear, say("-ERR\r\n"), Hear, say("+OK\r\n"), Hear,
                say(&format!("-ERR you said {PASSWORD}!\r\n"))],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:wrong-credentials")
            .said("you said [hidden]!"),
        case("imaps, hangs up during the sign-in", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:closed-early"),
        case("imaps, hangs up after the sign-in", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear, say("\x01 OK in\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok mailbox:dropped-after-sign-in"),
        case("smtps, hangs up after the sign-in", (Smtp, Implicit),
            vec![Tls, say("220 hi\r\n"), Hear, say(EHLO), Hear, say("235 in\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok close:dropped-after-sign-in"),
        case("imaps, full", (Imap, Implicit),
            vec![Tls, say(IMAP), Hear, say("\x01 OK [CAPABILITY QUOTA] in\r\n"), Hear,
                say("* QUOTA a (STORAGE 100 100)\r\n\x01 OK\r\n"), Hear, say("* BYE\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok mailbox:mailbox-full"),
        case("imaps, no password sign-in", (Imap, Implicit),
            vec![Tls, say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED] hi\r\n"), Hear, say("* BYE\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:password-sign-in-not-offered"),
        case("smtps, no extended SMTP", (Smtp, Implicit),
            vec![Tls, say("220 hi\r\n"), Hear, say("502 what?\r\n"), Hear, say("221 bye\r\n")],
            "tls:ok certificate:ok greeting:ok capabilities:extended-smtp-missing"),
    ]
}

fn faults() -> Vec<Case> {
    let endless = Do::Say(vec![b'a'; 200_000]);
    vec![
        case(
            "imap, not offered",
            (Imap, Starttls),
            vec![say(IMAP), Hear, say("* BYE\r\n")],
            "greeting:ok starttls:starttls-not-offered",
        ),
        case(
            "pop3, not offered",
            (Pop3, Starttls),
            vec![
                say("+OK\r\n"),
                Hear,
                say("-ERR\r\n"),
                Hear,
                say(CAPA),
                Hear,
                say("+OK\r\n"),
            ],
            "greeting:ok starttls:starttls-not-offered",
        )
        .clear("STLS\r\nCAPA\r\nQUIT\r\n"),
        case(
            "smtp, not offered",
            (Smtp, Starttls),
            vec![
                say("220 hi\r\n"),
                Hear,
                say("250-me\r\n250 AUTH PLAIN\r\n"),
                Hear,
                say("221 bye\r\n"),
            ],
            "greeting:ok starttls:starttls-not-offered",
        )
        .clear("EHLO [127.0.0.1]\r\nQUIT\r\n")
        .said("AUTH PLAIN"),
        case(
            "smtp, refused",
            (Smtp, Starttls),
            vec![
                say("220 hi\r\n"),
                Hear,
                say(EHLO),
                Hear,
                say("454 not now\r\n"),
                Hear,
                say("221 bye\r\n"),
            ],
            "greeting:ok starttls:starttls-refused",
        )
        .clear("EHLO [127.0.0.1]\r\nSTARTTLS\r\nQUIT\r\n")
        .said("454 not now"),
        case(
            "imap, refused",
            (Imap, Starttls),
            vec![
                say(IMAP_STARTTLS),
                Hear,
                say("\x01 BAD no\r\n"),
                Hear,
                say("* BYE\r\n"),
            ],
            "greeting:ok starttls:starttls-refused",
        )
        .said("BAD no"),
        case(
            "smtp, a line injected",
            (Smtp, Starttls),
            vec![
                say("220 hi\r\n"),
                Hear,
                say(EHLO),
                Hear,
                say("220 go\r\n250 AUTH PLAIN\r\n"),
                Wait,
            ],
            "greeting:ok starttls:starttls-injection",
        )
        .clear("EHLO [127.0.0.1]\r\nSTARTTLS\r\n")
        .said("250 AUTH PLAIN"),
        case(
            "pop3, half a line injected",
            (Pop3, Starttls),
            vec![say("+OK\r\n"), Hear, say("+OK go\r\n+"), Wait],
            "greeting:ok starttls:starttls-injection",
        )
        .clear("STLS\r\n"),
        case(
            "imap, a TLS record injected",
            (Imap, Starttls),
            vec![
                say(IMAP_STARTTLS),
                Hear,
                Do::Say(b"\x01 OK go\r\n\x16\x03".to_vec()),
                Wait,
            ],
            "greeting:ok starttls:starttls-injection",
        ),
        case(
            "imap, continuation instead of an answer",
            (Imap, Starttls),
            vec![say(IMAP_STARTTLS), Hear, say("+ go on\r\n"), Wait],
            "greeting:ok starttls:malformed-reply",
        ),
        case(
            "imap, another tag",
            (Imap, Starttls),
            vec![say(IMAP_STARTTLS), Hear, say("A1 OK go\r\n"), Wait],
            "greeting:ok starttls:malformed-reply",
        ),
        case(
            "smtp, hangs up in place of TLS",
            (Smtp, Starttls),
            vec![say("220 hi\r\n"), Hear, say(EHLO), Hear, say("220 go\r\n")],
            "greeting:ok starttls:ok tls:tls-closed",
        ),
        case(
            "imap, preauthenticated",
            (Imap, Starttls),
            vec![say("* PREAUTH welcome\r\n"), Wait],
            "greeting:preauthenticated",
        )
        .clear(""),
        case(
            "imaps, preauthenticated",
            (Imap, Implicit),
            vec![Tls, say("* PREAUTH welcome\r\n"), Wait],
            "tls:ok certificate:ok greeting:preauthenticated",
        )
        .said("* PREAUTH welcome"),
        case(
            "imaps, plain greeting",
            (Imap, Implicit),
            vec![say(IMAP), Wait],
            "tls:plain-on-tls-port",
        )
        .said("ready"),
        case(
            "smtps, plain greeting",
            (Smtp, Implicit),
            vec![say("220 mail ESMTP\r\n"), Wait],
            "tls:plain-on-tls-port",
        )
        .said("220 mail ESMTP"),
        case(
            "imaps, web server",
            (Imap, Implicit),
            vec![say("HTTP/1.1 400 Bad Request\r\n\r\n"), Wait],
            "tls:unexpected-service",
        )
        .said("HTTP/1.1 400"),
        case(
            "imaps, garbage",
            (Imap, Implicit),
            vec![Do::Say(vec![0x80, 0xff, 2, 3, 4, 5, 6, 7]), Wait],
            "tls:tls-garbage",
        ),
        case(
            "imaps, fatal alert 112",
            (Imap, Implicit),
            vec![Do::Say(vec![21, 3, 3, 0, 2, 2, 112]), Wait],
            "tls:tls-name-not-known",
        ),
        case(
            "imaps, fatal alert 70",
            (Imap, Implicit),
            vec![Do::Say(vec![21, 3, 3, 0, 2, 2, 70]), Wait],
            "tls:tls-version-too-old",
        ),
        case(
            "imaps, fatal alert 40",
            (Imap, Implicit),
            vec![Do::Say(vec![21, 3, 3, 0, 2, 2, 40]), Wait],
            "tls:tls-no-common-cipher",
        ),
        case(
            "imaps, fatal alert 80",
            (Imap, Implicit),
            vec![Do::Say(vec![21, 3, 3, 0, 2, 2, 80]), Wait],
            "tls:tls-server-fault",
        ),
        case(
            "smtp, TLS alert",
            (Smtp, Starttls),
            vec![Do::Say(vec![21, 3, 2, 0, 2, 2, 40]), Wait],
            "greeting:tls-on-plain-port",
        )
        .clear(""),
        case(
            "smtp, hangs up at once",
            (Smtp, Starttls),
            vec![],
            "greeting:closed-early",
        ),
        case(
            "imaps, hangs up at once",
            (Imap, Implicit),
            vec![],
            "tls:tls-closed",
        ),
        case(
            "smtp, too busy",
            (Smtp, Starttls),
            vec![say("421 4.3.2 later\r\n")],
            "greeting:greeting-busy",
        )
        .said("421 4.3.2 later"),
        case(
            "smtp, blocked",
            (Smtp, Starttls),
            vec![say("554 5.7.1 blocked\r\n")],
            "greeting:greeting-refused",
        )
        .clear(""),
        case(
            "imaps, turned away",
            (Imap, Implicit),
            vec![Tls, say("* BYE no\r\n")],
            "tls:ok certificate:ok greeting:greeting-refused",
        ),
        case(
            "pop3, SMTP answers",
            (Pop3, Starttls),
            vec![say("220 mail ESMTP\r\n"), Wait],
            "greeting:unexpected-service",
        )
        .said("220 mail ESMTP"),
        case(
            "smtp, endless line",
            (Smtp, Starttls),
            vec![endless, Wait],
            "greeting:reply-too-long",
        )
        .clear(""),
        case(
            "smtp, endless greeting",
            (Smtp, Starttls),
            vec![say(&"220-more\r\n".repeat(2000)), Wait],
            "greeting:reply-too-long",
        ),
        case(
            "smtp, terminal escapes",
            (Smtp, Starttls),
            vec![say("554 \x1b[31mred\u{202e}\r\n")],
            "greeting:greeting-refused",
        )
        .said("554 \\x1b[31mred"),
        case(
            "smtp, hangs up in the middle of a line",
            (Smtp, Starttls),
            vec![say("220 mail.exam")],
            "greeting:closed-early",
        )
        .said("220 mail.exam"),
    ]
}

/// Every case with a password, which must never be heard in the clear nor be told afterwards.
async fn examine(cases: Vec<Case>) {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let probe = probe(&authority);
    for case in cases {
        let server = Server::start(case.script.clone(), Some(Arc::clone(&config))).await;
        let target = target("one", case.service.0, case.service.1, &server);
        let started = Instant::now();
        let reports = check(&probe, vec![target], Some(credentials())).await;
        let name = case.name;
        let expected = format!("dns:address-given connect:ok {}", case.steps);
        assert_eq!(steps(&reports[0]), expected, "{name}: {:#?}", reports[0]);
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{name} took {:?}",
            started.elapsed()
        );
        let last = reports[0].steps.last().unwrap();
        if let Some(said) = case.said {
            let quoted = last.server_said.as_deref().unwrap_or("nothing");
            assert!(quoted.contains(said), "{name}: the server said {quoted:?}");
        }
        let heard = settled(&server).await;
        if let Some(clear) = case.clear {
            assert_eq!(String::from_utf8_lossy(&heard.clear), clear, "{name}");
        }
        assert_secret(&heard, &reports, name);
    }
}

#[tokio::test]
async fn healthy_services_are_found_healthy() {
    examine(healthy()).await;
}

#[tokio::test]
async fn what_happens_at_the_sign_in_is_named() {
    examine(refused()).await;
}

#[tokio::test]
async fn faults_are_named_and_end_the_check() {
    examine(faults()).await;
}

#[tokio::test]
async fn silence_is_waited_out_and_then_named() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let silent = Server::start(vec![Wait], None).await;
    let shy = Server::start(vec![Tls, say(IMAP), Wait], Some(config)).await;
    let targets = vec![
        target("silent", Smtp, Starttls, &silent),
        target("shy", Imap, Starttls, &shy),
        target("tls", Pop3, Implicit, &silent),
    ];
    let reports = check(&probe(&authority), targets, Some(credentials())).await;
    for (report, expected, seconds) in [
        (
            &reports[0],
            "dns:address-given connect:ok greeting:no-greeting",
            15..20,
        ),
        (
            &reports[1],
            "dns:address-given connect:ok greeting:tls-on-plain-port",
            15..17,
        ),
        (
            &reports[2],
            "dns:address-given connect:ok tls:tls-timeout",
            8..10,
        ),
    ] {
        assert_eq!(steps(report), expected);
        assert!(seconds.contains(&report.elapsed.as_secs()), "{report:?}");
    }
}

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
            ((Imap, Implicit), vec![Tls, say(IMAP), Wait], ""),
            (
                (Pop3, Starttls),
                vec![say("+OK\r\n"), Hear, say("+OK\r\n"), Tls, Wait],
                "greeting:ok starttls:ok ",
            ),
        ] {
            let server = Server::start(script, Some(Arc::clone(&config))).await;
            let target = target("one", service.0, service.1, &server);
            let reports = check(&probe, vec![target], Some(credentials())).await;
            let expected =
                format!("dns:address-given connect:ok {before}tls:ok certificate:{outcome}");
            assert_eq!(steps(&reports[0]), expected);
            assert!(
                settled(&server).await.inside.is_empty(),
                "{outcome}: something was sent"
            );
            let [.., tls, certificate] = reports[0].steps.as_slice() else {
                panic!()
            };
            let Facts::Tls(TlsFacts {
                version,
                cipher,
                group,
                ..
            }) = &tls.facts
            else {
                panic!("{tls:?}")
            };
            assert_eq!(version, "TLS 1.3");
            assert!(cipher.starts_with("TLS_AES_"), "{cipher}");
            assert_eq!(group.as_deref(), Some("X25519MLKEM768"));
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
    let script = vec![Tls, say(IMAP), Hear, say("* BYE\r\n\x01 OK\r\n")];
    let server = Server::start(script, Some(config)).await;
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
async fn a_demand_for_a_client_certificate_is_named() {
    let authority = Authority::new("Test root");
    for (version, expected) in [
        (
            &rustls::version::TLS12,
            "tls:tls-client-certificate-required",
        ),
        // Here the refusal comes only after the client has finished.
        (
            &rustls::version::TLS13,
            "tls:ok certificate:ok greeting:tls-client-certificate-required",
        ),
    ] {
        let script = vec![Tls, say(IMAP), Wait];
        let server = Server::start(script, Some(authority.demanding_server(version))).await;
        let target = target("one", Imap, Implicit, &server);
        let reports = check(&probe(&authority), vec![target], Some(credentials())).await;
        assert_eq!(
            steps(&reports[0]),
            format!("dns:address-given connect:ok {expected}")
        );
    }
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let authority = Authority::new("Test root");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut target = Target {
        endpoint: endpoint("one", Imap, Implicit),
        domain: None,
        connect_to: Some(address),
    };
    let reports = check(&probe(&authority), vec![target.clone()], None).await;
    assert_eq!(
        steps(&reports[0]),
        "dns:address-given connect:connection-refused"
    );
    let Facts::Connect {
        connected: None,
        attempts,
    } = &reports[0].steps[1].facts
    else {
        panic!()
    };
    assert_eq!(attempts.len(), 1);
    // Without the operator's word a private address is not even tried.
    target.connect_to = None;
    target.endpoint.host = "127.0.0.1".parse().unwrap();
    let reports = check(&probe(&authority), vec![target], None).await;
    assert_eq!(steps(&reports[0]), "dns:address-not-public");
}

#[tokio::test]
async fn a_refused_password_is_sent_to_one_server_only() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    for (answer, follow, expected) in [
        ("\x01 NO [AUTHENTICATIONFAILED] no\r\n", 1, "not-tried"),
        ("\x01 NO [EXPIRED] no\r\n", 1, "not-tried"),
        ("\x01 NO [CONTACTADMIN] no\r\n", 1, "not-tried"),
        ("\x01 NO [ALERT] app password required\r\n", 1, "not-tried"),
        ("\x01 NO [UNAVAILABLE] later\r\n", 4, "temporary-failure"),
        ("\x01 OK [CAPABILITY A] in\r\n", 4, "ok"),
    ] {
        let script = vec![Tls, say(IMAP), Hear, say(answer), Hear, say("* BYE\r\n")];
        let mut servers = Vec::new();
        for _ in 0..4 {
            servers.push(Server::start(script.clone(), Some(Arc::clone(&config))).await);
        }
        let targets = servers
            .iter()
            .map(|server| target("x", Imap, Implicit, server))
            .collect();
        let reports = check(&probe(&authority), targets, Some(credentials())).await;
        let mut sign_ins = 0;
        for server in &servers {
            let heard = settled(server).await;
            sign_ins += heard
                .lines()
                .iter()
                .filter(|line| line.contains("AUTHENTICATE"))
                .count();
        }
        assert_eq!(sign_ins, follow, "{answer:?}");
        let told = reports.iter().filter(|report| {
            let step = report.steps.iter().find(|step| step.stage == Stage::SignIn);
            step.is_some_and(|step| step.outcome.code() == expected)
        });
        assert_eq!(
            told.count(),
            if follow == 1 { 3 } else { 4 },
            "{answer:?}: {reports:#?}"
        );
    }
}

#[tokio::test]
async fn waiting_for_the_verdict_is_not_counted() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let second = Duration::from_secs(1);
    let script = vec![
        Tls,
        say(IMAP),
        Hear,
        Pause(second),
        say("\x01 NO [UNAVAILABLE] later\r\n"),
    ];
    let slow = Server::start(script, Some(Arc::clone(&config))).await;
    let script = vec![
        Tls,
        Pause(second / 4),
        say(IMAP),
        Hear,
        say("\x01 OK [CAPABILITY A] in\r\n"),
        Hear,
    ];
    let quick = Server::start(script, Some(config)).await;
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

#[tokio::test]
async fn the_deadline_ends_whatever_is_under_way() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let silent = Server::start(vec![Wait], None).await;
    let stuck = Server::start(vec![Tls, say(IMAP), Hear, Wait], Some(Arc::clone(&config))).await;
    let queued = Server::start(
        vec![Tls, Pause(Duration::from_millis(300)), say(IMAP), Wait],
        Some(config),
    )
    .await;
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
    assert!(settled(&queued).await.inside.is_empty());
}

#[tokio::test]
async fn dropping_the_stream_closes_every_connection() {
    let authority = Authority::new("Test root");
    let config = authority.server(|_| {});
    let servers = [
        Server::start(vec![Wait], None).await,
        Server::start(vec![say("220 hi\r\n"), Wait], None).await,
        Server::start(vec![Tls, say(IMAP), Hear, Wait], Some(config)).await,
    ];
    let targets = vec![
        target("silent", Smtp, Starttls, &servers[0]),
        target("stuck", Smtp, Starttls, &servers[1]),
        target("signing in", Imap, Implicit, &servers[2]),
    ];
    {
        let stream = probe(&authority).run(targets, Some(credentials()));
        let mut stream = Box::pin(stream);
        let half = async { while stream.next().await.is_some() {} };
        assert!(
            tokio::time::timeout(Duration::from_millis(400), half)
                .await
                .is_err()
        );
        assert!(servers.iter().all(|server| server.heard().connections == 1));
        assert!(servers.iter().all(|server| server.heard().closed == 0));
    }
    for server in &servers {
        settled(server).await;
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

fn probe(authority: &Authority) -> Probe {
    let options = Options {
        extra_roots: vec![authority.root.clone()],
        ..Options::default()
    };
    Probe::new(options).unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(format!("alice@{NAME}"), PASSWORD.to_owned().into()).unwrap()
}

fn endpoint(id: &str, protocol: Protocol, security: Security) -> Endpoint {
    let port = NonZeroU16::new(993).unwrap();
    Endpoint {
        id: id.into(),
        protocol,
        host: NAME.parse().unwrap(),
        port,
        security,
    }
}

fn target(id: &str, protocol: Protocol, security: Security, server: &Server) -> Target {
    Target {
        endpoint: endpoint(id, protocol, security),
        domain: None,
        connect_to: Some(server.address),
    }
}

/// Runs to the end and returns the reports, after checking that they agree with the single steps.
async fn check(
    probe: &Probe,
    targets: Vec<Target>,
    credentials: Option<Credentials>,
) -> Vec<EndpointReport> {
    let mut steps = vec![Vec::new(); targets.len()];
    let mut reports = vec![None; targets.len()];
    let mut events = Box::pin(probe.run(targets, credentials));
    while let Some(event) = events.next().await {
        match event {
            Event::Step { endpoint, step } => steps[endpoint].push(step),
            Event::Done { endpoint, report } => {
                assert_eq!(report.steps, steps[endpoint]);
                assert!(reports[endpoint].replace(report).is_none(), "done twice");
            }
        }
    }
    reports
        .into_iter()
        .map(|report| report.expect("every endpoint ends"))
        .collect()
}

fn steps(report: &EndpointReport) -> String {
    let step = |step: &probe::Step| {
        let stage = serde_json::to_value(step.stage).unwrap();
        format!("{}:{}", stage.as_str().unwrap(), step.outcome)
    };
    report.steps.iter().map(step).collect::<Vec<_>>().join(" ")
}

/// What the server heard, when all of its clients are gone.
async fn settled(server: &Server) -> Heard {
    for _ in 0..200 {
        let heard = server.heard();
        if heard.connections > 0 && heard.closed == heard.connections {
            return heard;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection stays open: {:?}", server.heard());
}

/// The password, plain or in base64, is heard inside of TLS at most, and told nowhere.
fn assert_secret(heard: &Heard, reports: &[EndpointReport], name: &str) {
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let forms = [
        PASSWORD.to_owned(),
        encode(PASSWORD),
        encode(&format!("\0alice@{NAME}\0{PASSWORD}")),
    ];
    let told = format!("{reports:?} {}", serde_json::to_string(reports).unwrap());
    let clear = String::from_utf8_lossy(&heard.clear);
    for form in forms {
        assert!(!told.contains(&form), "{name} tells the password: {told}");
        assert!(
            !clear.contains(&form),
            "{name} sends the password in the clear"
        );
    }
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
