//! Why a test is not run.

use std::time::Duration;

use strum::{EnumIter, IntoStaticStr};

/// A reason not to run a test. Each has its words in `content/<language>/test.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// No address was typed.
    EmptyAddress,
    /// What was typed is not an address.
    BadAddress,
    /// No record covers the domain.
    UnknownDomain,
    /// None of the chosen services belongs to the domain.
    UnknownService,
    /// A password needs the whole address, not only its domain.
    FullAddressNeeded,
    /// The provider's mail servers take no password.
    PasswordNotTaken,
    /// Passwords are tested by browsers only.
    PasswordStaysInBrowser,
    /// The password is longer than a mail server takes, or has control characters.
    BadPassword,
    /// A password came over a connection that others could read.
    PasswordNeedsHttps,
    /// A message is to be sent, and there is no password with which to send it.
    MessageNeedsPassword,
    /// A message is to be sent from an address that not every server takes in a command.
    MessageNeedsPlainAddress,
    /// The client has started too many tests.
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// Too many tests of the client are running.
    TooManyAtOnce,
    /// The client has tried to sign in to too many accounts.
    TooManyAccounts {
        /// How long to wait.
        wait: Duration,
    },
    /// The password of the account was tested too often, with whatever result.
    TooManySignIns {
        /// How long to wait.
        wait: Duration,
    },
    /// A message of the account to itself was sent a short while ago.
    TooManyMessages {
        /// How long to wait.
        wait: Duration,
    },
    /// The password of the account was refused too often, whoever typed it.
    TooManyFailures {
        /// How long to wait.
        wait: Duration,
    },
    /// So many passwords were refused that none is tested for a while.
    SignInPaused {
        /// How long to wait.
        wait: Duration,
    },
    /// Every place for a test is taken, and none became free in time.
    Busy,
    /// The server stops, so the test was not run, or not to its end.
    Restarting,
}

/// How long to wait where the time until a permit is free is not known: every test that runs now has ended
/// by then.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);

impl Refusal {
    /// The name under which its words are kept.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The status with which a refused test is answered.
    pub fn status(self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::EmptyAddress
            | Self::BadAddress
            | Self::UnknownDomain
            | Self::UnknownService
            | Self::FullAddressNeeded
            | Self::MessageNeedsPassword
            | Self::MessageNeedsPlainAddress
            | Self::PasswordNotTaken
            | Self::PasswordStaysInBrowser
            | Self::BadPassword => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PasswordNeedsHttps => StatusCode::FORBIDDEN,
            Self::TooMany { .. }
            | Self::TooManyAtOnce
            | Self::TooManyAccounts { .. }
            | Self::TooManySignIns { .. }
            | Self::TooManyMessages { .. }
            | Self::TooManyFailures { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::SignInPaused { .. } | Self::Busy | Self::Restarting => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// How long to wait before the same request may be answered, where waiting helps.
    pub fn wait(self) -> Option<Duration> {
        match self {
            Self::EmptyAddress
            | Self::BadAddress
            | Self::UnknownDomain
            | Self::UnknownService
            | Self::FullAddressNeeded
            | Self::MessageNeedsPassword
            | Self::MessageNeedsPlainAddress
            | Self::BadPassword
            | Self::PasswordNotTaken
            | Self::PasswordStaysInBrowser
            | Self::PasswordNeedsHttps => None,
            Self::TooMany { wait }
            | Self::TooManyAccounts { wait }
            | Self::TooManySignIns { wait }
            | Self::TooManyMessages { wait }
            | Self::TooManyFailures { wait }
            | Self::SignInPaused { wait } => Some(wait),
            Self::TooManyAtOnce | Self::Busy | Self::Restarting => Some(RETRY_INTERVAL),
        }
    }

    /// The value of the header `Retry-After`: whole seconds, at least one.
    pub fn retry_after(self) -> Option<http::HeaderValue> {
        self.wait()
            .map(|wait| round_up(wait, Duration::from_secs(1)).into())
    }
}

/// Rounds a time up to whole units, at least one, so that clients do not retry at once.
pub(super) fn round_up(time: Duration, unit: Duration) -> u64 {
    let units = time.as_nanos().div_ceil(unit.as_nanos().max(1)).max(1);
    u64::try_from(units).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn who_may_come_back_is_told_when() {
        for refusal in Refusal::iter() {
            let temporary = [429, 503].contains(&refusal.status().as_u16());
            assert_eq!(refusal.retry_after().is_some(), temporary, "{refusal:?}");
        }
        for (millis, expected) in [
            (0, "1"),
            (1, "1"),
            (1_000, "1"),
            (1_001, "2"),
            (90_000, "90"),
        ] {
            let wait = Duration::from_millis(millis);
            let header = Refusal::TooMany { wait }.retry_after().unwrap();
            assert_eq!(header, expected, "{millis} ms");
        }
    }
}
