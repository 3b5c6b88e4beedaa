//! Starts the lab, which the browser tests use too, and runs the program against it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// A running lab. It stops when its standard input is closed, so also when a test fails.
pub(crate) struct Lab {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    facts: Value,
}

impl Lab {
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/lab/main.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the lab needs node: Debian package nodejs");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lab = Self {
            child,
            stdin,
            stdout,
            facts: Value::Null,
        };
        lab.facts = lab.answer();
        lab
    }

    /// Sends a command to the lab and waits until it is done.
    pub(crate) fn control(&mut self, command: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{command}").unwrap();
        assert_eq!(self.answer()["done"], command);
    }

    pub(crate) fn password(&self, account: &str) -> String {
        self.account(account, "password")
    }

    pub(crate) fn address(&self, account: &str) -> String {
        self.account(account, "address")
    }

    /// The real port of a service of the lab.
    pub(crate) fn real_port(&self, id: &str) -> u64 {
        let services = self.facts["services"].as_array().unwrap();
        let service = services.iter().find(|service| service["id"] == id).unwrap();
        service["real_port"].as_u64().unwrap()
    }

    /// `HOST:PORT:ADDR:PORT` for a service of the lab.
    pub(crate) fn connect_to(&self, id: &str) -> String {
        let services = self.facts["services"].as_array().unwrap();
        let service = services.iter().find(|service| service["id"] == id).unwrap();
        let text = |key: &str| service[key].as_str().unwrap().to_owned();
        format!(
            "{}:{}:{}:{}",
            text("host"),
            service["port"],
            text("address"),
            service["real_port"]
        )
    }

    /// The options that make the program use the record of the lab and trust its certificates.
    pub(crate) fn options(&self) -> Vec<String> {
        let text = |key: &str| self.facts[key].as_str().unwrap().to_owned();
        vec![
            "--config".into(),
            text("record"),
            "--cacert".into(),
            text("ca"),
            "--allow-private".into(),
        ]
    }

    /// The path of the record.
    pub(crate) fn record(&self) -> PathBuf {
        self.facts["record"].as_str().unwrap().into()
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.facts["directory"].as_str().unwrap().into()
    }

    fn account(&self, account: &str, key: &str) -> String {
        let value = &self.facts["accounts"][account][key];
        value.as_str().unwrap().to_owned()
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the lab said {line:?}: {error}"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

/// Runs the program to its end.
pub(crate) fn mailguide(arguments: &[&str], options: &[String], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailguide"))
        .args(arguments)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may exit without reading its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}
