use std::fs;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::BodyExt;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::lab::Lab;
use crate::server::Server;
use crate::tls::Pair;

const CANARY: &str = "canary-password-9b2e47";

/// The encodings in which a password of this account is sent: as typed, and as in SASL PLAIN and LOGIN.
fn forms(password: &str) -> [String; 3] {
    [
        password.to_owned(),
        BASE64_STANDARD.encode(format!("\0alice@lab.test\0{password}")),
        BASE64_STANDARD.encode(password),
    ]
}

/// A client that keeps its connections open, as browsers and proxies do.
#[derive(Default)]
struct Browser {
    http1: Vec<http1::SendRequest<Body>>,
    http2: Vec<http2::SendRequest<Body>>,
}

impl Browser {
    /// Sends a request over a new connection, and returns the text of the response.
    async fn ask<S>(&mut self, stream: S, version: &str, request: Request<Body>) -> String
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(stream);
        let answer = if version == "h2" {
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            let answer = sender.send_request(request).await;
            self.http2.push(sender);
            answer
        } else {
            let (mut sender, connection) = http1::handshake(io).await.unwrap();
            tokio::spawn(connection);
            let answer = sender.send_request(request).await;
            self.http1.push(sender);
            answer
        };
        let body = answer.unwrap().into_body().collect().await.unwrap();
        String::from_utf8_lossy(&body.to_bytes()).into_owned()
    }
}

/// A form as a page of the site would send it.
fn post(scheme: &str, address: &str, path: &str, form: String) -> Request<Body> {
    let origin = format!("{scheme}://{address}");
    // HTTP/1 has the host in a header, HTTP/2 in the URI.
    Request::post(format!("{origin}{path}"))
        .header(HOST, address)
        .header(ORIGIN, origin)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap()
}

#[tokio::test]
async fn a_password_is_in_no_answer_no_log_no_metrics_no_file_and_no_memory() {
    let mut lab = Lab::start();
    let pair = Pair::new("secrets");
    for (scheme, versions) in [("http", &["http/1.1"][..]), ("https", &["http/1.1", "h2"])] {
        nothing_is_kept(&mut lab, &pair, scheme, versions).await;
    }
}

async fn nothing_is_kept(lab: &mut Lab, pair: &Pair, scheme: &str, versions: &[&str]) {
    let (cert, key) = (pair.cert_file(), pair.key_file());
    let mut options = vec!["--sign-ins-per-account", "100/1m"];
    if scheme == "https" {
        options.extend(["--tls-cert", &cert, "--tls-key", &key]);
    }
    let server = Server::start(lab, &options);
    let address = server.address.as_str();
    let right = lab.password("normal");
    let passwords = [right.as_str(), CANARY];
    let mut browser = Browser::default();
    for (stopped, password, expected) in [
        (false, right.as_str(), "your password was accepted"),
        (false, CANARY, "did not accept this password"),
        (true, right.as_str(), "cannot reach the server"),
    ] {
        if stopped {
            lab.control("stop-postfix");
        }
        for (version, path) in versions
            .iter()
            .flat_map(|version| [(*version, "/api/test"), (*version, "/test")])
        {
            let form = format!("address=alice%40lab.test&password={password}");
            let request = post(scheme, address, path, form);
            let answer = if scheme == "https" {
                let stream = pair.connect(address.parse().unwrap(), &[version]).await;
                browser.ask(stream.unwrap(), version, request).await
            } else {
                let stream = TcpStream::connect(address).await.unwrap();
                browser.ask(stream, version, request).await
            };
            assert!(answer.contains(expected), "{version} {path}: {answer}");
            for form in forms(password) {
                assert!(!answer.contains(&form), "{version} {path}: the password");
            }
        }
    }
    lab.control("start-postfix");
    sleep(Duration::from_secs(1)).await;
    let memory = server.memory();
    assert!(memory.len() > 1_000_000, "the memory could not be read");
    let metrics = server.metrics();
    assert!(metrics.contains("wrong-credentials"), "{metrics}");
    let files = fs::read_dir(server.folder()).unwrap().count();
    assert_eq!(files, 0, "the program has written something");
    let log = server.stop();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log was not at its finest"
    );
    for form in passwords.into_iter().flat_map(forms) {
        assert!(!log.contains(&form), "{scheme}: the log holds the password");
        assert!(!metrics.contains(&form), "{scheme}: the metrics hold it");
        let form = form.as_bytes();
        let copies = memory.windows(form.len()).filter(|part| *part == form);
        assert_eq!(copies.count(), 0, "{scheme}: the memory holds it");
    }
}
