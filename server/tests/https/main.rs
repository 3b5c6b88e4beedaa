//! The program, serving HTTPS without a proxy.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod program;
mod setup_files;
#[path = "../tls/mod.rs"]
mod tls;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONNECTION, HOST, STRICT_TRANSPORT_SECURITY};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http_body_util::BodyExt;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};

use program::Program;
use tls::Pair;
use tokio::time::timeout;

/// A connection that the server closes is closed within this time.
const BRIEFLY: Duration = Duration::from_secs(1);

#[tokio::test]
async fn http_1_and_2_are_spoken_and_passwords_are_taken() {
    let pair = Pair::new("versions");
    let program = Program::start(&pair, &[]);
    for version in ["h2", "http/1.1"] {
        let stream = pair.connect(program.address, &[version]).await.unwrap();
        let agreed = stream.get_ref().1.alpn_protocol().unwrap().to_vec();
        assert_eq!(String::from_utf8_lossy(&agreed), version);
        let host = format!("localhost:{}", program.address.port());
        let request = Request::get(format!("https://{host}/test")).header("host", &host);
        let request = request.body(Body::empty()).unwrap();
        let answer = if version == "h2" {
            let io = TokioIo::new(stream);
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(request).await.unwrap()
        } else {
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(request).await.unwrap()
        };
        assert_eq!(answer.status(), StatusCode::OK, "{version}");
        let hsts = answer.headers().get(STRICT_TRANSPORT_SECURITY);
        assert_eq!(hsts.unwrap(), "max-age=31536000", "{version}");
        let page = answer.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page).into_owned();
        assert!(page.contains("name=\"password\""), "{version}: {page}");
    }
}

#[tokio::test]
async fn a_connection_ends_with_the_answer_to_what_was_posted() {
    let pair = Pair::new("posted");
    let program = Program::start(&pair, &[]);
    for (version, method, ends) in [
        ("http/1.1", "GET", false),
        ("http/1.1", "POST", true),
        ("h2", "GET", false),
        ("h2", "POST", true),
    ] {
        let stream = pair.connect(program.address, &[version]).await.unwrap();
        let io = TokioIo::new(stream);
        let request = Request::builder()
            .method(method)
            .uri(format!("https://{}/settings", program.address))
            .header(HOST, program.address.to_string())
            .body(Body::empty())
            .unwrap();
        // The sender is kept; without it the client would close the connection.
        let ended = if version == "h2" {
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), io).await.unwrap();
            let connection = tokio::spawn(connection);
            let answer = sender.send_request(request).await.unwrap();
            answer.into_body().collect().await.unwrap();
            timeout(BRIEFLY, connection).await.is_ok()
        } else {
            let (mut sender, connection) = http1::handshake(io).await.unwrap();
            let connection = tokio::spawn(connection);
            let answer = sender.send_request(request).await.unwrap();
            let told = answer.headers().get(CONNECTION);
            assert_eq!(told.is_some_and(|told| told == "close"), ends, "{method}");
            answer.into_body().collect().await.unwrap();
            timeout(BRIEFLY, connection).await.is_ok()
        };
        assert_eq!(ended, ends, "{version} {method}");
    }
}

