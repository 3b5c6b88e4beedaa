//! Where the history is kept, as operators say it.

use std::convert::Infallible;
use std::env::VarError;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::postgres::{PostgresDatabase, UrlError};
use super::sqlite::SqliteFile;
use super::{Database, StoreError};
use crate::named_path::{NamedPath, PathError};

/// The variable of the environment that has the URL of the database, where no option says anything else.
const URL_VARIABLE: &str = "DATABASE_URL";

/// Where the history is kept.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "History")]
pub struct StorageOptions {
    /// Directory in which the history of the services is kept, in an SQLite file; it is created if it does not exist.
    /// Without it and without a database the history is kept in memory
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// PostgreSQL database in which the history is kept, as postgres://USER@HOST/NAME?sslmode=verify-full. By default
    /// the one in the environment variable DATABASE_URL, if there is one
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub database: Option<SecretString>,

    /// File with the URL of the PostgreSQL database, so that a password in it is in no list of processes
    #[arg(long, value_name = "FILE")]
    pub database_file: Option<PathBuf>,
}

/// Why the history cannot be kept where the operator wants it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The URL of the database cannot be used.
    #[error("{source}: {cause}", source = .from)]
    Url {
        /// Where it comes from.
        from: String,
        /// What is wrong.
        cause: UrlError,
    },
    /// The file with the URL cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The URL in the environment is no text.
    #[error("{URL_VARIABLE}: it is not in UTF-8: expected the URL of a PostgreSQL database")]
    NotUnicode,
    /// The file of the history cannot be used.
    #[error("--data {0}")]
    Data(StoreError),
}

/// Where the history is kept.
#[derive(Clone, Debug)]
pub enum Place {
    /// In memory.
    Memory,
    /// In a file.
    File(Arc<SqliteFile>),
    /// In PostgreSQL.
    Postgres(Arc<PostgresDatabase>),
}

impl Place {
    /// The place that these options name. Needs a runtime.
    ///
    /// # Errors
    ///
    /// When it cannot be used as it is. A PostgreSQL is not connected to yet.
    pub fn of(options: &StorageOptions) -> Result<Self, StorageError> {
        if let Some(directory) = &options.data {
            let file = SqliteFile::in_directory(directory).map_err(StorageError::Data)?;
            return Ok(Self::File(Arc::new(file)));
        }
        if let Some(url) = &options.database {
            let database = postgres("--database", url.expose_secret())?;
            if has_password(url.expose_secret()) {
                tracing::warn!(
                    "the password of the database can be read in the list of processes: use --database-file"
                );
            }
            return Ok(database);
        }
        if let Some(file) = &options.database_file {
            let file = NamedPath::of_option("--database-file", file);
            let text = file.read("a file with the URL of a PostgreSQL database")?;
            // What is no text is no URL either, which is said of it.
            let text = SecretString::from(String::from_utf8(text).unwrap_or_default());
            return postgres(&file.to_string(), text.expose_secret().trim());
        }
        match std::env::var(URL_VARIABLE).map(SecretString::from) {
            Ok(url) if !url.expose_secret().is_empty() => {
                postgres(URL_VARIABLE, url.expose_secret())
            }
            Ok(_) | Err(VarError::NotPresent) => Ok(Self::Memory),
            // Its words would quote what may have a password in it.
            Err(VarError::NotUnicode(_)) => Err(StorageError::NotUnicode),
        }
    }

    /// The database; `None` where the history is kept in memory.
    pub fn database(&self) -> Option<Arc<dyn Database>> {
        match self {
            Self::Memory => None,
            Self::File(file) => Some(Arc::<SqliteFile>::clone(file)),
            Self::Postgres(database) => Some(Arc::<PostgresDatabase>::clone(database)),
        }
    }
}

fn postgres(from: &str, url: &str) -> Result<Place, StorageError> {
    let database = PostgresDatabase::new(url).map_err(|cause| StorageError::Url {
        from: from.to_owned(),
        cause,
    })?;
    if database.is_exposed() {
        tracing::warn!(
            database = database.place(),
            "the connection to the database is not verified: add sslmode=verify-full to its URL"
        );
    }
    Ok(Place::Postgres(Arc::new(database)))
}

fn has_password(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
    })
}

/// Takes any text, because the message of a fault in it would quote it.
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(text.into())
}
