//! Mail servers that take their time: whoever mail programs wait for is slow, and not down.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../http/mod.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod http;
#[path = "../servers/mail.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod mail;
#[path = "../servers/server.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod server;
#[path = "../tls/mod.rs"]
#[allow(dead_code, reason = "each test uses its own part of this")]
mod tls;

use std::process::Command;
use std::time::Duration;

use mail::MailServer;

/// What the monitor says of a server that takes so long before it answers a TLS handshake: its exit status, and the
/// state and the reason.
fn found(before_tls: u64, second_look: &str) -> (Option<i32>, String) {
    let mail = MailServer::slow(Duration::from_secs(before_tls));
    let record = mail.pair.folder.join("record.toml");
    std::fs::write(&record, server::record(&mail.address)).unwrap();
    let done = Command::new(http::program())
        .args(["monitor", "--once", "--json", "--allow-private"])
        .args(["--second-look", second_look])
        .args(["--cacert", &mail.pair.cert_file(), "--config"])
        .arg(record)
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let service = &said["services"][0];
    let text = |key: &str| service[key].as_str().unwrap_or_default().to_owned();
    let found = format!("{} {}", text("state"), text("reason"));
    (done.status.code(), found)
}

#[test]
fn a_server_that_mail_programs_wait_for_is_slow_and_one_that_they_do_not_is_down() {
    let cases = [
        (0, "1s", 0, "ok ok"),
        // Nobody is told that this does not work, because it does; a customer's test has given it up.
        (6, "1s", 0, "degraded slow"),
        (12, "1s", 0, "degraded slow"),
        (12, "off", 0, "degraded slow"),
        (45, "1s", 1, "down tls-timeout"),
    ];
    std::thread::scope(|scope| {
        let all = cases.map(|(before_tls, second_look, status, expected)| {
            let found = scope.spawn(move || found(before_tls, second_look));
            (found, before_tls, status, expected)
        });
        for (found, before_tls, status, expected) in all {
            let found = found.join().unwrap();
            assert_eq!(
                found,
                (Some(status), expected.to_owned()),
                "{before_tls} seconds"
            );
        }
    });
}
