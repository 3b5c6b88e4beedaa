//! The TLS handshake with full verification, and what it was when it fails.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::SetupError;
use super::certificate;
use super::server_hello;
use super::tee::{Copy, Tee};
use crate::dialogue::{Fault, Redactor, Sealed, Service, Upgrade, VerifiedTls, recognise};
use crate::endpoint::{HostName, Security};
use crate::outcome::Outcome;
use crate::step::Facts;

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
    },
    /// TLS would work, but the certificate is not good. The connection is closed.
    Untrusted {
        /// What was agreed on.
        tls: Facts,
        /// What is wrong with the certificate.
        outcome: Outcome,
        /// What the certificate says.
        certificate: Facts,
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
        let recorder = Arc::new(Recorder {
            inner: Arc::clone(&self.verifier),
            shown: Mutex::default(),
        });
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
                stream: Box::new(Encrypted(stream.compat())),
            },
            Ok(Err(error)) => match rustls_error(&error) {
                Some(rustls::Error::InvalidCertificate(error)) => Handshake::Untrusted {
                    tls: chosen(&copy),
                    outcome: certificate::blame(error, &chain),
                    certificate: facts(certificate),
                },
                // TLS 1.2 has one alert for every kind of refusal; this one follows a request that was
                // not fulfilled.
                Some(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure))
                    if asked.0.load(Ordering::Relaxed) =>
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

/// The outcome that a dialogue inside TLS really had, when the stream itself broke.
///
/// In TLS 1.3 a server refuses a client without a certificate only after the client has finished, so
/// the alert comes in place of the greeting (RFC 8446 §4.4.2.4).
pub(super) fn refine(fault: Fault, broken: Option<&io::Error>) -> Fault {
    match broken.and_then(rustls_error) {
        Some(rustls::Error::AlertReceived(alert)) => Fault {
            outcome: alert_outcome(*alert),
            ..fault
        },
        Some(_) => Fault {
            outcome: Outcome::TlsGarbage,
            ..fault
        },
        None => fault,
    }
}

