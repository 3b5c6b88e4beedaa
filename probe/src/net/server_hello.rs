//! Reads what a server chose from its ServerHello, which is never encrypted (RFC 8446 §4.1.3).
//!
//! When a certificate is not trusted, the handshake stops and rustls keeps what was agreed on to
//! itself. It is still worth telling.

use rustls::{CipherSuite, NamedGroup, ProtocolVersion};

/// What the server chose.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) version: ProtocolVersion,
    pub(super) cipher: CipherSuite,
    /// Only TLS 1.3 says it here.
    pub(super) group: Option<NamedGroup>,
}

/// The extensions that matter (RFC 8446 §4.2).
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// Reads the first flight of a server, which may be cut off anywhere behind the chosen cipher.
pub(super) fn read(mut flight: &[u8]) -> Option<ServerHello> {
    let mut last = None;
    // After a HelloRetryRequest, which has the same form, the real one follows (RFC 8446 §4.1.4).
    while let Some((kind, record, rest)) = record(flight) {
        if kind == HANDSHAKE {
            last = hello(record).or(last);
        }
        flight = rest;
    }
    last
}

const HANDSHAKE: u8 = 22;

/// The type, the content as far as it is there, and what follows.
fn record(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (header, rest) = bytes.split_at_checked(5)?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some((header[0], content, rest))
}

fn hello(content: &[u8]) -> Option<ServerHello> {
    let mut bytes = Reader(content);
    if bytes.take(4)?[0] != 2 {
        return None;
    }
    let mut version = bytes.number()?;
    bytes.take(32)?;
    let session = bytes.take(1)?[0];
    bytes.take(usize::from(session))?;
    let cipher = bytes.number()?;
    let mut group = None;
    // Compression, and the length of all extensions. Neither is there in the oldest servers.
    bytes.take(3);
    while let (Some(kind), Some(length)) = (bytes.number(), bytes.number()) {
        let length = usize::from(length).min(bytes.0.len());
        let mut extension = Reader(bytes.take(length)?);
        match kind {
            SUPPORTED_VERSIONS => version = extension.number().unwrap_or(version),
            KEY_SHARE => group = extension.number(),
            _ => {}
        }
    }
    Some(ServerHello {
        version: ProtocolVersion::from(version),
        cipher: CipherSuite::from(cipher),
        group: group.map(NamedGroup::from),
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(version: u16, cipher: u16, extensions: &[u8]) -> Vec<u8> {
        let mut hello = version.to_be_bytes().to_vec();
        hello.extend([7; 32]);
        hello.push(32);
        hello.extend([8; 32]);
        hello.extend(cipher.to_be_bytes());
        hello.push(0);
        hello.extend((extensions.len() as u16).to_be_bytes());
        hello.extend(extensions);
        let mut record = vec![22, 3, 3];
        record.extend((hello.len() as u16 + 4).to_be_bytes());
        record.extend([2, 0]);
        record.extend((hello.len() as u16).to_be_bytes());
        record.extend(hello);
        record
    }

    #[test]
    fn choices_are_read() {
        let tls13 = flight(
            0x0303,
            0x1301,
            &[0, 43, 0, 2, 3, 4, 0, 51, 0, 4, 0x11, 0xec, 4, 0x60],
        );
        let retry = flight(0x0303, 0x1301, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 23]);
        let after_retry = [&retry[..], &[20, 3, 3, 0, 1, 1], &tls13].concat();
        let tls12 = flight(0x0303, 0xc02f, &[]);
        for (flight, version, cipher, group) in [
            (
                &tls13,
                ProtocolVersion::TLSv1_3,
                CipherSuite::TLS13_AES_128_GCM_SHA256,
                Some(NamedGroup::X25519MLKEM768),
            ),
            (
                &after_retry,
                ProtocolVersion::TLSv1_3,
                CipherSuite::TLS13_AES_128_GCM_SHA256,
                Some(NamedGroup::X25519MLKEM768),
            ),
            (
                &tls12,
                ProtocolVersion::TLSv1_2,
                CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                None,
            ),
        ] {
            assert_eq!(
                read(flight),
                Some(ServerHello {
                    version,
                    cipher,
                    group
                })
            );
        }
        for bytes in [
            &b""[..],
            b"220 hello\r\n",
            &[21, 3, 3, 0, 2, 2, 40],
            &tls12[..40],
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        // Whatever is cut off must not matter to anything but the answer.
        for end in 0..after_retry.len() {
            let _ = read(&after_retry[..end]);
        }
    }
}
