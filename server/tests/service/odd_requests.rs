//! Requests that no browser sends: none may make the program fail, and nothing in them may become markup of a page.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use socket2::{Domain, Socket, Type};

use crate::program::Program;
use crate::silent::SilentServer;

/// The number of requests; `ODD_REQUESTS=30000` sends more of them.
const COUNT: usize = 3_000;

/// The number of concurrent requests.
const THREADS: usize = 4;

/// The number of requests from one address, limited so that its ports are not exhausted.
const PER_ADDRESS: usize = 500;

/// A text that closes every element and attribute in which it is not escaped.
const CANARY: &str = "</textarea></title></script>\"'><b>zq\" zqx=1 ";

/// What no response may contain: the canary after it has closed an element or an attribute.
const UNESCAPED: [&str; 2] = ["<b>zq", "\"'><b"];

const METHODS: [&str; 12] = [
    "GET", "GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "CONNECT", "PUT", "g@t",
];

const PATHS: [&str; 24] = [
    "/",
    "/settings",
    "/settings/stall.test",
    "/settings/",
    "/programs",
    "/programs/thunderbird",
    "/programs/",
    "/fix",
    "/fix/",
    "/fix/send-test",
    "/fix/card/clock",
    "/fix/card/",
    "/errors",
    "/check",
    "/network",
    "/report",
    "/test",
    "/api/test",
    "/api/",
    "/pkg/",
    "/healthz",
    "/readyz",
    "/.well-known/security.txt",
    "*",
];

const FIELDS: [&str; 20] = [
    "q",
    "trail",
    "program",
    "node",
    "address",
    "password",
    "services[]",
    "services[0]",
    "domain",
    "kind",
    "in_host",
    "in_port",
    "in_security",
    "in_sign_in",
    "user",
    "out_host",
    "out_port",
    "copies",
    "__err",
    "",
];

const HEADERS: [&str; 16] = [
    "Accept",
    "Accept-Encoding",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Expect",
    "Forwarded",
    "Host",
    "If-None-Match",
    "Origin",
    "Range",
    "Referer",
    "Sec-Fetch-Site",
    "Transfer-Encoding",
    "Upgrade",
    "X-Forwarded-For",
];

const VALUES: [&str; 24] = [
    "",
    "0",
    "1",
    "-1",
    "99999999999999999999",
    "stall.test",
    "jane@stall.test",
    "imap",
    "thunderbird",
    "start.send",
    "start.send~send-test.fine",
    "535 5.7.8",
    "chunked",
    "identity",
    "br;q=x, gzip",
    "same-origin",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "../../etc/passwd",
    "{provider}",
    "%s%n",
    "\u{202e}\u{1f4a9}e\u{301}",
    "100-continue",
];

#[test]
fn none_makes_the_program_fail_or_becomes_a_part_of_a_page() {
    let count = std::env::var("ODD_REQUESTS").ok();
    let count = count.map_or(COUNT, |count| count.parse().unwrap());
    let mail = SilentServer::start();
    mail.hang_up();
    let log = mail.record.with_extension("log");
    let limits = [
        "tests-per-client",
        "pages-per-client",
        "accounts-per-client",
        "sign-ins-per-account",
        "failed-sign-ins-per-account",
        "failed-sign-ins",
        "pages-at-once-per-client",
    ];
    let limits = limits.map(|limit| format!("--{limit}=1000000"));
    let limits = limits.each_ref().map(String::as_str);
    let file = fs::File::create(&log).unwrap();
    let program = Program::logging_to(&mail, file.into(), "info", &limits);
    let address: SocketAddr = program.address.parse().unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for number in (thread..count).step_by(THREADS) {
                    check(number, address);
                }
            });
        }
    });
    let health = program.answer("GET", "/healthz");
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    let said = fs::read_to_string(&log).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    fs::remove_file(log).unwrap();
}

