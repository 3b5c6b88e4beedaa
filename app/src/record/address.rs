//! What a customer types: a mail address, or only its domain.

use std::fmt;
use std::str::FromStr;

use probe::HostName;
use serde::Deserialize;

use super::values::parsed_from_text;

/// The domain of mail addresses: a host name with at least one dot, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Domain(String);

impl Domain {
    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<HostName>() {
            Ok(host) if host.address().is_none() && host.as_str().contains('.') => {
                Ok(Self(host.into()))
            }
            _ => Err(DomainError(text.to_owned())),
        }
    }
}

parsed_from_text!(Domain, DomainError);

/// The text is not the domain of a mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "domain {0:?}: expected letters, digits and hyphens with at least one dot, such as example.net"
)]
pub struct DomainError(String);

/// A mail address. The part before the @ keeps its letters as typed; servers may tell them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    local_part: String,
    domain: Domain,
}

impl Address {
    /// The part before the @.
    pub fn local_part(&self) -> &str {
        &self.local_part
    }

    /// The part after the @.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.local_part, self.domain)
    }
}

/// What a customer typed, understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AddressOrDomain {
    /// A whole mail address.
    Address(Address),
    /// Only the domain.
    Domain(Domain),
}

impl AddressOrDomain {
    /// The domain, which decides about the settings.
    pub fn domain(&self) -> &Domain {
        match self {
            Self::Address(address) => &address.domain,
            Self::Domain(domain) => domain,
        }
    }
}

/// Why a text is neither an address nor a domain. The words for the customer belong to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("the text is empty")]
    Empty,
    /// More than 255 bytes, which no address has.
    #[error("the text is longer than 255 bytes")]
    TooLong,
    /// A control character or an invisible one stands inside.
    #[error("a control character or an invisible one stands in the text")]
    ControlCharacter,
    /// A space stands inside.
    #[error("a space stands in the text")]
    Space,
    /// Only a name, such as `jane`, or nothing behind the @.
    #[error("the domain is missing")]
    NoDomain,
    /// What stands behind the @ is not a domain.
    #[error("the part behind the @ is not a domain")]
    BadDomain,
    /// What stands before the @ cannot be the name of a mailbox.
    #[error("the part before the @ is not the name of a mailbox")]
    BadLocalPart,
}

/// Understands what a customer typed or pasted.
///
/// Spaces and invisible characters around it, a leading `mailto:` or `@`, and the form
/// `Jane Doe <jane@example.net>` are accepted, because that is what copying from a program gives.
pub fn parse_address(text: &str) -> Result<AddressOrDomain, AddressError> {
    let text = trimmed(text);
    if text.len() > 255 {
        return Err(AddressError::TooLong);
    }
    if text
        .chars()
        .any(|letter| letter.is_control() || is_invisible(letter))
    {
        return Err(AddressError::ControlCharacter);
    }
    let text = inner_address(text);
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.contains(char::is_whitespace) {
        return Err(AddressError::Space);
    }
    let Some((local_part, domain)) = text.rsplit_once('@') else {
        if !text.contains('.') {
            return Err(AddressError::NoDomain);
        }
        return text
            .parse()
            .map(AddressOrDomain::Domain)
            .map_err(|_| AddressError::BadDomain);
    };
    if domain.is_empty() {
        return Err(AddressError::NoDomain);
    }
    let domain: Domain = domain.parse().map_err(|_| AddressError::BadDomain)?;
    if local_part.is_empty() {
        return Ok(AddressOrDomain::Domain(domain));
    }
    if !is_local_part(local_part) {
        return Err(AddressError::BadLocalPart);
    }
    Ok(AddressOrDomain::Address(Address {
        local_part: local_part.to_owned(),
        domain,
    }))
}

/// The address inside `mailto:…` or `Name <…>`, or the text as it is.
fn inner_address(text: &str) -> &str {
    let bracketed = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    let text = bracketed.map_or(text, |(_, inside)| trimmed(inside));
    match text.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => {
            trimmed(rest.split('?').next().unwrap_or_default())
        }
        _ => text,
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter))
}

/// Characters that take no room on the screen and come along when text is copied from a web page.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The unquoted form of RFC 5322 §3.2.3, which every mailbox of a provider has.
fn is_local_part(text: &str) -> bool {
    let is_letter =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.len() <= 64
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_customers_type_is_understood() {
        for (text, understood) in [
            ("Jane.Doe@CenturyLink.net ", "Jane.Doe@centurylink.net"),
            ("\u{200b}jane@q.com\u{a0}\r\n", "jane@q.com"),
            ("mailto:jane@q.com", "jane@q.com"),
            ("MailTo: jane@q.com?subject=Hello there", "jane@q.com"),
            ("\"Doe, Jane\" <jane@q.com>", "jane@q.com"),
            ("jane+bills@q.com.", "jane+bills@q.com"),
            ("centurylink.net", "centurylink.net"),
            (" @CENTURYLINK.NET", "centurylink.net"),
        ] {
            let written = match parse_address(text) {
                Ok(AddressOrDomain::Address(address)) => address.to_string(),
                Ok(AddressOrDomain::Domain(domain)) => domain.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(written, understood, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_cause() {
        let long = format!("{}@q.com", "a".repeat(250));
        let long_local_part = format!("{}@q.com", "a".repeat(65));
        for (text, cause) in [
            ("", AddressError::Empty),
            (" \t\u{200b}", AddressError::Empty),
            ("mailto:", AddressError::Empty),
            ("<>", AddressError::Empty),
            (&long, AddressError::TooLong),
            ("jane\u{0}@q.com", AddressError::ControlCharacter),
            (
                "jane@q.com\r\nRCPT TO:<x@y.z>",
                AddressError::ControlCharacter,
            ),
            ("jane@q\u{202e}.com", AddressError::ControlCharacter),
            ("jane doe@q.com", AddressError::Space),
            ("jane", AddressError::NoDomain),
            ("jane@", AddressError::NoDomain),
            ("@", AddressError::NoDomain),
            ("jane@localhost", AddressError::BadDomain),
            ("jane@127.0.0.1", AddressError::BadDomain),
            ("jane@bücher.example", AddressError::BadDomain),
            ("jane@q..com", AddressError::BadDomain),
            ("https://q.com/", AddressError::BadDomain),
            ("jane@doe@q.com", AddressError::BadLocalPart),
            ("jane.@q.com", AddressError::BadLocalPart),
            ("jäne@q.com", AddressError::BadLocalPart),
            ("\"jane\"@q.com", AddressError::BadLocalPart),
            (&long_local_part, AddressError::BadLocalPart),
        ] {
            assert_eq!(parse_address(text), Err(cause), "{text:?}");
        }
    }
}
