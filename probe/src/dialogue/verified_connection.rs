//! The only kind of connection that a password can be sent over.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
use super::redact::Redactor;
use super::sasl::Secret;
use super::stream::Stream;

/// A TLS stream whose certificate was verified for the documented name.
///
/// The trait cannot be implemented outside of this crate, and within it only by the streams of the
/// TLS layers, which exist only after a handshake with full verification that began on an
/// [`Upgrade`](super::Upgrade).
#[allow(private_bounds)]
pub trait VerifiedTls: Sealed + Stream {}

impl<S: Sealed + ?Sized> Sealed for Box<S> {}
impl<S: VerifiedTls + ?Sized> VerifiedTls for Box<S> {}

/// What keeps [`VerifiedTls`] inside of the crate.
pub(crate) trait Sealed {}

/// A conversation inside verified TLS, and therefore the only one with a way to sign in.
///
/// ```no_run
/// # use probe::dialogue::{Capabilities, Clock, VerifiedConnection, VerifiedTls, sign_in};
/// async fn inside<S: VerifiedTls, C: Clock>(mut server: VerifiedConnection<S, C>, me: &probe::Credentials) {
///     let capabilities = Capabilities::default();
///     let _ = sign_in(probe::Protocol::Imap, &mut server, &capabilities, me).await;
/// }
/// ```
///
/// A [`Connection`] alone, even to the same stream, is not enough:
///
/// ```compile_fail
/// # use probe::dialogue::{Capabilities, Clock, Connection, VerifiedTls, sign_in};
/// async fn outside<S: VerifiedTls, C: Clock>(mut server: Connection<S, C>, me: &probe::Credentials) {
///     let capabilities = Capabilities::default();
///     let _ = sign_in(probe::Protocol::Imap, &mut server, &capabilities, me).await;
/// }
/// ```
pub struct VerifiedConnection<S, C> {
    connection: Connection<S, C>,
}

impl<S: VerifiedTls, C: Clock> VerifiedConnection<S, C> {
    /// Begins a conversation anew: nothing that was said before TLS is known here.
    pub fn new(stream: S, clock: C, redactor: Arc<Redactor>, client_name: String) -> Self {
        Self {
            connection: Connection::new(stream, clock, redactor, client_name),
        }
    }

    /// The conversation, for everything but secrets.
    pub fn connection(&mut self) -> &mut Connection<S, C> {
        &mut self.connection
    }

    /// Writes `before`, the secret and the end of the line, in one piece.
    pub(super) async fn send_secret(&mut self, before: &str, secret: &Secret) -> Result<(), Fault> {
        let secret = secret.expose();
        let mut flight = Zeroizing::new(Vec::with_capacity(before.len() + secret.len() + 2));
        flight.extend_from_slice(before.as_bytes());
        flight.extend_from_slice(secret);
        flight.extend_from_slice(b"\r\n");
        self.connection.send(&flight).await
    }
}
