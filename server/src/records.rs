//! Which providers are known: the built-in record, or the files that were given.

use std::io;
use std::path::{Path, PathBuf};

use app::record::{self, Catalogue, CatalogueError, RecordError};
use probe::net::{Options, Probe, RootsError, SetupError, read_roots};

use crate::cli::TrustOptions;

/// Why the program cannot start with what it was given.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        cause: io::Error,
    },
    /// A record is not well formed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Two records contradict each other.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A record names another address to connect to, which is for tests only.
    #[error(
        "{file}: service `{service}` has `connect_to`, which is for tests only: expected it to be left out, or --allow-private"
    )]
    ConnectTo {
        /// The file.
        file: String,
        /// The id of the service.
        service: String,
    },
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

/// Reads the records, or takes the built-in one where none is given.
pub fn read(files: &[PathBuf], allow_private: bool) -> Result<Catalogue, ConfigError> {
    if files.is_empty() {
        return Ok(Catalogue::new(vec![(
            "centurylink.toml".into(),
            record::built_in(),
        )])?);
    }
    let records = files.iter().map(|file| {
        let name = file.display().to_string();
        let text = String::from_utf8_lossy(&read_file(file)?).into_owned();
        let record = record::parse(&text, &name)?;
        let mut services = record.groups.iter().flat_map(|group| &group.services);
        match services.find(|service| service.connect_to.is_some()) {
            Some(service) if !allow_private => Err(ConfigError::ConnectTo {
                service: service.endpoint.id.clone(),
                file: name,
            }),
            _ => Ok((name, record)),
        }
    });
    Ok(Catalogue::new(
        records.collect::<Result<_, ConfigError>>()?,
    )?)
}

/// Prepares the probe.
pub fn probe(trust: &TrustOptions, mut options: Options) -> Result<Probe, ConfigError> {
    options.allow_private = trust.allow_private;
    if let Some(file) = &trust.cacert {
        options.extra_roots =
            read_roots(&read_file(file)?).map_err(|cause| ConfigError::Roots {
                file: file.display().to_string(),
                cause,
            })?;
    }
    Ok(Probe::new(options)?)
}

pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(file).map_err(|cause| ConfigError::Unreadable {
        file: file.display().to_string(),
        cause,
    })
}
