//! The chain of certificates that was verified, which need not be the one that was sent.

use der::asn1::AnyRef;
use der::{Encode, Tag};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::certificate::clean;

/// The subjects from the server's own certificate to a root; empty when none of the roots vouches for
/// it. Whether the name fits is another question.
pub(super) fn built(
    chain: &[CertificateDer<'_>],
    roots: &[TrustAnchor<'_>],
    now: UnixTime,
) -> Vec<String> {
    let Some((leaf, sent)) = chain.split_first() else {
        return Vec::new();
    };
    let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
    let Ok(end_entity) = EndEntityCert::try_from(leaf) else {
        return Vec::new();
    };
    let usage = KeyUsage::server_auth();
    let Ok(path) = end_entity.verify_for_usage(algorithms.all, roots, sent, now, usage, None, None)
    else {
        return Vec::new();
    };
    let intermediates = path.intermediate_certificates().map(webpki::Cert::der);
    let mut subjects: Vec<String> = std::iter::once(leaf.clone())
        .chain(intermediates)
        .filter_map(|certificate| subject(&certificate))
        .collect();
    subjects.extend(root_subject(path.anchor()));
    subjects
}

/// What webpki keeps of a root lacks the outermost tag (RFC 5914 §2 has it the same way).
pub(super) fn sequence(content: &[u8]) -> Option<Vec<u8>> {
    AnyRef::new(Tag::Sequence, content).ok()?.to_der().ok()
}

fn subject(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    Some(clean(&certificate.subject().to_string()))
}

fn root_subject(root: &TrustAnchor<'_>) -> Option<String> {
    let name = sequence(&root.subject)?;
    let (_, name) = X509Name::from_der(&name).ok()?;
    Some(clean(&name.to_string()))
}
