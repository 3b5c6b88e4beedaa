//! The certificate, reloaded when its files change.
//!
//! Certificates are valid for weeks, and the program runs for months. So the files are polled; connections
//! that were made with the old certificate go on with it.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::named_path::{NamedPath, PathError};
use crate::operations::service_manager;
use crate::profile_signing::CurrentKey;
use crate::socket_address::to_listen_on;

/// The name of HTTP/2 in ALPN (RFC 7301).
pub const HTTP2: &[u8] = b"h2";

const HTTP1: &[u8] = b"http/1.1";

/// How much of a file is read, in bytes. Chains with their keys are a hundred times shorter.
const MAX_FILE_LEN: u64 = 1024 * 1024;

/// How often the files are checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(10);

/// HTTPS without a proxy.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "HTTPS")]
pub struct TlsOptions {
    /// Serve HTTPS with the certificate chain in this PEM file, the site's own certificate first. The files are
    /// reloaded when they change, and on SIGHUP
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Also listen here, without TLS, and redirect GET and HEAD requests to HTTPS
    #[arg(long, value_name = "ADDR:PORT", value_parser = to_listen_on)]
    pub redirect_listen: Option<std::net::SocketAddr>,

    /// Value of max-age in the Strict-Transport-Security header, in seconds; 0 sends no header
    #[arg(long, value_name = "SECONDS", default_value = "31536000")]
    pub hsts: u32,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file does not hold what it should.
    #[error("{file}: expected {expected} in PEM: {cause}")]
    Pem {
        /// The option and the file.
        file: NamedPath,
        /// What should be in it.
        expected: &'static str,
        /// What is wrong.
        cause: pem::Error,
    },
    /// Certificate and key do not fit together, or are of a kind that is not known.
    #[error("{cert} with {key}: {cause}")]
    Unusable {
        /// The option and the file of the certificate.
        cert: NamedPath,
        /// The option and the file of the key.
        key: NamedPath,
        /// What is wrong. Boxed, because it is large.
        cause: Box<rustls::Error>,
    },
}

/// A certificate with its key, always the newest that could be used.
pub struct Certificates {
    cert: NamedPath,
    key: NamedPath,
    current: watch::Sender<Identity>,
    stamps: Mutex<FileStamps>,
}

/// A certificate with its key: for connections, and for signing.
struct Identity {
    configuration: Arc<ServerConfig>,
    key: Arc<CertifiedKey>,
}

/// What the two files looked like when they were last checked.
type FileStamps = [Option<[i64; 6]>; 2];

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// When they cannot be read or used.
    pub fn read(cert: &NamedPath, key: &NamedPath) -> Result<Self, TlsError> {
        // Taken before the files are read: a change while they are read is noticed at the next poll.
        let stamps = [file_stamp(cert.path()), file_stamp(key.path())];
        Ok(Self {
            cert: cert.clone(),
            key: key.clone(),
            current: watch::Sender::new(identity(cert, key)?),
            stamps: Mutex::new(stamps),
        })
    }

    /// The configuration for new connections.
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.borrow().configuration)
    }

    /// Reloads the files if they have changed.
    fn reload_if_changed(&self) {
        if self.files_changed() {
            self.reload();
        }
    }

    /// Whether the files have changed since the last call.
    fn files_changed(&self) -> bool {
        let now = [file_stamp(self.cert.path()), file_stamp(self.key.path())];
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *stamps, now) != now
    }

    /// Keeps the old certificate where the new one cannot be used: the old one may be valid for weeks, and
    /// between the writes of the two files they never fit together.
    fn reload(&self) {
        match identity(&self.cert, &self.key) {
            Ok(identity) => {
                self.current.send_replace(identity);
                tracing::info!("certificate reloaded");
            }
            Err(cause) => {
                tracing::error!(%cause, "certificate not reloaded, the old one stays in use");
            }
        }
    }
}

/// Polls the files of all certificates for ever, and reloads them at once on SIGHUP.
///
/// # Errors
///
/// When the system does not give the signal.
pub async fn watch(all: &[Arc<Certificates>]) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut polls = interval(POLL_INTERVAL);
    polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                service_manager::reloading();
                for certificates in all {
                    certificates.files_changed();
                    certificates.reload();
                }
                service_manager::ready();
            }
            _ = polls.tick() => {
                for certificates in all {
                    certificates.reload_if_changed();
                }
            }
        }
    }
}

