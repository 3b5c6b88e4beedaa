//! The monitor, with servers that are stopped and started.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lab::{Lab, mailguide};
use crate::server::Server;

/// A web server that takes alerts, but not the first of all.
struct Webhook {
    url: String,
    posted: Arc<Mutex<Vec<Value>>>,
}

impl Webhook {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/alerts?key=k", listener.local_addr().unwrap());
        let posted = Arc::<Mutex<Vec<Value>>>::default();
        let taken = Arc::clone(&posted);
        // The thread ends with the process.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let mut reader = BufReader::new(stream);
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let status = match number {
                    0 => "503 Service Unavailable",
                    _ => "204 No Content",
                };
                if number > 0 {
                    taken
                        .lock()
                        .unwrap()
                        .push(serde_json::from_slice(&body).unwrap());
                }
                let answer =
                    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                let _ = reader.into_inner().write_all(answer.as_bytes());
            }
        });
        Self { url, posted }
    }

    /// What was posted of a service, which must be in this state.
    fn has(&self, service: &str, state: &str) -> Option<Value> {
        let posted = self.posted.lock().unwrap();
        let mut posted = posted.iter();
        posted
            .find(|one| one["service"] == service && one["state"] == state)
            .cloned()
    }
}

fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The value of a metric of a service.
fn metric(text: &str, name: &str, service: &str) -> Option<f64> {
    let line = format!("mailguide_{name}{{record=\"lab\",service=\"{service}\"}} ");
    text.lines()
        .find_map(|found| found.strip_prefix(&line)?.parse().ok())
}

fn secret(lab: &Lab, name: &str, text: &str) -> String {
    let file = lab.directory().join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file.display().to_string()
}

/// The texts of the mails in an inbox.
fn mails(lab: &Lab, account: &str) -> Vec<String> {
    let inbox = lab
        .directory()
        .join("accounts/mail")
        .join(lab.address(account));
    let read = |folder: &str| -> Vec<String> {
        let folder: &Path = &inbox.join(folder);
        let files = fs::read_dir(folder).unwrap_or_else(|cause| panic!("{folder:?}: {cause}"));
        files
            .filter_map(|file| fs::read_to_string(file.ok()?.path()).ok())
            .collect()
    };
    [read("new"), read("cur")].concat()
}

#[test]
fn an_outage_is_told_everywhere_and_so_is_its_end() {
    let mut lab = Lab::start();
    let webhook = Webhook::start();
    let password = secret(&lab, "alert-password", &lab.password("normal"));
    let smtp = format!(
        "smtp://alice%40lab.test@localhost:{}",
        lab.real_port("smtp")
    );
    let address = lab.address("normal");
    let options = [
        ["--monitor-every", "5s"],
        ["--alert-webhook", &webhook.url],
        ["--alert-mail", &address],
        ["--alert-smtp", &smtp],
        ["--alert-smtp-password", &password],
    ];
    let server = Server::start(&lab, &options.concat());
    let states = || {
        let text = server.metrics();
        ["imap", "pop", "smtp", "smtp-tls"].map(|id| metric(&text, "service_state", id))
    };
    let wait_for_states = |expected: [f64; 4]| {
        wait_for("the states", || {
            (states() == expected.map(Some)).then_some(())
        });
    };
    wait_for_states([0.0; 4]);
    let text = server.metrics();
    assert!(metric(&text, "service_response_seconds", "imap").is_some_and(|time| time < 5.0));
    assert!(metric(&text, "service_certificate_days", "smtp").is_some_and(|days| days > 80.0));
    let stopped = Instant::now();
    lab.control("stop-postfix");
    wait_for_states([0.0, 0.0, 2.0, 2.0]);
    // Two rounds, and some time for a machine that does other things, too.
    assert!(
        stopped.elapsed() < Duration::from_secs(20),
        "{:?}",
        stopped.elapsed()
    );
    for service in ["lab/smtp", "lab/smtp-tls"] {
        let alert = wait_for("an alert", || webhook.has(service, "down"));
        assert_eq!(alert["reason"], "connection-refused", "{alert}");
        assert!(
            alert["until"].is_null() && alert["before"] == "ok",
            "{alert}"
        );
    }
    lab.control("start-postfix");
    wait_for_states([0.0; 4]);
    let down = webhook.has("lab/smtp", "down").unwrap();
    let over = wait_for("an alert", || webhook.has("lab/smtp", "ok"));
    assert_eq!(over["since"], down["since"], "{over}");
    let lasted = over["seconds"].as_u64().unwrap();
    assert!((1..=60).contains(&lasted), "{over}");
    // The server that takes the mails was down itself.
    let mail = wait_for("a mail", || {
        let mut mails = mails(&lab, "normal").into_iter();
        mails.find(|mail| mail.contains("[mailguide]") && mail.contains("lab/smtp"))
    });
    assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
    let log = server.stop();
    for line in [
        "a service is down",
        "a service works again",
        "alerts are not taken",
    ] {
        assert!(log.contains(line), "{line}");
    }
    assert!(!log.contains(&lab.password("normal")) && !log.contains("key=k"));
}

#[test]
fn an_account_of_the_operator_is_signed_in_to() {
    let lab = Lab::start();
    for (password, works) in [
        (lab.password("normal"), true),
        ("not-the-password-5e1d".to_owned(), false),
    ] {
        let file = secret(&lab, "canary", &password);
        let canary = format!("{}={file}", lab.address("normal"));
        let server = Server::start(&lab, &["--monitor-every", "5s", "--canary", &canary]);
        let signed_in = wait_for("a sign-in", || {
            metric(&server.metrics(), "own_sign_in", "imap")
        });
        let text = server.metrics();
        assert_eq!(signed_in, f64::from(u8::from(works)), "{text}");
        let delivery = metric(&text, "own_message_seconds", "imap");
        assert_eq!(
            delivery.is_some_and(|seconds| seconds < 30.0),
            works,
            "{text}"
        );
        let used = metric(&text, "own_mailbox_used_ratio", "imap");
        assert_eq!(used.is_some_and(|used| used < 0.5), works, "{text}");
        // What the server is worth without a password is told all the same.
        wait_for("the state", || {
            metric(&server.metrics(), "service_state", "imap").filter(|state| *state == 0.0)
        });
        let log = server.stop();
        assert_eq!(log.contains("it is not sent again"), !works);
        assert!(!log.contains(&password));
    }
}

#[test]
fn one_round_on_the_command_line_says_by_its_exit_status_how_it_went() {
    let mut lab = Lab::start();
    let run = |lab: &Lab, options: &[&str]| {
        let arguments = [&["monitor", "--once", "--second-look", "1s"], options].concat();
        let output = mailguide(&arguments, &lab.options(), "");
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };
    let (code, table) = run(&lab, &[]);
    assert_eq!(code, Some(0), "{table}");
    assert_eq!(table.lines().count(), 5, "{table}");
    assert!(table.contains("smtp://smtp.lab.test:587"), "{table}");
    lab.control("stop-postfix");
    let (code, text) = run(&lab, &["--json"]);
    assert_eq!(code, Some(1), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    let services = document["services"].as_array().unwrap().iter();
    let states: Vec<_> = services
        .map(|one| {
            format!("{} {} {}", one["service"], one["state"], one["reason"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        states,
        [
            "lab/imap ok ok",
            "lab/pop ok ok",
            "lab/smtp down connection-refused",
            "lab/smtp-tls down connection-refused",
        ]
    );
    // Without --once there is nothing to do: `serve` does it.
    let output = mailguide(&["monitor"], &[], "");
    assert_eq!(output.status.code(), Some(2));
}
