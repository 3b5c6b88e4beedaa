//! The known providers: the built-in record, or those in the configured files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::record::{self, Catalogue, RecordError, RecordFile};
use probe::net::{Options, Probe, SetupError};
use probe::tls::{RootsError, read_roots};
use rustls::pki_types::CertificateDer;

use crate::cli::TrustOptions;
use crate::named_path::{NamedPath, PathError};

/// Why the program cannot start with its configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A record is not well formed, or conflicts with another one.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The certificates of `--cacert` cannot be used.
    #[error("{file}: {cause}")]
    Roots {
        /// The option and the file.
        file: NamedPath,
        /// What is wrong.
        cause: RootsError,
    },
    /// The probe cannot be prepared.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// Reads the records of `--config`, or uses the built-in one if there are none.
pub fn read(files: &[PathBuf], allow_private: bool) -> Result<Catalogue, ConfigError> {
    if files.is_empty() {
        return Ok(Catalogue::read(&[record::built_in()], allow_private)?);
    }
    let files = files
        .iter()
        .map(|file| NamedPath::of_option("--config", file));
    read_named(files, allow_private)
}

/// Reads the records that were named.
pub fn read_named(
    files: impl IntoIterator<Item = NamedPath>,
    allow_private: bool,
) -> Result<Catalogue, ConfigError> {
    let files = files.into_iter().map(|file| {
        let bytes = file.read("a file with a provider record")?;
        Ok(RecordFile::new(file.path().display().to_string(), bytes)?)
    });
    let files = files.collect::<Result<Vec<_>, ConfigError>>()?;
    Ok(Catalogue::read(&files, allow_private)?)
}

/// Prepares the probe.
pub fn probe(trust: &TrustOptions, mut options: Options) -> Result<Probe, ConfigError> {
    options.allow_private = trust.allow_private;
    options.control_hosts.clone_from(&trust.control_host);
    options.extra_roots = extra_roots(trust)?;
    Ok(Probe::new(options)?)
}

/// The certificates to trust besides the Mozilla roots.
pub fn extra_roots(trust: &TrustOptions) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let Some(file) = &trust.cacert else {
        return Ok(Vec::new());
    };
    let pem = read_cacert(file)?;
    read_roots(&pem).map_err(|cause| ConfigError::Roots {
        file: NamedPath::of_option("--cacert", file),
        cause,
    })
}

/// The same certificates as a PEM file, for browsers that verify mail servers themselves.
pub fn extra_roots_pem(trust: &TrustOptions) -> Result<Option<Arc<str>>, ConfigError> {
    let pem = trust.cacert.as_deref().map(read_cacert).transpose()?;
    // What is no UTF-8 can only stand between the certificates.
    Ok(pem.map(|pem| String::from_utf8_lossy(&pem).into()))
}

fn read_cacert(file: &Path) -> Result<Vec<u8>, ConfigError> {
    let file = NamedPath::of_option("--cacert", file);
    Ok(file.read("a file with certificates in PEM")?)
}
