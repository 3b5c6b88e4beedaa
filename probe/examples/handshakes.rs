//! Shakes hands with one IMAP server over TLS as often as it can, in one process and on one thread, and
//! prints how often that was: `make bench` divides by the processor time that it took.
//!
//! Starting `mailguide probe` for every connection would measure the start of a program.

use std::error::Error;
use std::fs;
use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::tls::read_roots;
use probe::{Endpoint, HostName, Outcome, Protocol, Security};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const USAGE: &str = "handshakes check|tls HOST ADDRESS:PORT ROOTS.pem SECONDS
  check  a whole check without a password
  tls    TCP and TLS alone, by the same library";

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, host, address, roots, seconds] = args.as_slice() else {
        return Err(USAGE.into());
    };
    let host: HostName = host.parse()?;
    let address: SocketAddr = address.parse()?;
    let roots = read_roots(&fs::read(roots)?)?;
    let time = Duration::from_secs(seconds.parse()?);
    let done = match what.as_str() {
        "check" => {
            let probe = Probe::new(Options {
                extra_roots: roots,
                ..Options::default()
            })?;
            let target = target(host, address);
            repeat(time, || check(&probe, &target)).await?
        }
        "tls" => {
            let connector = connector(roots)?;
            let name = ServerName::try_from(host.as_str().to_owned())?;
            repeat(time, || handshake(&connector, &name, address)).await?
        }
        _ => return Err(USAGE.into()),
    };
    println!("{done}");
    Ok(())
}

/// Does something again and again until the time is over, and says how often it was done. One follows the
/// other, as in `openssl s_time`; the processor time of each is the same with eight of them at once.
async fn repeat<Once>(time: Duration, once: impl Fn() -> Once) -> Result<usize, Failure>
where
    Once: Future<Output = Result<(), Failure>>,
{
    let end = Instant::now() + time;
    let mut done = 0;
    while Instant::now() < end {
        once().await?;
        done += 1;
    }
    Ok(done)
}

/// Checks once, up to LOGOUT. A check that ends early would look fast, so it is an error.
async fn check(probe: &Probe, target: &Target) -> Result<(), Failure> {
    let mut events = probe.run(vec![target.clone()], None);
    while let Some(event) = events.next().await {
        let ProbeEvent::Done { report, .. } = event else {
            continue;
        };
        return match report.outcome {
            Outcome::Ok => Ok(()),
            _ => Err(format!("the check ended with {:?}", report.steps.last()).into()),
        };
    }
    Err("the check has no end".into())
}

fn target(host: HostName, address: SocketAddr) -> Target {
    Target {
        endpoint: Endpoint {
            id: "imap".to_owned(),
            protocol: Protocol::Imap,
            host,
            port: NonZeroU16::MIN,
            security: Security::Tls,
        },
        domain: None,
        connect_to: vec![address],
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

/// Connects, verifies the server, and hangs up.
async fn handshake(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    address: SocketAddr,
) -> Result<(), Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    connector.connect(name.clone(), stream).await?;
    Ok(())
}

fn connector(trusted: Vec<CertificateDer<'static>>) -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}
