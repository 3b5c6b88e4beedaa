use std::cell::RefCell;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt;

use super::*;
use crate::credentials::Credentials;
use crate::dialogue::{Fault, Redactor, Upgrade};
use crate::endpoint::{Endpoint, Protocol, Security};
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::{Facts, Step};
use crate::testing::script::{Script, TestClock};

/// A transport without sockets, over which the server goes on with another script inside TLS. What it is asked
/// on other connections it never answers.
struct ScriptedTransport(RefCell<Option<TlsHandshake<Script>>>);

impl Transport for ScriptedTransport {
    type Stream = Script;
    type TlsStream = Script;

    async fn start_tls(&self, _: Upgrade<Script>) -> TlsHandshake<Script> {
        self.0.borrow_mut().take().expect("one handshake")
    }

    async fn diagnose_tls(&self, _: Fault) -> (Fault, Facts) {
        pending().await
    }

    async fn answers_tls(&self) -> bool {
        pending().await
    }

    fn classify_error(&self, _: &io::Error) -> Option<Outcome> {
        None
    }
}

#[derive(Default)]
struct Steps(Vec<Step>);

impl StepSink for Steps {
    fn take(&mut self, step: Step) {
        self.0.push(step);
    }
}

fn certificate(outcome: Outcome) -> CertificateCheck {
    CertificateCheck {
        outcome,
        facts: None,
        chain: vec![vec![1, 2, 3]],
    }
}

fn verified(replies: &[&[u8]]) -> TlsHandshake<Script> {
    TlsHandshake::Verified {
        stream: Script::of(replies),
        tls: Facts::None {},
        certificate: certificate(Outcome::Ok),
    }
}

/// The steps of a session that ends, as `stage:outcome`, and how many certificates it returned.
fn session(
    service: (Protocol, Security),
    outside: &[&[u8]],
    handshake: TlsHandshake<Script>,
    gate: &SignInGate,
) -> (String, usize) {
    let ended = run(service, Script::of(outside), handshake, gate).now_or_never();
    ended.expect("the session ends")
}

async fn run(
    service: (Protocol, Security),
    outside: Script,
    handshake: TlsHandshake<Script>,
    gate: &SignInGate,
) -> (String, usize) {
    let endpoint = Endpoint {
        id: "one".to_owned(),
        protocol: service.0,
        host: "mail.example.test".parse().unwrap(),
        port: 993.try_into().unwrap(),
        security: service.1,
    };
    let credentials = Credentials::new("alice".into(), "secret".to_owned().into()).unwrap();
    let mut log = StepLog::new(TestClock::default(), Steps::default());
    let session = Session {
        endpoint: &endpoint,
        credentials: Some(&credentials),
        address: EnvelopeAddress::of_user("alice@example.test", None),
        turn: Some(gate.turn(&endpoint)),
        delivery: None,
        redactor: Arc::new(Redactor::new(Some(&credentials))),
        client_name: "[192.0.2.1]".to_owned(),
        transport: ScriptedTransport(RefCell::new(Some(handshake))),
        log: &mut log,
    };
    let certificates = session.run(outside).await;
    let steps = log.into_sink().0;
    let steps = steps.iter().map(|step| {
        let stage = serde_json::to_value(step.stage).unwrap();
        format!("{}:{}", stage.as_str().unwrap(), step.outcome)
    });
    let steps: Vec<String> = steps.collect();
    let certificates = certificates.map_or(0, |certificates| certificates.chain.len());
    (steps.join(" "), certificates)
}

