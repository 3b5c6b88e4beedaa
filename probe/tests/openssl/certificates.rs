//! Certificates, and what a server shows about their revocation.

use futures_util::StreamExt;
use probe::step::{Staple, StapleStatus};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, SanType};

use super::checking::{FINE, certificate_facts, check, steps, tls_facts};
use super::s_server::{Identity, LAB, fingerprint, promise_of_a_staple, where_the_issuer_is};

/// What a server shows, and what must be found.
struct CertificateCase {
    identity: Identity,
    outcome: &'static str,
    /// The chain that was verified, and how many certificates were sent.
    built: &'static str,
    sent: usize,
}

fn certificate_case(
    identity: Identity,
    outcome: &'static str,
    built: &'static str,
) -> CertificateCase {
    CertificateCase {
        sent: identity.chain.len() + 1,
        identity,
        outcome,
        built,
    }
}

fn certificates() -> Vec<CertificateCase> {
    let (root, middle, low) = (&LAB.root, &LAB.middle, &LAB.low);
    let none = |_: &mut CertificateParams| {};
    let with_place = |params: &mut CertificateParams| {
        params.custom_extensions = vec![where_the_issuer_is()];
    };
    let direct = "mail.example.test < Test root";
    let long = "mail.example.test < Test low < Test middle < Test root";
    let mut list = vec![
        certificate_case(root.identity(none), "ok", direct),
        certificate_case(low.identity(none).with(&[low, middle]), "ok", long),
        certificate_case(low.identity(none).with(&[middle, low]), "ok", long),
        certificate_case(low.identity(none).with(&[low, middle, root]), "ok", long),
        certificate_case(
            low.identity(none).with(&[root, low, low, middle]),
            "ok",
            long,
        ),
        certificate_case(low.identity(with_place), "certificate-incomplete-chain", ""),
        certificate_case(
            low.identity(with_place).with(&[middle]),
            "certificate-incomplete-chain",
            "",
        ),
        certificate_case(low.identity(none), "certificate-unknown-issuer", ""),
        certificate_case(
            LAB.stranger.identity(none).with(&[&LAB.stranger]),
            "certificate-unknown-issuer",
            "",
        ),
        certificate_case(
            root.identity(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1)),
            "certificate-expired",
            "",
        ),
        certificate_case(
            root.identity(|params| params.not_before = rcgen::date_time_ymd(2090, 1, 1)),
            "certificate-not-yet-valid",
            "",
        ),
        certificate_case(
            root.identity(|params| {
                let other = "other.example.test".try_into().unwrap();
                params.subject_alt_names = vec![SanType::DnsName(other)];
            }),
            "certificate-wrong-name",
            direct,
        ),
        certificate_case(
            root.identity(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            "certificate-wrong-purpose",
            "",
        ),
    ];
    let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let rsa = ["-newkey", "rsa:1024"];
    for (name, request, sign, outcome, built) in [
        ("sha1", &p256[..], "-sha1", "certificate-weak-signature", ""),
        // The key is only found out when it is used.
        ("rsa1024", &rsa, "-sha256", "certificate-weak-key", direct),
        ("v1", &p256, "version 1", "certificate-old-format", ""),
        ("itself", &p256, "-signkey", "certificate-self-signed", ""),
    ] {
        list.push(certificate_case(
            LAB.odd(name, request, &[sign]),
            outcome,
            built,
        ));
    }
    list
}

#[tokio::test]
async fn certificates_are_told_apart_in_both_versions() {
    let cases = certificates();
    let cases = cases.iter().enumerate().flat_map(|(index, shown)| {
        ["-tls1_2", "-tls1_3"].map(move |version| (index, shown, version))
    });
    let checks = cases.map(|(index, shown, version)| async move {
        let name = format!("certificate{index}{version}");
        let mut options = vec![version, "-verify", "1", "-cipher", "DEFAULT@SECLEVEL=0"];
        // Versions of OpenSSL differ in the group that they prefer.
        options.extend(["-groups", "X25519"]);
        let server = LAB.serve(&name, &shown.identity, &options);
        let report = check(server.address).await;
        let expected = match shown.outcome {
            "ok" => FINE.to_owned(),
            outcome => format!("tls:ok certificate:{outcome}"),
        };
        assert_eq!(steps(&report), expected, "{name}: {report:#?}");
        let tls = tls_facts(&report).unwrap();
        let (told, group) = (tls.version.as_str(), tls.group.as_deref());
        let version = if version == "-tls1_2" {
            "TLS 1.2"
        } else {
            "TLS 1.3"
        };
        assert_eq!((told, group), (version, Some("x25519")), "{name}");
        assert!(tls.client_certificate_asked, "{name}");
        let facts = certificate_facts(&report);
        assert_eq!(
            facts.built.join(" < ").replace("CN=", ""),
            shown.built,
            "{name}"
        );
        assert_eq!(facts.sent.len(), shown.sent, "{name}");
        assert_eq!(facts.fingerprint, fingerprint(&name), "{name}");
        assert_eq!(facts.staple, None, "{name}");
    });
    // More at once would only wait for each other.
    futures_util::stream::iter(checks)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;
}

