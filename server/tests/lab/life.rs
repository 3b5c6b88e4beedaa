use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::lab::Lab;

/// The server, started the way systemd starts it: with a socket that is open already, and one to tell how
/// it goes.
struct Service {
    child: Child,
    told: UnixDatagram,
    lines: Vec<String>,
}

impl Service {
    fn start(lab: &Lab, listener: TcpListener) -> Self {
        let path = lab.directory().join("notify");
        let told = UnixDatagram::bind(&path).unwrap();
        told.set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut child = Command::new("sh")
            .args([
                "-c",
                "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3<&0",
                "sh",
                env!("CARGO_BIN_EXE_mailguide"),
                "serve",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .args(lab.options())
            .env("NOTIFY_SOCKET", path)
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = lines.take(2).map(Result::unwrap).collect();
        Self { child, told, lines }
    }

    fn is_told(&self) -> String {
        let mut text = [0; 100];
        let length = self.told.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim().to_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{request}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

/// A test, as a page of the site would start it.
fn post(address: &str, form: &str) -> String {
    format!(
        "POST /api/test HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

#[test]
fn a_service_is_given_its_socket_and_finishes_its_tests_before_it_stops() {
    let lab = Lab::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut service = Service::start(&lab, listener);
    assert_eq!(
        service.lines[0],
        format!("mailguide: listening on http://{address}")
    );
    let metrics = service.lines[1].rsplit_once("http://").unwrap().1;
    let metrics = metrics.strip_suffix("/metrics").unwrap().to_owned();
    assert_eq!(service.is_told(), "READY=1");
    assert!(ask(&address, &get("/readyz")).contains("ready"));

    let mut test = TcpStream::connect(&address).unwrap();
    let request = post(&address, "address=alice%40lab.test");
    write!(test, "{request}").unwrap();
    // The first line of the answer is there, so the test is running.
    let mut begin = [0; 15];
    test.read_exact(&mut begin).unwrap();
    let pid = service.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(service.is_told(), "STOPPING=1");
    let mut rest = String::new();
    test.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"done\""), "{rest}");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    // Its socket is closed, and nobody else listens.
    assert!(TcpStream::connect(&metrics).is_err());
}

#[test]
fn what_the_tests_found_is_counted_and_not_for_whom() {
    let lab = Lab::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let service = Service::start(&lab, listener);
    let metrics = service.lines[1].rsplit_once("http://").unwrap().1;
    let metrics = metrics.strip_suffix("/metrics").unwrap();
    ask(
        &address,
        &post(&address, "address=alice%40lab.test&password=wrong"),
    );
    let text = ask(metrics, &get("/metrics"));
    assert!(text.contains("outcome=\"wrong-credentials\"} 1"), "{text}");
    assert!(text.contains("mailguide_tests_running 0"), "{text}");
    assert!(
        text.contains("route=\"/api/test\",status=\"200\"} 1"),
        "{text}"
    );
    assert!(
        !text.contains("alice") && !text.contains("127.0.0"),
        "{text}"
    );
}
