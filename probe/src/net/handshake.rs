//! The TLS handshake with full verification, and what it was when it fails.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, SecureRandom, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::probe::SetupError;
use super::tee::{Tee, TeeBuffer};
use crate::dialogue::recognise::{ServiceKind, recognise};
use crate::dialogue::{Fault, Redactor, Sealed, Upgrade, VerifiedTls};
use crate::endpoint::{HostName, Security};
use crate::outcome::Outcome;
use crate::step::{CertificateFacts, Facts};
use crate::tls::failure::{failure, is_unexplained, rustls_error};
use crate::tls::flight::{self, Choice, KeyExchange};
use crate::tls::verifier::{CapturedChain, CapturingVerifier, NoClientCertificate};
use crate::tls::{certificate, facts as tls_facts};

/// The time for one handshake.
const BUDGET: Duration = Duration::from_secs(8);

/// A server that has not said a byte by then is asked in another way instead.
const SILENCE: Duration = Duration::from_secs(6);

/// How long the rest of a line is waited for that shows another kind of service.
const REST_OF_LINE: Duration = Duration::from_secs(1);

/// More of such a line is not read.
const LINE: usize = 512;

/// Whom to trust.
pub(super) struct Trust {
    config: ClientConfig,
    verifier: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
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
    Failed {
        /// Why.
        fault: Fault,
        /// What would have been agreed on, if the server said so.
        tls: Facts,
    },
    /// There is no TLS, and the server left open why.
    Unexplained(Fault),
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
        warm_up_rng(provider.secure_random);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(SetupError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        // Each check is to see the whole handshake, with its certificate.
        config.resumption = Resumption::disabled();
        Ok(Self {
            config,
            verifier,
            roots,
        })
    }

    /// What this client can do.
    pub(super) fn provider(&self) -> &CryptoProvider {
        self.config.crypto_provider()
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
            return Handshake::Failed {
                fault: silent(Outcome::TlsNameNotKnown),
                tls: Facts::None {},
            };
        };
        let recorder = CapturingVerifier::new(Arc::clone(&self.verifier), Arc::clone(&self.roots));
        let recorder = Arc::new(recorder);
        let asked = Arc::new(NoClientCertificate::default());
        let mut config = self.config.clone();
        config.client_auth_cert_resolver = Arc::clone(&asked) as Arc<_>;
        config
            .dangerous()
            .set_certificate_verifier(Arc::clone(&recorder) as Arc<_>);
        let (stream, copy) = Tee::new(upgrade.into_stream(), set_quickack);
        let connector = TlsConnector::from(Arc::new(config));
        let mut connecting = pin!(connector.connect(name, stream).into_fallible());
        let result = match timeout(SILENCE, &mut connecting).await {
            Err(_) if !copy.bytes().is_empty() => timeout(BUDGET - SILENCE, connecting).await,
            result => result,
        };
        let result = match result {
            Ok(Err((error, mut stream))) => {
                read_rest_of_line(&mut stream, &copy).await;
                Ok(Err(error))
            }
            Ok(Ok(stream)) => Ok(Ok(stream)),
            Err(late) => Err(late),
        };
        let CapturedChain { chain, facts, now } = recorder.take();
        let asked = asked.was_asked();
        let heard = copy.bytes();
        let flight = flight::parse(&heard);
        let tls = tls_facts::seen(&flight, asked);
        let fault = match result {
            Ok(Ok(stream)) => {
                return Handshake::Verified {
                    tls: agreed(&stream, asked),
                    outcome: facts.as_ref().map_or(Outcome::Ok, |facts| {
                        certificate::notice(facts, chain.first(), now)
                    }),
                    certificate: certificate_facts(facts),
                    chain,
                    stream: Box::new(Encrypted(stream.compat())),
                };
            }
            Ok(Err(error)) => match rustls_error(&error) {
                Some(rustls::Error::InvalidCertificate(error)) => {
                    return Handshake::Untrusted {
                        tls,
                        outcome: certificate::classify(error, &chain),
                        certificate: certificate_facts(facts),
                        chain,
                    };
                }
                _ => failure(&error, &heard, &flight, asked, security, redactor),
            },
            Err(_) => silent(Outcome::TlsTimeout),
        };
        if is_unexplained(fault.outcome, &heard, &flight) {
            Handshake::Unexplained(fault)
        } else {
            Handshake::Failed { fault, tls }
        }
    }
}

/// Fills the source of randomness for the first time, which takes some 70 milliseconds in a process,
/// while names are looked up and connections opened, and not when the first key is needed.
fn warm_up_rng(source: &'static dyn SecureRandom) {
    // A check that is faster than this waits for it, as it would have without.
    let _ = std::thread::Builder::new().spawn(|| source.fill(&mut [0; 32]));
}

/// Has the kernel acknowledge at once what comes next.
///
/// Some servers write their part of the handshake in small pieces and wait with each for the
/// acknowledgement of the one before (RFC 896), which a kernel that expects an answer from us holds back
/// for 40 milliseconds (RFC 1122 §4.2.3.2).
fn set_quickack(stream: &TcpStream) {
    // Where it is not to be had, the check is only slower.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = stream.set_quickack(true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}

/// Reads on to the end of the line, where a server that does not speak TLS has only begun to say
/// something. Its first byte is enough to end the handshake, and not enough to know who it is.
async fn read_rest_of_line(stream: &mut Tee<TcpStream>, copy: &TeeBuffer) {
    let unfinished = || {
        let heard = copy.bytes();
        !heard.is_empty()
            && heard.len() < LINE
            && !heard.contains(&b'\n')
            && recognise(&heard) != ServiceKind::Tls
    };
    let reading = async {
        let mut bytes = [0; 256];
        // An end or an error leaves what was heard until then.
        while unfinished() && matches!(stream.read(&mut bytes).await, Ok(1..)) {}
    };
    let _ = timeout(REST_OF_LINE, reading).await;
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
fn agreed(stream: &TlsStream<Tee<TcpStream>>, client_certificate_asked: bool) -> Facts {
    let (_, connection) = stream.get_ref();
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
        Facts::Tls(tls_facts::chosen(choice, client_certificate_asked))
    })
}

fn certificate_facts(facts: Option<CertificateFacts>) -> Facts {
    facts.map_or(Facts::None {}, |facts| Facts::Certificate(Box::new(facts)))
}

/// A fault about which the server had nothing to say.
fn silent(outcome: Outcome) -> Fault {
    Fault::from(outcome)
}
