use serde_json::Value;

use crate::lab::{Lab, mailguide};

/// The outcome of every endpoint by its id, and of every finding.
fn outcomes(document: &str) -> (Vec<(String, String)>, Vec<String>) {
    let document: Value = serde_json::from_str(document).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let endpoints = document["endpoints"].as_array().unwrap().iter();
    let endpoints = endpoints.map(|one| (text(&one["endpoint"]["id"]), text(&one["outcome"])));
    let findings = document["findings"].as_array().unwrap().iter();
    (
        endpoints.collect(),
        findings.map(|finding| text(&finding["cause"])).collect(),
    )
}

#[test]
fn right_password_wrong_password_and_a_stopped_server() {
    let mut lab = Lab::start();
    let probe = |lab: &Lab, password: &str| {
        let arguments = ["probe", "alice@lab.test", "--password-stdin", "--json"];
        let output = mailguide(&arguments, &lab.options(), &format!("{password}\n"));
        let (stdout, code) = (
            String::from_utf8(output.stdout).unwrap(),
            output.status.code(),
        );
        let (endpoints, findings) = outcomes(&stdout);
        (endpoints, findings, code, stdout)
    };

    let (endpoints, findings, code, _) = probe(&lab, &lab.password("normal"));
    assert_eq!(code, Some(0), "{endpoints:?}");
    assert_eq!(endpoints.len(), 4);
    assert!(
        endpoints.iter().all(|(_, outcome)| outcome == "ok"),
        "{endpoints:?}"
    );
    assert_eq!(findings, ["ok"]);

    let (endpoints, findings, code, stdout) = probe(&lab, "not-the-password-5e1d");
    assert_eq!(code, Some(1), "{endpoints:?}");
    let count = |wanted: &str| {
        endpoints
            .iter()
            .filter(|(_, outcome)| outcome == wanted)
            .count()
    };
    assert_eq!(
        (count("wrong-credentials"), count("not-tried")),
        (1, 3),
        "{endpoints:?}"
    );
    assert_eq!(findings, ["wrong-credentials"]);
    assert!(!stdout.contains("not-the-password-5e1d"));

    lab.control("stop-postfix");
    let (endpoints, findings, code, _) = probe(&lab, &lab.password("normal"));
    assert_eq!(code, Some(1), "{endpoints:?}");
    for (id, outcome) in &endpoints {
        let expected = if id.starts_with("smtp") {
            "connection-refused"
        } else {
            "ok"
        };
        assert_eq!(outcome, expected, "{id}");
    }
    assert_eq!(findings, ["connection-refused"]);
    lab.control("start-postfix");
    let (endpoints, _, code, _) = probe(&lab, &lab.password("normal"));
    assert_eq!(code, Some(0), "{endpoints:?}");
}

#[test]
fn servers_given_as_urls() {
    let lab = Lab::start();
    let ca = lab.options()[3].clone();
    for (url, id, secure) in [
        ("imaps://mail.lab.test", "imap", true),
        ("imap://mail.lab.test", "imap-starttls", true),
        ("pop3s://pop.lab.test", "pop", true),
        ("pop3://pop.lab.test", "pop-starttls", true),
        ("smtps://smtp.lab.test", "smtp-tls", true),
        ("smtp://smtp.lab.test", "smtp", true),
        // Without --cacert the certificate of the lab is not trusted, so the password must not be sent.
        ("imaps://mail.lab.test", "imap", false),
    ] {
        let connect_to = lab.connect_to(id);
        let trust = if secure {
            vec!["--cacert".to_owned(), ca.clone()]
        } else {
            Vec::new()
        };
        let arguments = [
            "probe",
            url,
            "--connect-to",
            &connect_to,
            "--user",
            "alice@lab.test",
            "--password-stdin",
            "--json",
        ];
        let output = mailguide(&arguments, &trust, &lab.password("normal"));
        let stdout = String::from_utf8(output.stdout).unwrap();
        let (endpoints, _) = outcomes(&stdout);
        let expected = if secure {
            "ok"
        } else {
            "certificate-unknown-issuer"
        };
        assert_eq!(endpoints[0].1, expected, "{url}: {stdout}");
        assert_eq!(output.status.code(), Some(i32::from(!secure)), "{url}");
        assert_eq!(stdout.contains("\"sign-in\""), secure, "{url}");
    }
}

#[test]
fn programs_that_fit_are_listed_where_that_is_asked_for() {
    let lab = Lab::start();
    let ca = lab.options()[3].clone();
    for (url, id) in [
        ("imaps://mail.lab.test", "imap"),
        ("smtp://smtp.lab.test", "smtp"),
    ] {
        let connect_to = lab.connect_to(id);
        let arguments = ["probe", url, "--connect-to", &connect_to, "--json"];
        for (programs, asked) in [(&[][..], false), (&["--programs"], true)] {
            let options = [&["--cacert", &ca], programs].concat();
            let options: Vec<String> = options.into_iter().map(str::to_owned).collect();
            let output = mailguide(&arguments, &options, "");
            let document: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(output.status.code(), Some(0), "{document:#}");
            assert_eq!(document.get("programs").is_some(), asked);
            let Some(clients) = document["programs"][0]["clients"].as_array() else {
                continue;
            };
            let verdict = |profile: &str| {
                let client = clients.iter().find(|client| client["id"] == profile);
                let client = client.unwrap();
                (client["verdict"].clone(), client["reason"].clone())
            };
            let fits = ("fits".into(), Value::Null);
            assert_eq!(verdict("thunderbird-91"), fits, "{url}");
            assert_eq!(verdict("outlook-windows-10"), fits, "{url}");
            // Postfix takes TLS 1.0 by default, Dovecot does not.
            if id == "imap" {
                let old = ("does-not-fit".into(), "no-common-version".into());
                assert_eq!(verdict("outlook-windows-7"), old);
            }
        }
    }
}

