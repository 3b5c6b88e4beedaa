//! What a session needs of the layers below it.

use std::future::Future;
use std::io;

use crate::dialogue::{Fault, Stream, Upgrade, VerifiedTls};
use crate::outcome::Outcome;
use crate::step::{CertificateFacts, Facts};

/// The transport of one session.
pub trait Transport {
    /// The connection before TLS.
    type Stream: Stream;
    /// The connection inside verified TLS.
    type TlsStream: VerifiedTls;

    /// Runs the TLS handshake on the connection of the session, and verifies the certificate for the
    /// documented name.
    fn start_tls(
        &self,
        upgrade: Upgrade<Self::Stream>,
    ) -> impl Future<Output = TlsHandshake<Self::TlsStream>>;

    /// Finds out why a handshake failed that the server left unexplained, by asking it again on connections of
    /// their own. Returns the cause and what the server would have agreed on, or `fault` where nothing more is
    /// found. It may take seconds.
    fn diagnose_tls(&self, fault: Fault) -> impl Future<Output = (Fault, Facts)>;

    /// Whether the server answers a TLS handshake, which is tried on a connection of its own.
    ///
    /// A server that expects TLS from the start says nothing until it is spoken to, so on a port that
    /// is documented as unencrypted at first it looks as if it were dead.
    fn answers_tls(&self) -> impl Future<Output = bool>;

    /// The outcome that an error of the stream stands for, where the TLS layer knows the cause.
    fn classify_error(&self, error: &io::Error) -> Option<Outcome>;
}

/// How a handshake ended.
pub enum TlsHandshake<S> {
    /// TLS is up, and the certificate is good for the documented name.
    Verified {
        /// The connection.
        stream: S,
        /// What was agreed on.
        tls: Facts,
        /// The certificate.
        certificate: CertificateCheck,
    },
    /// TLS would work, but the certificate is not good. The connection is closed.
    Untrusted {
        /// What was agreed on.
        tls: Facts,
        /// The certificate.
        certificate: CertificateCheck,
    },
    /// There is no TLS.
    Failed {
        /// Why.
        fault: Fault,
        /// What would have been agreed on, if the server said so.
        tls: Facts,
        /// Whether the server left open why, so that [`Transport::diagnose_tls`] may tell.
        unexplained: bool,
    },
}

/// The certificates of a server, and what they are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateCheck {
    /// [`Outcome::Ok`], what is worth knowing about the certificate, or what is wrong with it.
    pub outcome: Outcome,
    /// What the server's own certificate says, if it can be read.
    pub facts: Option<CertificateFacts>,
    /// The certificates as they were sent, in DER, the server's own first.
    pub chain: Vec<Vec<u8>>,
}
