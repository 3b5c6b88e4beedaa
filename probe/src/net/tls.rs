//! The TLS handshake with full verification, and what it was when it fails.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::tee::{Copy, Tee};
use super::tls_failure::{failure, rustls_error};
use super::witness::{NoClientCertificate, Recorder};
use super::{SetupError, certificate, server_hello};
use crate::dialogue::{Fault, Redactor, Sealed, Upgrade, VerifiedTls};
use crate::endpoint::{HostName, Security};
use crate::outcome::Outcome;
use crate::step::{Facts, TlsFacts};

/// The time for one handshake.
const BUDGET: Duration = Duration::from_secs(8);

/// Whom to trust.
pub(super) struct Trust {
    config: ClientConfig,
    verifier: Arc<WebPkiServerVerifier>,
}

/// How a handshake ended.
pub(super) enum Handshake {
    /// TLS is up and the certificate is good for the documented name.
    Verified {
        /// The connection. Boxed, because it is large.
        stream: Box<Encrypted>,
        /// What was agreed on.
        tls: Facts,
        /// [`Outcome::Ok`], or what is worth knowing about the certificate.
        outcome: Outcome,
        /// What the certificate says.
        certificate: Facts,
        /// The certificates as they were sent, the server's own first.
        chain: Vec<CertificateDer<'static>>,
    },
    /// TLS would work, but the certificate is not good. The connection is closed.
    Untrusted {
        /// What was agreed on.
        tls: Facts,
        /// What is wrong with the certificate.
        outcome: Outcome,
        /// What the certificate says.
        certificate: Facts,
        /// The certificates as they were sent, the server's own first.
        chain: Vec<CertificateDer<'static>>,
    },
    /// There is no TLS.
    Failed(Fault),
}

impl Trust {
    /// Trusts the Mozilla roots and these.
    pub(super) fn new(extra_roots: &[CertificateDer<'static>]) -> Result<Self, SetupError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for (index, root) in extra_roots.iter().enumerate() {
            let number = index + 1;
            roots
                .add(root.clone())
                .map_err(|cause| SetupError::Root { number, cause })?;
        }
        let roots = Arc::new(roots);
        let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(SetupError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        // Each check is to see the whole handshake, with its certificate.
        config.resumption = Resumption::disabled();
        Ok(Self { config, verifier })
    }

    /// Encrypts a connection, and verifies the certificate for `host`.
    pub(super) async fn handshake(
        &self,
        upgrade: Upgrade<TcpStream>,
        host: &HostName,
        security: Security,
        redactor: &Redactor,
    ) -> Handshake {
        let Ok(name) = ServerName::try_from(String::from(host.clone())) else {
            return Handshake::Failed(Fault {
                outcome: Outcome::TlsNameNotKnown,
                server_said: None,
            });
        };
        let recorder = Arc::new(Recorder::new(Arc::clone(&self.verifier)));
        let asked = Arc::new(NoClientCertificate::default());
        let mut config = self.config.clone();
        config.client_auth_cert_resolver = Arc::clone(&asked) as Arc<_>;
        config
            .dangerous()
            .set_certificate_verifier(Arc::clone(&recorder) as Arc<_>);
        let (stream, copy) = Tee::new(upgrade.into_stream());
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
        let result = timeout(BUDGET, connecting).await;
        let (chain, now) = recorder.shown();
        let certificate = certificate::facts(&chain, now);
        let facts = |certificate: Option<_>| {
            certificate.map_or(Facts::None {}, |facts| Facts::Certificate(Box::new(facts)))
        };
        match result {
            Ok(Ok(stream)) => Handshake::Verified {
                tls: agreed(&stream),
                outcome: certificate
                    .as_ref()
                    .map_or(Outcome::Ok, certificate::praise),
                certificate: facts(certificate),
                chain,
                stream: Box::new(Encrypted(stream.compat())),
            },
            Ok(Err(error)) => match rustls_error(&error) {
                Some(rustls::Error::InvalidCertificate(error)) => Handshake::Untrusted {
                    tls: chosen(&copy),
                    outcome: certificate::blame(error, &chain),
                    certificate: facts(certificate),
                    chain,
                },
                // TLS 1.2 has one alert for every kind of refusal; this one follows a request that was
                // not fulfilled.
                Some(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure))
                    if asked.was_asked() =>
                {
                    let outcome = Outcome::TlsClientCertificateRequired;
                    Handshake::Failed(Fault {
                        outcome,
                        server_said: None,
                    })
                }
                _ => Handshake::Failed(failure(&error, &copy, security, redactor)),
            },
            Err(_) => Handshake::Failed(Fault {
                outcome: Outcome::TlsTimeout,
                server_said: None,
            }),
        }
    }
}

/// A connection inside verified TLS. Only [`Trust::handshake`] makes one.
pub(super) struct Encrypted(Compat<TlsStream<Tee<TcpStream>>>);

impl Sealed for Encrypted {}
impl VerifiedTls for Encrypted {}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
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
fn agreed(stream: &TlsStream<Tee<TcpStream>>) -> Facts {
    let (_, connection) = stream.get_ref();
    Facts::Tls(TlsFacts {
        version: connection
            .protocol_version()
            .map_or_else(String::new, version_name),
        cipher: connection
            .negotiated_cipher_suite()
            .map_or_else(String::new, |suite| cipher_name(suite.suite())),
        group: connection
            .negotiated_key_exchange_group()
            .map(|group| group_name(group.name())),
        ..TlsFacts::default()
    })
}

/// The same, as far as it can be read from outside.
fn chosen(copy: &Copy) -> Facts {
    match server_hello::read(&copy.bytes()) {
        Some(hello) => Facts::Tls(TlsFacts {
            version: version_name(hello.version),
            cipher: cipher_name(hello.cipher),
            group: hello.group.map(group_name),
            ..TlsFacts::default()
        }),
        None => Facts::None {},
    }
}

fn version_name(version: rustls::ProtocolVersion) -> String {
    match version {
        rustls::ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        rustls::ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The IANA name; rustls writes `TLS13_` where IANA writes `TLS_`.
fn cipher_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}

/// The IANA name, which for the older groups is in lower case.
fn group_name(group: rustls::NamedGroup) -> String {
    match group {
        rustls::NamedGroup::X25519 => "x25519".to_owned(),
        rustls::NamedGroup::X448 => "x448".to_owned(),
        other => format!("{other:?}"),
    }
}
