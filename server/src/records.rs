//! The known providers: the built-in record, or those in the configured files.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::record::{self, Catalogue, RecordError, RecordFile};
use probe::net::{Options, Probe, SetupError};
use probe::tls::{RootsError, read_roots};
use rustls::pki_types::CertificateDer;

use crate::cli::TrustOptions;

/// Why the program cannot start with its configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// The error of the system.
        cause: io::Error,
    },
    /// A record is not well formed, or conflicts with another one.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The certificates of `--cacert` cannot be used.
    #[error("{file}: {cause}")]
    Roots {
        /// The file.
        file: String,
        /// What is wrong.
        cause: RootsError,
    },
    /// The probe cannot be prepared.
    #[error(transparent)]
    Setup(#[from] SetupError),
}

/// Reads the records, or uses the built-in one if there are no files.
pub fn read(files: &[PathBuf], allow_private: bool) -> Result<Catalogue, ConfigError> {
    if files.is_empty() {
        return Ok(Catalogue::read(&[record::built_in()], allow_private)?);
    }
    let files = files.iter().map(|file| {
        let bytes = read_file(file)?;
        Ok(RecordFile::new(file.display().to_string(), bytes)?)
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
    read_roots(&read_file(file)?).map_err(|cause| ConfigError::Roots {
        file: file.display().to_string(),
        cause,
    })
}

/// The same certificates as a PEM file, for browsers that verify mail servers themselves.
pub fn extra_roots_pem(trust: &TrustOptions) -> Result<Option<Arc<str>>, ConfigError> {
    let file = trust.cacert.as_deref().map(read_file).transpose()?;
    // What is no UTF-8 can only stand between the certificates.
    Ok(file.map(|bytes| String::from_utf8_lossy(&bytes).into()))
}

pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(file).map_err(|cause| ConfigError::Unreadable {
        file: file.display().to_string(),
        cause,
    })
}
