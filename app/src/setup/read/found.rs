//! What was found about a provider's mail, whatever the format in which it stood.

use std::fmt;
use std::num::NonZeroU16;

use probe::{HostName, Protocol, Security};

use crate::address::{Address, AddressOrDomain, Domain, parse_address};

/// The settings in one set-up file, or in one answer of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The name of the provider for people.
    pub name: Option<String>,
    /// The domains of the mail addresses, in the order of the file; empty where the format has none.
    pub domains: Vec<Domain>,
    /// The services, the preferred one of each protocol first.
    pub services: Vec<FoundService>,
    /// Services that cannot be right as they stand, and that programs are told all the same; each is a problem, too.
    pub contradictory: Vec<FoundService>,
    /// How many services for IMAP and SMTP cannot be read; each is a problem, too. Some programs refuse the whole file
    /// then.
    pub broken_services: usize,
    /// What the source says is not offered (RFC 6186 §3.4).
    pub not_offered: Vec<(Protocol, Security)>,
    /// The provider's pages about the settings.
    pub documentation: Vec<Page>,
    /// The page on which mail is read in a browser.
    pub webmail: Option<Page>,
    /// What was left out, and why.
    pub problems: Vec<Problem>,
}

/// A mail service as a source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundService {
    /// The line at which it stands, counted from 1.
    pub line: usize,
    /// The protocol.
    pub protocol: Protocol,
    /// The server.
    pub host: FoundHost,
    /// The port.
    pub port: NonZeroU16,
    /// How the connection is protected.
    pub security: Security,
    /// How to sign in, the preferred way first; empty where the source does not say it.
    pub sign_in: Vec<FoundSignIn>,
    /// What to type as the user name, where the source says it.
    pub user_name: Option<FoundUserName>,
}

/// The name of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundHost {
    /// The same for everybody.
    Name(HostName),
    /// Another one for each domain: the name with [`FoundHost::DOMAIN`] in it.
    OfDomain(String),
}

impl FoundHost {
    /// Stands for the domain of the mail address in a name.
    pub const DOMAIN: &'static str = "%EMAILDOMAIN%";

    /// Reads a name, in which [`FoundHost::DOMAIN`] may stand.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = |text: &str| text.parse::<HostName>().map_err(|error| error.to_string());
        if text.contains(Self::DOMAIN) {
            name(&text.replace(Self::DOMAIN, "example.net"))
                .map_err(|_| format!("{text:?} is not the name of a server for any domain"))?;
            return Ok(Self::OfDomain(
                text.to_ascii_lowercase()
                    .replace(&Self::DOMAIN.to_ascii_lowercase(), Self::DOMAIN),
            ));
        }
        name(text).map(Self::Name)
    }

    /// The name for a domain, unless that is too long.
    pub fn of(&self, domain: &Domain) -> Option<HostName> {
        match self {
            Self::Name(host) => Some(host.clone()),
            Self::OfDomain(text) => text.replace(Self::DOMAIN, domain.as_str()).parse().ok(),
        }
    }
}

impl fmt::Display for FoundHost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(host) => host.fmt(out),
            Self::OfDomain(text) => out.write_str(text),
        }
    }
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundSignIn {
    /// The password as it is, protected by TLS alone.
    Password,
    /// The password, of which only a proof is sent (CRAM-MD5, DIGEST-MD5).
    EncryptedPassword,
    /// The provider's own sign-in page (RFC 6749).
    OAuth2,
    /// None at all.
    None,
    /// Another one, as the source calls it.
    Other(String),
}

impl fmt::Display for FoundSignIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password => "password",
            Self::EncryptedPassword => "encrypted password",
            Self::OAuth2 => "OAuth2",
            Self::None => "no sign-in",
            Self::Other(name) => name,
        })
    }
}

/// What to type as the user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundUserName {
    /// The whole address.
    FullAddress,
    /// What stands before the @.
    LocalPart,
    /// Something else, as the source has it.
    Other(String),
}

impl FoundUserName {
    /// Reads a user name with the placeholders of autoconfig.
    pub fn of_template(text: &str) -> Self {
        match text {
            "%EMAILADDRESS%" | "%EMAILLOCALPART%@%EMAILDOMAIN%" => Self::FullAddress,
            "%EMAILLOCALPART%" => Self::LocalPart,
            other => Self::Other(on_one_line(other, 100).unwrap_or_default()),
        }
    }

    /// Tells what a user name is of the address of its account. The name itself is a person's, so it is not kept.
    pub fn of_account(user: &str, address: Option<&Address>) -> Self {
        match (address, self::address(user)) {
            (Some(address), Some(typed)) if *address == typed => Self::FullAddress,
            (None, Some(_)) => Self::FullAddress,
            (Some(address), None) if address.local_part() == user => Self::LocalPart,
            _ => Self::Other("a name of its own".to_owned()),
        }
    }
}

impl fmt::Display for FoundUserName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::FullAddress => "the full address",
            Self::LocalPart => "the part before the @",
            Self::Other(text) => text,
        })
    }
}

/// A page of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The line at which it stands, counted from 1.
    pub line: usize,
    /// Its address, as the source has it.
    pub url: String,
    /// What it is about, in the first language of the source.
    pub title: Option<String>,
}

/// How much a problem takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something is wrong, and nothing follows from the part in which it stands.
    Fault,
    /// The file is right, and a record has no place for this.
    Note,
}

/// Something that is left out, with its line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there, and what was expected.
    pub message: String,
    /// Whether that is a mistake.
    pub severity: Severity,
}

impl Problem {
    /// Something is wrong at a line.
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        // Parts of it come from a file of somebody else and are printed on terminals.
        let message = message.into().replace(char::is_control, " ");
        let severity = Severity::Fault;
        Self {
            line,
            message,
            severity,
        }
    }

    /// Something at a line has no place in a record.
    pub fn note(line: usize, message: impl Into<String>) -> Self {
        let severity = Severity::Note;
        Self {
            severity,
            ..Self::at(line, message)
        }
    }
}

/// Reads a port.
pub(super) fn port(text: &str) -> Result<NonZeroU16, String> {
    text.parse()
        .map_err(|_| format!("port {text:?}: expected a number from 1 to 65535"))
}

/// What protects a connection in formats that say only whether something does. The usual ports tell the two ways
/// apart, as Thunderbird reads them; on another port it is TLS from the start.
pub(super) fn security_by_port(port: NonZeroU16) -> Security {
    match port.get() {
        25 | 110 | 143 | 587 => Security::Starttls,
        _ => Security::Tls,
    }
}

/// Whether the port tells how its connections are protected.
pub(super) fn port_tells(port: NonZeroU16) -> bool {
    matches!(port.get(), 25 | 110 | 143 | 465 | 587 | 993 | 995)
}

/// The address, where the text is one.
pub(super) fn address(text: &str) -> Option<Address> {
    match parse_address(text) {
        Ok(AddressOrDomain::Address(address)) => Some(address),
        _ => None,
    }
}

/// Words of a source on one line, without control characters, and not longer than `most` characters.
pub fn on_one_line(text: &str, most: usize) -> Option<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let text: String = words.join(" ").chars().take(most).collect();
    (!text.is_empty()).then_some(text)
}
