//! What relays refuse to carry, and to whom.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use crate::browser::Browser;
use crate::mail::{MailServer, Tapped};
use crate::program::Program;

fn record(kind: u8, len: u16) -> Vec<u8> {
    let [high, low] = len.to_be_bytes();
    [
        &[kind, 3, 3, high, low, 1][..],
        &vec![0; usize::from(len) - 1],
    ]
    .concat()
}

#[tokio::test]
async fn nothing_passes_that_our_session_does_not_send() {
    // It answers whatever it hears, as a server of any protocol, in TLS or not.
    let hello = record(22, 300);
    let text: &[u8] = b"* OK as you like\r\n";
    let tls: &[u8] = &[22, 3, 3, 0, 1, 2];
    for (what, service, greeting, answer, sent, code, reached) in [
        (
            "HTTP",
            "imap",
            &b""[..],
            tls,
            vec![b"GET / HTTP/1.1\r\n\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "SSH",
            "imap",
            b"",
            tls,
            vec![b"SSH-2.0-x\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "mail in the clear on a port for TLS",
            "imap",
            b"",
            tls,
            vec![b"MAIL FROM:<a@b.example>\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "mail behind a hello",
            "imap",
            b"",
            tls,
            vec![hello.clone(), b"MAIL FROM:<a@b.example>\r\n".to_vec()],
            4004,
            305,
        ),
        (
            "data before the answer",
            "imap",
            b"",
            tls,
            vec![[hello.clone(), record(23, 50)].concat()],
            4004,
            0,
        ),
        (
            "data to a server without TLS",
            "imap",
            b"",
            text,
            vec![hello.clone(), record(23, 50)],
            4004,
            305,
        ),
        (
            "a heartbeat",
            "imap",
            b"",
            tls,
            vec![hello.clone(), record(24, 50)],
            4004,
            305,
        ),
        (
            "a long upload",
            "imap",
            b"",
            tls,
            vec![hello.clone(), record(22, 8000), record(22, 8100)],
            4003,
            305 + 8005,
        ),
        (
            "a long mail",
            "imap",
            b"",
            tls,
            vec![hello.clone(), record(23, 9000)],
            4003,
            305,
        ),
        (
            "LOGIN in the clear",
            "starttls",
            text,
            text,
            vec![b"m0123abc LOGIN jane secret\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "AUTHENTICATE in the clear",
            "starttls",
            text,
            text,
            vec![b"m0123abc AUTHENTICATE PLAIN\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "a password as a tag",
            "starttls",
            text,
            text,
            vec![b"secret STARTTLS\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "a command behind STARTTLS",
            "starttls",
            text,
            text,
            vec![b"m0123abc STARTTLS\r\nm0123abd CAPABILITY\r\n".to_vec()],
            4004,
            0,
        ),
        (
            "LOGIN behind STARTTLS",
            "starttls",
            text,
            text,
            vec![
                b"m0123abc STARTTLS\r\n".to_vec(),
                b"m0123abd LOGIN jane secret\r\n".to_vec(),
            ],
            4004,
            19,
        ),
        (
            "TLS without STARTTLS",
            "starttls",
            text,
            text,
            vec![hello.clone()],
            4004,
            0,
        ),
        (
            "a line without its end",
            "starttls",
            text,
            text,
            vec![vec![b'a'; 300]],
            4004,
            0,
        ),
    ] {
        let mail = MailServer::saying(greeting, answer).await;
        let program = Program::with(&mail, "imap", &[]);
        let mut browser = Browser::open(&program, service).await;
        browser.steps().await;
        if !greeting.is_empty() {
            browser.bytes().await;
        }
        let last = sent.len() - 1;
        for (number, bytes) in sent.iter().enumerate() {
            browser.send(bytes).await;
            if number < last {
                browser.bytes().await;
            }
        }
        let ((found, _), _) = browser.closed().await;
        assert_eq!((found, mail.received().len()), (code, reached), "{what}");
    }
}

#[tokio::test]
async fn only_pages_of_the_site_open_a_relay_and_only_to_a_documented_service() {
    let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
    let services = [
        ("imap", "imap", "starttls", mail.address),
        ("plain", "imap", "none", mail.address),
    ];
    let program = Program::start(&services, &[]);
    let own = format!("http://{}", program.address);
    let tls = format!("https://{}", program.address);
    let relay = ("sec-websocket-protocol", "mailguide.relay.v1");
    let imap = "record=lab&service=imap";
    for (what, query, headers, expected) in [
        (
            "our page",
            imap,
            vec![("origin", own.as_str()), relay],
            None,
        ),
        (
            "our page, by Firefox",
            imap,
            vec![
                ("origin", own.as_str()),
                ("sec-fetch-site", "same-origin"),
                relay,
            ],
            None,
        ),
        ("no origin", imap, vec![relay], Some(403)),
        (
            "another site",
            imap,
            vec![("origin", "https://evil.example"), relay],
            Some(403),
        ),
        (
            "a sandboxed page",
            imap,
            vec![("origin", "null"), relay],
            Some(403),
        ),
        (
            "our host with https",
            imap,
            vec![("origin", tls.as_str()), relay],
            Some(403),
        ),
        (
            "a subdomain",
            imap,
            vec![
                ("origin", own.as_str()),
                ("sec-fetch-site", "same-site"),
                relay,
            ],
            Some(403),
        ),
        (
            "another site that claims ours",
            imap,
            vec![
                ("origin", "http://evil.example"),
                ("sec-fetch-site", "same-origin"),
                relay,
            ],
            Some(403),
        ),
        (
            "no subprotocol",
            imap,
            vec![("origin", own.as_str())],
            Some(400),
        ),
        (
            "another subprotocol",
            imap,
            vec![("origin", own.as_str()), ("sec-websocket-protocol", "chat")],
            Some(400),
        ),
        (
            "an unknown service",
            "record=lab&service=pop3",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "an unknown record",
            "record=other&service=imap",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "a service without encryption",
            "record=lab&service=plain",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "a host",
            "record=lab&service=localhost:22",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "a host beside it",
            "record=lab&service=imap&host=localhost",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "no service",
            "record=lab",
            vec![("origin", own.as_str()), relay],
            Some(404),
        ),
        (
            "another site that asks whether it can be opened",
            "",
            vec![("origin", "https://evil.example"), relay],
            Some(403),
        ),
    ] {
        let opened = Browser::with(&program, query, &headers).await;
        assert_eq!(opened.err(), expected, "{what}");
    }
    for (reason, count) in [("origin", 7), ("no-websocket", 2), ("unknown-service", 6)] {
        let line = format!("mailguide_relays_refused_total{{reason=\"{reason}\"}} {count}");
        program.wait_for_metric(&line);
    }
    // Our page may ask whether it can be opened. That leads nowhere.
    let asked = Browser::with(&program, "", &[("origin", &own), relay]).await;
    let ((code, _), bytes) = asked.unwrap().closed().await;
    assert_eq!((code, bytes), (1000, 0));
    // It is switched off.
    for (ways, expected) in [("server", Some(404)), ("off", Some(404)), ("browser", None)] {
        let program = Program::start(&services, &["--sign-in", ways]);
        let own = format!("http://{}", program.address);
        let opened = Browser::with(&program, imap, &[("origin", &own), relay]).await;
        assert_eq!(opened.err(), expected, "{ways}");
    }
}

#[tokio::test]
async fn what_a_mail_server_sends_has_an_end_and_messages_have_a_form() {
    let flood = MailServer::start(
        async |mut stream: Tapped| {
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        },
    )
    .await;
    let program = Program::with(&flood, "imap", &[]);
    let mut browser = Browser::open(&program, "starttls").await;
    browser.steps().await;
    let ((code, reason), len) = browser.closed().await;
    assert_eq!((code, reason.as_str()), (4003, "too-many-bytes"));
    assert!(len <= 96 * 1024 && len > 80 * 1024, "{len}");

    let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
    let program = Program::with(&mail, "imap", &[]);
    let mut browser = Browser::open(&program, "starttls").await;
    browser.steps().await;
    browser.bytes().await;
    let text = Message::Text("m0123abc STARTTLS\r\n".into());
    browser.0.send(text).await.unwrap();
    assert_eq!(browser.closed().await.0, (4004, "wrong-message".to_owned()));
    assert!(mail.received().is_empty());
    // A message that is longer than all that may be sent is not even read.
    let mut browser = Browser::open(&program, "imap").await;
    browser.steps().await;
    browser.send(&vec![22; 17 * 1024]).await;
    program.wait_for_metric("mailguide_relays_total{end=\"browser-gone\"} 1");
    assert!(mail.received().is_empty());
}

#[tokio::test]
async fn a_program_that_stops_says_so() {
    let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
    let mut program = Program::with(&mail, "imap", &["--stop-within", "3"]);
    let mut browser = Browser::open(&program, "starttls").await;
    browser.steps().await;
    browser.bytes().await;
    program.terminate();
    assert_eq!(browser.closed().await.0, (4006, "stopping".to_owned()));
    drop(browser);
    assert_eq!(program.exit_code(), Some(0));
    // One that has ended by then is not waited for.
    let mut program = Program::with(&mail, "imap", &["--stop-within", "30"]);
    let mut browser = Browser::open(&program, "starttls").await;
    browser.steps().await;
    let begun = std::time::Instant::now();
    program.terminate();
    drop(browser);
    assert_eq!(program.exit_code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}
