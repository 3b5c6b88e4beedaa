use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::lab::Lab;

const CANARY: &str = "canary-password-9b2e47";
/// The canary as SASL PLAIN and LOGIN send it.
const ENCODED: [&str; 2] = [
    "AGFsaWNlQGxhYi50ZXN0AGNhbmFyeS1wYXNzd29yZC05YjJlNDc=",
    "Y2FuYXJ5LXBhc3N3b3JkLTliMmU0Nw==",
];

#[test]
fn a_password_is_in_no_answer_and_no_log() {
    let lab = Lab::start();
    let log = lab.directory().join("mailguide.log");
    let server = Command::new(env!("CARGO_BIN_EXE_mailguide"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(lab.options())
        .env("MAILGUIDE_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut server = Server(server);
    let address = listening_on(&mut server.0);
    for path in ["/api/test", "/test"] {
        let answer = post(
            &address,
            path,
            &format!("address=alice%40lab.test&password={CANARY}"),
        );
        assert!(
            answer.contains("did not accept this password"),
            "{path}: {answer}"
        );
        assert_secret(&answer, path);
    }
    drop(server);
    let log = fs::read_to_string(&log).unwrap();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log was not at its finest"
    );
    assert_secret(&log, "the log");
}

/// Stops when it is dropped, so also when the test fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn assert_secret(text: &str, place: &str) {
    for form in [CANARY, ENCODED[0], ENCODED[1]] {
        assert!(!text.contains(form), "{place} holds the password");
    }
}

fn listening_on(server: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    line.trim()
        .rsplit_once("http://")
        .expect("the program says where it listens")
        .1
        .to_owned()
}

fn post(address: &str, path: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