/// A client requests four hundred pages on two connections, with a flow-control window of zero.
#[tokio::test]
async fn a_client_that_takes_nothing_has_few_pages_made_for_it() {
    let pair = Pair::new("unread");
    let program = Program::start(&pair, &[]);
    let mut answers = FuturesUnordered::new();
    for connection in 0..2 {
        let stream = pair.connect(program.address, &["h2"]).await.unwrap();
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(0)
            .handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(driver);
        for number in 0..200 {
            let path = format!("/errors?q={connection}x{number}");
            let uri = format!("https://{}{path}", program.address);
            let request = Request::get(uri).header("accept-encoding", "br");
            let request = request.body(Body::empty()).unwrap();
            answers.push(sender.clone().send_request(request));
        }
    }
    let mut unread = Vec::new();
    while let Ok(Some(answer)) = timeout(Duration::from_secs(2), answers.next()).await {
        // Requests that were sent before the client knew the limit on streams are refused.
        unread.extend(answer);
    }
    let count = |status: u16| {
        let answers = unread.iter().filter(|answer| answer.status() == status);
        answers.count()
    };
    assert_eq!((count(200), count(503)), (8, 8));
    // Cached pages are still served.
    let stream = pair.connect(program.address, &["http/1.1"]).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let host = format!("localhost:{}", program.address.port());
    let request = Request::get("/").header(HOST, host).body(Body::empty());
    let answer = sender.send_request(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

/// A ClientHello as clients before TLS 1.3 send it, with version 3.x.
fn old_hello(version: u8) -> Vec<u8> {
    let mut hello = vec![3, version];
    hello.extend([7; 32]);
    // No session; TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and _CBC_SHA; no compression.
    hello.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x09, 1, 0]);
    // Groups: x25519 and P-256. Signatures: ECDSA with P-256 and SHA-256.
    hello.extend([0, 18]);
    hello.extend([0, 10, 0, 6, 0, 4, 0, 29, 0, 23]);
    hello.extend([0, 13, 0, 4, 0, 2, 4, 3]);
    let length = u8::try_from(hello.len()).unwrap();
    [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat()
}

#[test]
fn old_versions_of_tls_are_refused() {
    let pair = Pair::new("old");
    let program = Program::start(&pair, &[]);
    // A fatal alert, protocol_version (RFC 8446 §6.2); with TLS 1.2 a handshake message.
    for (version, expected) in [
        (0, [21, 3, 3, 0, 2, 2, 70]),
        (1, [21, 3, 3, 0, 2, 2, 70]),
        (2, [21, 3, 3, 0, 2, 2, 70]),
        (3, [22, 3, 3, 0, 0, 0, 0]),
    ] {
        let mut stream = TcpStream::connect(program.address).unwrap();
        stream.write_all(&old_hello(version)).unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).unwrap();
        if version == 3 {
            // The length of the handshake message does not matter.
            answer[3..].fill(0);
        }
        assert_eq!(answer, expected, "version 3.{version}");
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_on_sighup_and_connections_go_on() {
    let old = Pair::new("renewal");
    let program = Program::start(&old, &[]);
    let stream = old.connect(program.address, &["http/1.1"]).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let ask = || {
        let request = Request::get("/robots.txt").header("host", "localhost");
        request.body(Body::empty()).unwrap()
    };
    let before = sender.send_request(ask()).await.unwrap();
    assert_eq!(before.status(), StatusCode::OK);
    before.into_body().collect().await.unwrap();

    // An invalid certificate is not loaded.
    fs::write(old.cert_file(), "rubbish").unwrap();
    program.hang_up();
    program.wait_for("certificate not reloaded").await;
    assert!(old.connect(program.address, &[]).await.is_ok());

    let new = Pair::new("renewal");
    program.hang_up();
    program.wait_for("certificate reloaded").await;
    assert!(new.connect(program.address, &[]).await.is_ok());
    assert!(old.connect(program.address, &[]).await.is_err());
    let after = sender.send_request(ask()).await.unwrap();
    assert_eq!(after.status(), StatusCode::OK);
}

#[test]
fn who_comes_in_the_clear_is_sent_on() {
    let pair = Pair::new("redirect");
    let program = Program::start(&pair, &["--redirect-listen", "127.0.0.1:0"]);
    let from = program.redirect.unwrap();
    let mut stream = TcpStream::connect(from).unwrap();
    let request = format!("GET /test?a=b HTTP/1.1\r\nHost: {from}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let to = format!("location: https://{}/test?a=b\r\n", program.address);
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.to_lowercase().contains(&to), "{answer}");
    assert!(
        !answer.to_lowercase().contains("strict-transport"),
        "{answer}"
    );
}

#[test]
fn what_cannot_be_used_is_named_and_ends_with_two() {
    let (pair, other) = (Pair::new("usage"), Pair::new("usage-other"));
    let (cert, key, strange) = (pair.cert_file(), pair.key_file(), other.key_file());
    let short = format!("{strange}.short");
    fs::write(&short, "too short").unwrap();
    for (options, named) in [
        (vec!["--tls-cert", &cert], "--tls-key"),
        (vec!["--tls-key", &key], "--tls-cert"),
        (vec!["--redirect-listen", "127.0.0.1:0"], "--tls-cert"),
        (
            vec!["--tls-cert", "/nowhere", "--tls-key", &key],
            "/nowhere: No such file",
        ),
        (
            vec!["--tls-cert", &key, "--tls-key", &key],
            "expected certificates in PEM",
        ),
        (
            vec!["--tls-cert", &cert, "--tls-key", &cert],
            "expected a private key in PEM",
        ),
        (vec!["--tls-cert", &cert, "--tls-key", &strange], &strange),
        (vec!["--trusted-proxy", "proxy.example"], "10.0.0.0/8"),
        (vec!["--proxy-protocol"], "--trusted-proxy"),
        (vec!["--tests-per-client", "0"], "30/10m"),
        (vec!["--limits-secret", &short], "at least 32 random bytes"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_mailguide"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
            ])
            .args(&options)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {said}");
        assert!(said.contains(named), "{options:?}: {said}");
    }
}
