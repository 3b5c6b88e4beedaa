//! The PROXY protocol, version 2: a header in which a proxy names the client of a connection.
//!
//! The header comes before everything else, also before the TLS handshake. Version 1 is not supported,
//! because it is text of unknown length.

use std::io;
use std::net::SocketAddr;

use ppp::v2::{Addresses, Command, Header, PROTOCOL_PREFIX, ParseError};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The length of the fixed part in bytes: a signature, the version and command, the address family, and the
/// length of the rest.
const FIXED_LEN: usize = 16;

/// The longest header that is read, in bytes: addresses, and the usual extensions on TLS.
const MAX_HEADER_LEN: usize = 2 * 1024;

/// Why a header cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProxyError {
    /// The connection ended or broke before the header did.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no header.
    #[error("there is none, although the peer is a proxy and --proxy-protocol was given")]
    Missing,
    /// The header is too long.
    #[error("{0} bytes are too many")]
    TooLong(usize),
    /// The header does not name the client.
    #[error("it names no address")]
    NoAddress,
    /// The header is not well formed.
    #[error(transparent)]
    Malformed(#[from] ParseError),
}

/// Reads the header and returns the address of the client. It is `None` where the proxy connects for itself,
/// as for a health check (command LOCAL).
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<Option<SocketAddr>, ProxyError> {
    let mut header = vec![0; FIXED_LEN];
    stream.read_exact(&mut header).await?;
    if !header.starts_with(PROTOCOL_PREFIX) {
        return Err(ProxyError::Missing);
    }
    let length = FIXED_LEN + usize::from(u16::from_be_bytes([header[14], header[15]]));
    if length > MAX_HEADER_LEN {
        return Err(ProxyError::TooLong(length));
    }
    header.resize(length, 0);
    stream.read_exact(&mut header[FIXED_LEN..]).await?;
    let header = Header::try_from(header.as_slice())?;
    if header.command == Command::Local {
        return Ok(None);
    }
    Ok(match header.addresses {
        Addresses::IPv4(pair) => Some((pair.source_address, pair.source_port).into()),
        Addresses::IPv6(pair) => Some((pair.source_address, pair.source_port).into()),
        // The client behind the proxy must not be mistaken for the proxy.
        Addresses::Unspecified | Addresses::Unix(_) => return Err(ProxyError::NoAddress),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kinds: [u8; 2], rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [PROTOCOL_PREFIX, &kinds, &length, rest].concat()
    }

    #[tokio::test]
    async fn headers_are_read_and_nothing_behind_them() {
        let four = [192, 0, 2, 1, 198, 51, 100, 1, 0x12, 0x34, 0, 80];
        let mut six = [0; 36];
        (six[0], six[1], six[15], six[33]) = (0x20, 0x01, 7, 9);
        let with_notes = [&four[..], &[4, 0, 1, 42]].concat();
        let mut wrong = header([0x21, 0x11], &four);
        wrong[0] = b'G';
        for (bytes, expected) in [
            (header([0x21, 0x11], &four), "192.0.2.1:4660"),
            (header([0x21, 0x11], &with_notes), "192.0.2.1:4660"),
            (header([0x21, 0x21], &six), "[2001::7]:9"),
            (header([0x20, 0x00], &[]), "itself"),
            (header([0x20, 0x11], &four), "itself"),
            (header([0x21, 0x00], &[]), "error"),
            (header([0x21, 0x11], &four[..4]), "error"),
            (header([0x11, 0x11], &four), "error"),
            (header([0x21, 0x11], &[0; 4096]), "error"),
            (wrong, "error"),
            (header([0x21, 0x11], &four)[..20].to_vec(), "error"),
            (
                b"PROXY TCP4 192.0.2.1 198.51.100.1 4660 80\r\n".to_vec(),
                "error",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: help.example\r\n\r\n".to_vec(),
                "error",
            ),
            (Vec::new(), "error"),
        ] {
            let whole = expected != "error";
            let stream = if whole {
                [&bytes[..], b"GET /"].concat()
            } else {
                bytes.clone()
            };
            let mut stream = stream.as_slice();
            let found = match read(&mut stream).await {
                Ok(Some(source)) => source.to_string(),
                Ok(None) => "itself".to_owned(),
                Err(_) => "error".to_owned(),
            };
            assert_eq!(found, expected, "{bytes:?}");
            assert!(!whole || stream == b"GET /", "{bytes:?}");
        }
    }
}
