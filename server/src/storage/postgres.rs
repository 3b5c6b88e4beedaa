//! The history in PostgreSQL, for one server or several.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use super::migrations::{self, Version};
use super::sql::SqlStore;
use super::{Database, Store, StoreError};

/// How many connections a server has at most. PostgreSQL allows 100 in all by default.
const MAX_CONNECTIONS: u32 = 8;

/// How long it may take to get a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a statement may take, but for those that change tables. A server that has lost its client notices at
/// the end of it.
const STATEMENT: &str = "10s";

/// How long it may take to bring the tables to the newest version, or to wait for another server that does.
const MIGRATION: &str = "60s";

/// A database of a PostgreSQL server.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    options: PgConnectOptions,
    pool: PgPool,
    place: String,
    versions: &'static [Version],
}

/// The URL of the database cannot be used. The URL is not told, because it may have a password in it.
#[derive(Debug, thiserror::Error)]
#[error("expected postgres://USER@HOST:PORT/NAME?sslmode=verify-full: {0}")]
pub struct UrlError(String);

impl PostgresDatabase {
    /// The database with this URL. It is not connected to before it is used. Needs a runtime.
    ///
    /// # Errors
    ///
    /// When the URL is not well formed.
    pub fn new(url: &str) -> Result<Self, UrlError> {
        Self::with_versions(url, migrations::POSTGRES)
    }

    /// The same with these versions of the tables.
    ///
    /// # Errors
    ///
    /// When the URL is not well formed.
    pub fn with_versions(url: &str, versions: &'static [Version]) -> Result<Self, UrlError> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(UrlError("it is no URL of PostgreSQL".to_owned()));
        }
        let options = PgConnectOptions::from_str(url).map_err(|error| match error {
            // What it says of the URL is of no password, and what it says of parameters is.
            sqlx::Error::Configuration(cause) if cause.is::<url::ParseError>() => {
                UrlError(cause.to_string())
            }
            _ => UrlError("a part of it is not understood".to_owned()),
        })?;
        let options = options
            .application_name("mailguide")
            .log_statements(tracing::log::LevelFilter::Off)
            // That nothing answers is said once, by whoever needs it, and not with every statement.
            .log_slow_statements(tracing::log::LevelFilter::Off, Duration::ZERO);
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT)
            .connect_lazy_with(limited(&options, STATEMENT));
        Ok(Self {
            place: place(&options),
            options,
            pool,
            versions,
        })
    }

    /// The connections, for whatever else the servers share. They are made when they are needed. The tables are
    /// there once [`Database::open`] has succeeded.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How it is connected to, for connections beside these.
    pub fn connect_options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Whether what is sent could be read on the way to it, or be sent to somebody else.
    pub fn is_exposed(&self) -> bool {
        let local = self.options.get_socket().is_some()
            || self.options.get_host().starts_with('/')
            || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&self.options.get_host());
        !local && !matches!(self.options.get_ssl_mode(), PgSslMode::VerifyFull)
    }

    async fn opened(&self) -> Result<Arc<dyn Store>, StoreError> {
        let failed = |error| StoreError::of(&self.place, &error);
        // On a connection of its own, which takes the lock of the migrations with it whatever happens. It also says
        // why it cannot be made, which the pool does not.
        let options = limited(&self.options, MIGRATION);
        let connecting = timeout(CONNECT, options.connect()).await;
        let mut connection = connecting
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .map_err(failed)?;
        let migrator = migrations::migrator(self.versions);
        let migrated = migrator.run_direct(None, &mut connection, false).await;
        // Whether it ends in good order does not matter.
        let _ = timeout(CONNECT, connection.close()).await;
        if let Err(error) = migrated {
            let newest = migrations::newest(self.versions);
            return Err(StoreError::of_migration(&self.place, &error, newest));
        }
        Ok(Arc::new(SqlStore::new(self.pool.clone(), &self.place)))
    }
}

impl Database for PostgresDatabase {
    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(self.opened())
    }

    fn place(&self) -> &str {
        &self.place
    }
}

/// No statement takes longer than this, and no transaction waits for a client that is gone.
fn limited(options: &PgConnectOptions, statement: &str) -> PgConnectOptions {
    options.clone().options([
        ("statement_timeout", statement),
        ("idle_in_transaction_session_timeout", statement),
    ])
}

/// What messages call the database: its URL without a password.
fn place(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let (user, port) = (options.get_username(), options.get_port());
    let name = options.get_database().unwrap_or(user);
    format!("postgres://{user}@{host}:{port}/{name}")
}
