use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::der_parser::oid::Oid;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::facts::{key, name, signature_name};
use super::*;
use crate::outcome::Outcome;
use crate::testing::readers::algorithms;

fn chain(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem)
        .map(Result::unwrap)
        .collect()
}

#[test]
fn an_identifier_is_told_only_so_far() {
    let long = Oid::new(vec![1; 500].into());
    assert_eq!(signature_name(&long).chars().count(), 300);
    let algorithm = x509_parser::x509::AlgorithmIdentifier::new(long, None);
    let key_of = SubjectPublicKeyInfo {
        algorithm,
        subject_public_key: x509_parser::asn1_rs::BitString::new(0, &[]),
        raw: &[],
    };
    assert_eq!(key(&key_of).chars().count(), 300);
}

/// The errors are those that rustls 0.23 really reports for these certificates.
#[test]
fn the_verdict_of_rustls_is_made_exact() {
    use CertificateError::{BadSignature, UnknownIssuer};
    let other =
        || CertificateError::Other(rustls::OtherError(std::sync::Arc::new(std::fmt::Error)));
    let algorithm = || CertificateError::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: Vec::new(),
        supported_algorithms: Vec::new(),
    };
    let good = include_bytes!("../../../tests/certificates/good.pem");
    let short = include_bytes!("../../../tests/certificates/short-key.pem");
    let broken = include_bytes!("../../../tests/certificates/broken-signature.pem");
    let old = include_bytes!("../../../tests/certificates/version-1.pem");
    let old_self = include_bytes!("../../../tests/certificates/version-1-self-signed.pem");
    let authority = include_bytes!("../../../tests/certificates/self-signed-authority.pem");
    for (pem, error, outcome) in [
        (&good[..], UnknownIssuer, Outcome::CertificateUnknownIssuer),
        (good, BadSignature, Outcome::CertificateChainUnusable),
        (good, CertificateError::Expired, Outcome::CertificateExpired),
        (
            good,
            CertificateError::NotValidYet,
            Outcome::CertificateNotYetValid,
        ),
        (
            good,
            CertificateError::NotValidForName,
            Outcome::CertificateWrongName,
        ),
        (
            good,
            CertificateError::InvalidPurpose,
            Outcome::CertificateWrongPurpose,
        ),
        (short, BadSignature, Outcome::CertificateWeakKey),
        (broken, algorithm(), Outcome::CertificateWeakSignature),
        (old, other(), Outcome::CertificateOldFormat),
        (old_self, other(), Outcome::CertificateSelfSigned),
        (authority, other(), Outcome::CertificateSelfSigned),
        (authority, UnknownIssuer, Outcome::CertificateSelfSigned),
    ] {
        assert_eq!(
            classify(&error, &chain(pem), algorithms()),
            outcome,
            "{error:?}"
        );
    }
    let nonsense = [CertificateDer::from(vec![0x30, 3, 2, 1, 1])];
    assert_eq!(
        classify(&UnknownIssuer, &nonsense, algorithms()),
        Outcome::CertificateChainUnusable
    );
    assert_eq!(facts(&nonsense, 0), None);
}

#[test]
fn facts_are_written_for_people() {
    for (pem, key, signature, names) in [
        (
            &include_bytes!("../../../tests/certificates/good.pem")[..],
            "RSA 2048 bits",
            "ecdsa-with-SHA256",
            1,
        ),
        (
            include_bytes!("../../../tests/certificates/short-key.pem"),
            "RSA 1024 bits",
            "ecdsa-with-SHA256",
            1,
        ),
        (
            include_bytes!("../../../tests/certificates/broken-signature.pem"),
            "RSA 2048 bits",
            "ecdsa-with-SHA1",
            1,
        ),
        (
            include_bytes!("../../../tests/certificates/self-signed-authority.pem"),
            "RSA 2048 bits",
            "sha256WithRSAEncryption",
            1,
        ),
        (
            include_bytes!("../../../tests/certificates/version-1.pem"),
            "RSA 2048 bits",
            "ecdsa-with-SHA256",
            0,
        ),
    ] {
        let chain = chain(pem);
        let facts = facts(&chain, 0).unwrap();
        assert_eq!(
            (facts.key.as_str(), facts.signature.as_str()),
            (key, signature)
        );
        assert_eq!(
            (facts.names.len(), facts.subject.as_str()),
            (names, "CN=mail.example.test")
        );
        assert!(facts.not_before < facts.not_after && facts.sent.len() == 1);
        let day = 24 * 60 * 60;
        for (now, days_left) in [
            (facts.not_after - day, 1),
            (facts.not_after - 1, 0),
            (facts.not_after + 1, -1),
        ] {
            assert_eq!(super::facts(&chain, now).unwrap().days_left, days_left);
        }
    }
}

#[test]
fn the_last_two_weeks_are_worth_a_notice() {
    let pem = include_bytes!("../../../tests/certificates/good.pem");
    let chain = chain(pem);
    let mut facts = facts(&chain, 0).unwrap();
    for (days_left, outcome) in [(13, Outcome::CertificateExpiresSoon), (14, Outcome::Ok)] {
        facts.days_left = days_left;
        assert_eq!(notice(&facts, chain.first(), 0), outcome);
    }
}

#[test]
fn names_are_told_as_far_as_their_parts_are_known() {
    use x509_parser::asn1_rs::{Any, Tag, oid};
    use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name};

    let part = |oid, text: &'static str| {
        let value = Any::from_tag_and_data(Tag::Utf8String, text.as_bytes());
        RelativeDistinguishedName::new(vec![AttributeTypeAndValue::new(oid, value)])
    };
    let parts = vec![
        part(oid!(1.3.6.1.4.1.311.60.2.1.3), "US"),
        part(oid!(2.5.4.5), "2871352"),
        part(oid!(2.5.4.10), "Example Mail"),
        part(oid!(2.5.4.3), "mail.example.test"),
        part(oid!(2.5.4.99), "other"),
    ];
    assert_eq!(
        name(&X509Name::new(parts, b"")),
        "jurisdictionCountry=US, serialNumber=2871352, O=Example Mail, CN=mail.example.test, OID(2.5.4.99)=other"
    );
}
