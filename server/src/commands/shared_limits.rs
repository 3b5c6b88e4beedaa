//! The limits of `mailguide serve`: of this server alone, or shared with others that have the same database.

use tokio::runtime::Runtime;

use crate::cluster::Cluster;
use crate::limits::key::{KeyHasher, MIN_SECRET_LEN};
use crate::limits::shared::RenewError;
use crate::limits::{LimitOptions, Limits};
use crate::named_path::{NamedPath, PathError};
use crate::operations::metrics::Metrics;
use crate::storage::{Place, Recorder};

/// Why there are no limits.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// The file with the secret cannot be read.
    #[error(transparent)]
    Secret(#[from] PathError),
    /// The secret is too short.
    #[error("{file}: expected at least {MIN_SECRET_LEN} random bytes")]
    ShortSecret {
        /// The option and the file.
        file: NamedPath,
    },
    /// There is no secret, and servers with the same database need the same one.
    #[error(
        "a PostgreSQL database needs --limits-secret, with the same file at all servers that use the database: \
         they count clients and accounts together, under hashes with this secret"
    )]
    NoSecret,
    /// The system has no randomness for the secret.
    #[error("the system has no random numbers")]
    NoRandomness,
    /// The secret is not that of the other servers.
    #[error(transparent)]
    Shared(#[from] RenewError),
}

/// The limits, and the other servers where they are shared.
///
/// # Errors
///
/// When the secret cannot be used.
pub fn limits(
    options: &LimitOptions,
    place: &Place,
    recorder: &Recorder,
    metrics: &Metrics,
    runtime: &Runtime,
) -> Result<(Limits, Option<Cluster>), LimitsError> {
    let Place::Postgres(database) = place else {
        let keys = match secret(options)? {
            Some(keys) => keys,
            None => KeyHasher::random().map_err(|_| LimitsError::NoRandomness)?,
        };
        return Ok((Limits::new(options, keys, metrics.clone()), None));
    };
    let keys = secret(options)?.ok_or(LimitsError::NoSecret)?;
    let cluster = Cluster::new(database, options, &keys, metrics, recorder.clone());
    runtime.block_on(cluster.join(database))?;
    let limits = Limits::counted_by(cluster.counters(), options, keys, metrics.clone());
    Ok((limits, Some(cluster)))
}

fn secret(options: &LimitOptions) -> Result<Option<KeyHasher>, LimitsError> {
    let Some(file) = &options.limits_secret else {
        return Ok(None);
    };
    let file = NamedPath::of_option("--limits-secret", file);
    let keys = KeyHasher::configured(&file.read("a file with the secret")?);
    keys.ok_or(LimitsError::ShortSecret { file }).map(Some)
}
