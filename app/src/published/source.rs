//! The places in which settings are published, and what was found there.

use strum::{EnumIter, IntoStaticStr};

use crate::setup::read::{Found, Problem};

/// A place in which mail programs look for the settings of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Source {
    /// `https://autoconfig.<domain>/mail/config-v1.1.xml`
    Autoconfig,
    /// `https://<domain>/.well-known/autoconfig/mail/config-v1.1.xml`
    WellKnown,
    /// `http://autoconfig.<domain>/mail/config-v1.1.xml`
    PlainAutoconfig,
    /// Thunderbird's list of providers, for the domain.
    Ispdb,
    /// The autoconfig file of the domain to which the domain's mail is delivered (MX).
    MxAutoconfig,
    /// Thunderbird's list of providers, for the domain to which the domain's mail is delivered (MX).
    MxIspdb,
    /// Autodiscover, of the domain or of its `autodiscover` host.
    Autodiscover,
    /// SRV records (RFC 6186, RFC 8314).
    Srv,
}

impl Source {
    /// The name in logs and in `content/`.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

/// What was found in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The place.
    pub source: Source,
    /// What is there.
    pub answer: Answer,
}

/// What is in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Settings.
    Found(Found),
    /// Something of which no program can read settings.
    Unreadable(Problem),
    /// Nothing: there is no such name, or its server says that it has no settings.
    Absent,
    /// Nobody knows, for this reason.
    Unreachable(String),
}
