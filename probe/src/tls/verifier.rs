//! Sees what a server shows during the handshake, also when the handshake fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::{certificate, path, staple};
use crate::step::{CertificateFacts, StapleStatus};

/// Verifies as rustls does, refuses what the server itself shows to be revoked, and keeps what it
/// showed.
#[derive(Debug)]
pub(crate) struct CapturingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
    captured: Mutex<CapturedChain>,
}

/// What a server showed.
#[derive(Debug, Default)]
pub(crate) struct CapturedChain {
    /// The chain as it was sent.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// What it says, if it can be read.
    pub(crate) facts: Option<CertificateFacts>,
    /// When it was verified, in seconds since 1970.
    pub(crate) now: i64,
    /// Whether it was accepted.
    pub(crate) verified: bool,
}

impl CapturingVerifier {
    pub(crate) fn new(
        inner: Arc<WebPkiServerVerifier>,
        roots: Arc<RootCertStore>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self {
            inner,
            roots,
            algorithms,
            captured: Mutex::default(),
        }
    }

    /// The algorithms with which signatures are checked.
    pub(crate) fn algorithms(&self) -> WebPkiSupportedAlgorithms {
        self.algorithms
    }

    /// What was shown, which is not kept: the verifier lives as long as the connection.
    pub(crate) fn take(&self) -> CapturedChain {
        std::mem::take(&mut self.captured.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ServerCertVerifier for CapturingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain: Vec<_> = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        let time = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let result = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let path = path::build(&chain, &self.roots.roots, now, self.algorithms.all);
        let staple = path.as_ref().and_then(|path| {
            staple::verify(
                ocsp_response,
                end_entity,
                &path.issuer_key,
                time,
                self.algorithms.all,
            )
        });
        let mut facts = certificate::facts(&chain, time);
        if let Some(facts) = &mut facts {
            facts.built = path.map_or_else(Vec::new, |path| path.subjects);
            facts.staple.clone_from(&staple);
        }
        let revoked = staple.is_some_and(|staple| staple.status == StapleStatus::Revoked);
        let result = if revoked && result.is_ok() {
            Err(CertificateError::Revoked.into())
        } else {
            result
        };
        *self.captured.lock().unwrap_or_else(PoisonError::into_inner) = CapturedChain {
            chain,
            facts,
            now: time,
            verified: result.is_ok(),
        };
        result
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
        offered_schemes(&self.algorithms)
    }
}

/// The signature schemes, in the order in which they are offered.
///
/// The shortest hashes come first, as in browsers: some old servers take the first scheme that is for their kind
/// of key, and a short RSA key has no room for a long hash (RFC 8017 §9.1.1), so that the handshake would fail
/// before the key can be seen.
pub(crate) fn offered_schemes(algorithms: &WebPkiSupportedAlgorithms) -> Vec<SignatureScheme> {
    let mut schemes = algorithms.supported_schemes();
    schemes.sort_by_key(|scheme| hash_length(*scheme));
    schemes
}

/// The bits of the hash that a scheme of rustls begins with (RFC 8446 §4.2.3). EdDSA has no choice of one, and
/// counts as the shortest.
fn hash_length(scheme: SignatureScheme) -> u16 {
    match scheme {
        SignatureScheme::ECDSA_NISTP384_SHA384
        | SignatureScheme::RSA_PSS_SHA384
        | SignatureScheme::RSA_PKCS1_SHA384 => 384,
        SignatureScheme::ECDSA_NISTP521_SHA512
        | SignatureScheme::RSA_PSS_SHA512
        | SignatureScheme::RSA_PKCS1_SHA512 => 512,
        _ => 256,
    }
}

/// Has no certificate to show, and remembers whether the server asked for one (RFC 8446 §4.3.2).
#[derive(Debug, Default)]
pub(crate) struct NoClientCertificate(AtomicBool);

impl NoClientCertificate {
    pub(crate) fn was_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;

    use super::*;

    #[test]
    fn short_hashes_are_offered_first() {
        let provider = aws_lc_rs::default_provider();
        let all = provider
            .signature_verification_algorithms
            .supported_schemes();
        let offered = offered_schemes(&provider.signature_verification_algorithms);
        assert_eq!(offered.len(), all.len());
        let place = |scheme| {
            offered
                .iter()
                .position(|offered| *offered == scheme)
                .unwrap()
        };
        use SignatureScheme as S;
        for [short, long] in [
            [S::ECDSA_NISTP256_SHA256, S::ECDSA_NISTP384_SHA384],
            [S::RSA_PSS_SHA256, S::RSA_PSS_SHA384],
            [S::RSA_PSS_SHA384, S::RSA_PSS_SHA512],
            [S::RSA_PKCS1_SHA256, S::RSA_PSS_SHA384],
            [S::RSA_PKCS1_SHA256, S::RSA_PKCS1_SHA512],
            // Of the same length, the safer one.
            [S::RSA_PSS_SHA256, S::RSA_PKCS1_SHA256],
        ] {
            assert!(place(short) < place(long), "{short:?} {long:?}");
        }
    }
}
