//! What a CMS signature stands around (RFC 5652 §5).
//!
//! The signature is not verified: who reads a profile to write a record does not install it. Profiles come in
//! BER with lengths that are not told in advance, which readers of DER refuse, so the few levels are read here.

use super::found::Problem;

/// The pieces of a content are not nested deeper than this.
const MAX_DEPTH: usize = 4;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0]`, with other values in it.
const EXPLICIT_0: u8 = 0xa0;
/// The bit of a tag whose value has other values in it.
const CONSTRUCTED: u8 = 0x20;

/// The content of signed data; `None` where the bytes are not in ASN.1 at all.
pub(super) fn content(bytes: &[u8]) -> Option<Result<Vec<u8>, Problem>> {
    if bytes.first() != Some(&SEQUENCE) {
        return None;
    }
    let message = "expected signed data (CMS) with its content inside";
    Some(signed_content(bytes).ok_or_else(|| Problem::at(1, message)))
}

fn signed_content(bytes: &[u8]) -> Option<Vec<u8>> {
    let (info, _) = value(bytes, SEQUENCE)?;
    let (kind, rest) = value(info, OBJECT_IDENTIFIER)?;
    if kind != SIGNED_DATA {
        return None;
    }
    let (wrapped, _) = value(rest, EXPLICIT_0)?;
    let (signed, _) = value(wrapped, SEQUENCE)?;
    // The version and the algorithms of the digests.
    let (_, _, rest) = any(signed, 0)?;
    let (_, _, rest) = any(rest, 0)?;
    let (content, _) = value(rest, SEQUENCE)?;
    let (_, rest) = value(content, OBJECT_IDENTIFIER)?;
    let (wrapped, _) = value(rest, EXPLICIT_0)?;
    let mut octets = Vec::new();
    collect(wrapped, &mut octets, 0)?;
    Some(octets)
}

/// The octets of a string, in one piece or in several.
fn collect(bytes: &[u8], octets: &mut Vec<u8>, depth: usize) -> Option<()> {
    let (tag, inner, _) = any(bytes, 0)?;
    if tag == OCTET_STRING {
        octets.extend_from_slice(inner);
        return Some(());
    }
    if tag != OCTET_STRING | CONSTRUCTED || depth == MAX_DEPTH {
        return None;
    }
    let mut rest = inner;
    while !rest.is_empty() {
        collect(rest, octets, depth + 1)?;
        (_, _, rest) = any(rest, 0)?;
    }
    Some(())
}

/// The content of a value with this tag, and what follows it.
fn value(bytes: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (tag, inner, rest) = any(bytes, 0)?;
    (tag == expected).then_some((inner, rest))
}

/// Any value: its tag, its content and what follows (X.690 §8.1).
fn any(bytes: &[u8], depth: usize) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Tags of several bytes do not occur.
    if tag & 0x1f == 0x1f || depth > 16 {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    if first == 0x80 {
        // The length is not told: values follow, up to an empty one.
        let mut end = rest;
        loop {
            if let Some(after) = end.strip_prefix(&[0, 0]) {
                let inner = &rest[..rest.len() - end.len()];
                return Some((tag, inner, after));
            }
            (_, _, end) = any(end, depth + 1)?;
        }
    }
    let (length, rest) = match first {
        0..0x80 => (usize::from(first), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.len() > 4 {
                return None;
            }
            let length = digits
                .iter()
                .fold(0, |sum, &digit| sum << 8 | usize::from(digit));
            (length, rest)
        }
    };
    let (inner, rest) = rest.split_at_checked(length)?;
    Some((tag, inner, rest))
}
