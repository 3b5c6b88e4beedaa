//! What the program finds for each account of the lab, and for servers of other kinds.

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;

use crate::lab::{Lab, mailguide};

/// What a test found.
#[derive(Debug)]
struct Found {
    /// The outcome of each endpoint by its id, and of its stages behind the sign-in.
    endpoints: BTreeMap<String, Endpoint>,
    findings: Vec<String>,
    code: Option<i32>,
}

#[derive(Debug)]
struct Endpoint {
    outcome: String,
    stages: BTreeMap<String, String>,
    text: String,
}

impl Found {
    fn new(output: &Output) -> Self {
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let endpoint = |one: &Value| Endpoint {
            outcome: text(&one["outcome"]),
            stages: one["steps"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| (text(&step["stage"]), text(&step["outcome"])))
                .collect(),
            text: one.to_string(),
        };
        let endpoints = document["endpoints"].as_array().unwrap().iter();
        let findings = document["findings"].as_array().unwrap().iter();
        Self {
            endpoints: endpoints
                .map(|one| (text(&one["endpoint"]["id"]), endpoint(one)))
                .collect(),
            findings: findings.map(|finding| text(&finding["cause"])).collect(),
            code: output.status.code(),
        }
    }

    fn outcome(&self, id: &str) -> &str {
        &self.endpoints[id].outcome
    }
}

/// Tests the services of the record with the password of an account.
fn test_account(lab: &Lab, account: &str) -> Found {
    let address = lab.address(account);
    let arguments = ["probe", &address, "--password-stdin", "--json"];
    Found::new(&mailguide(
        &arguments,
        &lab.options(),
        &lab.password(account),
    ))
}

/// Tests one service that need not be in the record, and returns what was found for it.
fn test_service(
    lab: &Lab,
    url: &str,
    id: &str,
    account: &str,
    password: &str,
) -> (Found, Endpoint) {
    let (connect_to, address) = (lab.connect_to(id), lab.address(account));
    let arguments = [
        "probe",
        url,
        "--connect-to",
        &connect_to,
        "--user",
        &address,
        "--password-stdin",
        "--json",
    ];
    // Everything but the record.
    let mut found = Found::new(&mailguide(&arguments, &lab.options()[2..], password));
    let (_, endpoint) = found.endpoints.pop_first().unwrap();
    (found, endpoint)
}

#[test]
fn every_account_shows_what_it_is_for() {
    let lab = Lab::start();
    // The outcome of the one finding, and those of IMAP, POP3 and both SMTP services.
    for (account, finding, imap, pop3, smtp) in [
        ("normal", "ok", "ok", "ok", "ok"),
        ("junked", "ok", "ok", "ok", "ok"),
        // Over POP3 nobody asks for the quota.
        ("overquota", "mailbox-full", "mailbox-full", "ok", "ok"),
        // Only IMAP says why, so it is asked first, and the others are spared.
        (
            "disabled",
            "account-disabled",
            "account-disabled",
            "not-tried",
            "not-tried",
        ),
        (
            "closed",
            "mailbox-fault",
            "mailbox-fault",
            "mailbox-fault",
            "ok",
        ),
        ("stranger", "sender-refused", "ok", "ok", "sender-refused"),
        ("blocked", "sending-blocked", "ok", "ok", "sending-blocked"),
    ] {
        let found = test_account(&lab, account);
        assert_eq!(found.findings, [finding], "{account}: {found:#?}");
        assert_eq!(found.code, Some(i32::from(finding != "ok")), "{account}");
        for (id, expected) in [
            ("imap", imap),
            ("pop", pop3),
            ("smtp", smtp),
            ("smtp-tls", smtp),
        ] {
            assert_eq!(found.outcome(id), expected, "{account} {id}: {found:#?}");
        }
    }
}

#[test]
fn a_working_account_is_tested_as_far_as_mail_goes() {
    let lab = Lab::start();
    let found = test_account(&lab, "normal");
    for (id, stage) in [
        ("imap", "mailbox"),
        ("pop", "mailbox"),
        ("smtp", "sending"),
        ("smtp-tls", "sending"),
    ] {
        let endpoint = &found.endpoints[id];
        assert_eq!(endpoint.stages[stage], "ok", "{id}: {endpoint:#?}");
    }
}

