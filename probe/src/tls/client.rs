//! A TLS client: whom it trusts, and with which cryptography.

use std::sync::Arc;

use rustls::client::{Resumption, VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};

use super::handshake::PendingHandshake;
use super::verifier::{CapturingVerifier, NoClientCertificate};
use crate::endpoint::HostName;

/// Verifies servers with the Mozilla roots and those of the operator.
///
/// The cryptography and the time come from the caller: a server has another provider than a browser,
/// and a browser another clock.
pub struct TlsClient {
    config: ClientConfig,
    verifier: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
}

/// Why no server can be verified.
#[derive(Debug, thiserror::Error)]
pub enum TlsClientError {
    /// An extra root cannot be trusted.
    #[error("certificate {number} of the extra roots cannot be used: {cause}")]
    Root {
        /// Its position, from one on.
        number: usize,
        /// What is wrong with it.
        cause: rustls::Error,
    },
    /// The verifier of certificates cannot be built.
    #[error("certificates cannot be verified: {0}")]
    Verifier(#[from] VerifierBuilderError),
    /// The TLS client cannot be built.
    #[error("TLS cannot be set up: {0}")]
    Client(rustls::Error),
}

impl TlsClient {
    /// Trusts the Mozilla roots and these.
    ///
    /// # Errors
    ///
    /// When an extra root is not a certificate that can be trusted, or the provider lacks what TLS needs.
    pub fn new(
        provider: Arc<CryptoProvider>,
        time: Arc<dyn TimeProvider>,
        extra_roots: &[CertificateDer<'static>],
    ) -> Result<Self, TlsClientError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for (index, root) in extra_roots.iter().enumerate() {
            let number = index + 1;
            roots
                .add(root.clone())
                .map_err(|cause| TlsClientError::Root { number, cause })?;
        }
        let roots = Arc::new(roots);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()?;
        let mut config = ClientConfig::builder_with_details(provider, time)
            .with_safe_default_protocol_versions()
            .map_err(TlsClientError::Client)?
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
    pub fn provider(&self) -> &CryptoProvider {
        self.config.crypto_provider()
    }

    /// How connections are made of which nothing but their success is to be known.
    #[cfg(feature = "net")]
    pub(crate) fn config(&self) -> ClientConfig {
        self.config.clone()
    }

    /// A handshake that verifies the certificate for `host`, or `None` when TLS has no such names.
    pub(crate) fn handshake(&self, host: &HostName) -> Option<PendingHandshake> {
        let server_name = ServerName::try_from(String::from(host.clone())).ok()?;
        let verifier = Arc::new(CapturingVerifier::new(
            Arc::clone(&self.verifier),
            Arc::clone(&self.roots),
            self.provider().signature_verification_algorithms,
        ));
        let client_certificate = Arc::new(NoClientCertificate::default());
        let mut config = self.config.clone();
        config.client_auth_cert_resolver = Arc::clone(&client_certificate) as Arc<_>;
        config
            .dangerous()
            .set_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
        Some(PendingHandshake {
            config: Arc::new(config),
            server_name,
            verifier,
            client_certificate,
        })
    }
}
