use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::lab::Lab;
use crate::server::Server;

const CANARY: &str = "canary-password-9b2e47";

/// The forms in which a password of this account travels: as it was typed, and as SASL PLAIN and LOGIN
/// send it.
fn forms(password: &str) -> [String; 3] {
    [
        password.to_owned(),
        BASE64_STANDARD.encode(format!("\0alice@lab.test\0{password}")),
        BASE64_STANDARD.encode(password),
    ]
}

#[test]
fn a_password_is_in_no_answer_no_log_and_no_memory() {
    let mut lab = Lab::start();
    let server = Server::start(&lab, &[]);
    let right = lab.password("normal");
    let passwords = [right.as_str(), CANARY];
    for (stopped, password, expected) in [
        (false, right.as_str(), "your password was accepted"),
        (false, CANARY, "did not accept this password"),
        (true, right.as_str(), "cannot reach the server"),
    ] {
        if stopped {
            lab.control("stop-postfix");
        }
        for path in ["/api/test", "/test"] {
            let form = format!("address=alice%40lab.test&password={password}");
            let answer = server.post(path, &form);
            assert!(answer.contains(expected), "{path}: {answer}");
            for form in forms(password) {
                assert!(!answer.contains(&form), "{path} holds the password");
            }
        }
    }
    sleep(Duration::from_secs(1));
    let memory = server.memory();
    assert!(memory.len() > 1_000_000, "the memory could not be read");
    let log = server.stop();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log was not at its finest"
    );
    for form in passwords.into_iter().flat_map(forms) {
        assert!(!log.contains(&form), "the log holds the password");
        let form = form.as_bytes();
        let copies = memory.windows(form.len()).filter(|part| *part == form);
        assert_eq!(copies.count(), 0, "the memory holds the password");
    }
}