#[test]
fn a_message_to_oneself_is_seen_to_arrive_where_it_lies() {
    let lab = Lab::start();
    for (account, finding, imap, folder) in [
        ("normal", "ok", "ok", "INBOX"),
        ("junked", "message-in-junk", "message-in-junk", "Junk"),
        // There is no inbox in which it could be seen to arrive, so nothing is sent.
        ("closed", "mailbox-fault", "", ""),
        ("stranger", "sender-refused", "delivery-not-tried", ""),
    ] {
        let address = lab.address(account);
        let arguments = [
            "probe",
            &address,
            "--password-stdin",
            "--send-to-self",
            "--json",
        ];
        let output = mailguide(&arguments, &lab.options(), &lab.password(account));
        let found = Found::new(&output);
        assert_eq!(found.findings, [finding], "{account}: {found:#?}");
        let stage = |id: &str| {
            found.endpoints[id]
                .stages
                .get("delivery")
                .map(String::as_str)
        };
        assert_eq!(stage("imap").unwrap_or(""), imap, "{account}: {found:#?}");
        let sent = ["smtp", "smtp-tls"].map(stage);
        let count = sent
            .iter()
            .filter(|outcome| **outcome == Some("ok"))
            .count();
        assert_eq!(
            count,
            usize::from(!folder.is_empty()),
            "{account}: {found:#?}"
        );
        let told = format!("\"folder\":\"{folder}\"");
        assert_eq!(
            found.endpoints["imap"].text.contains(&told),
            !folder.is_empty(),
            "{account}: {found:#?}"
        );
    }
}

#[test]
fn the_words_of_a_refusal_are_kept() {
    let lab = Lab::start();
    for (account, id, words) in [
        ("closed", "imap", "[SERVERBUG]"),
        ("closed", "pop", "-ERR [SYS/TEMP]"),
        ("stranger", "smtp", "553 5.7.1"),
        ("stranger", "smtp-tls", "not owned by user"),
        ("blocked", "smtp", "because of spam"),
    ] {
        let found = test_account(&lab, account);
        let endpoint = &found.endpoints[id];
        assert!(
            endpoint.text.contains(words),
            "{account} {id}: {endpoint:#?}"
        );
    }
}

#[test]
fn cyrus_is_understood_as_dovecot_is() {
    let mut lab = Lab::start();
    lab.control("start-cyrus");
    let right = lab.password("normal");
    for (url, id) in [
        ("imaps://mail.lab.test", "cyrus-imap"),
        ("imap://mail.lab.test", "cyrus-imap-starttls"),
        ("pop3s://pop.lab.test", "cyrus-pop"),
        ("pop3://pop.lab.test", "cyrus-pop-starttls"),
    ] {
        let (found, endpoint) = test_service(&lab, url, id, "normal", &right);
        assert!(endpoint.text.contains("Cyrus"), "{id}: {endpoint:#?}");
        assert_eq!(found.findings, ["ok"], "{id}: {endpoint:#?}");
        assert_eq!(endpoint.stages["sign-in"], "ok", "{id}: {endpoint:#?}");
        assert_eq!(endpoint.stages["mailbox"], "ok", "{id}: {endpoint:#?}");

        let wrong = "not-the-password-5e1d";
        let (found, endpoint) = test_service(&lab, url, id, "normal", wrong);
        assert_eq!(found.findings, ["wrong-credentials"], "{id}: {endpoint:#?}");
        assert_eq!(found.code, Some(1), "{id}");

        // Cyrus knows the account and its password, and lets it use no service.
        let right = lab.password("disabled");
        let (found, endpoint) = test_service(&lab, url, id, "disabled", &right);
        assert_ne!(endpoint.stages["sign-in"], "ok", "{id}: {endpoint:#?}");
        let words = "authorization failure";
        assert!(endpoint.text.contains(words), "{id}: {endpoint:#?}");
        assert_eq!(found.code, Some(1), "{id}");
    }
}

#[test]
fn a_submission_server_that_cannot_reach_its_relay_does_not_work() {
    let lab = Lab::start();
    let (url, right) = ("smtp://smtp.lab.test", lab.password("normal"));
    let (found, endpoint) = test_service(&lab, url, "smtp-dead-relay", "normal", &right);
    assert_eq!(endpoint.stages["sign-in"], "ok", "{endpoint:#?}");
    assert_eq!(endpoint.stages["sending"], "sending-fault", "{endpoint:#?}");
    assert_eq!(found.findings, ["sending-fault"], "{endpoint:#?}");
    assert!(endpoint.text.contains("421 4.4.0"), "{endpoint:#?}");
    assert_eq!(found.code, Some(1));
    // A refused password comes first.
    let wrong = "not-the-password-5e1d";
    let (found, _) = test_service(&lab, url, "smtp-dead-relay", "normal", wrong);
    assert_eq!(found.findings, ["wrong-credentials"], "{found:#?}");
}
