//! The program that serves the site, with a database.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::directory::Directory;
use crate::http;

/// The running program. It is killed when it is dropped, also when a test fails.
pub(crate) struct Program {
    child: Child,
    site: String,
    operators: String,
    log: PathBuf,
    _directory: Directory,
}

/// The program with these options, which asks nobody for anything.
pub(crate) fn command(options: &[&OsStr]) -> Command {
    let mut command = Command::new(http::program());
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--metrics-listen", "127.0.0.1:0"])
        .args(["--published-settings-every", "off"])
        .args(["--monitor-every", "off"])
        .args(options)
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null());
    command
}

/// What the program says on standard error when it does not start, and its exit status.
pub(crate) fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

impl Program {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let directory = Directory::new();
        let log = directory.path().join("log");
        command
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let (site, operators) = http::addresses(&mut child);
        Self {
            child,
            site,
            operators,
            log,
            _directory: directory,
        }
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until `/readyz` says this, while pages are served and every answer is 200.
    pub(crate) fn wait_until(&self, ready: &str) {
        let begin = Instant::now();
        loop {
            let answer = ask(&self.operators, "/readyz");
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            let page = ask(&self.site, "/");
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            if answer.ends_with(&format!("\r\n\r\n{ready}\n")) {
                return;
            }
            let log = self.log();
            assert!(
                begin.elapsed() < Duration::from_secs(60),
                "{ready}: {answer}\n{log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The value of a metric.
    pub(crate) fn metric(&self, name: &str) -> String {
        let metrics = ask(&self.operators, "/metrics");
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or(&metrics).trim().to_owned()
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.log()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
