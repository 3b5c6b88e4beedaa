use crate::lab::Lab;
use crate::server::Server;

const CANARY: &str = "canary-password-9b2e47";
/// The canary as SASL PLAIN and LOGIN send it.
const ENCODED: [&str; 2] = [
    "AGFsaWNlQGxhYi50ZXN0AGNhbmFyeS1wYXNzd29yZC05YjJlNDc=",
    "Y2FuYXJ5LXBhc3N3b3JkLTliMmU0Nw==",
];

#[test]
fn a_password_is_in_no_answer_and_no_log() {
    let lab = Lab::start();
    let server = Server::start(&lab, &[]);
    for path in ["/api/test", "/test"] {
        let form = format!("address=alice%40lab.test&password={CANARY}");
        let answer = server.post(path, &form);
        assert!(
            answer.contains("did not accept this password"),
            "{path}: {answer}"
        );
        assert_secret(&answer, path);
    }
    let log = server.stop();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log was not at its finest"
    );
    assert_secret(&log, "the log");
}

fn assert_secret(text: &str, place: &str) {
    for form in [CANARY, ENCODED[0], ENCODED[1]] {
        assert!(!text.contains(form), "{place} holds the password");
    }
}

/// How the canary may lie in memory: as it was typed, as it was sent, and turned around by nothing else.
fn forms() -> [&'static [u8]; 3] {
    [CANARY, ENCODED[0], ENCODED[1]].map(str::as_bytes)
}

#[test]
fn a_password_does_not_stay_in_memory() {
    let lab = Lab::start();
    let server = Server::start(&lab, &[]);
    for path in ["/api/test", "/test"] {
        server.post(path, &format!("address=alice%40lab.test&password={CANARY}"));
    }
    std::thread::sleep(std::time::Duration::from_secs(1));
    let memory = server.memory();
    assert!(memory.len() > 1_000_000, "the memory could not be read");
    for form in forms() {
        let found = memory
            .windows(form.len())
            .filter(|part| *part == form)
            .count();
        let form = String::from_utf8_lossy(form);
        assert_eq!(found, 0, "copies of {form}");
    }
}
