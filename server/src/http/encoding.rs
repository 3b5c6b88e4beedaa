//! Compression: which encodings a browser accepts, and how they are made.

use std::io::Write;

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, HeaderMap};
use brotli::enc::BrotliEncoderParams;

/// How much time is spent on compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// The best compression, for content that is sent many times. It takes tens of milliseconds.
    Best,
    /// Nearly the same size in a fraction of a millisecond and with little memory, for content that is sent once.
    Fast,
}

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli (RFC 7932).
    Brotli,
    /// gzip (RFC 1952).
    Gzip,
}

impl Encoding {
    /// Every encoding, the smallest first.
    pub const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// The name in `Accept-Encoding` and `Content-Encoding`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether a request accepts this encoding (RFC 9110 §12.5.3).
    pub fn is_accepted(self, request: &HeaderMap) -> bool {
        let accepted = request.get(ACCEPT_ENCODING);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        accepted.is_some_and(|accepted| takes(accepted, self.name()))
    }

    /// The bytes in this encoding; `None` if compression fails.
    pub fn encode(self, plain: &[u8], effort: Effort) -> Option<Bytes> {
        match self {
            Self::Brotli => brotli(plain, effort),
            Self::Gzip => gzip(plain, effort),
        }
    }
}

fn brotli(plain: &[u8], effort: Effort) -> Option<Bytes> {
    let params = match effort {
        Effort::Best => BrotliEncoderParams::default(),
        Effort::Fast => BrotliEncoderParams {
            quality: 3,
            // A window of 64 KiB: the default of 4 MiB would be allocated for every page.
            lgwin: 16,
            size_hint: plain.len(),
            ..BrotliEncoderParams::default()
        },
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params).ok()?;
    Some(packed.into())
}

fn gzip(plain: &[u8], effort: Effort) -> Option<Bytes> {
    let level = match effort {
        Effort::Best => flate2::Compression::best(),
        Effort::Fast => flate2::Compression::fast(),
    };
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
    packer.write_all(plain).ok()?;
    Some(packer.finish().ok()?.into())
}

/// Whether an `Accept-Encoding` header accepts an encoding.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let refused = |part: &str| {
            let quality = part
                .strip_prefix("q=")
                .and_then(|quality| quality.parse::<f32>().ok());
            quality.is_some_and(|quality| quality <= 0.0)
        };
        parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_encoding_is_read() {
        for (accepted, expected) in [
            ("gzip, deflate, br", Some(Encoding::Brotli)),
            ("BR;q=0.5", Some(Encoding::Brotli)),
            ("br;q=0", None),
            ("br; q=0.000, gzip", Some(Encoding::Gzip)),
            ("gzip", Some(Encoding::Gzip)),
            ("brotli", None),
            ("", None),
        ] {
            let mut request = HeaderMap::new();
            request.insert(ACCEPT_ENCODING, accepted.parse().unwrap());
            let mut found = Encoding::ALL.into_iter();
            let found = found.find(|encoding| encoding.is_accepted(&request));
            assert_eq!(found, expected, "{accepted:?}");
        }
    }

    #[test]
    fn what_is_encoded_can_be_decoded() {
        let plain = b"a page, a page, and another page".repeat(100);
        for effort in [Effort::Best, Effort::Fast] {
            let packed = Encoding::Brotli.encode(&plain, effort).unwrap();
            assert!(packed.len() < plain.len() / 10);
            let mut read = Vec::new();
            brotli::BrotliDecompress(&mut &packed[..], &mut read).unwrap();
            assert_eq!(read, plain);
            let packed = Encoding::Gzip.encode(&plain, effort).unwrap();
            assert!(packed.len() < plain.len() / 10);
            let mut read = Vec::new();
            let mut reader = flate2::read::GzDecoder::new(&packed[..]);
            std::io::Read::read_to_end(&mut reader, &mut read).unwrap();
            assert_eq!(read, plain);
        }
    }
}
