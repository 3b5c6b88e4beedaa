//! What a second look needs of the layers below it.

use std::future::Future;

use crate::dialogue::{Clock, Stream};

/// Opens further connections to the server of a session.
pub(crate) trait Visitor {
    /// Such a connection.
    type Stream: Stream;
    /// By what the visit is timed.
    type Clock: Clock + Clone;

    /// The clock of the session.
    fn clock(&self) -> Self::Clock;

    /// Waits until the server may be visited once more, and counts the visit. `false` when it was visited often
    /// enough.
    fn wait_for_turn(&self) -> impl Future<Output = bool>;

    /// Opens a connection, unless the server cannot be reached.
    fn open(&self) -> impl Future<Output = Option<Visit<Self::Stream>>>;
}

/// A connection that was opened for a second look.
pub(crate) struct Visit<S> {
    pub(crate) stream: S,
    /// The argument of EHLO, a domain or an address literal (RFC 5321 §4.1.3).
    pub(crate) client_name: String,
}