/// Verifies as rustls does, and keeps what the server showed.
#[derive(Debug)]
struct Recorder {
    inner: Arc<WebPkiServerVerifier>,
    shown: Mutex<(Vec<CertificateDer<'static>>, i64)>,
}

impl Recorder {
    /// The chain as it was sent, and the time at which it was verified, in seconds since 1970.
    fn shown(&self) -> (Vec<CertificateDer<'static>>, i64) {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        let chain = chain
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        let time = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = (chain, time);
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Has no certificate to show, and remembers whether the server asked for one (RFC 8446 §4.3.2).
#[derive(Debug, Default)]
struct NoClientCertificate(AtomicBool);

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// What both sides agreed on.
fn agreed(stream: &TlsStream<Tee<TcpStream>>) -> Facts {
    let (_, connection) = stream.get_ref();
    Facts::Tls {
        version: connection
            .protocol_version()
            .map_or_else(String::new, version_name),
        cipher: connection
            .negotiated_cipher_suite()
            .map_or_else(String::new, |suite| cipher_name(suite.suite())),
        group: connection
            .negotiated_key_exchange_group()
            .map(|group| group_name(group.name())),
    }
}

/// The same, as far as it can be read from outside.
fn chosen(copy: &Copy) -> Facts {
    match server_hello::read(&copy.bytes()) {
        Some(hello) => Facts::Tls {
            version: version_name(hello.version),
            cipher: cipher_name(hello.cipher),
            group: hello.group.map(group_name),
        },
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

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Why there is no TLS.
fn failure(error: &io::Error, copy: &Copy, security: Security, redactor: &Redactor) -> Fault {
    use rustls::{Error, PeerIncompatible};
    let heard = copy.bytes();
    let outcome = match rustls_error(error) {
        Some(Error::AlertReceived(alert)) => alert_outcome(*alert),
        Some(Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )) => Outcome::TlsVersionTooOld,
        Some(Error::PeerIncompatible(_)) => Outcome::TlsNoCommonCipher,
        Some(
            Error::InvalidMessage(_)
            | Error::PeerMisbehaved(_)
            | Error::InappropriateMessage { .. }
            | Error::InappropriateHandshakeMessage { .. },
        ) => {
            return not_tls(&heard, security, redactor);
        }
        Some(_) => Outcome::TlsGarbage,
        // A server that says something and hangs up is more telling for what it said.
        None if !heard.is_empty() && recognise(&heard) != Service::Tls => {
            return not_tls(&heard, security, redactor);
        }
        None => match error.kind() {
            io::ErrorKind::UnexpectedEof => Outcome::TlsClosed,
            _ => Outcome::TlsReset,
        },
    };
    Fault {
        outcome,
        server_said: None,
    }
}

/// What came in place of TLS.
fn not_tls(heard: &[u8], security: Security, redactor: &Redactor) -> Fault {
    let service = recognise(heard);
    let outcome = match (service, security) {
        (Service::Tls | Service::Binary, _) => Outcome::TlsGarbage,
        // Behind its agreement a server may explain why it cannot begin after all. Anything else that
        // comes in the clear was put there to be taken for a part of what is protected.
        (_, Security::Starttls) if is_complaint(heard) => Outcome::StarttlsBroken,
        (Service::Mail, Security::Starttls) => Outcome::StarttlsInjection,
        (_, Security::Starttls) => Outcome::StarttlsBroken,
        (Service::Other, _) => Outcome::UnexpectedService,
        (Service::Mail | Service::Text, _) => Outcome::PlainOnTlsPort,
    };
    let server_said = match service {
        Service::Tls | Service::Binary => None,
        _ => redactor.clean(heard),
    };
    Fault {
        outcome,
        server_said,
    }
}

/// `-ERR`, `NO`, `BAD`, `BYE`, or a code of 4xx or 5xx.
fn is_complaint(heard: &[u8]) -> bool {
    let line = String::from_utf8_lossy(heard);
    let mut words = line.split_ascii_whitespace();
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    first.starts_with("-ERR")
        || (first.len() >= 3
            && first.starts_with(['4', '5'])
            && first.as_bytes()[1..3].iter().all(u8::is_ascii_digit))
        || ["NO", "BAD", "BYE"]
            .iter()
            .any(|word| second.eq_ignore_ascii_case(word))
}

/// What an alert means for someone who must repair the server (RFC 8446 §6.2).
fn alert_outcome(alert: AlertDescription) -> Outcome {
    match alert {
        AlertDescription::ProtocolVersion => Outcome::TlsVersionTooOld,
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            Outcome::TlsNoCommonCipher
        }
        AlertDescription::UnrecognisedName => Outcome::TlsNameNotKnown,
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            Outcome::TlsClientCertificateRequired
        }
        _ => Outcome::TlsServerFault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_tls_is_named() {
        use Security::{Starttls, Tls};
        for (heard, security, outcome, quoted) in [
            (&b"* OK ready\r\n"[..], Tls, Outcome::PlainOnTlsPort, true),
            (b"220 mail ESMTP\r\n", Tls, Outcome::PlainOnTlsPort, true),
            (b"+OK\r\n", Tls, Outcome::PlainOnTlsPort, true),
            (
                b"HTTP/1.1 400 Bad Request\r\n",
                Tls,
                Outcome::UnexpectedService,
                true,
            ),
            (
                b"SSH-2.0-OpenSSH\r\n",
                Tls,
                Outcome::UnexpectedService,
                true,
            ),
            (b"\x80\x01\x02\x03", Tls, Outcome::TlsGarbage, false),
            (b"\x16\x03\x03\xff\xff", Tls, Outcome::TlsGarbage, false),
            (
                b"-ERR STARTTLS failed\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            (
                b"a NO STARTTLS failed\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            (
                b"454 4.7.0 TLS not available\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            // A letter of several bytes where a digit is expected.
            (
                b"4\xe2\x98\x83 x\r\n",
                Starttls,
                Outcome::TlsGarbage,
                false,
            ),
            (b"250 OK\r\n", Starttls, Outcome::StarttlsInjection, true),
            (
                b"* CAPABILITY AUTH=PLAIN\r\n",
                Starttls,
                Outcome::StarttlsInjection,
                true,
            ),
        ] {
            let fault = not_tls(heard, security, &Redactor::default());
            assert_eq!(fault.outcome, outcome, "{heard:?}");
            assert_eq!(fault.server_said.is_some(), quoted, "{heard:?}");
        }
    }
}
