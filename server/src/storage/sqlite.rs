//! The history in one file, for one server.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::migrations::{self, Version};
use super::sql::SqlStore;
use super::{Cause, Database, Store, StoreError};

/// The file in the directory of `--data`. SQLite has two more beside it while it is open: `-wal` and `-shm`.
pub const FILE: &str = "mailguide.db";

/// How long a write waits for another program that has locked the file, such as a backup.
const BUSY: Duration = Duration::from_secs(5);

/// What is written is first written here, up to some MiB, and then to the file.
const MAX_WAL_LEN: &str = "16777216";

/// The file.
#[derive(Debug)]
pub struct SqliteFile {
    path: PathBuf,
    place: String,
    versions: &'static [Version],
    /// Locked as long as this program runs, however it ends.
    _lock: File,
}

impl SqliteFile {
    /// The file in this directory, which is created if it does not exist. No other server can open it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be created, or another server has it.
    pub fn in_directory(directory: &Path) -> Result<Self, StoreError> {
        Self::with_versions(directory, migrations::SQLITE)
    }

    /// The same with these versions of the tables.
    ///
    /// # Errors
    ///
    /// When the directory cannot be created, or another server has it.
    pub fn with_versions(
        directory: &Path,
        versions: &'static [Version],
    ) -> Result<Self, StoreError> {
        let failed = |error| StoreError::of_system(directory.display(), &error);
        // The system would say that it exists.
        if directory.exists() && !directory.is_dir() {
            let words = "it is no directory";
            return Err(StoreError::new(
                directory.display(),
                Cause::NoDirectory,
                words,
            ));
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(failed)?;
        // The directory itself is locked, and not the file, because SQLite has locks of its own on that.
        let lock = File::open(directory).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let words = "another mailguide has it open";
                return Err(StoreError::new(directory.display(), Cause::InUse, words));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let path = directory.join(FILE);
        Ok(Self {
            place: path.display().to_string(),
            path,
            versions,
            _lock: lock,
        })
    }

    async fn opened(&self) -> Result<Arc<dyn Store>, StoreError> {
        // SQLite would create it with the rights of any other file.
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)
            .map_err(|error| StoreError::of_system(&self.place, &error))?;
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            // With less, a power failure could cost more than what was being written.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .pragma("journal_size_limit", MAX_WAL_LEN);
        // All goes through one connection, which stays open.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|error| StoreError::of(&self.place, &error))?;
        let migrator = migrations::migrator(self.versions);
        if let Err(error) = migrator.run(&pool).await {
            pool.close().await;
            let newest = migrations::newest(self.versions);
            return Err(StoreError::of_migration(&self.place, &error, newest));
        }
        Ok(Arc::new(SqlStore::new(pool, &self.place)))
    }
}

impl Database for SqliteFile {
    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(self.opened())
    }

    fn place(&self) -> &str {
        &self.place
    }
}
