//! What is worth knowing about a certificate that was verified, and what exactly is wrong with one that
//! was not accepted.
//!
//! rustls decides whether a certificate is good. Its reasons, however, are those of a verifier: a
//! self-signed certificate, a private authority and a forgotten intermediate are all an unknown
//! issuer to it, and a short key is a bad signature. This module reads the certificates again to find
//! the reason that helps whoever must repair them.

use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use x509_parser::asn1_rs::FromDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::parse_x509_certificate;
use x509_parser::x509::X509Version;

use super::facts::rsa_bits;
use crate::outcome::Outcome;
use crate::step::{CertificateFacts, StapleStatus};
use crate::tls::signed_data::{Algorithms, SignedData};

/// With fewer days than this left, renewal has probably been forgotten.
const EXPIRY_NOTICE_DAYS: i64 = 14;

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

/// What is worth knowing about a certificate that was verified.
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

/// What is wrong with a chain that was not accepted. `error` is the reason of rustls.
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
