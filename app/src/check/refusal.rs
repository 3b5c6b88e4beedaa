//! Why a test is not run.

/// A reason not to run a test. Each has its words in `content/en/test.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The password is longer than a mail server takes, or has control characters.
    BadPassword,
    /// A password came over a connection that others could read.
    PasswordNeedsHttps,
    /// The client has started too many tests.
    TooMany {
        /// How long to wait, in whole minutes.
        minutes: u64,
    },
    /// Every place for a test is taken.
    Busy,
}

impl Refusal {
    /// One of each.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::EmptyAddress,
        Self::BadAddress,
        Self::UnknownDomain,
        Self::UnknownService,
        Self::FullAddressNeeded,
        Self::BadPassword,
        Self::PasswordNeedsHttps,
        Self::TooMany { minutes: 5 },
        Self::Busy,
    ];

    /// The name under which its words are kept.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::EmptyAddress => "empty-address",
            Self::BadAddress => "bad-address",
            Self::UnknownDomain => "unknown-domain",
            Self::UnknownService => "unknown-service",
            Self::FullAddressNeeded => "full-address-needed",
            Self::BadPassword => "bad-password",
            Self::PasswordNeedsHttps => "password-needs-https",
            Self::TooMany { .. } => "too-many",
            Self::Busy => "busy",
        }
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
            | Self::BadPassword => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PasswordNeedsHttps => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
