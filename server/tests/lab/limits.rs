use crate::lab::Lab;
use crate::server::Server;

#[test]
fn the_sixth_wrong_password_is_not_sent_whoever_types_it() {
    let lab = Lab::start();
    let server = Server::start(&lab, &[]);
    let wrong = |path| server.post(path, "address=alice%40lab.test&password=wrong");
    for attempt in 1..=5 {
        let path = if attempt % 2 == 0 {
            "/test"
        } else {
            "/api/test"
        };
        let answer = wrong(path);
        assert!(
            answer.contains("did not accept this password"),
            "{attempt}: {answer}"
        );
    }
    // The right password is not sent either, and another spelling is the same account.
    let right = format!(
        "address=A.lice%2Bx%40LAB.test&password={}",
        lab.password("normal")
    );
    for path in ["/api/test", "/test"] {
        let answer = server.post(path, &right);
        assert!(answer.starts_with("HTTP/1.1 429"), "{path}: {answer}");
        assert!(
            answer.contains("keep your account from being locked"),
            "{path}: {answer}"
        );
        assert!(answer.contains("Wait 15 minutes"), "{path}: {answer}");
        let wait = answer.to_lowercase();
        let wait = wait
            .split("retry-after: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next());
        let wait: u32 = wait.unwrap_or_default().parse().unwrap();
        assert!((840..=900).contains(&wait), "{path}: {wait}");
    }
    let other = server.post("/api/test", "address=bob%40lab.test&password=wrong");
    assert!(other.contains("did not accept this password"), "{other}");
}

#[test]
fn a_right_password_uses_up_nothing_of_the_attempts() {
    let lab = Lab::start();
    let server = Server::start(&lab, &["--failed-sign-ins-per-account", "1"]);
    let right = format!(
        "address=alice%40lab.test&password={}",
        lab.password("normal")
    );
    for _ in 0..3 {
        let answer = server.post("/api/test", &right);
        assert!(answer.contains("your password was accepted"), "{answer}");
    }
}

#[test]
fn a_test_without_a_password_is_shared_and_says_so() {
    let lab = Lab::start();
    for (seconds, shared) in [("30", true), ("0", false)] {
        let server = Server::start(&lab, &["--share-results", seconds]);
        let first = server.post("/api/test", "address=lab.test");
        assert!(
            first.contains("Works") && !first.contains("(tested "),
            "{first}"
        );
        for path in ["/api/test", "/test"] {
            let later = server.post(path, "address=lab.test");
            assert!(later.contains("Works"), "{path}: {later}");
            assert_eq!(later.contains("Works (tested "), shared, "{path}: {later}");
        }
    }
}
