//! What a certificate says.

use std::fmt::Write;

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use super::oid_names::oid_names;
use crate::dialogue::Redactor;
use crate::step::{CertificateFacts, SentCertificate};

/// More names than this are not reported.
const MAX_NAMES: usize = 100;

/// What the first certificate of a chain says; `None` when it cannot be read.
pub(crate) fn facts(chain: &[CertificateDer<'_>], now: i64) -> Option<CertificateFacts> {
    let (_, certificate) = parse_x509_certificate(chain.first()?).ok()?;
    let validity = certificate.validity();
    let not_after = validity.not_after.timestamp();
    let signature = &certificate.signature_algorithm.algorithm;
    Some(CertificateFacts {
        names: names(&certificate),
        subject: name(certificate.subject()),
        issuer: name(certificate.issuer()),
        not_before: validity.not_before.timestamp(),
        not_after,
        days_left: not_after.saturating_sub(now).div_euclid(24 * 60 * 60),
        key: key(certificate.public_key()),
        signature: signature_name(signature),
        fingerprint: fingerprint(chain.first()?),
        key_fingerprint: fingerprint(certificate.public_key().raw),
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
        subject: name(certificate.subject()),
        issuer: name(certificate.issuer()),
        not_after: certificate.validity().not_after.timestamp(),
    })
}

/// SHA-256 in lower-case hexadecimal.
fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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

pub(super) fn signature_name(algorithm: &Oid<'_>) -> String {
    match oid_names().get(algorithm) {
        Some(entry) => entry.sn().to_owned(),
        None => sanitize(&algorithm.to_id_string()),
    }
}

/// Whom a certificate names, in the usual notation (RFC 4514 §2).
pub(crate) fn name(name: &X509Name<'_>) -> String {
    // Others have characters that are none, or types that hold no text.
    let text = name.to_string_with_registry(oid_names());
    text.map_or_else(|_| String::new(), |text| sanitize(&text))
}

/// Certificates are made by anyone, so their words are as little to be trusted as a greeting.
fn sanitize(text: &str) -> String {
    Redactor::default()
        .sanitize(text.as_bytes())
        .unwrap_or_default()
}

pub(super) fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
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

pub(super) fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
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
