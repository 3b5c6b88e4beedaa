//! Servers on loopback that do exactly what a script says, and write down what they hear.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The name that every test certificate is for, unless the test is about names.
pub(crate) const NAME: &str = "mail.example.test";

/// One thing that a server does.
#[derive(Clone)]
pub(crate) enum Do {
    /// Sends bytes. Byte 1 stands for the tag of the last IMAP command.
    Say(Vec<u8>),
    /// Waits for a line.
    Hear,
    /// Begins TLS, with the certificate of the server.
    Tls,
    /// Does nothing until the client hangs up.
    Wait,
    /// Sends the last line that was heard back.
    Echo,
    /// Does nothing for a while.
    Pause(Duration),
}

/// Says this text.
pub(crate) fn say(text: &str) -> Do {
    Do::Say(text.as_bytes().to_vec())
}

/// What a server heard, over all of its connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// How many clients came.
    pub(crate) connections: usize,
    /// How many of them are gone again.
    pub(crate) closed: usize,
    /// The bytes in the clear, without TLS records.
    pub(crate) clear: Vec<u8>,
    /// The bytes inside TLS.
    pub(crate) inside: Vec<u8>,
}

impl Heard {
    /// What was heard inside TLS, as lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.inside)
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

/// A running server. It ends with the runtime of its test.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
}

impl Server {
    /// Starts a server that does the same with every client.
    pub(crate) async fn start(script: Vec<Do>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::<Mutex<Heard>>::default();
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                log.lock().unwrap().connections += 1;
                let (script, tls, log) = (script.clone(), tls.clone(), Arc::clone(&log));
                tokio::spawn(async move {
                    // A client that hangs up is what many tests are about.
                    let _ = play(stream, &script, tls, &log).await;
                    log.lock().unwrap().closed += 1;
                });
            }
        });
        Self { address, heard }
    }

    /// What it has heard so far.
    pub(crate) fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

async fn play(
    mut stream: TcpStream,
    script: &[Do],
    tls: Option<Arc<ServerConfig>>,
    log: &Mutex<Heard>,
) -> io::Result<()> {
    let clear = |bytes: &[u8]| log.lock().unwrap().clear.extend_from_slice(bytes);
    let inside = |bytes: &[u8]| log.lock().unwrap().inside.extend_from_slice(bytes);
    let encrypt = script.iter().position(|act| matches!(act, Do::Tls));
    let (before, after) = script.split_at(encrypt.unwrap_or(script.len()));
    let mut last = Vec::new();
    act(&mut stream, before, &mut last, clear).await?;
    if after.is_empty() {
        stream.shutdown().await?;
        return drain(&mut stream, clear).await;
    }
    let config = tls.expect("a script with TLS needs a certificate");
    let mut stream = TlsAcceptor::from(config).accept(stream).await?;
    act(&mut stream, &after[1..], &mut last, inside).await?;
    stream.shutdown().await?;
    drain(&mut stream, inside).await
}

async fn act(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    script: &[Do],
    last: &mut Vec<u8>,
    hear: impl Fn(&[u8]),
) -> io::Result<()> {
    let mut tag = Vec::new();
    for act in script {
        match act {
            Do::Say(words) => {
                let tag = tag.as_slice();
                let mut said = Vec::new();
                for byte in words {
                    match byte {
                        1 => said.extend_from_slice(tag),
                        _ => said.push(*byte),
                    }
                }
                stream.write_all(&said).await?;
                stream.flush().await?;
            }
            Do::Echo => {
                stream.write_all(last).await?;
                stream.flush().await?;
            }
            Do::Hear => {
                last.clear();
                while last.last() != Some(&b'\n') {
                    last.push(stream.read_u8().await?);
                    hear(&last[last.len() - 1..]);
                }
                // An answer to a challenge has no tag; the one of its command stays.
                if let Some(space) = last.iter().position(|byte| *byte == b' ') {
                    tag = last[..space].to_vec();
                }
            }
            Do::Pause(time) => tokio::time::sleep(*time).await,
            Do::Wait => return drain(stream, hear).await,
            Do::Tls => unreachable!("TLS begins once"),
        }
    }
    Ok(())
}

/// Hears the client out, so that what was sent last is not lost in a reset.
async fn drain(stream: &mut (impl AsyncRead + Unpin), hear: impl Fn(&[u8])) -> io::Result<()> {
    let mut bytes = [0; 1024];
    loop {
        match stream.read(&mut bytes).await? {
            0 => return Ok(()),
            length => hear(&bytes[..length]),
        }
    }
}

/// A certificate authority of its own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The root certificate.
    pub(crate) root: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
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
}

impl Authority {
    /// A server configuration that demands a certificate of the client.
    pub(crate) fn demanding_server(
        &self,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = leaf().signed_by(&key, &self.issuer).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
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

fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn config(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}
