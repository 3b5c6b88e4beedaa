//! How relays end.

use axum::extract::ws::{CloseCode, close_code};

/// How a relay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The mail server, or the browser, has closed the connection.
    Closed,
    /// There is no connection to the mail server; the last step says why.
    NotReached,
    /// The browser has gone, or its connection broke.
    BrowserGone,
    /// Nothing came from the browser for too long.
    Idle,
    /// It took too long.
    TooLong,
    /// More bytes than a sign-in needs.
    TooManyBytes,
    /// Something else than TLS where TLS is due.
    NotTls,
    /// Something else than a command that our session sends before TLS.
    NotAllowed,
    /// A message that is not binary, or too many messages.
    WrongMessage,
    /// The connection to the mail server broke.
    Broken,
    /// This server stops.
    Stopping,
}

impl End {
    /// The label in the metrics and in the log.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NotReached => "not-reached",
            Self::BrowserGone => "browser-gone",
            Self::Idle => "idle",
            Self::TooLong => "too-long",
            Self::TooManyBytes => "too-many-bytes",
            Self::NotTls => "not-tls",
            Self::NotAllowed => "not-allowed",
            Self::WrongMessage => "wrong-message",
            Self::Broken => "broken",
            Self::Stopping => "stopping",
        }
    }

    /// The close code of the WebSocket (RFC 6455 §7.4); those from 4000 on are for us to give a meaning.
    pub(super) const fn code(self) -> CloseCode {
        match self {
            Self::Closed | Self::NotReached | Self::BrowserGone => close_code::NORMAL,
            Self::Idle | Self::TooLong => 4002,
            Self::TooManyBytes => 4003,
            Self::NotTls | Self::NotAllowed | Self::WrongMessage => 4004,
            Self::Broken => 4005,
            Self::Stopping => 4006,
        }
    }
}

/// The close code where a limit does not allow the relay. The reason is then the name of the limit and the seconds
/// until the next try.
pub(super) const LIMITED: CloseCode = 4001;
