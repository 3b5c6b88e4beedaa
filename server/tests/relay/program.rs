//! The running program, with a record whose services are servers of the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::http;
use crate::mail::MailServer;

/// The program. It is killed when it is dropped, also when a test fails.
pub(crate) struct Program {
    child: Child,
    record: PathBuf,
    pub(crate) address: String,
    metrics: String,
}

/// A service of the record: its id, its protocol, its security, and where it is.
pub(crate) type Service<'a> = (&'a str, &'a str, &'a str, SocketAddr);

impl Program {
    /// Starts it with these services.
    pub(crate) fn start(services: &[Service<'_>], options: &[&str]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let record = folder.join(format!("relay-{}-{number}.toml", std::process::id()));
        fs::write(&record, text(services)).unwrap();
        let mut child = Command::new(http::program())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .args([
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
                "--allow-private",
            ])
            .arg("--config")
            .arg(&record)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (address, metrics) = http::addresses(&mut child);
        Self {
            child,
            record,
            address,
            metrics,
        }
    }

    /// Starts it with one service over TLS from the start, `lab/imap`, and one with STARTTLS, `lab/starttls`, which are
    /// the same server.
    pub(crate) fn with(mail: &MailServer, protocol: &str, options: &[&str]) -> Self {
        let address = mail.address;
        let services = [
            ("imap", protocol, "tls", address),
            ("starttls", protocol, "starttls", address),
        ];
        Self::start(&services, options)
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has exited.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "it goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the metrics have this line.
    pub(crate) fn wait_for_metric(&self, line: &str) {
        let begin = Instant::now();
        loop {
            let metrics = self.metrics();
            if metrics.lines().any(|found| found == line) {
                return;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "{line}\n{metrics}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The response of the metrics port.
    pub(crate) fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(&self.metrics).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.record);
    }
}

fn text(services: &[Service<'_>]) -> String {
    let mut text = r#"id = "lab"
name = "Lab Mail"

[[source]]
id = "own"
title = "The test's own set-up"
url = "https://lab.test/settings"
read = "2026-11-23"

[links]
password_reset = { url = "https://lab.test/password", source = "own" }
support = { url = "https://lab.test/support", source = "own" }

[[group]]
id = "lab"
name = "Lab addresses"
domains = ["lab.test"]
user_name = { form = "full-address", source = "own" }
sign_in = { method = "password", source = "own" }
"#
    .to_owned();
    for (id, protocol, security, address) in services {
        text += &format!(
            r#"
[[group.service]]
id = "{id}"
protocol = "{protocol}"
host = "mail.lab.test"
port = 993
security = "{security}"
role = "other"
source = "own"
connect_to = "{address}"
"#
        );
    }
    text
}
