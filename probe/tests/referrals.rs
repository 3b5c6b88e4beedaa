//! Servers and a DNS that send the customer somewhere else. Nobody goes there, least of all with a
//! password.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod name_servers;
mod scripted_server;

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;

use futures_util::future::join_all;
use name_servers::{NameServers, Signed};
use probe::net::{Options, Probe, Target};
use probe::{Protocol, Security};
use rcgen::SanType;
use scripted_server::certificates::Authority;
use scripted_server::checking::{
    PASSWORD, check, credentials, endpoint, find_leak, forms, wait_until_closed,
};
use scripted_server::reports::steps;
use scripted_server::{Server, transcript};
use tokio::net::TcpListener;

use Protocol::{Imap, Pop3, Smtp};
use Security::{Starttls, Tls};

/// One server: what it is, how it sends the customer to `ELSEWHERE`, and how the check of it ends. A
/// password is sent where the check comes to the sign-in, and is sent once.
type Case = (Protocol, Security, &'static str, &'static str);

const CASES: &[Case] = &[
    // Greetings: RFC 2221 §4.3, RFC 1939 §3, RFC 5321 §3.1 and §4.2.3.
    (
        Imap,
        Tls,
        "TLS\nS: * BYE [REFERRAL imap://alice@ELSEWHERE/] try there",
        "greeting:greeting-refused",
    ),
    (
        Pop3,
        Tls,
        "TLS\nS: -ERR [SYS/PERM] moved to pop3s://ELSEWHERE",
        "greeting:greeting-refused",
    ),
    (
        Smtp,
        Starttls,
        "S: 421 4.3.2 ELSEWHERE takes over",
        "greeting:greeting-busy",
    ),
    // Before TLS, where anybody may have said it.
    (
        Imap,
        Starttls,
        "S: * OK [CAPABILITY STARTTLS] hi\nC:\nS: <tag> NO [REFERRAL imap://alice@ELSEWHERE/] try there\nC:",
        "starttls:starttls-refused",
    ),
    (
        Pop3,
        Starttls,
        "S: +OK hi\nC: STLS\nS: -ERR [SYS/PERM] use pop3s://ELSEWHERE\nC:\nS: +OK\nS: STLS\nS: .\nC:",
        "starttls:starttls-refused",
    ),
    (
        Smtp,
        Starttls,
        "S: 220 hi\nC:\nS: 250-hi\nS: 250 STARTTLS\nC: STARTTLS\nS: 551 5.7.1 try \\<alice@ELSEWHERE>\nC:",
        "starttls:starttls-refused",
    ),
    // In place of an answer to the password: RFC 2221 §4.2, RFC 3206, RFC 5321 §3.4.
    (
        Imap,
        Tls,
        "TLS\nIMAP\nS: <tag> NO [REFERRAL imap://alice;AUTH=*@ELSEWHERE/] moved\nC:",
        "sign-in:not-authorized",
    ),
    (
        Imap,
        Tls,
        "TLS\nIMAP\nS: * BYE [REFERRAL imap://alice@ELSEWHERE/] moved",
        "sign-in:not-authorized",
    ),
    (
        Pop3,
        Tls,
        "TLS\nPOP3\nS: -ERR [SYS/PERM] moved to pop3s://alice@ELSEWHERE\nC:",
        "sign-in:not-authorized",
    ),
    (
        Smtp,
        Tls,
        "TLS\nSMTP\nS: 551 5.7.1 not local, please try \\<alice@ELSEWHERE>\nC:",
        "sign-in:not-authorized",
    ),
    (
        Smtp,
        Tls,
        "TLS\nSMTP\nS: 251 2.1.5 not local, will forward to \\<alice@ELSEWHERE>\nC:",
        "sign-in:sign-in-protocol-error",
    ),
    // Together with a password that is right (RFC 2221 §4.1), and later (RFC 2193 §4).
    (
        Imap,
        Tls,
        "TLS\nIMAP\nS: <tag> OK [REFERRAL imap://alice@ELSEWHERE/] in, but better there\nC:\nS: * CAPABILITY IMAP4rev1\nS: <tag> OK\nC:\nS: <tag> OK\nC:",
        "close:ok",
    ),
    (
        Imap,
        Tls,
        "TLS\nIMAP\nS: <tag> OK [CAPABILITY QUOTA MAILBOX-REFERRALS] in\nC:\nS: <tag> NO [REFERRAL imap://alice@ELSEWHERE/INBOX] moved\nC:",
        "mailbox:mailbox-refused",
    ),
    // A server that says it is another one.
    (
        Smtp,
        Starttls,
        "S: 220 elsewhere.example.test\nC:\nS: 250-elsewhere.example.test\nS: 250 STARTTLS\nC:\nS: 220 go\nTLS\nC:\nS: 250-elsewhere.example.test\nS: 250 AUTH PLAIN\nC:\nS: 235 in\nC:\nS: 250 ok\nC:\nS: 250 ok\nC:\nS: 250 ok\nC:\nS: 221 bye",
        "close:ok",
    ),
];

