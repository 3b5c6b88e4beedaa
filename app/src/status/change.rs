//! What has changed at a service or a domain.

use std::fmt;
use std::str::FromStr;

use strum::{Display, EnumString};
use time::UtcDateTime;

use super::{ServiceKey, ServiceKeyError};
use crate::address::Domain;

/// Something that is no longer as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What has changed.
    pub subject: Subject,
    /// Which of its facts.
    pub fact: ChangedFact,
    /// When that was seen.
    pub at: UtcDateTime,
    /// How it was, as one line; empty where there was none.
    pub before: String,
    /// How it is, as one line; empty where there is none.
    pub after: String,
}

/// Which fact has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum ChangedFact {
    /// The certificate. The texts are its fingerprint, issuer and end.
    Certificate,
    /// The names for which the host name stands.
    Aliases,
    /// The addresses of the host. The texts are those that went, and those that came.
    Addresses,
    /// What the server says that it can do. The texts are what went, and what came.
    Capabilities,
    /// Whether the documented values work. The texts are the reasons.
    DocumentedValues,
    /// What the domain publishes for mail programs.
    Published,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A service.
    Service(ServiceKey),
    /// A mail domain.
    Domain(Domain),
}

/// The longest text of a change that is shown, in characters. What servers say may be long.
const MAX_SHOWN: usize = 200;

/// As much of a text of a change as is shown.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} …", &text[..end]),
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => service.fmt(out),
            Self::Domain(domain) => domain.fmt(out),
        }
    }
}

impl FromStr for Subject {
    type Err = ServiceKeyError;

    /// A domain has no slash, and the key of a service has one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self::Domain)
            .or_else(|_| text.parse().map(Self::Service))
    }
}
