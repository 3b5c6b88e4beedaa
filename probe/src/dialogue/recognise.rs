//! Tells from the first bytes which kind of service answers on a port.

/// A kind of service, as far as its first bytes show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServiceKind {
    /// A TLS record (RFC 8446 §5.1).
    Tls,
    /// A greeting or an answer of IMAP, POP3 or SMTP.
    Mail,
    /// A well-known protocol that is not mail, such as HTTP or SSH.
    Other,
    /// Text of no known protocol.
    Text,
    /// No text.
    Binary,
}

/// Classifies the first bytes of a server. More bytes never change the result once a line is complete.
pub(crate) fn recognise(bytes: &[u8]) -> ServiceKind {
    const MAIL: &[&str] = &["* ", "+OK", "-ERR"];
    const OTHER: &[&str] = &["HTTP/", "SSH-", "<", "RFB ", "@RSYNCD:"];
    let starts = |words: &&str| bytes.starts_with(words.as_bytes());
    match bytes {
        // Handshake, alert, change of cipher or application data, of SSL 3.0 to TLS 1.3.
        [0x14..=0x17, 3, ..] | [0x14..=0x17] => ServiceKind::Tls,
        _ if OTHER.iter().any(starts) => ServiceKind::Other,
        _ if MAIL.iter().any(starts) => ServiceKind::Mail,
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', rest @ ..]
            if matches!(rest, [] | [b' ' | b'-', ..]) =>
        {
            // SMTP, FTP and NNTP greet with numbers; only the words tell them apart.
            let rest = rest.to_ascii_uppercase();
            let says = |word: &str| rest.windows(word.len()).any(|part| part == word.as_bytes());
            if (says("FTP") || says("NNTP")) && !says("SMTP") {
                ServiceKind::Other
            } else {
                ServiceKind::Mail
            }
        }
        _ => {
            let text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
            if !bytes.is_empty() && bytes.iter().take(16).all(text) {
                ServiceKind::Text
            } else {
                ServiceKind::Binary
            }
        }
    }
}

/// Whether this is a negative reply of any of the protocols: `-ERR`, `NO`, `BAD`, `BYE`, or a code of
/// 4xx or 5xx.
pub(crate) fn is_negative_reply(bytes: &[u8]) -> bool {
    let line = String::from_utf8_lossy(bytes);
    let mut words = line.split_ascii_whitespace();
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let code = |code: &[u8]| matches!(code, [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', ..]);
    first.starts_with("-ERR")
        || code(first.as_bytes())
        || ["NO", "BAD", "BYE"]
            .iter()
            .any(|word| second.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_recognised() {
        for (bytes, service) in [
            (&b"* OK ready\r\n"[..], ServiceKind::Mail),
            (b"+OK hello", ServiceKind::Mail),
            (b"-ERR no", ServiceKind::Mail),
            (b"220 mail.example ESMTP", ServiceKind::Mail),
            (b"554-go away", ServiceKind::Mail),
            (b"220 (vsFTPd 3.0.3)", ServiceKind::Other),
            (b"220 mail.ftp.example ESMTP", ServiceKind::Mail),
            (b"SSH-2.0-OpenSSH_9.2", ServiceKind::Other),
            (b"HTTP/1.1 400 Bad Request", ServiceKind::Other),
            (b"hello there", ServiceKind::Text),
            (b"A1 OK ready", ServiceKind::Text),
            (b"\x15\x03\x01\0\x02\x02\x46", ServiceKind::Tls),
            (b"\x16", ServiceKind::Tls),
            (b"\x16\x03\x03", ServiceKind::Tls),
            (b"\x16\x04\x03", ServiceKind::Binary),
            (b"\xff\xfd\x18", ServiceKind::Binary),
            (b"", ServiceKind::Binary),
        ] {
            assert_eq!(recognise(bytes), service, "{bytes:?}");
        }
    }
}
