//! `mailguide dns`, with a name server of the field that serves what it prints.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../../../probe/tests/name_servers/mod.rs"]
mod name_servers;
#[path = "../tls/mod.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use name_servers::{NameServers, Signed};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tls::Pair;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const RECORD: &str = r#"
id = "zones"
name = "Zones"
[[source]]
id = "help"
title = "Help"
url = "https://mail.zones/help"
read = "2026-11-23"
[[group]]
id = "zones"
name = "Addresses"
domains = ["mail.zones"]
user_name = { form = "full-address", source = "help" }
sign_in = { method = "password", source = "help" }
[[group.service]]
id = "imap"
protocol = "imap"
host = "imap.mail.zones"
port = 993
security = "tls"
role = "recommended"
source = "help"
[[group.service]]
id = "smtp"
protocol = "smtp"
host = "smtp.mail.zones"
port = 465
security = "tls"
role = "recommended"
source = "help"
"#;

/// The record, in a file that goes when the test ends.
struct RecordFile(PathBuf);

impl RecordFile {
    fn new(test: &str) -> Self {
        Self::of(test, RECORD)
    }

    fn of(test: &str, text: &str) -> Self {
        let name = format!("dns-{}-{test}.toml", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    /// Runs the command. Returns its exit status and what it printed.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_mailguide"))
            .args(["dns", "mail.zones", "--site", "help.zones", "--config"])
            .arg(&self.0)
            .args(arguments)
            .output()
            .unwrap();
        let (out, err) = (&output.stdout, &output.stderr);
        let said = String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err);
        (output.status.code().unwrap(), said)
    }

    fn check(&self, server: SocketAddr) -> (i32, String) {
        self.run(&["--check", "--nameserver", &server.to_string()])
    }
}

impl Drop for RecordFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn what_is_printed_is_right_once_it_is_published() {
    let record = RecordFile::new("published");
    let (status, zone) = record.run(&[]);
    assert_eq!(status, 0, "{zone}");
    let own = "help.zones. 0 A 192.0.2.1\n";
    let published = format!("{own}{zone}");
    let servers = NameServers::start(&[("zones", Signed::Not, published.clone())]);
    let (status, verdicts) = record.check(servers.authoritative);
    assert_eq!(status, 0, "{verdicts}");
    let lines: Vec<_> = verdicts.lines().collect();
    assert_eq!(lines.len(), 11, "{verdicts}");
    assert!(
        lines.iter().all(|line| line.starts_with("right ")),
        "{verdicts}"
    );

    let changed = published
        .replace(
            "_imaps._tcp.mail.zones. IN SRV 0 0 993",
            "_imaps._tcp.mail.zones. IN SRV 0 0 143",
        )
        .replace(
            "autoconfig.mail.zones. IN CNAME help.zones.",
            "autoconfig.mail.zones. IN A 192.0.2.9",
        )
        .replace("autodiscover.mail.zones. IN CNAME help.zones.\n", "")
        .replace("a=sha256; d=", "a=sha256; d=A");
    servers.change("zones", &changed);
    let (status, verdicts) = record.check(servers.authoritative);
    assert_eq!(status, 1, "{verdicts}");
    for expected in [
        "differs _imaps._tcp.mail.zones. IN SRV 0 0 993 imap.mail.zones.\n        published: SRV 0 0 143 imap.mail.zones.\n",
        "differs autoconfig.mail.zones. IN CNAME help.zones.\n        published: 192.0.2.9\n",
        "missing autodiscover.mail.zones. IN CNAME help.zones.\n",
        "differs _ua-auto-config.mail.zones. IN TXT \"v=UAAC1; a=sha256; d=",
        "right   _submissions._tcp.mail.zones. IN SRV 0 0 465 smtp.mail.zones.\n",
    ] {
        assert!(verdicts.contains(expected), "{expected}: {verdicts}");
    }
}

/// The digest of a certificate's key, as OpenSSL makes it.
fn key_digest(pair: &Pair) -> String {
    const COMMAND: &str = "openssl x509 -in \"$1\" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r";
    let output = Command::new("sh")
        .args(["-c", COMMAND, "sh", &pair.cert_file()])
        .output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    said.split(' ').next().unwrap().to_owned()
}

/// An IMAP server that greets over TLS, and says goodbye to whatever it is told.
async fn greet(listener: TcpListener, pair: &Pair) {
    let cert = CertificateDer::from_pem_file(pair.cert_file()).unwrap();
    let key = PrivateKeyDer::from_pem_file(pair.key_file()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let _ = stream.write_all(b"* OK ready\r\n").await;
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(b"* BYE\r\n").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_verified_certificate_is_published_and_no_other() {
    let pair = Pair::new("seen-key");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (begin, _) = RECORD
        .split_once("[[group.service]]\nid = \"smtp\"")
        .unwrap();
    let text =
        begin.replace("imap.mail.zones", "localhost") + &format!("connect_to = \"{address}\"\n");
    let record = RecordFile::of("seen", &text);
    let served = pair.clone();
    tokio::spawn(async move { greet(listener, &served).await });
    let cert = pair.cert_file();
    let expected = format!("_993._tcp.localhost. IN TLSA 3 1 1 {}\n", key_digest(&pair));
    for (trust, published) in [(&["--cacert", &*cert][..], true), (&[], false)] {
        let arguments = [trust, &["--seen", "--allow-private"]].concat();
        let (status, zone) = tokio::task::block_in_place(|| record.run(&arguments));
        assert_eq!(status, 0, "{zone}");
        assert_eq!(zone.contains(&expected), published, "{expected}: {zone}");
        let left_out = zone.contains("no certificate that could be verified was seen");
        assert_eq!(left_out, !published, "{zone}");
    }
}

#[test]
fn what_cannot_be_asked_is_an_error() {
    let record = RecordFile::new("unknown");
    let output = Command::new(env!("CARGO_BIN_EXE_mailguide"))
        .args(["dns", "other.example", "--config"])
        .arg(&record.0)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("no record has settings for other.example"),
        "{said}"
    );
}
