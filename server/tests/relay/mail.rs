//! Mail servers that follow a script, and remember every byte that reaches them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The name in the record.
pub(crate) const NAME: &str = "mail.lab.test";

/// A mail server on loopback. It serves until its runtime ends.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    /// All that reached it, of all connections.
    received: Arc<Mutex<Vec<u8>>>,
}

impl MailServer {
    /// Starts one that does this with each connection.
    pub(crate) async fn start<F>(serve: impl Fn(Tapped) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let tap = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(Tapped(stream, Arc::clone(&tap))));
            }
        });
        Self { address, received }
    }

    /// One that greets, and then says this after everything that it hears.
    pub(crate) async fn saying(greeting: &'static [u8], answer: &'static [u8]) -> Self {
        Self::start(move |mut stream| async move {
            let _ = stream.write_all(greeting).await;
            let mut heard = [0; 4096];
            while let Ok(1..) = stream.read(&mut heard).await {
                let _ = stream.write_all(answer).await;
            }
        })
        .await
    }

    pub(crate) fn received(&self) -> Vec<u8> {
        self.received.lock().unwrap().clone()
    }
}

/// A connection of which every byte that is read is remembered.
pub(crate) struct Tapped(pub(crate) TcpStream, Arc<Mutex<Vec<u8>>>);

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = std::pin::Pin::new(&mut self.0).poll_read(task, buffer);
        self.1
            .lock()
            .unwrap()
            .extend_from_slice(&buffer.filled()[before..]);
        read
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.0).poll_write(task, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_flush(task)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        task: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_shutdown(task)
    }
}

/// Files with a certificate for the name and its key, for the site itself.
pub(crate) fn tls_files() -> (CertificateDer<'static>, [String; 2]) {
    let own = generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let files = [
        ("relay-cert.pem", own.cert.pem()),
        ("relay-key.pem", own.signing_key.serialize_pem()),
    ];
    let files = files.map(|(name, text)| {
        let path = folder.join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (own.cert.der().clone(), files)
}

/// A certificate for the name, and what a server needs to show it.
pub(crate) fn tls() -> (CertificateDer<'static>, TlsAcceptor) {
    let own = generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let certificate = own.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (certificate, TlsAcceptor::from(Arc::new(config)))
}

/// Reads a line.
pub(crate) async fn line(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let Ok(byte) = stream.read_u8().await else {
            break;
        };
        line.push(byte);
    }
    String::from_utf8_lossy(&line).into_owned()
}