/// Up to the password.
const PARTS: [(&str, &str); 3] = [
    (
        "IMAP\n",
        "S: * OK [CAPABILITY IMAP4rev1 LOGIN-REFERRALS SASL-IR AUTH=PLAIN] hi\nC:\n",
    ),
    ("POP3\n", "S: +OK hi\nC:\nS: +OK\nS: SASL PLAIN\nS: .\nC:\n"),
    (
        "SMTP\n",
        "S: 220 hi\nC:\nS: 250-hi\nS: 250 AUTH PLAIN\nC:\n",
    ),
];

#[tokio::test]
async fn nobody_goes_where_a_server_or_the_dns_sends_him() {
    let authority = Authority::new("Test root");
    let config = authority.server(|params| {
        let names = SanType::DnsName("*.example.test".try_into().unwrap());
        params.subject_alt_names = vec![names];
    });
    let port = free_port().await;
    let at = |address: &str| SocketAddr::new(address.parse::<IpAddr>().unwrap(), port);
    let trap = Server::play_at(at("127.0.0.2"), transcript::parse("WAIT"), None).await;
    // Each server is another address, but all have one port, that of the trap.
    let mut zone = String::from("elsewhere.example A 127.0.0.2\n");
    for number in 0..CASES.len() {
        writeln!(zone, "mail{number}.example A 127.0.1.{number}").unwrap();
    }
    for service in [
        "imap",
        "imaps",
        "pop3",
        "pop3s",
        "submission",
        "submissions",
    ] {
        let place = format!("0 1 {port} elsewhere.example.test.");
        writeln!(zone, "_{service}._tcp.example SRV {place}").unwrap();
    }
    let servers = NameServers::start(&[("test", Signed::Not, zone)]);
    let probe = Probe::new(Options {
        nameserver: Some(servers.recursive),
        root_keys: servers.root_key.parse().unwrap(),
        extra_roots: vec![authority.root.clone()],
        allow_private: true,
        ..Options::default()
    })
    .unwrap();

    let checks = CASES.iter().enumerate().map(async |(number, case)| {
        let (protocol, security, script, end) = *case;
        let script = PARTS
            .iter()
            .fold(script.to_owned(), |script, (name, part)| {
                script.replace(name, part)
            })
            .replace("ELSEWHERE", &format!("elsewhere.example.test:{port}"));
        let acts = transcript::parse(&script);
        let address = at(&format!("127.0.1.{number}"));
        let server = Server::play_at(address, acts, Some(config.clone())).await;
        let mut endpoint = endpoint("one", protocol, security);
        endpoint.host = format!("mail{number}.example.test").parse().unwrap();
        endpoint.port = NonZeroU16::new(port).unwrap();
        let target = Target {
            endpoint,
            domain: Some("example.test".parse().unwrap()),
            connect_to: Vec::new(),
            private_networks: Vec::new(),
            proxy_header: None,
        };
        let reports = check(&probe, vec![target], Some(credentials())).await;
        let found = steps(&reports[0]);
        // What the DNS says is told, behind all that the service says.
        let expected = format!(" {end} published:srv-differs");
        assert!(found.ends_with(&expected), "{found} not {end}: {script}");
        let received = wait_until_closed(&server).await;
        let signs_in = found.contains("sign-in:");
        assert_eq!(sent(&received), usize::from(signs_in), "{found}: {script}");
        assert_eq!(find_leak(PASSWORD, &received, &reports), None);
    });
    join_all(checks).await;

    assert_eq!(trap.visitors().await, 0);
    let questions = servers.questions();
    assert!(questions.iter().any(|asked| asked.contains("_imaps._tcp")));
    let asked = questions
        .iter()
        .find(|asked| asked.starts_with("elsewhere"));
    assert_eq!(asked, None);
}

/// How often the password was sent, in whatever form.
fn sent(received: &[scripted_server::Received]) -> usize {
    let all = received
        .iter()
        .flat_map(|received| &received.inside_tls)
        .copied();
    let all = String::from_utf8_lossy(&all.collect::<Vec<_>>()).into_owned();
    let [plain, _, alone, with_name] = forms(PASSWORD);
    let count = |form: &str| all.matches(form).count();
    count(&plain) + count(&alone) + count(&with_name)
}

/// A port that is free on all addresses.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
