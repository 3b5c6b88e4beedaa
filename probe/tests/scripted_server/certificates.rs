//! Certificates of our own, good and odd ones.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// The name that every test certificate is for, unless the test is about names.
pub(crate) const NAME: &str = "mail.example.test";

/// A certificate authority of its own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The root certificate.
    pub(crate) root: CertificateDer<'static>,
}

/// What is odd about a server's TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Oddity {
    /// Nothing.
    #[default]
    None,
    /// It wants a certificate of the client.
    ClientCertificateRequired,
    /// It asks for a certificate of the client, and goes on without.
    ClientCertificateOptional,
    /// It knows only the group P-256, so that a client must begin anew.
    OnlyP256,
    /// It knows only ChaCha20-Poly1305.
    OnlyChaCha20,
    /// It sends its root, too.
    RootSent,
    /// It sends its root before the certificate between.
    Shuffled,
    /// It sends the certificate between twice.
    Twice,
    /// More certificates lie between it and its root than anybody follows.
    TooLong,
    /// Its certificate is for the names of a hosting company.
    OtherNames,
    /// A virus scanner stands before it, whose authority nobody trusts, and sends that along.
    VirusScanner,
    /// Its certificate signed itself.
    SelfSigned,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let params = authority(name);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().clone();
        Self {
            issuer: Issuer::new(params, key),
            root,
        }
    }

    /// A server configuration with a certificate that is good but for what `change` does to it.
    pub(crate) fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = leaf();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(vec![certificate.der().clone()], &key)
    }

    /// A server configuration with a good certificate and one version of TLS.
    pub(crate) fn odd_server(
        &self,
        oddity: Oddity,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ServerConfig> {
        let mut provider = aws_lc_rs::default_provider();
        match oddity {
            Oddity::OnlyP256 => provider.kx_groups = vec![aws_lc_rs::kx_group::SECP256R1],
            Oddity::OnlyChaCha20 => {
                let name = |suite: &rustls::SupportedCipherSuite| format!("{:?}", suite.suite());
                provider
                    .cipher_suites
                    .retain(|suite| name(suite).contains("CHACHA20"));
            }
            _ => {}
        }
        let provider = Arc::new(provider);
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[version])
            .unwrap();
        let builder = match oddity {
            Oddity::ClientCertificateRequired => {
                builder.with_client_cert_verifier(self.clients(provider).build().unwrap())
            }
            Oddity::ClientCertificateOptional => {
                let clients = self.clients(provider).allow_unauthenticated();
                builder.with_client_cert_verifier(clients.build().unwrap())
            }
            _ => builder.with_no_client_auth(),
        };
        let (chain, key) = self.chain(oddity);
        let mut config = builder.with_single_cert(chain, der(&key)).unwrap();
        config.enable_secret_extraction = oddity == Oddity::OnlyChaCha20;
        Arc::new(config)
    }

    /// What a server sends, its own certificate first.
    fn chain(&self, oddity: Oddity) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let between = match oddity {
            Oddity::RootSent | Oddity::Shuffled | Oddity::Twice => 1,
            Oddity::TooLong => 9,
            _ => 0,
        };
        let mut above = Vec::new();
        let mut lowest: Option<Issuer<'static, KeyPair>> = None;
        for number in 0..between {
            let params = authority(&format!("Between {number}"));
            let key = KeyPair::generate().unwrap();
            let issuer = lowest.as_ref().unwrap_or(&self.issuer);
            above.push(params.signed_by(&key, issuer).unwrap().der().clone());
            lowest = Some(Issuer::new(params, key));
        }
        above.reverse();
        match oddity {
            Oddity::RootSent => above.push(self.root.clone()),
            Oddity::Shuffled => above.insert(0, self.root.clone()),
            Oddity::Twice => above.push(above[0].clone()),
            _ => {}
        }
        let key = KeyPair::generate().unwrap();
        let own = match oddity {
            Oddity::SelfSigned => leaf().self_signed(&key),
            Oddity::VirusScanner => {
                let scanner = Self::new("Avast Web/Mail Shield Root");
                above.push(scanner.root);
                leaf().signed_by(&key, &scanner.issuer)
            }
            Oddity::OtherNames => {
                let names = vec!["*.prod.sin2.secureserver.net".to_owned()];
                let own = CertificateParams::new(names).unwrap();
                own.signed_by(&key, &self.issuer)
            }
            _ => leaf().signed_by(&key, lowest.as_ref().unwrap_or(&self.issuer)),
        };
        above.insert(0, own.unwrap().der().clone());
        (above, key)
    }

    fn clients(&self, provider: Arc<CryptoProvider>) -> rustls::server::ClientCertVerifierBuilder {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
    }
}

/// A server configuration with a certificate that signed itself.
pub(crate) fn self_signed(authority: bool) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let mut params = leaf();
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let certificate = params.self_signed(&key).unwrap();
    config(vec![certificate.der().clone()], &key)
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn config(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, der(key))
        .unwrap();
    Arc::new(config)
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()))
}
