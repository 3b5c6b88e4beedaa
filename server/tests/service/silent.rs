//! A mail server that accepts connections and never sends anything.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The server, and the provider record that points to it.
pub(crate) struct SilentServer {
    pub(crate) record: PathBuf,
    open: Arc<Mutex<Open>>,
}

/// The open connections; `None` once the server closes every connection.
type Open = Option<Vec<TcpStream>>;

impl SilentServer {
    pub(crate) fn start() -> Self {
        Self::with_record(|record| record)
    }

    /// Starts the server with a changed record.
    pub(crate) fn with_record(change: impl FnOnce(String) -> String) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let record = folder.join(format!("stop-{}-{number}.toml", std::process::id()));
        let text = text(&listener.local_addr().unwrap().to_string());
        fs::write(&record, change(text)).unwrap();
        let open = Arc::new(Mutex::new(Some(Vec::new())));
        let held = Arc::clone(&open);
        // The thread ends with the process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Some(open) = held.lock().unwrap().as_mut() {
                    open.push(client);
                }
            }
        });
        Self { record, open }
    }

    /// Waits until a client has connected.
    pub(crate) fn wait_for_a_client(&self) {
        let begin = Instant::now();
        while !self.has_a_client() {
            assert!(begin.elapsed() < Duration::from_secs(30), "nobody came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Closes all connections, and every later one at once.
    pub(crate) fn hang_up(&self) {
        *self.open.lock().unwrap() = None;
    }

    fn has_a_client(&self) -> bool {
        let open = self.open.lock().unwrap();
        open.as_ref().is_some_and(|open| !open.is_empty())
    }
}

impl Drop for SilentServer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.record);
    }
}

fn text(connect_to: &str) -> String {
    format!(
        r#"id = "stall"
name = "Stalling Mail"

[[source]]
id = "own"
title = "The test's own set-up"
url = "https://stall.test/settings"
read = "2026-11-23"

[links]
password_reset = {{ url = "https://stall.test/password", source = "own" }}
support = {{ url = "https://stall.test/support", source = "own" }}

[[group]]
id = "stall"
name = "Stalling addresses"
domains = ["stall.test"]
user_name = {{ form = "full-address", source = "own" }}
sign_in = {{ method = "password", source = "own" }}

[[group.service]]
id = "imap"
protocol = "imap"
host = "mail.stall.test"
port = 993
security = "tls"
role = "recommended"
source = "own"
connect_to = "{connect_to}"
"#
    )
}
