//! The forms in which a user name and a password are sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::credentials::Credentials;

/// Bytes that nobody may see but the server they are meant for; wiped when dropped.
///
/// Only [`VerifiedConnection`](super::VerifiedConnection) can read them, so they cannot be written to a stream that
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

/// Both as the arguments of the IMAP LOGIN command (RFC 9051 §6.2.3), in as many flights as that takes:
/// what is not ASCII must be a literal in IMAP4rev1, and the server is asked for each (RFC 3501 §4.3).
pub(super) fn imap_login(credentials: &Credentials) -> Vec<Secret> {
    let mut flights = Vec::new();
    let mut line = Zeroizing::new(Vec::new());
    for text in [credentials.user(), credentials.password()] {
        if !line.is_empty() {
            line.push(b' ');
        }
        // Every byte may need a backslash. A buffer that does not grow later leaves no copy behind,
        // so what is there already moves to a larger one that is wiped, too.
        let mut longer = Zeroizing::new(Vec::with_capacity(line.len() + 2 * text.len() + 8));
        longer.extend_from_slice(&line);
        line = longer;
        if text.is_ascii() {
            quote(text, &mut line);
        } else {
            line.extend_from_slice(format!("{{{}}}", text.len()).as_bytes());
            flights.push(Secret(line));
            line = Zeroizing::new(text.as_bytes().to_vec());
        }
    }
    flights.push(Secret(line));
    flights
}

/// Whether a challenge holds nothing but the reason why the sign-in fails, as JSON in base64. The
/// refusal itself follows when that was answered with an empty line (RFC 7628 §3.2.3).
pub(super) fn is_error_report(challenge: &[u8]) -> bool {
    let decoded = STANDARD.decode(challenge.trim_ascii());
    decoded.is_ok_and(|text| text.trim_ascii().starts_with(b"{"))
}

/// The user name as it is, for POP3 USER (RFC 1939 §7).
pub(super) fn pop3_user(credentials: &Credentials) -> Secret {
    Secret(Zeroizing::new(credentials.user().as_bytes().to_vec()))
}

/// The password as it is, for POP3 PASS.
pub(super) fn pop3_password(credentials: &Credentials) -> Secret {
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
            ("a", "ü", "AGEAw7w=", "\"a\" {2}\nü"),
            ("ü", "b", "AMO8AGI=", "{2}\nü \"b\""),
            ("ü", "üb\"", "AMO8AMO8YiI=", "{2}\nü {4}\nüb\""),
        ] {
            let credentials = Credentials::new(user.into(), password.to_owned().into()).unwrap();
            assert_eq!(plain(&credentials).expose(), plain_message.as_bytes());
            let login = imap_login(&credentials);
            let flights: Vec<&[u8]> = login.iter().map(Secret::expose).collect();
            assert_eq!(flights.join(&b'\n'), login_line.as_bytes());
            let decoded = STANDARD
                .decode(login_password(&credentials).expose())
                .unwrap();
            assert_eq!(decoded, password.as_bytes());
            let decoded = STANDARD.decode(login_user(&credentials).expose()).unwrap();
            assert_eq!(decoded, user.as_bytes());
        }
    }
    #[test]
    fn reports_are_told_from_other_challenges() {
        for (challenge, is_report) in [
            ("eyJzdGF0dXMiOiI0MDAifQ==", true),
            ("eyJ9", true),
            ("IHt9 ", true),
            ("", false),
            ("bW9yZQ==", false),
            ("{\"status\":\"400\"}", false),
        ] {
            assert_eq!(
                is_error_report(challenge.as_bytes()),
                is_report,
                "{challenge}"
            );
        }
    }
}
