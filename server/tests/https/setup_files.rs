//! Set-up files over connections as they are: without TLS where programs know nothing else, and signed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::{sleep, timeout};

use crate::program::Program;
use crate::tls::Pair;

#[tokio::test]
async fn without_tls_only_the_configuration_of_autoconfig_is_answered() {
    let pair = Pair::new("plain-setup");
    let options = ["--redirect-listen", "127.0.0.1:0", "--host", "help.example"];
    let program = Program::start(&pair, &options);
    let plain = program.redirect.unwrap();
    let https = program.address.port();
    for (method, host, path, expected) in [
        (
            "GET",
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=jane%40q.com",
            "200".to_owned(),
        ),
        (
            "GET",
            "q.com",
            "/.well-known/autoconfig/mail/config-v1.1.xml",
            "200".to_owned(),
        ),
        (
            "GET",
            "evil.example",
            "/mail/config-v1.1.xml",
            "421".to_owned(),
        ),
        (
            "GET",
            "autodiscover.q.com",
            "/AutoDiscover/AutoDiscover.xml",
            format!("302 https://autodiscover.q.com:{https}/AutoDiscover/AutoDiscover.xml"),
        ),
        (
            "POST",
            "autodiscover.q.com",
            "/autodiscover/autodiscover.xml",
            "403".to_owned(),
        ),
        (
            "GET",
            "help.example",
            "/settings/q.com/mail.mobileconfig",
            format!("308 https://help.example:{https}/settings/q.com/mail.mobileconfig"),
        ),
        ("GET", "evil.example", "/", "421".to_owned()),
    ] {
        let mut stream = TcpStream::connect(plain).unwrap();
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        let location = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        let found = match location {
            Some(location) => format!("{status} {location}"),
            None => status.to_owned(),
        };
        assert_eq!(found, expected, "{method} {host}{path}");
        let is_file = answer.contains("<hostname>mail.centurylink.net</hostname>");
        assert_eq!(is_file, expected == "200", "{answer}");
    }
}

/// Asks for a profile as the form of the site does.
async fn profile(pair: &Pair, program: &Program) -> Vec<u8> {
    let stream = pair.connect(program.address, &["http/1.1"]).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let form = "address=jane%40q.com";
    let request = Request::post("/settings/q.com/mail.mobileconfig")
        .header("host", format!("localhost:{}", program.address.port()))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", form.len());
    let request = request.body(Body::from(form)).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "application/x-apple-aspen-config"
    );
    answer
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

/// The profile inside, if OpenSSL verifies that this certificate signed it.
fn verified(pair: &Pair, signed: &[u8]) -> Option<String> {
    let file = pair.folder.join("signed.mobileconfig");
    fs::write(&file, signed).unwrap();
    let run = Command::new("openssl")
        .args([
            "cms", "-verify", "-inform", "DER", "-purpose", "any", "-binary", "-CAfile",
        ])
        .args([pair.cert_file().as_ref(), "-in".as_ref(), file.as_os_str()])
        .output()
        .expect("openssl is in the Debian package openssl");
    let inside = String::from_utf8(run.stdout).unwrap();
    run.status.success().then_some(inside)
}

#[tokio::test]
async fn profiles_are_signed_by_the_site_or_by_a_certificate_for_them() {
    let (site, own) = (Pair::new("signing-site"), Pair::new("signing-own"));
    let program = Program::start(&site, &[]);
    let signed = profile(&site, &program).await;
    let inside = verified(&site, &signed).unwrap();
    assert!(inside.contains("<string>jane@q.com</string>"), "{inside}");
    assert_eq!(verified(&own, &signed), None);

    let (cert, key) = (own.cert_file(), own.key_file());
    let options = ["--profile-certificate", &cert, "--profile-key", &key];
    let program = Program::start(&site, &options);
    let signed = profile(&site, &program).await;
    assert!(verified(&own, &signed).is_some());
    assert_eq!(verified(&site, &signed), None);

    // A renewed certificate signs from then on.
    let renewed = Pair::new("signing-own");
    program.hang_up();
    // The log has the same line for both certificates.
    let signed_anew = async {
        while verified(&renewed, &profile(&site, &program).await).is_none() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), signed_anew).await.unwrap();
}