#[test]
fn bad_usage_and_bad_configuration_end_with_two() {
    let record = |name: &str, text: &str| {
        let path = std::env::temp_dir().join(format!("mailguide-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = include_str!("../../../app/records/centurylink.toml");
    let bad_port = record("port.toml", &good.replacen("port = 993", "port = 70000", 1));
    let connect_to = good.replacen("port = 993", "port = 993\nconnect_to = \"127.0.0.1:1\"", 1);
    let connect_to = record("connect.toml", &connect_to);
    for (arguments, expected) in [
        (
            &["check-config", &bad_port][..],
            "expected a number from 1 to 65535",
        ),
        (
            &["serve", "--config", &bad_port],
            "expected a number from 1 to 65535",
        ),
        (&["serve", "--config", &connect_to], "for tests only"),
        (&["check-config", "/nonexistent.toml"], "/nonexistent.toml"),
        (
            &["probe", "unknown.example"],
            "no record has settings for unknown.example",
        ),
        (&["probe", "http://mail.example"], "unknown scheme"),
        (&["probe", "q.com", "--password-stdin"], "--user"),
        // Nobody's password reaches servers of another account.
        (
            &["probe", "a@q.com", "b@centurylink.net", "--password-stdin"],
            "one account",
        ),
        (
            &[
                "probe",
                "a@q.com",
                "imaps://mail.invalid",
                "--password-stdin",
            ],
            "one account",
        ),
        (
            &[
                "probe",
                "q.com",
                "centurylink.net",
                "--user",
                "a",
                "--password-stdin",
            ],
            "one account",
        ),
        (&["probe", "q.com", "--user", "jane"], "--password-stdin"),
        (&["probe"], "Usage"),
    ] {
        let output = mailguide(arguments, &[], "secret\n");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    let path = record("good.toml", good);
    let output = mailguide(&["check-config", &path], &[], "");
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("CenturyLink is well formed")
    );
    for path in [bad_port, connect_to, path] {
        let _ = std::fs::remove_file(path);
    }
}

#[test]
fn a_fault_in_a_file_is_named_with_its_place_before_anything_is_served() {
    let folder = std::env::temp_dir().join(format!("mailguide-{}-faults", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = include_str!("../../../app/records/centurylink.toml");
    let lines = good
        .lines()
        .take_while(|line| *line != "port = 993")
        .count();
    let end = good.lines().count();
    let port = file("port.toml", &good.replacen("= 993", "= 70000", 1));
    let key = file("key.toml", &format!("surprise = 1\n{good}"));
    let open = file("open.toml", &format!("{good}[["));
    let elsewhere = file(
        "elsewhere.toml",
        &good.replacen("port = 993", "port = 993\nconnect_to = \"127.0.0.1:1\"", 1),
    );
    let first = file("first.toml", good);
    let second = file("second.toml", good);
    let missing = folder.join("missing").display().to_string();
    let empty = file("empty.pem", "");
    let secret = file("secret", "short");
    for (options, place) in [
        (
            &["--config", &*port][..],
            format!("{port}:{}:8: ", lines + 1),
        ),
        (&["--config", &key], format!("{key}:1:1: ")),
        (&["--config", &open], format!("{open}:{}:", end + 1)),
        (
            &["--config", &elsewhere],
            format!("{elsewhere}:{}:14: ", lines + 2),
        ),
        (
            &["--config", &first, "--config", &second],
            format!("{second}:4:6: record id `centurylink` stands at {first}:4:6 too"),
        ),
        // These errors have no line number.
        (&["--config", &missing], format!("--config {missing}: ")),
        (&["--cacert", &empty], format!("--cacert {empty}: ")),
        (
            &["--limits-secret", &secret],
            format!("--limits-secret {secret}: "),
        ),
        (
            &["--tls-cert", &empty, "--tls-key", &empty],
            format!("--tls-cert {empty}: "),
        ),
    ] {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], options].concat();
        let output = mailguide(&arguments, &[], "");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        let expected = format!("mailguide: {place}");
        assert!(stderr.starts_with(&expected), "{expected}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(output.stdout.is_empty(), "{options:?}");
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_name_that_does_not_exist_is_named_as_the_cause() {
    // The name is reserved and never exists (RFC 6761), so this needs no network.
    let arguments = ["probe", "imaps://mail.invalid", "--json"];
    let output = mailguide(&arguments, &[], "");
    let (endpoints, findings) = outcomes(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(endpoints[0].1, "name-not-found");
    assert_eq!(findings, ["name-not-found"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn private_addresses_need_the_switch() {
    let output = mailguide(&["probe", "imaps://localhost:1", "--json"], &[], "");
    let (endpoints, _) = outcomes(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(endpoints[0].1, "address-not-public");
    let hint = String::from_utf8(output.stderr).unwrap();
    assert!(hint.contains("--allow-private"), "{hint}");

    let options = ["--allow-private".to_owned()];
    let output = mailguide(&["probe", "imaps://localhost:1", "--json"], &options, "");
    let (endpoints, _) = outcomes(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(endpoints[0].1, "connection-refused");
}
