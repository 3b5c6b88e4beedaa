//! For fuzzing: the readers of what a server sends during the TLS handshake.

use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use x509_parser::parse_x509_certificate;

use super::{certificate, flight, staple};

/// Reads a flight; whatever it is, there is an answer.
pub(crate) fn flight(bytes: &[u8]) {
    let _ = flight::read(bytes);
}

/// Reads a chain of two with its stapled response, and finds something to blame.
pub(crate) fn certificates(
    chain: &[CertificateDer<'_>; 2],
    response: &[u8],
    error: &CertificateError,
) {
    let now = 1_800_000_000;
    let _ = certificate::facts(chain, now);
    let _ = certificate::blame(error, chain);
    if let Ok((_, issuer)) = parse_x509_certificate(&chain[1]) {
        let _ = staple::read(response, &chain[0], issuer.public_key().raw, now);
    }
}
