//! Reads the OCSP response that comes with a handshake (RFC 6066 §8, RFC 6960 §4.2).
//!
//! Anybody can write such a response, so it counts only with a signature of the issuer of the
//! certificate, or of somebody to whom the issuer gave this task (RFC 6960 §4.2.2.2).

use sha1::Sha1;
use sha2::Sha256;
use x509_parser::asn1_rs::Tag;
use x509_parser::certificate::X509Certificate;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::elements::Elements;
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
    let basic = basic_response(response)?;
    let signed = SignedData::from_der(basic)?;
    let BasicResponse { singles, delegates } = BasicResponse::from_der(basic)?;
    let single = singles
        .into_iter()
        .find(|single| is_about(&single.id, &certificate, &issuer))?;
    is_genuine(&delegates, &signed, issuer_key, now, algorithms).then_some(single.staple)
}

/// The BasicOCSPResponse in an OCSPResponse (RFC 6960 §4.2.1).
fn basic_response(response: &[u8]) -> Option<&[u8]> {
    let mut response = Elements::of_sequence(response)?;
    response.universal(Tag::Enumerated)?;
    let mut bytes = Elements::of(&response.context(0)?).sequence()?;
    bytes.universal(Tag::Oid)?;
    Some(bytes.universal(Tag::OctetString)?.content)
}

/// What stands in a BasicOCSPResponse (RFC 6960 §4.2.1).
struct BasicResponse<'a> {
    singles: Vec<SingleResponse<'a>>,
    /// The certificates of those who may have signed it, in DER.
    delegates: Vec<&'a [u8]>,
}

/// What is said of one certificate.
struct SingleResponse<'a> {
    id: CertificateId<'a>,
    staple: Staple,
}

/// Which certificate is meant (RFC 6960 §4.1.1).
struct CertificateId<'a> {
    /// The content of the object identifier of a hash.
    hash: &'a [u8],
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
    serial: &'a [u8],
}

impl<'a> BasicResponse<'a> {
    fn from_der(der: &'a [u8]) -> Option<Self> {
        let mut basic = Elements::of_sequence(der)?;
        let mut data = basic.sequence()?;
        // The version, who responds, and when.
        data.context(0);
        data.any()?;
        data.universal(Tag::GeneralizedTime)?;
        let mut responses = data.sequence()?;
        let singles = std::iter::from_fn(|| responses.sequence());
        let singles: Option<Vec<_>> = singles.map(SingleResponse::read).collect();
        // The algorithm and the signature.
        basic.any()?;
        basic.any()?;
        let certificates = basic.context(0);
        let mut certificates = certificates.and_then(|list| Elements::of(&list).sequence());
        let delegates = std::iter::from_fn(|| Some(certificates.as_mut()?.any()?.whole));
        Some(Self {
            singles: singles?,
            delegates: delegates.take(MAX_DELEGATES).collect(),
        })
    }
}

impl<'a> SingleResponse<'a> {
    fn read(mut single: Elements<'a>) -> Option<Self> {
        let mut id = single.sequence()?;
        let hash = id.sequence()?.universal(Tag::Oid)?.content;
        let issuer_name = id.universal(Tag::OctetString)?.content;
        let issuer_key = id.universal(Tag::OctetString)?.content;
        let serial = id.universal(Tag::Integer)?.content;
        let status = match single.any()?.context_number()? {
            0 => StapleStatus::Good,
            1 => StapleStatus::Revoked,
            2 => StapleStatus::Unknown,
            _ => return None,
        };
        let this_update = seconds(single.any()?.whole)?;
        let next_update = match single.context(0) {
            Some(time) => Some(seconds(time.content)?),
            None => None,
        };
        Some(Self {
            id: CertificateId {
                hash,
                issuer_name,
                issuer_key,
                serial,
            },
            staple: Staple {
                status,
                this_update,
                next_update,
            },
        })
    }
}

/// SHA-1 (RFC 3279 §2.1), 1.3.14.3.2.26. It only names the issuer here, which nobody gains anything from forging.
const SHA_1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];

/// SHA-256 (RFC 5754 §2.2), 2.16.840.1.101.3.4.2.1.
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Whether a response names this certificate of this issuer (RFC 6960 §4.1.1).
fn is_about(
    id: &CertificateId<'_>,
    certificate: &X509Certificate<'_>,
    issuer: &SubjectPublicKeyInfo<'_>,
) -> bool {
    let is_hash = |expected: &[u8], of: &[u8]| match id.hash {
        SHA_1 => <Sha1 as sha1::Digest>::digest(of)[..] == *expected,
        SHA_256 => <Sha256 as sha2::Digest>::digest(of)[..] == *expected,
        _ => false,
    };
    id.serial == certificate.raw_serial()
        && is_hash(id.issuer_name, certificate.issuer().as_raw())
        && is_hash(id.issuer_key, &issuer.subject_public_key.data)
}

/// Whether the issuer signed a response, or a responder that it certified for this.
fn is_genuine(
    delegates: &[&[u8]],
    signed: &SignedData<'_>,
    issuer_key: &[u8],
    now: i64,
    algorithms: Algorithms<'_>,
) -> bool {
    signed.is_signed_by(issuer_key, algorithms)
        || delegates.iter().any(|der| {
            let Some(certificate) = SignedData::from_der(der) else {
                return false;
            };
            parse_x509_certificate(der).is_ok_and(|(_, delegate)| {
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

/// Seconds since 1970 of a GeneralizedTime.
fn seconds(der: &[u8]) -> Option<i64> {
    let (rest, time) = ASN1Time::from_der(der).ok()?;
    rest.is_empty().then(|| time.timestamp())
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
