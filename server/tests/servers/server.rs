//! A running server of several.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::http;
use crate::mail::MailServer;

/// What all servers have in common.
pub(crate) struct Setup {
    folder: PathBuf,
    database: String,
    cacert: String,
}

impl Setup {
    pub(crate) fn new(mail: &MailServer, database: &str) -> Self {
        let folder = mail.pair.folder.clone();
        fs::write(folder.join("record.toml"), record(&mail.address)).unwrap();
        fs::write(
            folder.join("secret"),
            "the same secret at every server, for tests",
        )
        .unwrap();
        // The URL has a password, which stands in no list of processes then.
        fs::write(folder.join("database"), database).unwrap();
        Self {
            database: folder.join("database").display().to_string(),
            cacert: mail.pair.cert_file(),
            folder,
        }
    }

    pub(crate) fn server(&self, options: &[&str]) -> Server {
        self.start(self.command(&self.database), options)
    }

    /// A server that reaches the database under another URL.
    pub(crate) fn server_with_database(&self, url: &str, options: &[&str]) -> Server {
        let port = url.rsplit(':').next().unwrap().replace('/', "-");
        let file = self.folder.join(format!("database-{port}"));
        fs::write(&file, url).unwrap();
        self.start(self.command(&file.display().to_string()), options)
    }

    fn start(&self, mut command: Command, options: &[&str]) -> Server {
        let secret = self.folder.join("secret");
        command
            .arg("--limits-secret")
            .arg(secret)
            .args(options)
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (address, metrics) = http::addresses(&mut child);
        Server {
            child,
            address,
            metrics,
        }
    }

    /// The exit status and the words of a server with another secret, which does not start.
    pub(crate) fn refused(&self, secret: Option<&str>) -> (Option<i32>, String) {
        let mut command = self.command(&self.database);
        if let Some(secret) = secret {
            let file = self.folder.join("another-secret");
            fs::write(&file, secret).unwrap();
            command.arg("--limits-secret").arg(file);
        }
        let done = command.output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    }

    fn command(&self, database: &str) -> Command {
        let mut command = Command::new(http::program());
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .args(["--published-settings-every", "off", "--allow-private"])
            .args([
                "--tests-per-client",
                "1000",
                "--tests-at-once-per-client",
                "60",
            ])
            .args([
                "--sign-ins-per-account",
                "60",
                "--accounts-per-client",
                "60",
            ])
            .args(["--cacert", &self.cacert, "--database-file", database])
            .arg("--config")
            .arg(self.folder.join("record.toml"));
        command
    }
}

/// A server. It is killed when it is dropped, also when a test fails.
pub(crate) struct Server {
    child: Child,
    address: String,
    metrics: String,
}

impl Server {
    pub(crate) fn post(&self, path: &str, form: &str) -> String {
        answer(&self.address, &http::form(&self.address, path, form))
    }

    pub(crate) fn get(&self, path: &str) -> String {
        get(&self.address, path)
    }

    pub(crate) fn metrics(&self) -> String {
        get(&self.metrics, "/metrics")
    }

    /// A gauge; 0 where it is not there yet.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        let metrics = self.metrics();
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0, |value| value.trim().parse().unwrap())
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it, and waits until it has ended in good order.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    answer(address, &request)
}

fn answer(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn record(connect_to: &str) -> String {
    format!(
        r#"id = "lab"
name = "Lab Mail"

[[source]]
id = "own"
title = "The test's own set-up"
url = "https://lab.test/settings"
read = "2026-11-23"

[[group]]
id = "lab"
name = "Addresses"
domains = ["lab.test"]
user_name = {{ form = "full-address", source = "own" }}
sign_in = {{ method = "password", source = "own" }}

[[group.service]]
id = "imap"
protocol = "imap"
host = "localhost"
port = 993
security = "tls"
role = "recommended"
source = "own"
connect_to = "{connect_to}"
"#
    )
}
