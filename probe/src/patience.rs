//! How long a server may take before it speaks.

use std::time::Duration;

/// How long is waited for a connection and for TLS. What a server says afterwards has times of its own, and a whole
/// check never takes longer than the deadline of its probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// As long as somebody who looks on can be kept waiting: that a server is silent is said within 8 seconds. In TLS
    /// it is then asked in another way, which may find out why.
    #[default]
    Prompt,
    /// As long as every mail program waits: 25 seconds. K-9 Mail waits 30 for a connection, Outlook a minute, and
    /// Thunderbird 100 seconds. A server that answers within this time is slow, and mail works.
    #[cfg_attr(
        not(feature = "net"),
        expect(dead_code, reason = "only `net` checks without anybody who looks on")
    )]
    MailProgram,
}

impl Patience {
    /// The time for all attempts to connect together.
    pub(crate) const fn connect(self) -> Duration {
        match self {
            Self::Prompt => Duration::from_secs(8),
            Self::MailProgram => Duration::from_secs(25),
        }
    }

    /// The time for one TLS handshake.
    pub(crate) const fn handshake(self) -> Duration {
        match self {
            Self::Prompt => Duration::from_secs(8),
            Self::MailProgram => Duration::from_secs(25),
        }
    }

    /// A server that has not sent a byte of its handshake by then is asked in another way instead, for which the rest
    /// of the time is enough.
    pub(crate) const fn first_byte(self) -> Duration {
        match self {
            Self::Prompt => Duration::from_secs(5),
            Self::MailProgram => Duration::from_secs(25),
        }
    }
}
