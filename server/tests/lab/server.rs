//! The program, running `serve`.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::http;
use crate::lab::Lab;

/// The most verbose log filter, with the libraries that are otherwise silent.
const EVERYTHING: &str = "trace,hickory_net=trace,hickory_resolver=trace,h2=trace,rustls=trace";

/// A running server with a folder of its own for any files it might write. It is stopped when it is dropped,
/// also when a test fails.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    metrics: String,
    home: PathBuf,
    log: PathBuf,
}

impl Server {
    pub(crate) fn start(lab: &Lab, options: &[&str]) -> Self {
        let log = lab.directory().join("mailguide.log");
        let home = lab.directory().join("mailguide-home");
        fs::create_dir_all(&home).unwrap();
        let mut child = Command::new(http::program())
            .current_dir(&home)
            .envs(["HOME", "TMPDIR"].map(|name| (name, &home)))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--published-settings-every",
                "off",
            ])
            .args(match options.contains(&"--monitor-every") {
                true => &[][..],
                false => &["--monitor-every", "off"],
            })
            .args(["--metrics-listen", "127.0.0.1:0"])
            .args(options)
            .args(lab.options())
            .env("MAILGUIDE_LOG", EVERYTHING)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let (address, metrics) = http::addresses(&mut child);
        Self {
            child,
            address,
            metrics,
            home,
            log,
        }
    }

    /// Sends a form as a page of the site would, and returns the whole response.
    pub(crate) fn post(&self, path: &str, form: &str) -> String {
        let address = &self.address;
        ask(address, &http::form(address, path, form))
    }

    /// The response of the metrics port.
    pub(crate) fn metrics(&self) -> String {
        let address = &self.metrics;
        let head = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        ask(address, &head)
    }

    /// The folder with every file that it has written, except the log.
    pub(crate) fn folder(&self) -> &Path {
        &self.home
    }

    /// The content of all writable memory of the process.
    pub(crate) fn memory(&self) -> Vec<u8> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let maps = fs::read_to_string(process.join("maps")).unwrap();
        let mut file = fs::File::open(process.join("mem")).unwrap();
        let mut memory = Vec::new();
        for map in maps.lines() {
            let mut words = map.split_whitespace();
            let (Some(range), Some(rights)) = (words.next(), words.next()) else {
                continue;
            };
            if !rights.starts_with("rw") {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap();
            let [from, to] = [from, to].map(|place| u64::from_str_radix(place, 16).unwrap());
            file.seek(SeekFrom::Start(from)).unwrap();
            // Some mappings of the kernel cannot be read.
            let _ = (&mut file).take(to - from).read_to_end(&mut memory);
        }
        memory
    }

    /// Stops the server and returns its log.
    pub(crate) fn stop(self) -> String {
        let log = self.log.clone();
        drop(self);
        fs::read_to_string(log).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
