//! The text of a server's bytes.

use std::borrow::Cow;

/// Decodes UTF-8, and what is none as Latin-1, which servers wrote before and some still write.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_read_too() {
        for (bytes, expected) in [
            (&b"plain"[..], "plain"),
            ("ung\u{fc}ltig".as_bytes(), "ung\u{fc}ltig"),
            (b"ung\xfcltig", "ung\u{fc}ltig"),
            (b"\xff\xfe", "\u{ff}\u{fe}"),
        ] {
            assert_eq!(decode(bytes), expected);
        }
    }
}