#[test]
fn a_session_needs_no_sockets() {
    use Protocol::{Imap, Pop3, Smtp};
    use Security::{None, Starttls, Tls};
    let failed = || TlsHandshake::Failed {
        fault: Outcome::TlsReset.into(),
        tls: Facts::None {},
        unexplained: false,
    };
    let untrusted = || TlsHandshake::Untrusted {
        tls: Facts::None {},
        certificate: certificate(Outcome::CertificateExpired),
    };
    let imap = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n";
    for (service, outside, handshake, expected) in [
        (
            (Imap, Tls),
            &[&b""[..]][..],
            verified(&[
                imap,
                b"\x01 OK [CAPABILITY ID QUOTA] in\r\n",
                b"* ID NIL\r\n\x01 OK\r\n",
                b"* 3 EXISTS\r\n\x01 OK [READ-ONLY] open\r\n",
                b"* QUOTA \"\" (STORAGE 95 100)\r\n\x01 OK\r\n",
                b"* BYE\r\n",
            ]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok \
                 mailbox:mailbox-nearly-full close:ok",
                1,
            ),
        ),
        (
            (Imap, Tls),
            &[b""],
            verified(&[imap, b"\x01 OK [CAPABILITY IMAP4rev1] in\r\n"]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok \
                 mailbox:dropped-after-sign-in",
                1,
            ),
        ),
        (
            (Imap, Tls),
            &[b""],
            verified(&[
                imap,
                b"\x01 OK [CAPABILITY IMAP4rev1] in\r\n",
                b"\x01 NO SELECT Unsafe Login.\r\n",
                b"* BYE\r\n",
            ]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok \
                 mailbox:mailbox-refused",
                1,
            ),
        ),
        (
            (Imap, Tls),
            &[b""],
            verified(&[imap, b"\x01 NO [AUTHENTICATIONFAILED] no\r\n"]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:wrong-credentials",
                1,
            ),
        ),
        (
            (Smtp, Starttls),
            &[b"220 hi\r\n", b"250-me\r\n250 STARTTLS\r\n", b"220 go\r\n"],
            verified(&[
                b"",
                b"250-me\r\n250 AUTH PLAIN\r\n",
                b"235 in\r\n",
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"221 bye\r\n",
            ]),
            (
                "greeting:ok starttls:ok tls:ok certificate:ok capabilities:ok sign-in:ok \
                 sending:ok close:ok",
                1,
            ),
        ),
        (
            (Smtp, Tls),
            &[b""],
            verified(&[
                b"220 hi\r\n",
                b"250-me\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n",
                b"235 in\r\n",
                b"553 5.7.1 not owned by user\r\n503 no\r\n250 ok\r\n",
                b"221 bye\r\n",
            ]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok sending:sender-refused",
                1,
            ),
        ),
        (
            (Smtp, Tls),
            &[b""],
            verified(&[
                b"220 hi\r\n",
                b"250-me\r\n250 AUTH PLAIN\r\n",
                b"235 in\r\n",
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"421 4.4.0 no relay\r\n",
            ]),
            (
                "tls:ok certificate:ok greeting:ok capabilities:ok sign-in:ok sending:ok \
                 close:sending-fault",
                1,
            ),
        ),
        (
            (Smtp, Starttls),
            &[
                b"220 hi\r\n",
                b"250-me\r\n250 STARTTLS\r\n",
                b"220 go\r\n250 x\r\n",
            ],
            verified(&[b""]),
            ("greeting:ok starttls:starttls-injection", 0),
        ),
        (
            (Pop3, None),
            &[b"+OK hi\r\n", b"+OK\r\nUSER\r\n.\r\n", b"+OK bye\r\n"],
            verified(&[b""]),
            (
                "greeting:ok capabilities:ok sign-in:not-encrypted close:ok",
                0,
            ),
        ),
        ((Imap, Tls), &[b""], failed(), ("tls:tls-reset", 0)),
        (
            (Imap, Tls),
            &[b""],
            untrusted(),
            ("tls:ok certificate:certificate-expired", 1),
        ),
    ] {
        let gate = SignInGate::new(Disclosure::default());
        let (steps, certificates) = session(service, outside, handshake, &gate);
        assert_eq!((steps.as_str(), certificates), expected, "{service:?}");
    }
}

#[test]
fn a_refused_password_is_not_tried_by_the_next_session() {
    let gate = SignInGate::new(Disclosure::default());
    let service = (Protocol::Pop3, Security::Tls);
    let greeting = &b"+OK hi\r\n"[..];
    let capabilities = b"+OK\r\nSASL PLAIN\r\n.\r\n";
    for (reply, expected) in [
        (&b"-ERR [AUTH] no\r\n"[..], "sign-in:wrong-credentials"),
        (b"+OK bye\r\n", "sign-in:not-tried close:ok"),
    ] {
        let handshake = verified(&[greeting, capabilities, reply]);
        let (steps, _) = session(service, &[b""], handshake, &gate);
        assert!(steps.ends_with(expected), "{steps}");
    }
}

#[test]
fn nobody_waits_for_a_session_that_cannot_come_to_its_sign_in() {
    use Protocol::{Imap, Pop3};
    use Security::{Starttls, Tls};
    let unexplained = TlsHandshake::Failed {
        fault: Outcome::TlsClosed.into(),
        tls: Facts::None {},
        unexplained: true,
    };
    for (security, outside, handshake) in [
        // Its handshake is diagnosed.
        (Tls, Script::of(&[b""]), unexplained),
        // It has hung up without a greeting, and is asked whether it speaks TLS.
        (Starttls, Script::of(&[b""]), verified(&[b""])),
        // It does not answer the goodbye after a failure.
        (
            Starttls,
            Script::of(&[b"* OK [CAPABILITY IMAP4rev1] hi\r\n"]).stalling(),
            verified(&[b""]),
        ),
    ] {
        let gate = SignInGate::new(Disclosure::default());
        let mut leader = pin!(run((Imap, security), outside, handshake, &gate));
        assert!(leader.as_mut().now_or_never().is_none(), "it is not over");
        let handshake = verified(&[
            b"+OK hi\r\n",
            b"+OK\r\nSASL PLAIN\r\n.\r\n",
            b"-ERR [AUTH] no\r\n",
        ]);
        let (steps, _) = session((Pop3, Tls), &[b""], handshake, &gate);
        assert!(steps.ends_with("sign-in:wrong-credentials"), "{steps}");
        assert!(leader.as_mut().now_or_never().is_none(), "it is not over");
    }
}

#[test]
fn what_is_under_way_can_be_interrupted_once() {
    let mut log = StepLog::new(TestClock::default(), Steps::default());
    log.interrupt(Outcome::Deadline);
    log.begin(Stage::Tls);
    log.interrupt(Outcome::Cancelled);
    log.interrupt(Outcome::Deadline);
    let outcomes: Vec<Outcome> = log.into_sink().0.iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cancelled]);
}
