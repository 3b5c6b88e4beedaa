//! The running program, and a client that trusts only one certificate.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate for `localhost` with its key, in files.
pub(crate) struct Pair {
    folder: PathBuf,
    cert: CertificateDer<'static>,
}

impl Pair {
    /// Makes one, in place of what stands under the name.
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

    /// Connects, if the other end shows exactly this certificate.
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

/// The program. It stops when it is dropped, so also when a test fails.
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) redirect: Option<SocketAddr>,
}

impl Program {
    pub(crate) fn start(pair: &Pair, options: &[&str]) -> Self {
        let log = pair.folder.join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailguide"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args([
                "--tls-cert",
                &pair.cert_file(),
                "--tls-key",
                &pair.key_file(),
            ])
            .args(options)
            .env_remove("MAILGUIDE_LOG")
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |scheme: &str| {
            let line = lines.next().unwrap().unwrap();
            let (_, rest) = line.split_once(scheme).unwrap_or_else(|| panic!("{line}"));
            rest.split(' ').next().unwrap().parse().unwrap()
        };
        let listening = address("https://");
        let redirect = options.contains(&"--redirect-listen");
        let redirect = redirect.then(|| address("http://"));
        Self {
            child,
            log,
            address: listening,
            redirect,
        }
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the log says so.
    pub(crate) async fn wait_for(&self, text: &str) {
        let said = async {
            while !fs::read_to_string(&self.log).unwrap().contains(text) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(10), said).await.expect(text);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
