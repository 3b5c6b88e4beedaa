//! The doors through which cargo-fuzz reaches the readers. They exist in its builds only.

use rustls::CertificateError;
use rustls::pki_types::CertificateDer;

use crate::dialogue::rehearsal;
use crate::endpoint::Protocol;
use crate::net::readers;

/// A conversation with a server that says these bytes; see [`rehearsal`].
pub fn conversation(protocol: Protocol, bytes: &[u8]) {
    rehearsal::rehearse(protocol, bytes);
}

/// The first flight of a TLS server, whole and cut off.
pub fn flight(bytes: &[u8]) {
    readers::flight(bytes);
    readers::flight(&bytes[..bytes.len() / 2]);
}

/// A chain of two certificates with a stapled response: the parts begin with their length in two bytes.
pub fn certificates(bytes: &[u8]) {
    let mut rest = bytes;
    let mut part = || {
        let (length, after) = rest.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).min(after.len());
        let (part, after) = after.split_at(length);
        rest = after;
        Some(part)
    };
    let (Some(staple), Some(leaf), Some(issuer)) = (part(), part(), part()) else {
        return;
    };
    let chain = [leaf, issuer].map(CertificateDer::from);
    readers::certificates(&chain, staple, &CertificateError::UnknownIssuer);
}
