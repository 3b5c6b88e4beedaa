//! Reads the OCSP response that comes with a handshake (RFC 6066 §8, RFC 6960 §4.2).
//!
//! Anybody can write such a response, so it counts only with a signature of the issuer of the
//! certificate, or of somebody to whom the issuer gave this task (RFC 6960 §4.2.2.2).

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use der::{Decode, Encode, NestedReader, Reader, SliceReader};
use rustls::pki_types::{CertificateDer, TrustAnchor};
use x509_ocsp::{BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse};
use x509_parser::asn1_rs::BitString;
use x509_parser::certificate::X509Certificate;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;
use x509_parser::verify::verify_signature;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::path::sequence;
use crate::step::{Staple, StapleStatus};

/// What a genuine response says about the first certificate of a chain; `None` when there is none.
pub(super) fn read(
    response: &[u8],
    chain: &[CertificateDer<'_>],
    roots: &[TrustAnchor<'_>],
    now: i64,
) -> Option<Staple> {
    if response.is_empty() {
        return None;
    }
    let (_, certificate) = parse_x509_certificate(chain.first()?).ok()?;
    let response = OcspResponse::from_der(response).ok()?.response_bytes?;
    let basic = response.response.as_bytes();
    let signed = signed_part(basic)?;
    let basic = BasicOcspResponse::from_der(basic).ok()?;
    let keys = issuer_keys(&certificate, chain, roots);
    keys.iter().find_map(|key| {
        let (_, key) = SubjectPublicKeyInfo::from_der(key).ok()?;
        let single = basic
            .tbs_response_data
            .responses
            .iter()
            .find(|single| is_about(&single.cert_id, &certificate, &key))?;
        is_genuine(&basic, signed, &key, now).then(|| Staple {
            status: match single.cert_status {
                CertStatus::Good(_) => StapleStatus::Good,
                CertStatus::Revoked(_) => StapleStatus::Revoked,
                CertStatus::Unknown(_) => StapleStatus::Unknown,
            },
            this_update: seconds(&single.this_update),
            next_update: single.next_update.as_ref().map(seconds),
        })
    })
}

/// The bytes that the signature is about, exactly as they came.
fn signed_part<'a>(basic: &'a [u8]) -> Option<&'a [u8]> {
    let mut reader = SliceReader::new(basic).ok()?;
    let first = |inner: &mut NestedReader<'_, SliceReader<'a>>| {
        let first = inner.tlv_bytes()?;
        inner.read_slice(inner.remaining_len())?;
        Ok(first)
    };
    reader.sequence(first).ok()
}

/// The public keys with which the certificate was really signed: those of the certificates that came
/// with it, and those of the roots.
fn issuer_keys(
    certificate: &X509Certificate<'_>,
    chain: &[CertificateDer<'_>],
    roots: &[TrustAnchor<'_>],
) -> Vec<Vec<u8>> {
    let issuer = certificate.issuer().as_raw();
    let sent = chain.iter().filter_map(|other| {
        let (_, other) = parse_x509_certificate(other).ok()?;
        let fits = other.subject().as_raw() == issuer;
        fits.then(|| other.public_key().raw.to_vec())
    });
    let roots = roots.iter().filter_map(|root| {
        let fits = sequence(&root.subject)? == issuer;
        fits.then(|| sequence(&root.subject_public_key_info))?
    });
    let signs = |key: &Vec<u8>| {
        SubjectPublicKeyInfo::from_der(key)
            .is_ok_and(|(_, key)| certificate.verify_signature(Some(&key)).is_ok())
    };
    sent.chain(roots).filter(signs).collect()
}

/// Whether a response names this certificate of this issuer (RFC 6960 §4.1.1).
fn is_about(
    id: &CertId,
    certificate: &X509Certificate<'_>,
    issuer: &SubjectPublicKeyInfo<'_>,
) -> bool {
    let algorithm = match id.hash_algorithm.oid.to_string().as_str() {
        "1.3.14.3.2.26" => &SHA1_FOR_LEGACY_USE_ONLY,
        "2.16.840.1.101.3.4.2.1" => &SHA256,
        _ => return false,
    };
    let is_hash = |hash: &[u8], of: &[u8]| digest::digest(algorithm, of).as_ref() == hash;
    id.serial_number.as_bytes() == certificate.raw_serial()
        && is_hash(
            id.issuer_name_hash.as_bytes(),
            certificate.issuer().as_raw(),
        )
        && is_hash(
            id.issuer_key_hash.as_bytes(),
            &issuer.subject_public_key.data,
        )
}

/// Whether the issuer signed a response, or a responder that it certified for this.
fn is_genuine(
    basic: &BasicOcspResponse,
    signed: &[u8],
    issuer: &SubjectPublicKeyInfo<'_>,
    now: i64,
) -> bool {
    let Ok(algorithm) = basic.signature_algorithm.to_der() else {
        return false;
    };
    let Ok((_, algorithm)) = AlgorithmIdentifier::from_der(&algorithm) else {
        return false;
    };
    let signature = BitString::new(0, basic.signature.raw_bytes());
    let signs = |key: &SubjectPublicKeyInfo<'_>| {
        verify_signature(key, &algorithm, &signature, signed).is_ok()
    };
    let mut delegates = basic
        .certs
        .iter()
        .flatten()
        .filter_map(|one| one.to_der().ok());
    signs(issuer)
        || delegates.any(|delegate| {
            parse_x509_certificate(&delegate).is_ok_and(|(_, delegate)| {
                may_sign_responses(&delegate, now)
                    && delegate.verify_signature(Some(issuer)).is_ok()
                    && signs(delegate.public_key())
            })
        })
}

fn may_sign_responses(delegate: &X509Certificate<'_>, now: i64) -> bool {
    let validity = delegate.validity();
    let in_time = (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now);
    let purpose = delegate.extended_key_usage();
    in_time && matches!(purpose, Ok(Some(purpose)) if purpose.value.ocsp_signing)
}

fn seconds(time: &OcspGeneralizedTime) -> i64 {
    i64::try_from(time.0.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}
