//! The chain of certificates that was verified, which need not be the one that was sent.

use rustls::DistinguishedName;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::certificate::name;
use super::signed_data::Algorithms;

/// A chain from a server's own certificate to a root that vouches for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertificationPath {
    /// The subjects, in this order.
    pub(crate) subjects: Vec<String>,
    /// The key that signed the server's own certificate, as a SubjectPublicKeyInfo (RFC 5280 §4.1).
    pub(crate) issuer_key: Vec<u8>,
}

/// Builds the path as rustls does, which keeps it to itself. Whether the name fits is another question.
pub(crate) fn build(
    chain: &[CertificateDer<'_>],
    roots: &[TrustAnchor<'_>],
    now: UnixTime,
    algorithms: Algorithms<'_>,
) -> Option<CertificationPath> {
    let (leaf, sent) = chain.split_first()?;
    let end_entity = EndEntityCert::try_from(leaf).ok()?;
    let usage = KeyUsage::server_auth();
    let path = end_entity
        .verify_for_usage(algorithms, roots, sent, now, usage, None, None)
        .ok()?;
    let intermediates = path.intermediate_certificates().map(webpki::Cert::der);
    let mut subjects: Vec<String> = std::iter::once(leaf.clone())
        .chain(intermediates)
        .filter_map(|certificate| subject(&certificate))
        .collect();
    subjects.extend(root_subject(path.anchor()));
    Some(CertificationPath {
        subjects,
        issuer_key: path.issuer_spki().to_vec(),
    })
}

fn subject(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    Some(name(certificate.subject()))
}

fn root_subject(root: &TrustAnchor<'_>) -> Option<String> {
    // The outermost tag is not kept of a root.
    let subject = DistinguishedName::in_sequence(&root.subject);
    let (_, subject) = X509Name::from_der(subject.as_ref()).ok()?;
    Some(name(&subject))
}
