//! Versions, ciphers and groups, and what a server asks of its client.

use std::process::Command;

use futures_util::future::join_all;
use probe::TlsFacts;

use super::checking::{FINE, certificate_facts, check, steps, tls_facts};
use super::s_server::{LAB, NAME};

/// An OpenSSL server, and what must be found.
struct Mode {
    name: &'static str,
    options: &'static [&'static str],
    steps: &'static str,
    tls: Option<TlsFacts>,
}

fn mode(name: &'static str, options: &'static [&'static str], steps: &'static str) -> Mode {
    Mode {
        name,
        options,
        steps,
        tls: None,
    }
}

impl Mode {
    fn tls(mut self, version: &str, cipher: &str, group: Option<&str>) -> Self {
        self.tls = Some(TlsFacts {
            version: version.to_owned(),
            cipher: cipher.to_owned(),
            group: group.map(str::to_owned),
            post_quantum: Some(group.is_some_and(|group| group.contains("MLKEM"))),
            client_certificate_asked: false,
        });
        self
    }

    fn asked(mut self) -> Self {
        self.tls.as_mut().unwrap().client_certificate_asked = true;
        self
    }
}

fn modes() -> Vec<Mode> {
    let none = "tls:tls-no-common-cipher";
    let required = "tls:tls-client-certificate-required";
    let best12 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    vec![
        mode(
            "tls1",
            &["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.0",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            Some("x25519"),
        ),
        mode(
            "tls1_1",
            &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.1",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            Some("x25519"),
        ),
        mode(
            "tls1 dhe",
            &["-tls1", "-cipher", "DHE-RSA-AES256-SHA@SECLEVEL=0"],
            "tls:tls-version-too-old",
        )
        .tls(
            "TLS 1.0",
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
            Some("DH 2048 bits"),
        ),
        mode("rsa", &["-tls1_2", "-cipher", "AES128-GCM-SHA256"], none).tls(
            "TLS 1.2",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            None,
        ),
        mode(
            "cbc",
            &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            Some("x25519"),
        ),
        mode(
            "dhe",
            &["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            Some("DH 2048 bits"),
        ),
        mode("camellia", &["-tls1_2", "-cipher", "CAMELLIA128-SHA"], none).tls(
            "TLS 1.2",
            "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA",
            None,
        ),
        mode(
            "anonymous",
            &["-tls1_2", "-cipher", "ADH-AES128-GCM-SHA256:@SECLEVEL=0"],
            none,
        )
        .tls(
            "TLS 1.2",
            "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
            Some("DH 1024 bits"),
        ),
        mode("x448", &["-groups", "X448"], none).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some("x448"),
        ),
        mode("p521", &["-groups", "P-521"], none).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some("secp521r1"),
        ),
        mode("x448 1.2", &["-tls1_2", "-groups", "X448"], none).tls(
            "TLS 1.2",
            best12,
            Some("x448"),
        ),
        mode("p521 1.2", &["-tls1_2", "-groups", "P-521"], none).tls(
            "TLS 1.2",
            best12,
            Some("secp521r1"),
        ),
        mode(
            "required 1.2",
            &["-tls1_2", "-Verify", "1", "-verify_return_error"],
            required,
        )
        .tls("TLS 1.2", best12, Some("x25519"))
        .asked(),
        // Here the refusal comes only after the client has finished.
        mode(
            "required 1.3",
            &[
                "-tls1_3",
                "-groups",
                "X25519",
                "-Verify",
                "1",
                "-verify_return_error",
            ],
            "tls:ok certificate:ok greeting:tls-client-certificate-required",
        )
        .tls("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"))
        .asked(),
        mode("optional 1.2", &["-tls1_2", "-verify", "1"], FINE)
            .tls("TLS 1.2", best12, Some("x25519"))
            .asked(),
        mode(
            "optional 1.3",
            &["-tls1_3", "-groups", "X25519", "-verify", "1"],
            FINE,
        )
        .tls("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"))
        .asked(),
        mode("healthy 1.2", &["-tls1_2"], FINE).tls("TLS 1.2", best12, Some("x25519")),
        mode("healthy 1.3", &["-tls1_3"], FINE).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some(preferred_group()),
        ),
        mode("another group", &["-tls1_3", "-groups", "P-384"], FINE).tls(
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            Some("secp384r1"),
        ),
    ]
}

/// The group that OpenSSL chooses by itself: since version 3.5 the one that is safe from quantum computers.
fn preferred_group() -> &'static str {
    let mut command = Command::new("openssl");
    let output = command.args(["list", "-kem-algorithms"]).output().unwrap();
    let known = String::from_utf8(output.stdout).unwrap();
    if known.contains("X25519MLKEM768") {
        "X25519MLKEM768"
    } else {
        "x25519"
    }
}

#[tokio::test]
async fn modes_of_tls_are_told_apart() {
    let shown = LAB.rsa(&LAB.root, |_| {});
    let checks = modes().into_iter().map(|mode| {
        let shown = shown.clone();
        async move {
            let server = LAB.serve(mode.name, &shown, mode.options);
            let report = check(server.address).await;
            assert_eq!(steps(&report), mode.steps, "{}: {report:#?}", mode.name);
            let facts = tls_facts(&report);
            assert_eq!(facts, mode.tls.as_ref(), "{}", mode.name);
            if mode.steps.starts_with("tls:ok") {
                let facts = certificate_facts(&report);
                assert_eq!(
                    facts.built,
                    [format!("CN={NAME}"), "CN=Test root".to_owned()]
                );
                assert_eq!(facts.key, "RSA 2048 bits");
            }
        }
    });
    join_all(checks).await;
}

#[tokio::test]
async fn a_server_that_does_not_know_the_name_is_named() {
    let shown = LAB.rsa(&LAB.root, |_| {});
    let second = LAB.file("second.pem", &shown.certificate);
    let second_key = LAB.file("second.key", &shown.key);
    let options = [
        "-servername",
        "other.example.test",
        "-servername_fatal",
        "-cert2",
        second.to_str().unwrap(),
        "-key2",
        second_key.to_str().unwrap(),
    ];
    let server = LAB.serve("sni", &shown, &options);
    let report = check(server.address).await;
    assert_eq!(steps(&report), "tls:tls-name-not-known");
}
