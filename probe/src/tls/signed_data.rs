//! Checks a signature of a certificate or of an OCSP response.

use der::asn1::BitStringRef;
use der::{AnyRef, Decode, NestedReader, Reader, SliceReader};
use rustls::pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::RawPublicKeyEntity;

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
        let mut reader = SliceReader::new(der).ok()?;
        let parts = |inner: &mut NestedReader<'_, SliceReader<'a>>| {
            let message = inner.tlv_bytes()?;
            let algorithm = AnyRef::decode(inner)?;
            let signature = BitStringRef::decode(inner)?;
            inner.read_slice(inner.remaining_len())?;
            Ok((message, algorithm.value(), signature))
        };
        let (message, algorithm, signature) = reader.sequence(parts).ok()?;
        Some(Self {
            message,
            algorithm,
            signature: signature.as_bytes()?,
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
