//! Servers on loopback that do exactly what a script says, and write down what they hear.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub(crate) mod checking;
pub(crate) mod language;

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

/// How long a server waits to see whether a client speaks too early.
const QUIET: Duration = Duration::from_millis(50);

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
    /// Sends bytes one by one, with a pause before each.
    Drip(Duration, Vec<u8>),
    /// Waits for anything at all, without taking note of it.
    HearAny,
    /// Makes sure that nothing has come yet.
    Quiet,
    /// Breaks the connection with a reset.
    Reset,
    /// Hangs up without closing TLS.
    Cut,
}

impl Do {
    /// How many bytes are sent.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Say(said) | Self::Drip(_, said) => said.len(),
            _ => 0,
        }
    }

    /// The same, but every byte in a packet of its own.
    pub(crate) fn byte_by_byte(self) -> Self {
        match self {
            Self::Say(said) => Self::Drip(Duration::from_millis(1), said),
            other => other,
        }
    }
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
    /// Whether a client spoke when it should have waited.
    pub(crate) early: bool,
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
    if let Ending::Early = act(&mut stream, before, &mut last, log, clear).await? {
        // With no time to linger the kernel sends a reset in place of a goodbye.
        #[allow(deprecated, reason = "a linger of zero does not block")]
        return stream.set_linger(Some(Duration::ZERO));
    }
    if after.is_empty() {
        stream.shutdown().await?;
        return drain(&mut stream, clear).await;
    }
    let config = tls.expect("a script with TLS needs a certificate");
    let mut stream = TlsAcceptor::from(config).accept(stream).await?;
    if let Ending::Early = act(&mut stream, &after[1..], &mut last, log, inside).await? {
        return Ok(());
    }
    stream.shutdown().await?;
    drain(&mut stream, inside).await
}

async fn act(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    script: &[Do],
    last: &mut Vec<u8>,
    log: &Mutex<Heard>,
    hear: impl Fn(&[u8]),
) -> io::Result<Ending> {
    let mut tag = Vec::new();
    for act in script {
        match act {
            Do::Say(words) => {
                stream.write_all(&with_tag(words, &tag)).await?;
                stream.flush().await?;
            }
            Do::Drip(pause, words) => {
                for byte in with_tag(words, &tag) {
                    tokio::time::sleep(*pause).await;
                    stream.write_all(&[byte]).await?;
                    stream.flush().await?;
                }
            }
            Do::HearAny => {
                let _ = stream.read(&mut [0; 4096]).await?;
            }
            Do::Quiet => {
                let early = tokio::time::timeout(QUIET, stream.read_u8()).await;
                if early.is_ok() {
                    log.lock().unwrap().early = true;
                }
            }
            Do::Reset | Do::Cut => return Ok(Ending::Early),
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
            Do::Wait => drain(stream, &hear).await?,
            Do::Tls => unreachable!("TLS begins once"),
        }
    }
    Ok(Ending::Polite)
}

/// How the script ends.
enum Ending {
    /// The server says goodbye and hears the client out.
    Polite,
    /// The connection just goes away.
    Early,
}

fn with_tag(words: &[u8], tag: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    for byte in words {
        match byte {
            1 => said.extend_from_slice(tag),
            _ => said.push(*byte),
        }
    }
    said
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

    /// A server configuration for one version of TLS.
    pub(crate) fn server_of(
        &self,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = leaf().signed_by(&key, &self.issuer).unwrap();
        config(vec![certificate.der().clone()], &key, &[version])
    }

    /// A server configuration with a certificate that is good but for what `change` does to it.
    pub(crate) fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = leaf();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(vec![certificate.der().clone()], &key, rustls::ALL_VERSIONS)
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
    config(vec![certificate.der().clone()], &key, rustls::ALL_VERSIONS)
}

fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}
