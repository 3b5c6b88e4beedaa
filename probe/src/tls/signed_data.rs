//! Checks a signature of a certificate or of an OCSP response.

use rustls::pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::RawPublicKeyEntity;
use x509_parser::asn1_rs::Tag;

use super::elements::Elements;

/// The algorithms with which signatures are checked; they are those of the crypto provider.
pub(crate) type Algorithms<'a> = &'a [&'a dyn SignatureVerificationAlgorithm];

/// What is signed, how, and the signature. Certificates (RFC 5280 §4.1) and OCSP responses (RFC 6960
/// §4.2.1) begin with the same three parts.
pub(crate) struct SignedData<'a> {
    /// The bytes that the signature is about, exactly as they came.
    message: &'a [u8],
    /// The content of the AlgorithmIdentifier.
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    /// Reads the three parts; what follows them is not looked at.
    pub(crate) fn from_der(der: &'a [u8]) -> Option<Self> {
        let mut parts = Elements::of_sequence(der)?;
        let message = parts.any()?.whole;
        let algorithm = parts.universal(Tag::Sequence)?.content;
        let signature = parts.universal(Tag::BitString)?.content;
        // The first octet counts the bits of the last one that do not belong to it. A signature has whole octets.
        let signature = signature.strip_prefix(&[0])?;
        Some(Self {
            message,
            algorithm,
            signature,
        })
    }

    /// Whether the owner of a key, which is a SubjectPublicKeyInfo in DER, has signed it.
    pub(crate) fn is_signed_by(&self, key: &[u8], algorithms: Algorithms<'_>) -> bool {
        let key = SubjectPublicKeyInfoDer::from(key);
        let Ok(key) = RawPublicKeyEntity::try_from(&key) else {
            return false;
        };
        algorithms
            .iter()
            .filter(|algorithm| algorithm.signature_alg_id().as_ref() == self.algorithm)
            .any(|algorithm| {
                key.verify_signature(*algorithm, self.message, self.signature)
                    .is_ok()
            })
    }
}
