//! What one check of a service found, and what it means for customers.

use std::time::Duration;

use probe::Outcome;
use strum::{Display, EnumString};
use time::UtcDateTime;

use super::ServiceKey;

/// How a service stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum ServiceState {
    /// It works.
    Ok,
    /// It works, and not as well as it should.
    Degraded,
    /// It does not work.
    Down,
}

/// Why a service stands as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// What the check found. [`Outcome::Ok`] where all is well.
    Found(Outcome),
    /// It answers much slower than it usually does.
    Slow,
}

impl Reason {
    /// The stable kebab-case name: the code of the outcome, or `slow`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Found(outcome) => outcome.code(),
            Self::Slow => "slow",
        }
    }

    /// The reason with this code; `None` for one that this version does not know.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == Self::Slow.code() {
            return Some(Self::Slow);
        }
        let mut outcomes = Outcome::ALL.iter();
        outcomes
            .find(|outcome| outcome.code() == code)
            .map(|outcome| Self::Found(*outcome))
    }
}

/// What one check of a service without a password found. One that says that the service is down was confirmed by a
/// second one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The service.
    pub service: ServiceKey,
    /// When the check began, in whole milliseconds. No two results of a service have the same.
    pub at: UtcDateTime,
    /// How the service stands.
    pub state: ServiceState,
    /// Why.
    pub reason: Reason,
    /// The time from the start of the check until the server had said what it can do, over an encrypted connection;
    /// `None` where it came to nothing.
    pub response_time: Option<Duration>,
}
