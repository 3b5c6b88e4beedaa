//! A certificate for the running program, and a client that trusts no other.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate for `localhost` with its key, in files.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) folder: PathBuf,
    cert: CertificateDer<'static>,
}

impl Pair {
    /// Creates a certificate and a key, and replaces the files of this name.
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let pair = Self {
            folder,
            cert: cert.der().clone(),
        };
        fs::write(pair.cert_file(), cert.pem()).unwrap();
        fs::write(pair.key_file(), signing_key.serialize_pem()).unwrap();
        pair
    }

    pub(crate) fn cert_file(&self) -> String {
        self.folder.join("cert.pem").display().to_string()
    }

    pub(crate) fn key_file(&self) -> String {
        self.folder.join("key.pem").display().to_string()
    }

    /// Connects; fails unless the server presents exactly this certificate.
    pub(crate) async fn connect(
        &self,
        address: SocketAddr,
        versions: &[&str],
    ) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.cert.clone()).unwrap();
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        config.alpn_protocols = versions
            .iter()
            .map(|version| version.as_bytes().to_vec())
            .collect();
        let stream = TcpStream::connect(address).await?;
        let name = "localhost".try_into().unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    }
}
