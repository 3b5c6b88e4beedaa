//! Reads the OCSP response that comes with a handshake (RFC 6066 §8, RFC 6960 §4.2).
//!
//! Anybody can write such a response, so it counts only with a signature of the issuer of the
//! certificate, or of somebody to whom the issuer gave this task (RFC 6960 §4.2.2.2).

use der::{Decode, Encode};
use sha1::Sha1;
use sha2::Sha256;
use x509_ocsp::{BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse};
use x509_parser::certificate::X509Certificate;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::signed_data::{Algorithms, SignedData};
use crate::step::{Staple, StapleStatus};

/// An honest responder sends one certificate; each more costs the check of a signature.
const MAX_DELEGATES: usize = 4;

/// What a genuine response says about a certificate. `issuer_key` is the key that signed the
/// certificate, as a SubjectPublicKeyInfo, and `now` is in seconds since 1970.
pub(crate) fn verify(
    response: &[u8],
    certificate: &[u8],
    issuer_key: &[u8],
    now: i64,
    algorithms: Algorithms<'_>,
) -> Option<Staple> {
    if response.is_empty() {
        return None;
    }
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    let (_, issuer) = SubjectPublicKeyInfo::from_der(issuer_key).ok()?;
    let response = OcspResponse::from_der(response).ok()?.response_bytes?;
    let basic = response.response.as_bytes();
    let signed = SignedData::from_der(basic)?;
    let basic = BasicOcspResponse::from_der(basic).ok()?;
    let mut responses = basic.tbs_response_data.responses.iter();
    let single = responses.find(|single| is_about(&single.cert_id, &certificate, &issuer))?;
    is_genuine(&basic, &signed, issuer_key, now, algorithms).then(|| Staple {
        status: match single.cert_status {
            CertStatus::Good(_) => StapleStatus::Good,
            CertStatus::Revoked(_) => StapleStatus::Revoked,
            CertStatus::Unknown(_) => StapleStatus::Unknown,
        },
        this_update: seconds(&single.this_update),
        next_update: single.next_update.as_ref().map(seconds),
    })
}

/// Whether a response names this certificate of this issuer (RFC 6960 §4.1.1).
fn is_about(
    id: &CertId,
    certificate: &X509Certificate<'_>,
    issuer: &SubjectPublicKeyInfo<'_>,
) -> bool {
    let hash = |of: &[u8]| match id.hash_algorithm.oid.to_string().as_str() {
        // It only names the issuer here, which nobody gains anything from forging.
        "1.3.14.3.2.26" => Some(<Sha1 as sha1::Digest>::digest(of).to_vec()),
        "2.16.840.1.101.3.4.2.1" => Some(<Sha256 as sha2::Digest>::digest(of).to_vec()),
        _ => None,
    };
    let is_hash = |expected: &[u8], of: &[u8]| hash(of).is_some_and(|hash| hash == expected);
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
    signed: &SignedData<'_>,
    issuer_key: &[u8],
    now: i64,
    algorithms: Algorithms<'_>,
) -> bool {
    let certificates = basic.certs.iter().flatten().take(MAX_DELEGATES);
    let mut delegates = certificates.filter_map(|certificate| certificate.to_der().ok());
    signed.is_signed_by(issuer_key, algorithms)
        || delegates.any(|der| {
            let Some(certificate) = SignedData::from_der(&der) else {
                return false;
            };
            parse_x509_certificate(&der).is_ok_and(|(_, delegate)| {
                may_sign_responses(&delegate, now)
                    && certificate.is_signed_by(issuer_key, algorithms)
                    && signed.is_signed_by(delegate.public_key().raw, algorithms)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::readers::algorithms;

    const CERTIFICATE: &[u8] = include_bytes!("../../tests/certificates/stapled.der");
    const ISSUER: &[u8] = include_bytes!("../../tests/certificates/stapled-issuer.der");
    const RESPONSE: &[u8] = include_bytes!("../../tests/certificates/stapled.ocsp");

    fn key() -> Vec<u8> {
        let (_, issuer) = parse_x509_certificate(ISSUER).unwrap();
        issuer.public_key().raw.to_vec()
    }

    #[test]
    fn a_response_counts_while_its_signer_does() {
        let key = key();
        let whole = verify(RESPONSE, CERTIFICATE, &key, 2_000_000_000, algorithms()).unwrap();
        assert_eq!(whole.status, StapleStatus::Revoked);
        let next = whole.next_update.unwrap();
        assert_eq!(next - whole.this_update, 7 * 24 * 60 * 60);
        assert_eq!(verify(RESPONSE, CERTIFICATE, &key, 0, algorithms()), None);
        assert_eq!(
            verify(RESPONSE, ISSUER, &key, 2_000_000_000, algorithms()),
            None
        );
        assert_eq!(
            verify(b"", CERTIFICATE, &key, 2_000_000_000, algorithms()),
            None
        );
    }

    #[test]
    fn whatever_is_changed_changes_nothing_or_makes_it_worthless() {
        let key = key();
        let whole = verify(RESPONSE, CERTIFICATE, &key, 2_000_000_000, algorithms());
        for place in 0..RESPONSE.len() {
            assert_eq!(
                verify(
                    &RESPONSE[..place],
                    CERTIFICATE,
                    &key,
                    2_000_000_000,
                    algorithms()
                ),
                None
            );
            for change in [1, 0x80] {
                let mut changed = RESPONSE.to_vec();
                changed[place] ^= change;
                let found = verify(&changed, CERTIFICATE, &key, 2_000_000_000, algorithms());
                assert!(found.is_none() || found == whole, "byte {place}: {found:?}");
            }
        }
    }
}
