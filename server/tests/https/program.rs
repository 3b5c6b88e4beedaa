//! The running program.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::tls::Pair;

/// The program. It is killed when it is dropped, also when a test fails.
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) redirect: Option<SocketAddr>,
}

impl Program {
    pub(crate) fn start(pair: &Pair, options: &[&str]) -> Self {
        let log = pair.folder.join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailguide"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--published-settings-every",
                "off",
                "--monitor-every",
                "off",
            ])
            .args([
                "--tls-cert",
                &pair.cert_file(),
                "--tls-key",
                &pair.key_file(),
            ])
            .args(options)
            .env_remove("MAILGUIDE_LOG")
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |scheme: &str| {
            let line = lines.next().unwrap().unwrap();
            let (_, rest) = line.split_once(scheme).unwrap_or_else(|| panic!("{line}"));
            rest.split(' ').next().unwrap().parse().unwrap()
        };
        let listening = address("https://");
        let redirect = options.contains(&"--redirect-listen");
        let redirect = redirect.then(|| address("http://"));
        Self {
            child,
            log,
            address: listening,
            redirect,
        }
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the log contains this text.
    pub(crate) async fn wait_for(&self, text: &str) {
        let said = async {
            while !fs::read_to_string(&self.log).unwrap().contains(text) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(10), said).await.expect(text);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
