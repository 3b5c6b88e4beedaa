//! The running program, and a test that somebody has started.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::http;
use crate::silent::SilentServer;

/// The program. It is killed when it is dropped, so also when a test fails.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
    metrics: String,
}

impl Program {
    pub(crate) fn start(mail: &SilentServer, options: &[&str]) -> Self {
        Self::managed(mail, options, &[])
    }

    /// Starts it as a service manager would, with these variables.
    pub(crate) fn managed(
        mail: &SilentServer,
        options: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailguide"));
        command
            .envs(variables.iter().copied())
            .args(["serve", "--listen", "127.0.0.1:0"]);
        Self::spawned(command, mail, options)
    }

    /// Starts it with another standard error, to which it says this much.
    pub(crate) fn logging_to(
        mail: &SilentServer,
        log: Stdio,
        level: &str,
        options: &[&str],
    ) -> Self {
        let mut command = Command::new(http::program());
        command
            .env("MAILGUIDE_LOG", level)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(log);
        Self::spawned(command, mail, options)
    }

    /// Starts it with a socket that is open already; where else it might listen is not said.
    pub(crate) fn on_socket(mail: &SilentServer, socket: TcpListener) -> Self {
        // The manager's sockets begin behind standard error, and are meant for this process only.
        let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3<&0";
        let mut command = Command::new("sh");
        command
            .args(["-c", script, "sh"])
            .args([env!("CARGO_BIN_EXE_mailguide"), "serve"])
            .stdin(OwnedFd::from(socket));
        Self::spawned(command, mail, &[])
    }

    fn spawned(mut command: Command, mail: &SilentServer, options: &[&str]) -> Self {
        let mut child = command
            .args(["--metrics-listen", "127.0.0.1:0", "--allow-private"])
            .arg("--config")
            .arg(&mail.record)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (address, metrics) = http::addresses(&mut child);
        Self {
            child,
            address,
            metrics,
        }
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it says that it takes no work.
    pub(crate) fn wait_until_not_ready(&self) {
        let begin = Instant::now();
        while !self.metrics("/readyz").starts_with("HTTP/1.1 503") {
            assert!(begin.elapsed() < Duration::from_secs(10), "it is ready");
        }
    }

    /// What operators are told.
    pub(crate) fn metrics(&self, path: &str) -> String {
        ask(&self.metrics, "GET", path)
    }

    /// What everybody is told.
    pub(crate) fn answer(&self, method: &str, path: &str) -> String {
        ask(&self.address, method, path)
    }

    pub(crate) fn refuses_connections(&self) -> bool {
        let begin = Instant::now();
        while TcpStream::connect(&self.address).is_ok() {
            if begin.elapsed() > Duration::from_secs(10) {
                return false;
            }
        }
        true
    }

    /// Waits until it has ended.
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
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A test that was started, as a page of the site would.
pub(crate) struct Running(TcpStream);

impl Running {
    pub(crate) fn start(program: &Program, path: &str, form: &str) -> Self {
        let address = &program.address;
        let mut stream = connect(address);
        let request = http::form(address, path, form);
        stream.write_all(request.as_bytes()).unwrap();
        Self(stream)
    }

    /// Everything that the customer reads, up to the end or to where it is cut off.
    pub(crate) fn answer(mut self) -> String {
        let mut answer = Vec::new();
        let _ = self.0.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn ask(address: &str, method: &str, path: &str) -> String {
    let mut stream = connect(address);
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    // A test that waits for ever says nothing.
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}