/// Sends one request and checks the response. The number is the seed, so the request can be repeated.
fn check(number: usize, address: SocketAddr) {
    let mut random = Rng::with_seed(number as u64);
    let request = request(&mut random, address);
    let answer = answer(number, address, &request);
    let answer = String::from_utf8_lossy(&answer);
    let told = || {
        format!(
            "request {number}: {:?}\n{answer}",
            String::from_utf8_lossy(&request)
        )
    };
    let status = answer
        .strip_prefix("HTTP/1.1 ")
        .or(answer.strip_prefix("HTTP/1.0 "));
    // A request that is not HTTP may get no response.
    let Some(status) = status else {
        assert!(answer.is_empty(), "{}", told());
        return;
    };
    assert!(!status.starts_with('5'), "{}", told());
    for part in UNESCAPED {
        assert!(!answer.contains(part), "{part}: {}", told());
    }
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    // Browsers take `//` and `/\` at the beginning for another host.
    let own = location.is_none_or(|location| {
        let path = location.strip_prefix('/');
        path.is_some_and(|path| !path.starts_with(['/', '\\']))
    });
    assert!(own, "{}", told());
}

fn answer(number: usize, address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let client = u8::try_from(number / PER_ADDRESS % 250).unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from((Ipv4Addr::new(127, 0, 7, client + 1), 0));
    socket.bind(&own.into()).unwrap();
    socket.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    // A server that refuses the request may close the connection before all of it is written.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

fn request(random: &mut Rng, address: SocketAddr) -> Vec<u8> {
    let method = pick(random, &METHODS);
    let mut target = pick(random, &PATHS).to_owned();
    if random.bool() {
        target += &encoded(random, 40);
    }
    if random.u8(..4) > 0 {
        target += "?";
        target += &form(random);
    }
    if random.u8(..10) == 0 {
        target = format!("http://{address}{target}");
    }
    let version = match random.u8(..12) {
        0 => "HTTP/1.0",
        1 => "HTTP/2.0",
        2 => "",
        _ => "HTTP/1.1",
    };
    let body = match method {
        "POST" | "PUT" => form(random),
        _ => String::new(),
    };
    let mut head = format!("{method} {target} {version}\r\n").into_bytes();
    let mut header = |name: &str, value: &[u8]| {
        head.extend(format!("{name}: ").bytes());
        head.extend(value);
        head.extend(b"\r\n");
    };
    // Most headers are those of a browser; otherwise only the first check would be tested.
    if random.u8(..10) > 0 {
        header("Host", address.to_string().as_bytes());
    }
    if method == "POST" && random.u8(..5) > 0 {
        header("Origin", format!("http://{address}").as_bytes());
        header("Content-Type", b"application/x-www-form-urlencoded");
        header("Content-Length", body.len().to_string().as_bytes());
    }
    for _ in 0..random.usize(..4) {
        let name = pick(random, &HEADERS);
        if random.u8(..6) > 0 {
            header(
                name,
                value(random, 60).replace(['\r', '\n'], " ").as_bytes(),
            );
        } else {
            let bytes: Vec<u8> = (0..random.usize(..80)).map(|_| random.u8(..)).collect();
            header(name, &bytes);
        }
    }
    header("Connection", b"close");
    head.extend(b"\r\n");
    head.extend(body.bytes());
    head
}

/// Some fields, with correct or wrong encoding.
fn form(random: &mut Rng) -> String {
    let mut form = String::new();
    for _ in 0..random.usize(..5) {
        form += pick(random, &FIELDS);
        form += if random.u8(..8) > 0 { "=" } else { "" };
        form += &encoded(random, 400);
        form += if random.u8(..8) > 0 { "&" } else { ";" };
    }
    form
}

/// A percent-encoded value, sometimes with errors.
fn encoded(random: &mut Rng, most: usize) -> String {
    let value = value(random, most);
    let bytes = value.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'~' | b'-' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        byte => format!("%{byte:02x}"),
    });
    let text: String = bytes.collect();
    match random.u8(..10) {
        0 => format!("{text}%"),
        1 => format!("{text}%ff%fe%00"),
        2 => value.replace(|letter: char| !letter.is_ascii_graphic(), "+"),
        _ => text,
    }
}

fn value(random: &mut Rng, most: usize) -> String {
    match random.u8(..6) {
        0 | 1 => CANARY.to_owned(),
        2 => format!("{}{CANARY}", pick(random, &VALUES)),
        3 => pick(random, &VALUES).repeat(random.usize(1..=most / 4)),
        4 => (0..random.usize(..most)).map(|_| random.char(..)).collect(),
        _ => pick(random, &VALUES).to_owned(),
    }
}

fn pick<'a>(random: &mut Rng, among: &[&'a str]) -> &'a str {
    among[random.usize(..among.len())]
}
