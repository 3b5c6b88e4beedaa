//! The entry points of the fuzz targets. They exist in the builds of cargo-fuzz only.

use rustls::pki_types::CertificateDer;

use super::{conversation, readers};
use crate::endpoint::Protocol;

/// A conversation with a server that sends these bytes; see `conversation::check`.
pub fn conversation(protocol: Protocol, bytes: &[u8]) {
    conversation::check(protocol, bytes);
}

/// The first flight of a TLS server in two fragments, of which the first is as long as the last two bytes
/// say.
pub fn flight(bytes: &[u8]) {
    let (flight, cut) = bytes.split_at(bytes.len().saturating_sub(2));
    let cut = cut
        .iter()
        .fold(0, |cut, byte| cut << 8 | usize::from(*byte));
    readers::flight(flight, cut % (flight.len() + 1));
}

/// A stapled response and up to three certificates: each part begins with its length in two bytes.
pub fn certificates(bytes: &[u8]) {
    let mut rest = bytes;
    let mut part = || {
        let (length, after) = rest.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).min(after.len());
        let (part, after) = after.split_at(length);
        rest = after;
        Some(part)
    };
    let Some(response) = part() else { return };
    let chain: Vec<_> = std::iter::from_fn(part)
        .take(3)
        .map(CertificateDer::from)
        .collect();
    readers::certificates(&chain, response);
}
