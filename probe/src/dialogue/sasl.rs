//! The forms in which a user name and a password are sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::credentials::Credentials;

/// Bytes that nobody may see but the server they are meant for; wiped when dropped.
///
/// Only [`Protected`](super::Protected) can read them, so they cannot be written to a stream that
/// is not verified.
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The bytes, for the one place that writes them.
    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// The single message of SASL PLAIN, without an authorisation identity (RFC 4616 §2).
pub(super) fn plain(credentials: &Credentials) -> Secret {
    let (user, password) = (credentials.user(), credentials.password());
    let mut message = Zeroizing::new(Vec::with_capacity(user.len() + password.len() + 2));
    for part in [user, password] {
        message.push(0);
        message.extend_from_slice(part.as_bytes());
    }
    encode(&message)
}

/// The user name as the first answer of SASL LOGIN (draft-murchison-sasl-login).
pub(super) fn login_user(credentials: &Credentials) -> Secret {
    encode(credentials.user().as_bytes())
}

/// The password as the second answer of SASL LOGIN.
pub(super) fn login_password(credentials: &Credentials) -> Secret {
    encode(credentials.password().as_bytes())
}

/// Both as IMAP quoted strings, for the LOGIN command (RFC 9051 §6.2.3).
pub(super) fn imap_login(credentials: &Credentials) -> Secret {
    let (user, password) = (credentials.user(), credentials.password());
    // Every byte may need a backslash; a buffer that never grows leaves no copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(2 * (user.len() + password.len()) + 5));
    quote(user, &mut line);
    line.push(b' ');
    quote(password, &mut line);
    Secret(line)
}

/// The user name as it is, for POP3 USER (RFC 1939 §7).
pub(super) fn bare_user(credentials: &Credentials) -> Secret {
    Secret(Zeroizing::new(credentials.user().as_bytes().to_vec()))
}

/// The password as it is, for POP3 PASS.
pub(super) fn bare_password(credentials: &Credentials) -> Secret {
    Secret(Zeroizing::new(credentials.password().as_bytes().to_vec()))
}

fn encode(message: &[u8]) -> Secret {
    let mut encoded = Zeroizing::new(vec![0; message.len().div_ceil(3) * 4]);
    // The buffer has exactly the length of padded base64, so this cannot fail.
    let length = STANDARD.encode_slice(message, &mut encoded).unwrap_or(0);
    encoded.truncate(length);
    Secret(encoded)
}

fn quote(text: &str, line: &mut Vec<u8>) {
    line.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            line.push(b'\\');
        }
        line.push(byte);
    }
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_the_standards() {
        for (user, password, plain_message, login_line) in [
            // The example of RFC 4616 §4.
            (
                "tim",
                "tanstaaftanstaaf",
                "AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
                r#""tim" "tanstaaftanstaaf""#,
            ),
            ("a", "b", "AGEAYg==", r#""a" "b""#),
            ("a", r#"q"\"#, "AGEAcSJc", r#""a" "q\"\\""#),
            ("a", "ü", "AGEAw7w=", "\"a\" \"ü\""),
        ] {
            let credentials = Credentials::new(user.into(), password.to_owned().into()).unwrap();
            assert_eq!(plain(&credentials).expose(), plain_message.as_bytes());
            assert_eq!(imap_login(&credentials).expose(), login_line.as_bytes());
            let decoded = STANDARD
                .decode(login_password(&credentials).expose())
                .unwrap();
            assert_eq!(decoded, password.as_bytes());
            let decoded = STANDARD.decode(login_user(&credentials).expose()).unwrap();
            assert_eq!(decoded, user.as_bytes());
        }
    }
}