#[tokio::test]
async fn what_a_server_shows_about_revocation_is_believed_only_with_a_signature() {
    const SERIAL: u8 = 0x42;
    let numbered = |params: &mut CertificateParams| {
        params.serial_number = Some(vec![SERIAL].into());
    };
    let good = LAB.root.identity(numbered);
    let promised = LAB.root.identity(|params| {
        numbered(params);
        params.custom_extensions = vec![promise_of_a_staple()];
    });
    let delegate = |authority: &super::s_server::Authority, in_time: bool| {
        authority.identity(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
            if !in_time {
                params.not_after = rcgen::date_time_ymd(2020, 1, 1);
            }
        })
    };
    let root = LAB.root.itself();
    let (own, foreign) = (delegate(&LAB.root, true), delegate(&LAB.stranger, true));
    let late = delegate(&LAB.root, false);
    let colleague = LAB.root.identity(|_| {});
    let another = LAB
        .root
        .identity(|params| params.serial_number = Some(vec![7].into()));
    let (fine, revoked) = (Some(StapleStatus::Good), Some(StapleStatus::Revoked));
    let missing = "certificate-staple-missing";
    let cases = [
        ("good", &good, 'V', SERIAL, &good, &root, "ok", fine),
        ("delegated", &good, 'V', SERIAL, &good, &own, "ok", fine),
        (
            "revoked",
            &good,
            'R',
            SERIAL,
            &good,
            &root,
            "certificate-revoked",
            revoked,
        ),
        (
            "revoked by a delegate",
            &good,
            'R',
            SERIAL,
            &good,
            &own,
            "certificate-revoked",
            revoked,
        ),
        (
            "unknown",
            &good,
            'V',
            9,
            &good,
            &root,
            "ok",
            Some(StapleStatus::Unknown),
        ),
        (
            "signed by a stranger",
            &good,
            'R',
            SERIAL,
            &good,
            &foreign,
            "ok",
            None,
        ),
        (
            "signed too late",
            &good,
            'R',
            SERIAL,
            &good,
            &late,
            "ok",
            None,
        ),
        (
            "signed without the right",
            &good,
            'R',
            SERIAL,
            &good,
            &colleague,
            "ok",
            None,
        ),
        ("about another", &good, 'R', 7, &another, &root, "ok", None),
        (
            "promised and kept",
            &promised,
            'V',
            SERIAL,
            &promised,
            &root,
            "ok",
            fine,
        ),
        (
            "promised, but forged",
            &promised,
            'V',
            SERIAL,
            &promised,
            &foreign,
            missing,
            None,
        ),
        (
            "promised, but unknown",
            &promised,
            'V',
            9,
            &promised,
            &root,
            missing,
            Some(StapleStatus::Unknown),
        ),
    ];
    let checks = cases.iter().flat_map(|case| {
        ["-tls1_2", "-tls1_3"].map(|version| async move {
            let (name, shown, letter, serial, about, signer, outcome, status) = *case;
            let name = format!("{name}{version}");
            let response = LAB.staple(&name.replace(' ', "-"), letter, serial, about, signer);
            let options = [version, "-status_file", response.to_str().unwrap()];
            let server = LAB.serve(&name, shown, &options);
            let report = check(server.address).await;
            let expected = match outcome {
                "certificate-revoked" => format!("tls:ok certificate:{outcome}"),
                _ => FINE.replace("certificate:ok", &format!("certificate:{outcome}")),
            };
            assert_eq!(steps(&report), expected, "{name}: {report:#?}");
            let staple = certificate_facts(&report).staple.as_ref();
            assert_eq!(staple.map(|staple| staple.status), status, "{name}");
            if let Some(Staple {
                this_update,
                next_update,
                ..
            }) = staple
            {
                assert_eq!(*next_update, Some(this_update + 7 * 24 * 60 * 60), "{name}");
            }
        })
    });
    futures_util::stream::iter(checks)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;

    let server = LAB.serve("promised and forgotten", &promised, &[]);
    let report = check(server.address).await;
    assert_eq!(
        steps(&report),
        FINE.replace("certificate:ok", &format!("certificate:{missing}"))
    );
}
