//! A mail address in the form in which it stands in the commands of SMTP.

use std::fmt;
use std::str::FromStr;

use crate::endpoint::HostName;

/// The longest local part (RFC 5321 §4.5.3.1.1), in bytes.
const MAX_LOCAL_LEN: usize = 64;

/// The longest address, without the angle brackets (RFC 5321 §4.5.3.1.3), in bytes.
const MAX_LEN: usize = 254;

/// The reverse-path of `MAIL FROM` and the forward-path of `RCPT TO` (RFC 5321 §4.1.2), without quotes and
/// without letters beyond ASCII. Nothing in it can end the command in which it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct EnvelopeAddress(String);

impl EnvelopeAddress {
    /// The address of whoever signs in as `user`: the user name itself where it is an address, or else the
    /// name in the domain. `None` where no address is known that every server takes.
    pub fn of_user(user: &str, domain: Option<&HostName>) -> Option<Self> {
        match user.contains('@') {
            true => user.parse().ok(),
            false => format!("{user}@{}", domain?).parse().ok(),
        }
    }

    /// The part behind the @.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnvelopeAddress {
    type Err = EnvelopeAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (local, domain) = text.rsplit_once('@').ok_or(EnvelopeAddressError)?;
        let domain: HostName = domain.parse().map_err(|_| EnvelopeAddressError)?;
        let dot_string = local.split('.').all(is_atom);
        let fits = local.len() <= MAX_LOCAL_LEN && text.len() <= MAX_LEN;
        (dot_string && fits && domain.address().is_none())
            .then(|| Self(format!("{local}@{domain}")))
            .ok_or(EnvelopeAddressError)
    }
}

impl fmt::Debug for EnvelopeAddress {
    /// Shows nothing, because an address is personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EnvelopeAddress(..)")
    }
}

/// The text is no address that can stand in a command of SMTP without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a mail address of plain letters, digits and signs")]
pub struct EnvelopeAddressError;

/// Whether it is an atom (RFC 5322 §3.2.3).
fn is_atom(text: &str) -> bool {
    let is_atext =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_atext)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_end_a_command_is_an_address() {
        let domain: HostName = "example.test".parse().unwrap();
        let long = "a".repeat(65);
        for (user, domain, expected) in [
            ("jane@example.test", None, Some("jane@example.test")),
            (
                "Jane.Doe+x@Example.TEST",
                None,
                Some("Jane.Doe+x@example.test"),
            ),
            ("jane", Some(&domain), Some("jane@example.test")),
            ("jane@other.test", Some(&domain), Some("jane@other.test")),
            ("jane", None, None),
            ("", Some(&domain), None),
            ("jane@", Some(&domain), None),
            ("@example.test", None, None),
            ("jane doe@example.test", None, None),
            ("jane@[192.0.2.1]", None, None),
            ("jane@192.0.2.1", None, None),
            ("jane..doe@example.test", None, None),
            ("jane>@example.test", None, None),
            ("\"jane\"@example.test", None, None),
            ("jane\\doe", Some(&domain), None),
            ("jäne@example.test", None, None),
            ("jane@example.test> SIZE=1", None, None),
            ("jane@example.test\r\nRSET", None, None),
            (&long, Some(&domain), None),
        ] {
            let found = EnvelopeAddress::of_user(user, domain);
            let found = found.as_ref().map(EnvelopeAddress::as_str);
            assert_eq!(found, expected, "{user:?}");
        }
    }
}
