//! What a customer types: a mail address, or only its domain.
//!
//! The server and the browser read it with the same code, so this module knows neither records nor pages.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

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
        let name = text.strip_suffix('.').unwrap_or(text);
        // Where the last label is all digits, some programs read an IP address.
        let (_, last) = name.rsplit_once('.').unwrap_or_default();
        let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
        if numeric || name.len() > 253 || !name.split('.').all(is_label) {
            return Err(DomainError(text.to_owned()));
        }
        Ok(Self(name.to_ascii_lowercase()))
    }
}

impl TryFrom<String> for Domain {
    type Error = DomainError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A part of a host name between dots (RFC 1123 §2.1).
fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// The text is not the domain of a mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainError(String);

impl fmt::Display for DomainError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.0;
        write!(
            out,
            "domain {text:?}: expected letters, digits and hyphens with at least one dot, such as example.net"
        )
    }
}

impl Error for DomainError {}

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
        out.write_str(&self.local_part)?;
        out.write_str("@")?;
        out.write_str(&self.domain.0)
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

    /// The same with another domain, as it was meant.
    pub fn corrected(self, domain: &Domain) -> Self {
        let domain = domain.clone();
        match self {
            Self::Address(Address { local_part, .. }) => {
                Self::Address(Address { local_part, domain })
            }
            Self::Domain(_) => Self::Domain(domain),
        }
    }
}

impl fmt::Display for AddressOrDomain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(out),
            Self::Domain(domain) => domain.fmt(out),
        }
    }
}

/// Why a text is neither an address nor a domain. The words for the customer belong to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressError {
    /// Nothing was typed.
    Empty,
    /// More than 255 bytes, which no address has.
    TooLong,
    /// A control character stands inside.
    ControlCharacter,
    /// Two words, of which the address is perhaps one.
    Space,
    /// More than one address.
    SeveralAddresses,
    /// One word with more than one @.
    SeveralAts,
    /// Only a name, such as `jane`, or nothing behind the @.
    NoDomain,
    /// What stands behind the @ is not a domain.
    BadDomain,
    /// What stands before the @ cannot be the name of a mailbox.
    BadLocalPart,
}

impl AddressError {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::TooLong,
        Self::ControlCharacter,
        Self::Space,
        Self::SeveralAddresses,
        Self::SeveralAts,
        Self::NoDomain,
        Self::BadDomain,
        Self::BadLocalPart,
    ];

    /// The name by which a page has words for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::ControlCharacter => "control-character",
            Self::Space => "space",
            Self::SeveralAddresses => "several-addresses",
            Self::SeveralAts => "several-ats",
            Self::NoDomain => "no-domain",
            Self::BadDomain => "bad-domain",
            Self::BadLocalPart => "bad-local-part",
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "the text is empty",
            Self::TooLong => "the text is longer than 255 bytes",
            Self::ControlCharacter => "a control character stands in the text",
            Self::Space => "a space stands in the text",
            Self::SeveralAddresses => "the text holds several addresses",
            Self::SeveralAts => "the text holds more than one @",
            Self::NoDomain => "the domain is missing",
            Self::BadDomain => "the part behind the @ is not a domain",
            Self::BadLocalPart => "the part before the @ is not the name of a mailbox",
        })
    }
}

impl Error for AddressError {}

/// Understands what a customer typed or pasted.
///
/// What comes along when an address is copied or dictated to a phone is left out: a name before it, as in
/// `Jane Doe <jane@example.net>`, a leading `mailto:` or `@`, brackets, quotes and punctuation around it, spaces
/// around the @ and dots, and characters that take no room. Full-width letters are read as what they show.
pub fn parse_address(text: &str) -> Result<AddressOrDomain, AddressError> {
    let text = text.trim();
    if text.len() > 255 {
        return Err(AddressError::TooLong);
    }
    let text: String = text.chars().filter_map(as_typed).collect();
    let text = without_scheme(trimmed(&text));
    if text.matches('@').count() > 1 && text.contains(is_separator) {
        return Err(AddressError::SeveralAddresses);
    }
    if text.contains(char::is_control) {
        return Err(AddressError::ControlCharacter);
    }
    let text = without_stray_spaces(inner_address(text));
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.contains(' ') {
        return Err(AddressError::Space);
    }
    let Some((local_part, domain)) = text.rsplit_once('@') else {
        if !text.contains('.') {
            return Err(AddressError::NoDomain);
        }
        let domain = text.parse().map_err(|_| AddressError::BadDomain)?;
        return Ok(AddressOrDomain::Domain(domain));
    };
    if local_part.contains('@') {
        return Err(AddressError::SeveralAts);
    }
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

/// What a domain says about the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainMatch<'a> {
    /// It belongs to the group at this position.
    Group(usize),
    /// No group has it; this one differs by a slip or two.
    Unknown(Option<&'a str>),
}

/// Finds the group of a domain, or the domain that was perhaps meant.
pub fn match_domain<'a>(domain: &Domain, groups: &'a [Vec<String>]) -> DomainMatch<'a> {
    let typed = domain.as_str();
    let position = groups
        .iter()
        .position(|domains| domains.iter().any(|known| known == typed));
    if let Some(position) = position {
        return DomainMatch::Group(position);
    }
    let known = groups.iter().flatten();
    let distances = known.map(|name| (strsim::osa_distance(typed, name), name));
    let nearest = distances.min_by_key(|(distance, _)| *distance);
    // Short names resemble many others, so they may differ less.
    let near = nearest.filter(|(distance, name)| distance * 4 <= name.len() && *distance <= 3);
    DomainMatch::Unknown(near.map(|(_, name)| name.as_str()))
}

/// The character that is meant; `None` for those that take no room on the screen and come along when text
/// is copied from a web page or a message.
fn as_typed(letter: char) -> Option<char> {
    match letter {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        // The full-width forms of East Asian keyboards stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0),
        '\u{3002}' | '\u{ff61}' => Some('.'),
        '\u{fe6b}' => Some('@'),
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\r' | '\n' | '\t' => Some(' '),
        letter if letter.is_whitespace() => Some(' '),
        letter => Some(letter),
    }
}

/// Without the spaces and signs that may stand around an address in a text.
fn trimmed(text: &str) -> &str {
    let before = |letter: char| " <([{\"'“‘”’«‹,;:".contains(letter);
    let after = |letter: char| " >)]}\"'”’“‘»›,;.!?".contains(letter);
    text.trim_start_matches(before).trim_end_matches(after)
}

/// What stands between the addresses of a list.
fn is_separator(letter: char) -> bool {
    " ,;<>".contains(letter)
}

/// The address inside `Name <…>`, or the text as it is.
fn inner_address(text: &str) -> &str {
    let inside = text.rsplit_once('<').map_or(text, |(_, inside)| inside);
    without_scheme(trimmed(inside))
}

/// A link for writing to somebody (RFC 6068) without what is not the address.
fn without_scheme(text: &str) -> &str {
    match text.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => {
            trimmed(rest.split('?').next().unwrap_or_default())
        }
        _ => text,
    }
}

/// Keyboards of phones put a space behind a dot, and people around the @. Behind the @ no space can belong.
fn without_stray_spaces(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = out.contains('@')
            || out.is_empty()
            || out.ends_with('.')
            || word.starts_with(['@', '.']);
        if !joined {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
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
mod tests;
