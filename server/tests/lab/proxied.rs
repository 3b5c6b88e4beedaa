//! Mail servers that are told for whom each connection is made (`send_proxy`), and limit the customers themselves.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::lab::Lab;
use crate::server::Server;

/// The customer, as the proxy in front of the program says.
const CUSTOMER: &str = "203.0.113.7";

/// The end of a test in which everything worked.
const WORKS: &str = "\"summary\":{\"mark\":\"good\"";

/// The record of the lab, with the services that expect a header.
fn record(lab: &Lab, send_proxy: bool) -> String {
    let mut record = fs::read_to_string(lab.record()).unwrap();
    for id in ["imap", "smtp"] {
        let [usual, proxied] =
            [id.to_owned(), format!("{id}-proxied")].map(|id| lab.real_port(&id));
        let line = format!(":{usual}\"\n");
        assert!(record.contains(&line), "{record}");
        record = record.replace(&line, &format!(":{proxied}\"\nsend_proxy = {send_proxy}\n"));
    }
    record
}

/// Sends a request over the proxy, and returns what comes first, or all of it.
fn ask(server: &Server, head: &str, body: &str, all: bool) -> (TcpStream, String) {
    let address = &server.address;
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let request = format!(
        "{head}Host: {address}\r\nOrigin: https://{address}\r\nX-Forwarded-Proto: https\r\n\
         X-Forwarded-For: {CUSTOMER}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while (all || !answer.ends_with(b"\r\n\r\n")) && stream.read_exact(&mut byte).is_ok() {
        answer.extend(byte);
    }
    (stream, String::from_utf8_lossy(&answer).into_owned())
}

fn test(lab: &Lab, server: &Server) -> String {
    let address = lab.address("normal").replace('@', "%40");
    let form = format!(
        "address={address}&password={}&services[0]=imap&services[1]=smtp",
        lab.password("normal")
    );
    let head = format!(
        "POST /api/test HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n",
        form.len()
    );
    ask(server, &head, &form, true).1
}

/// How many lines of the log of this server have all of these.
fn lines(lab: &Lab, log: &str, parts: &[&str]) -> usize {
    let text = fs::read_to_string(lab.directory().join(log)).unwrap_or_default();
    let lines = text.lines();
    lines
        .filter(|line| parts.iter().all(|part| line.contains(part)))
        .count()
}

/// Waits until there are more of them than that.
fn wait_for_more(than: usize, lab: &Lab, log: &str, parts: &[&str]) {
    let begin = Instant::now();
    while lines(lab, log, parts) <= than {
        assert!(begin.elapsed() < Duration::from_secs(20), "{parts:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start(lab: &Lab, send_proxy: bool) -> Server {
    let path = lab.record();
    fs::write(&path, record(lab, send_proxy)).unwrap();
    Server::start(lab, &["--trusted-proxy", "127.0.0.1"])
}

#[test]
fn dovecot_and_postfix_see_the_customer_of_a_test_and_of_a_relay() {
    let lab = Lab::start();
    let usual = fs::read_to_string(lab.record()).unwrap();
    // Without the header these servers talk to nobody.
    let server = start(&lab, false);
    let answer = test(&lab, &server);
    assert!(!answer.contains(WORKS), "{answer}");
    drop(server);
    fs::write(lab.record(), usual).unwrap();

    let server = start(&lab, true);
    let answer = test(&lab, &server);
    assert!(answer.contains(WORKS), "{answer}");
    let login = ["Login: user=<alice@lab.test>", "rip=203.0.113.7,"];
    assert_eq!(lines(&lab, "dovecot.log", &login), 1);
    let greeted = ["connect from unknown[203.0.113.7]"];
    assert!(lines(&lab, "postfix.log", &greeted) > 0);

    for (service, log, parts) in [
        (
            "imap",
            "dovecot.log",
            &["Disconnected", "rip=203.0.113.7,"][..],
        ),
        ("smtp", "postfix.log", &greeted),
    ] {
        let before = lines(&lab, log, parts);
        let head = format!(
            "GET /api/relay?record=lab&service={service} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             Sec-WebSocket-Protocol: mailguide.relay.v1\r\n"
        );
        let (mut socket, answer) = ask(&server, &head, "", false);
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        let mut steps = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&steps).contains("\"connected\"") {
            socket.read_exact(&mut byte).unwrap();
            steps.extend(byte);
        }
        drop(socket);
        wait_for_more(before, &lab, log, parts);
    }
}