impl CurrentKey for Certificates {
    fn current_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.current.borrow().key)
    }
}

fn file_stamp(file: &Path) -> Option<[i64; 6]> {
    let file = std::fs::metadata(file).ok()?;
    // The time of the last change of owner or rights counts, too: perhaps it can be read now.
    Some([
        file.ino().cast_signed(),
        file.len().cast_signed(),
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec(),
    ])
}

/// Reads a regular file. Reading a pipe would block until something writes into it, and every connection
/// with it.
fn read_regular(file: &Path) -> io::Result<Vec<u8>> {
    // With this flag, opening a pipe does not block (POSIX open()).
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(file)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("this is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_LEN).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn identity(cert: &NamedPath, key: &NamedPath) -> Result<Identity, TlsError> {
    let read = |file: &NamedPath, expected| {
        read_regular(file.path()).map_err(|cause| file.error(cause, expected))
    };
    let malformed = |file: &NamedPath, expected, cause| TlsError::Pem {
        file: file.clone(),
        expected,
        cause,
    };
    let chain = CertificateDer::pem_slice_iter(&read(cert, "a file with certificates in PEM")?)
        .collect::<Result<Vec<_>, _>>()
        .and_then(|chain| match chain.is_empty() {
            true => Err(pem::Error::NoItemsFound),
            false => Ok(chain),
        })
        .map_err(|cause| malformed(cert, "certificates", cause))?;
    let private_key =
        PrivateKeyDer::from_pem_slice(&read(key, "a file with a private key in PEM")?)
            .map_err(|cause| malformed(key, "a private key", cause))?;
    let identity = || {
        // Named here, because a feature of some crate must not bring in another provider or an older
        // protocol version.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let key = Arc::new(CertifiedKey::from_der(chain, private_key, &provider)?);
        let mut configuration = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&key))));
        configuration.alpn_protocols = vec![HTTP2.into(), HTTP1.into()];
        Ok(Identity {
            configuration: Arc::new(configuration),
            key,
        })
    };
    identity().map_err(|cause| TlsError::Unusable {
        cert: cert.clone(),
        key: key.clone(),
        cause: Box::new(cause),
    })
}

#[cfg(test)]
mod tests {
    use rcgen::CertifiedKey;

    use super::*;

    /// A new pair of files, or one of the two.
    fn write(folder: &Path, cert: bool, key: bool) {
        let CertifiedKey {
            cert: new,
            signing_key,
        } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        if cert {
            std::fs::write(folder.join("cert.pem"), new.pem()).unwrap();
        }
        if key {
            std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
        }
    }

    fn make_pipe(path: &Path) {
        std::fs::remove_file(path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("mailguide-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_new_pair_is_taken_and_half_of_one_is_not() {
        let folder = folder("renewal");
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        write(&folder, true, true);
        let named = |path| NamedPath::of_option("--x", path);
        let certificates = Certificates::read(&named(&cert), &named(&key)).unwrap();
        for (what, change, taken) in [
            ("nothing", (|_| {}) as fn(&Path), false),
            ("both", |folder| write(folder, true, true), true),
            (
                "only the certificate",
                |folder| write(folder, true, false),
                false,
            ),
            ("both", |folder| write(folder, true, true), true),
            (
                "rubbish",
                |folder| std::fs::write(folder.join("key.pem"), "").unwrap(),
                false,
            ),
            (
                "no file",
                |folder| std::fs::remove_file(folder.join("cert.pem")).unwrap(),
                false,
            ),
            ("both", |folder| write(folder, true, true), true),
            (
                "a pipe that nobody writes to",
                |folder| make_pipe(&folder.join("cert.pem")),
                false,
            ),
            (
                "both again",
                |folder| {
                    std::fs::remove_file(folder.join("cert.pem")).unwrap();
                    write(folder, true, true);
                },
                true,
            ),
        ] {
            let before = certificates.current();
            change(&folder);
            certificates.reload_if_changed();
            assert_eq!(
                !Arc::ptr_eq(&before, &certificates.current()),
                taken,
                "{what}"
            );
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
