//! What a certificate says, and what exactly is wrong with it.
//!
//! rustls decides whether a certificate is good. Its reasons, however, are those of a verifier: a
//! self-signed certificate, a private authority and a forgotten intermediate are all an unknown
//! issuer to it, and a short key is a bad signature. This module reads the certificates again to find
//! the reason that helps whoever must repair them.

use std::fmt::Write;

use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_parser::asn1_rs::FromDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Version};

use super::signed_data::{Algorithms, SignedData};
use crate::dialogue::Redactor;
use crate::outcome::Outcome;
use crate::step::{CertificateFacts, SentCertificate, StapleStatus};

/// With fewer days than this left, renewal has probably been forgotten.
const EXPIRY_NOTICE_DAYS: i64 = 14;

/// More names than this are not told.
const MAX_NAMES: usize = 100;

/// RSA keys below this are refused everywhere (CA/Browser Forum Baseline Requirements §6.1.5).
const MIN_RSA_BITS: usize = 2048;

/// The signature algorithms with broken hashes: MD2, MD5 and SHA-1.
const BROKEN_SIGNATURES: &[&str] = &[
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
    "1.3.14.3.2.29",
];

/// What the first certificate of a chain says; `None` when it cannot be read.
pub(crate) fn facts(chain: &[CertificateDer<'_>], now: i64) -> Option<CertificateFacts> {
    let (_, certificate) = parse_x509_certificate(chain.first()?).ok()?;
    let validity = certificate.validity();
    let not_after = validity.not_after.timestamp();
    let signature = &certificate.signature_algorithm.algorithm;
    Some(CertificateFacts {
        names: names(&certificate),
        subject: sanitize(&certificate.subject().to_string()),
        issuer: sanitize(&certificate.issuer().to_string()),
        not_before: validity.not_before.timestamp(),
        not_after,
        days_left: not_after.saturating_sub(now).div_euclid(24 * 60 * 60),
        key: key(certificate.public_key()),
        signature: signature_name(signature),
        fingerprint: fingerprint(chain.first()?),
        sent: chain
            .iter()
            .filter_map(|certificate| sent(certificate))
            .collect(),
        built: Vec::new(),
        staple: None,
    })
}

fn sent(certificate: &CertificateDer<'_>) -> Option<SentCertificate> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    Some(SentCertificate {
        subject: sanitize(&certificate.subject().to_string()),
        issuer: sanitize(&certificate.issuer().to_string()),
        not_after: certificate.validity().not_after.timestamp(),
    })
}

/// What is to say about a certificate that was verified.
pub(crate) fn notice(
    facts: &CertificateFacts,
    certificate: Option<&CertificateDer<'_>>,
    now: i64,
) -> Outcome {
    let proven = facts.staple.as_ref().is_some_and(|staple| {
        staple.status == StapleStatus::Good && staple.next_update.is_none_or(|end| end >= now)
    });
    if facts.days_left < EXPIRY_NOTICE_DAYS {
        Outcome::CertificateExpiresSoon
    } else if !proven && certificate.is_some_and(promises_staple) {
        Outcome::CertificateStapleMissing
    } else {
        Outcome::Ok
    }
}

/// What is wrong with a chain that was not accepted.
pub(crate) fn classify(
    error: &CertificateError,
    chain: &[CertificateDer<'_>],
    algorithms: Algorithms<'_>,
) -> Outcome {
    use CertificateError as Error;
    match error {
        Error::Expired | Error::ExpiredContext { .. } => return Outcome::CertificateExpired,
        Error::NotValidYet | Error::NotValidYetContext { .. } => {
            return Outcome::CertificateNotYetValid;
        }
        Error::NotValidForName | Error::NotValidForNameContext { .. } => {
            return Outcome::CertificateWrongName;
        }
        Error::InvalidPurpose | Error::InvalidPurposeContext { .. } => {
            return Outcome::CertificateWrongPurpose;
        }
        Error::Revoked => return Outcome::CertificateRevoked,
        _ => {}
    }
    let parsed = chain
        .iter()
        .filter_map(|der| Some(parse_x509_certificate(der).ok()?.1));
    let parsed: Vec<X509Certificate<'_>> = parsed.collect();
    let Some(leaf) = parsed.first().filter(|_| parsed.len() == chain.len()) else {
        return Outcome::CertificateChainUnusable;
    };
    // The signature of a root proves nothing to anybody, so it may be an old one.
    let mut signed = parsed
        .iter()
        .filter(|certificate| !names_itself(certificate));
    if is_self_signed(leaf, algorithms) {
        Outcome::CertificateSelfSigned
    } else if leaf.version() == X509Version::V1 {
        Outcome::CertificateOldFormat
    } else if matches!(error, Error::UnknownIssuer) {
        if misses_intermediate(&parsed) {
            Outcome::CertificateIncompleteChain
        } else {
            Outcome::CertificateUnknownIssuer
        }
    } else if signed.any(has_broken_signature) {
        Outcome::CertificateWeakSignature
    } else if parsed.iter().any(has_short_key) {
        Outcome::CertificateWeakKey
    } else if leaf.is_ca() {
        Outcome::CertificateWrongPurpose
    } else {
        Outcome::CertificateChainUnusable
    }
}

/// SHA-256 in lower-case hexadecimal.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a certificate says that its server always shows an OCSP response (RFC 7633 §4).
fn promises_staple(certificate: &CertificateDer<'_>) -> bool {
    const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
    const STATUS_REQUEST: u32 = 5;
    let Ok((_, certificate)) = parse_x509_certificate(certificate) else {
        return false;
    };
    let mut features = certificate
        .extensions()
        .iter()
        .filter(|extension| extension.oid.to_id_string() == TLS_FEATURE)
        .filter_map(|extension| Vec::<u32>::from_der(extension.value).ok());
    features.any(|(_, features)| features.contains(&STATUS_REQUEST))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(sanitize(name)),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        });
    names.take(MAX_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    <[u8; 16]>::try_from(bytes)
        .ok()
        .map(|v6| std::net::Ipv6Addr::from(v6).to_string())
}

