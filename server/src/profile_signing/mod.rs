//! Signs configuration profiles, so that a device shows whose they are: SignedData of CMS (RFC 5652 §5) with the
//! profile inside.
//!
//! `cms` has the structures. The signature is made by the library that makes those of TLS, so that a key that is good
//! for the site is good for its profiles, too.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{self, digest};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{
    Any, AnyRef, GeneralizedTime, Null, ObjectIdentifier, OctetString, SetOfVec, UtcTime,
};
use der::{Decode, Encode, Tag};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::UnixTime;
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;

/// Why a profile is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key is of a kind that profiles are not signed with, such as Ed25519.
    #[error("expected a key for RSA or for ECDSA with a curve of NIST")]
    UnusableKey,
    /// The certificate cannot be read.
    #[error("certificate: {0}")]
    Certificate(der::Error),
    /// The signature cannot be made.
    #[error("signature: {0}")]
    Signature(rustls::Error),
    /// The structure cannot be written.
    #[error("signed data: {0}")]
    Encoding(#[from] der::Error),
}

const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

/// A key that changes when its certificate is renewed.
pub trait CurrentKey: Send + Sync {
    /// The newest, with its certificates.
    fn current_key(&self) -> Arc<CertifiedKey>;
}

/// Checks that a key can sign.
///
/// # Errors
///
/// When it is of another kind.
pub fn check(key: &CertifiedKey) -> Result<(), SignError> {
    algorithms(key).map(|_| ()).ok_or(SignError::UnusableKey)
}

/// Whether devices trust the certificate without further ado: it leads to one of the authorities of Mozilla, which
/// Apple's devices trust as a rule.
pub fn is_publicly_trusted(key: &CertifiedKey, now: SystemTime) -> bool {
    let Some((own, others)) = key.cert.split_first() else {
        return false;
    };
    let authorities = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let algorithms = default_provider().signature_verification_algorithms.all;
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let own = ParsedCertificate::try_from(own);
    own.is_ok_and(|own| {
        let now = UnixTime::since_unix_epoch(now);
        verify_server_cert_signed_by_trust_anchor(&own, &authorities, others, now, algorithms)
            .is_ok()
    })
}

/// Signs a profile with the key of the first certificate, and adds all certificates.
///
/// # Errors
///
/// Why it is not signed.
pub fn sign(profile: &[u8], key: &CertifiedKey, now: SystemTime) -> Result<Vec<u8>, SignError> {
    let algorithms = algorithms(key).ok_or(SignError::UnusableKey)?;
    let chain = chain(key)?;
    let signer = chain.first().ok_or(SignError::UnusableKey)?;
    let signer = &signer.tbs_certificate;
    let attributes = attributes(profile, algorithms.digest, now)?;
    let private_key = key.key.choose_scheme(&[algorithms.scheme]);
    let private_key = private_key.ok_or(SignError::UnusableKey)?;
    // What is signed is the set as such, and not as it stands in the structure (RFC 5652 §5.4).
    let signature = private_key.sign(&attributes.to_der()?);
    let signature = signature.map_err(SignError::Signature)?;
    let digest_algorithm = AlgorithmIdentifierOwned {
        oid: algorithms.digest_id,
        parameters: None,
    };
    let signer_info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.issuer.clone(),
            serial_number: signer.serial_number.clone(),
        }),
        digest_alg: digest_algorithm.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithms.signature,
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificates = chain.into_iter().map(CertificateChoices::Certificate);
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![digest_algorithm])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: Some(Any::new(Tag::OctetString, profile)?),
        },
        certificates: Some(CertificateSet(SetOfVec::try_from(
            certificates.collect::<Vec<_>>(),
        )?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer_info])?),
    };
    let signed = ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    };
    Ok(signed.to_der()?)
}

/// The certificates, each once: a set has nothing twice.
fn chain(key: &CertifiedKey) -> Result<Vec<Certificate>, SignError> {
    let mut chain = Vec::new();
    for certificate in &key.cert {
        let certificate = Certificate::from_der(certificate).map_err(SignError::Certificate)?;
        if !chain.contains(&certificate) {
            chain.push(certificate);
        }
    }
    Ok(chain)
}

/// What is signed beside the profile: what it is, its digest and the time (RFC 5652 §11).
fn attributes(
    profile: &[u8],
    algorithm: &'static digest::Algorithm,
    now: SystemTime,
) -> Result<Attributes, der::Error> {
    let attribute = |oid, value: Any| {
        let values = SetOfVec::try_from(vec![value])?;
        Ok::<_, der::Error>(Attribute { oid, values })
    };
    let digest = OctetString::new(digest(algorithm, profile).as_ref())?;
    SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&ID_DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&digest)?)?,
        attribute(SIGNING_TIME, Any::encode_from(&time(now)?)?)?,
    ])
}

/// The time; from 2050 on it is written in another way (RFC 5652 §11.3).
fn time(now: SystemTime) -> Result<Time, der::Error> {
    let since_1970 = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = Duration::from_secs(since_1970.as_secs());
    match UtcTime::from_unix_duration(seconds) {
        Ok(time) => Ok(Time::UtcTime(time)),
        Err(_) => GeneralizedTime::from_unix_duration(seconds).map(Time::GeneralTime),
    }
}

/// What a key signs with.
struct Algorithms {
    scheme: SignatureScheme,
    digest: &'static digest::Algorithm,
    digest_id: ObjectIdentifier,
    signature: AlgorithmIdentifierOwned,
}

fn algorithms(key: &CertifiedKey) -> Option<Algorithms> {
    let id = ObjectIdentifier::new_unwrap;
    let sha256 = (&digest::SHA256, id("2.16.840.1.101.3.4.2.1"));
    let sha384 = (&digest::SHA384, id("2.16.840.1.101.3.4.2.2"));
    let sha512 = (&digest::SHA512, id("2.16.840.1.101.3.4.2.3"));
    let rsa = AlgorithmIdentifierOwned {
        oid: id("1.2.840.113549.1.1.1"),
        parameters: Some(Any::from(AnyRef::from(Null))),
    };
    let ecdsa = |oid| AlgorithmIdentifierOwned {
        oid: id(oid),
        parameters: None,
    };
    // RFC 3370 §3.2, RFC 5753 §2.1.1 and RFC 5754 §2. TLS ties each curve to a digest of its strength, and so may CMS.
    let known = [
        (SignatureScheme::RSA_PKCS1_SHA256, sha256, rsa),
        (
            SignatureScheme::ECDSA_NISTP256_SHA256,
            sha256,
            ecdsa("1.2.840.10045.4.3.2"),
        ),
        (
            SignatureScheme::ECDSA_NISTP384_SHA384,
            sha384,
            ecdsa("1.2.840.10045.4.3.3"),
        ),
        (
            SignatureScheme::ECDSA_NISTP521_SHA512,
            sha512,
            ecdsa("1.2.840.10045.4.3.4"),
        ),
    ];
    let mut known = known.into_iter();
    let (scheme, (digest, digest_id), signature) =
        known.find(|(scheme, ..)| key.key.choose_scheme(&[*scheme]).is_some())?;
    Some(Algorithms {
        scheme,
        digest,
        digest_id,
        signature,
    })
}

#[cfg(test)]
mod tests;
