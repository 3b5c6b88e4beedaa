//! The running program, and a connection test that was started.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::http;
use crate::silent::SilentServer;

/// The program. It is killed when it is dropped, also when a test fails.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
    metrics: String,
}

impl Program {
    pub(crate) fn start(mail: &SilentServer, options: &[&str]) -> Self {
        Self::managed(mail, options, &[])
    }

    /// Starts it as a service manager would, with these environment variables.
    pub(crate) fn managed(
        mail: &SilentServer,
        options: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailguide"));
        command.envs(variables.iter().copied()).args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--published-settings-every",
            "off",
            "--monitor-every",
            "off",
        ]);
        Self::spawned(command, mail, options)
    }

    /// Starts it with this standard error and this log level.
    pub(crate) fn logging_to(
        mail: &SilentServer,
        log: Stdio,
        level: &str,
        options: &[&str],
    ) -> Self {
        let mut command = Command::new(http::program());
        command
            .env("MAILGUIDE_LOG", level)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
            ])
            .stderr(log);
        Self::spawned(command, mail, options)
    }

    /// Starts it with this limit on open files.
    pub(crate) fn with_open_files(mail: &SilentServer, count: u32) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit -n {count}; exec \"$@\""), "sh"])
            .args([
                env!("CARGO_BIN_EXE_mailguide"),
                "serve",
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
            ])
            .args(["--listen", "127.0.0.1:0"]);
        Self::spawned(command, mail, &[])
    }

    /// Starts it with a listening socket, as with socket activation, and without `--listen`.
    pub(crate) fn on_socket(mail: &SilentServer, socket: TcpListener) -> Self {
        // The passed sockets start at file descriptor 3, and LISTEN_PID must be the id of this process.
        let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3<&0";
        let mut command = Command::new("sh");
        command
            .args(["-c", script, "sh"])
            .args([
                env!("CARGO_BIN_EXE_mailguide"),
                "serve",
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
            ])
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

    /// Changes its limit on open files; files that are open stay open.
    pub(crate) fn allow_open_files(&self, count: u64) {
        let process = Pid::from_child(&self.child);
        let before = getrlimit(Resource::Nofile);
        let limit = Rlimit {
            current: Some(count),
            maximum: before.maximum,
        };
        prlimit(Some(process), Resource::Nofile, limit).unwrap();
    }

    /// Waits until `/readyz` reports that it accepts no new work.
    pub(crate) fn wait_until_not_ready(&self) {
        let begin = Instant::now();
        while !self.metrics("/readyz").starts_with("HTTP/1.1 503") {
            assert!(begin.elapsed() < Duration::from_secs(10), "it is ready");
        }
    }

    /// Waits until no test is running.
    pub(crate) fn wait_until_idle(&self) {
        let begin = Instant::now();
        while !self
            .metrics("/metrics")
            .contains("mailguide_tests_running 0")
        {
            assert!(begin.elapsed() < Duration::from_secs(10), "a test goes on");
        }
    }

    /// The response of the metrics port.
    pub(crate) fn metrics(&self, path: &str) -> String {
        ask(&self.metrics, "GET", path)
    }

    /// The response of the site.
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
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that accepts a connection answers within this time.
const SOON: Duration = Duration::from_secs(1);

/// A connection to the program without a request so far.
pub(crate) struct Connection {
    address: String,
    stream: TcpStream,
}

impl Connection {
    pub(crate) fn open(program: &Program) -> Self {
        let address = program.address.clone();
        let stream = connect(&address);
        Self { address, stream }
    }

    /// Whether the program accepts it and answers.
    pub(crate) fn is_taken(&mut self) -> bool {
        let request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        self.stream.write_all(request.as_bytes()).unwrap();
        let before = self.stream.read_timeout().unwrap();
        self.stream.set_read_timeout(Some(SOON)).unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"alive\n") && self.stream.read_exact(&mut byte).is_ok() {
            answer.extend(byte);
        }
        self.stream.set_read_timeout(before).unwrap();
        !answer.is_empty()
    }
}

/// A connection test that was started as a page of the site would.
pub(crate) struct RunningTest(TcpStream);

impl RunningTest {
    pub(crate) fn start(program: &Program, path: &str, form: &str) -> Self {
        Self::on(Connection::open(program), path, form)
    }

    /// Starts it on an open connection.
    pub(crate) fn on(connection: Connection, path: &str, form: &str) -> Self {
        let Connection { address, stream } = connection;
        let mut stream = stream;
        let request = http::form(&address, path, form);
        stream.write_all(request.as_bytes()).unwrap();
        Self(stream)
    }

    /// The first bytes of the response, with its status.
    pub(crate) fn beginning(&mut self) -> String {
        let mut beginning = [0; 12];
        self.0.read_exact(&mut beginning).unwrap();
        String::from_utf8_lossy(&beginning).into_owned()
    }

    /// Everything that the customer receives, until the connection is closed.
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
    // A timeout, so that a response that never arrives makes the test fail.
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}