fn signature_name(algorithm: &Oid<'_>) -> String {
    match (oid2sn(algorithm, oid_registry()), algorithm.to_id_string()) {
        (Ok(name), _) => name.to_owned(),
        (Err(_), oid) if oid == "1.2.840.10045.4.1" => "ecdsa-with-SHA1".to_owned(),
        (Err(_), oid) => sanitize(&oid),
    }
}

/// Certificates are made by anyone, so their words are as little to be trusted as a greeting.
pub(crate) fn sanitize(text: &str) -> String {
    Redactor::default()
        .sanitize(text.as_bytes())
        .unwrap_or_default()
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    let algorithm = &info.algorithm.algorithm;
    match (rsa_bits(info), info.parsed()) {
        (Some(bits), _) => format!("RSA {bits} bits"),
        (None, Ok(PublicKey::EC(_))) => {
            let curve = info
                .algorithm
                .parameters
                .as_ref()
                .and_then(|curve| curve.as_oid().ok());
            let curve = curve.map_or_else(String::new, |oid| oid.to_id_string());
            match curve.as_str() {
                "1.2.840.10045.3.1.7" => "ECDSA P-256".to_owned(),
                "1.3.132.0.34" => "ECDSA P-384".to_owned(),
                "1.3.132.0.35" => "ECDSA P-521".to_owned(),
                other => sanitize(&format!("ECDSA {other}")),
            }
        }
        _ => match algorithm.to_id_string().as_str() {
            "1.3.101.112" => "Ed25519".to_owned(),
            "1.3.101.113" => "Ed448".to_owned(),
            other => sanitize(other),
        },
    }
}

fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    let Ok(PublicKey::RSA(key)) = info.parsed() else {
        return None;
    };
    let modulus: Vec<u8> = key
        .modulus
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect();
    let top = modulus.first()?;
    Some(modulus.len() * 8 - top.leading_zeros() as usize)
}

fn has_short_key(certificate: &X509Certificate<'_>) -> bool {
    rsa_bits(certificate.public_key()).is_some_and(|bits| bits < MIN_RSA_BITS)
}

fn has_broken_signature(certificate: &X509Certificate<'_>) -> bool {
    let oid = certificate.signature_algorithm.algorithm.to_id_string();
    BROKEN_SIGNATURES.contains(&oid.as_str())
}

fn names_itself(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

/// Whether a certificate names itself as its issuer and nothing speaks against it. A signature by a
/// short key cannot be checked any more, and is no better for it.
fn is_self_signed(certificate: &X509Certificate<'_>, algorithms: Algorithms<'_>) -> bool {
    names_itself(certificate)
        && (has_short_key(certificate)
            || has_broken_signature(certificate)
            || SignedData::from_der(certificate.as_raw()).is_some_and(|signed| {
                signed.is_signed_by(certificate.public_key().raw, algorithms)
            }))
}

/// Whether the chain ends before its root, at a certificate whose issuer can be fetched.
///
/// Public authorities write down where to fetch the issuer (`caIssuers`, RFC 5280 §4.2.2.1), and some
/// programs do so; the others fail. Private ones rarely do.
fn misses_intermediate(chain: &[X509Certificate<'_>]) -> bool {
    let Some(mut top) = chain.first() else {
        return false;
    };
    // Each step goes to another certificate, so there cannot be more of them than certificates.
    for _ in 0..chain.len() {
        let issuer = chain.iter().find(|other| {
            other.subject().as_raw() == top.issuer().as_raw() && other.as_raw() != top.as_raw()
        });
        match issuer {
            Some(issuer) => top = issuer,
            None => break,
        }
    }
    !names_itself(top)
        && top.extensions().iter().any(|extension| {
            let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else {
                return false;
            };
            access
                .iter()
                .any(|place| place.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2")
        })
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;
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
        let good = include_bytes!("../../tests/certificates/good.pem");
        let short = include_bytes!("../../tests/certificates/short-key.pem");
        let broken = include_bytes!("../../tests/certificates/broken-signature.pem");
        let old = include_bytes!("../../tests/certificates/version-1.pem");
        let old_self = include_bytes!("../../tests/certificates/version-1-self-signed.pem");
        let authority = include_bytes!("../../tests/certificates/self-signed-authority.pem");
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
                &include_bytes!("../../tests/certificates/good.pem")[..],
                "RSA 2048 bits",
                "ecdsa-with-SHA256",
                1,
            ),
            (
                include_bytes!("../../tests/certificates/short-key.pem"),
                "RSA 1024 bits",
                "ecdsa-with-SHA256",
                1,
            ),
            (
                include_bytes!("../../tests/certificates/broken-signature.pem"),
                "RSA 2048 bits",
                "ecdsa-with-SHA1",
                1,
            ),
            (
                include_bytes!("../../tests/certificates/self-signed-authority.pem"),
                "RSA 2048 bits",
                "sha256WithRSAEncryption",
                1,
            ),
            (
                include_bytes!("../../tests/certificates/version-1.pem"),
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
        let pem = include_bytes!("../../tests/certificates/good.pem");
        let chain = chain(pem);
        let mut facts = facts(&chain, 0).unwrap();
        for (days_left, outcome) in [(13, Outcome::CertificateExpiresSoon), (14, Outcome::Ok)] {
            facts.days_left = days_left;
            assert_eq!(notice(&facts, chain.first(), 0), outcome);
        }
    }
}
