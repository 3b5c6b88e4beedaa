//! One handshake: how a transport is to run it, and what came of it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::failure::{classify_failure, is_unexplained, rustls_error};
use super::flight::{self, Choice, KeyExchange};
use super::verifier::{CapturedChain, CapturingVerifier, NoClientCertificate};
use super::{certificate, facts};
use crate::dialogue::{Redactor, Sealed, Stream, VerifiedTls};
use crate::endpoint::Security;
use crate::outcome::Outcome;
use crate::session::{CertificateCheck, TlsHandshake};
use crate::step::Facts;

/// A handshake that a transport has yet to run.
pub(crate) struct PendingHandshake {
    pub(super) config: Arc<ClientConfig>,
    pub(super) server_name: ServerName<'static>,
    pub(super) verifier: Arc<CapturingVerifier>,
    pub(super) client_certificate: Arc<NoClientCertificate>,
}

/// The stream of a TLS adapter, such as tokio-rustls.
pub(crate) trait TlsStream: Stream {
    /// The state of the TLS connection.
    fn connection(&self) -> &ClientConnection;
}

/// Why a handshake did not come to its end.
pub(crate) enum Incomplete {
    /// The stream or rustls reported an error.
    Error(io::Error),
    /// The time for it is over.
    TimedOut,
}

impl PendingHandshake {
    /// The configuration with which the handshake is run.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }

    /// The name for which the certificate is verified.
    pub(crate) fn server_name(&self) -> ServerName<'static> {
        self.server_name.clone()
    }

    /// What came of the handshake. `received` are the first bytes that the server sent.
    pub(crate) fn conclude<S: TlsStream>(
        self,
        result: Result<S, Incomplete>,
        received: &[u8],
        security: Security,
        redactor: &Redactor,
    ) -> TlsHandshake<VerifiedStream<S>> {
        let algorithms = self.verifier.algorithms();
        let CapturedChain {
            chain,
            facts,
            now,
            verified,
        } = self.verifier.take();
        let client_certificate_asked = self.client_certificate.was_asked();
        let flight = flight::parse(received);
        let seen = facts::from_flight(&flight, client_certificate_asked);
        let check = |outcome| CertificateCheck {
            outcome,
            facts: facts.clone(),
            chain: chain.iter().map(|der| der.to_vec()).collect(),
        };
        let fault = match result {
            // rustls verifies every certificate, because sessions are not resumed. Should that ever
            // change, no password must be sent over the stream.
            Ok(stream) if verified && !stream.connection().is_handshaking() => {
                let notice = facts.as_ref().map_or(Outcome::Ok, |facts| {
                    certificate::notice(facts, chain.first(), now)
                });
                return TlsHandshake::Verified {
                    tls: negotiated(stream.connection(), client_certificate_asked),
                    certificate: check(notice),
                    stream: VerifiedStream(stream),
                };
            }
            Ok(_) => Outcome::TlsGarbage.into(),
            Err(Incomplete::TimedOut) => Outcome::TlsTimeout.into(),
            Err(Incomplete::Error(error)) => match rustls_error(&error) {
                Some(rustls::Error::InvalidCertificate(error)) => {
                    return TlsHandshake::Untrusted {
                        tls: seen,
                        certificate: check(certificate::classify(error, &chain, algorithms.all)),
                    };
                }
                _ => classify_failure(
                    &error,
                    received,
                    &flight,
                    client_certificate_asked,
                    security,
                    redactor,
                ),
            },
        };
        let unexplained = is_unexplained(fault.outcome, received, &flight);
        TlsHandshake::Failed {
            fault,
            tls: if unexplained { Facts::None {} } else { seen },
            unexplained,
        }
    }
}

/// A connection inside verified TLS. Only [`PendingHandshake::conclude`] makes one, and only when its
/// own verifier has accepted the certificate.
pub(crate) struct VerifiedStream<S>(S);

impl<S> Sealed for VerifiedStream<S> {}
impl<S: TlsStream> VerifiedTls for VerifiedStream<S> {}

impl<S: TlsStream> AsyncRead for VerifiedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: TlsStream> AsyncWrite for VerifiedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}

/// What both sides agreed on.
fn negotiated(connection: &ClientConnection, client_certificate_asked: bool) -> Facts {
    let choice = connection
        .protocol_version()
        .zip(connection.negotiated_cipher_suite())
        .map(|(version, suite)| Choice {
            version,
            cipher: suite.suite(),
            key_exchange: connection
                .negotiated_key_exchange_group()
                .map(|group| KeyExchange::Group(group.name())),
        });
    choice.map_or(Facts::None {}, |choice| {
        Facts::Tls(facts::from_choice(choice, client_certificate_asked))
    })
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;
    use rustls::time_provider::DefaultTimeProvider;

    use super::*;
    use crate::tls::TlsClient;

    /// A stream on which nothing was exchanged yet.
    struct Unverified(ClientConnection);

    impl TlsStream for Unverified {
        fn connection(&self) -> &ClientConnection {
            &self.0
        }
    }

    impl AsyncRead for Unverified {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(0))
        }
    }

    impl AsyncWrite for Unverified {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn a_stream_that_was_not_verified_is_not_handed_out() {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = TlsClient::new(provider, Arc::new(DefaultTimeProvider), &[]).unwrap();
        let pending = tls.handshake(&"mail.example.test".parse().unwrap());
        let pending = pending.unwrap();
        let connection = ClientConnection::new(pending.config(), pending.server_name()).unwrap();
        let redactor = Redactor::default();
        let result = pending.conclude(Ok(Unverified(connection)), b"", Security::Tls, &redactor);
        assert!(matches!(
            result,
            TlsHandshake::Failed { fault, .. } if fault.outcome == Outcome::TlsGarbage
        ));
    }
}
