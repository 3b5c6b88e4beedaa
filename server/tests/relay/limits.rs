//! How many relays there may be, and for whom.

use crate::browser::Browser;
use crate::mail::MailServer;
use crate::program::Program;

/// Whether a relay is allowed: the limit that refused it, if one did.
async fn refused_by(program: &Program, service: &str) -> Result<Browser, String> {
    let mut browser = Browser::open(program, service).await;
    match browser.begins().await {
        Ok(()) => Ok(browser),
        Err((4001, reason)) => Err(reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn relays_are_limited_and_the_page_is_told_which_limit_it_was_and_how_long_to_wait() {
    for (options, held, expected) in [
        (
            ["--relays-per-client", "2/10m"],
            false,
            "relays-per-client 300",
        ),
        (
            ["--relays-per-service", "2/10m"],
            false,
            "relays-per-service 300",
        ),
        (["--relays-at-once", "2"], true, "relays-at-once 6"),
        // Eight times as many as tests may lead to one service.
        (
            ["--tests-at-once-per-client", "1"],
            true,
            "relays-at-once-per-client 6",
        ),
    ] {
        let mail = MailServer::saying(b"* OK ready\r\n", b"").await;
        let program = Program::with(&mail, "imap", &options);
        let allowed = if options[0].starts_with("--tests") {
            4
        } else {
            2
        };
        let mut open = Vec::new();
        for _ in 0..allowed {
            let browser = refused_by(&program, "starttls").await;
            assert!(browser.is_ok(), "{options:?}");
            if held {
                open.push(browser);
            }
        }
        let refusal = refused_by(&program, "starttls").await.err().unwrap();
        let (limit, wait) = refusal.split_once(' ').unwrap();
        let (name, longest) = expected.split_once(' ').unwrap();
        assert_eq!(limit, name);
        let [wait, longest]: [u64; 2] = [wait, longest].map(|seconds| seconds.parse().unwrap());
        assert!(
            (longest.saturating_sub(20)..=longest + 1).contains(&wait),
            "{refusal}"
        );
        program.wait_for_metric(&format!("mailguide_limits_hit_total{{limit=\"{name}\"}} 1"));
        // Another service has a limit of its own.
        let other = refused_by(&program, "imap").await;
        assert_eq!(other.is_ok(), name == "relays-per-service", "{options:?}");
        if held {
            // A place is free again once its relay has ended.
            open.clear();
            program.wait_for_metric("mailguide_relays_running 0");
            assert!(
                refused_by(&program, "starttls").await.is_ok(),
                "{options:?}"
            );
        }
    }
}
