//! Why the database does not do what it was asked for, and what can be done about it.

use std::fmt;
use std::io;

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;
use strum::Display;

/// Why the database did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {words}: {}", cause.advice())]
pub struct StoreError {
    /// Which file or server.
    pub place: String,
    /// Why.
    pub cause: Cause,
    /// What the other side says.
    pub words: String,
}

/// Why a database does not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Cause {
    /// The disk has no room.
    DiskFull,
    /// Another program has locked it.
    Locked,
    /// Another mailguide has it open.
    InUse,
    /// It cannot be written.
    ReadOnly,
    /// There is no directory for it, and none can be made.
    NoDirectory,
    /// It is damaged, or no database.
    Corrupt,
    /// A newer version of the program has written it.
    NewerSchema,
    /// Its tables are not those of this program.
    OtherSchema,
    /// The server does not know the user, the password or the database, or does not allow what is needed.
    Refused,
    /// The server cannot be reached over verified TLS.
    Tls,
    /// The server cannot be reached, or does not answer in time.
    Unreachable,
    /// It takes these events at no time.
    Unstorable,
    /// Something else.
    Failed,
}

impl Cause {
    /// Whether nothing but another configuration helps, so that it need not be tried again.
    pub const fn is_configuration(self) -> bool {
        matches!(
            self,
            Self::InUse
                | Self::ReadOnly
                | Self::NoDirectory
                | Self::Corrupt
                | Self::NewerSchema
                | Self::OtherSchema
        )
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::DiskFull => "make room on the disk",
            Self::Locked => "end the other program that has locked it",
            Self::InUse => "give each server a directory of its own, or all of them one PostgreSQL",
            Self::ReadOnly => "the user of the program must be allowed to write there",
            Self::NoDirectory => {
                "expected a directory, or a place for a new one, in which mailguide.db is a file or can be made"
            }
            Self::Corrupt => "restore it from a backup, or move it away to begin a new history",
            Self::NewerSchema => {
                "use that version or a newer one of mailguide, or restore a backup from before"
            }
            Self::OtherSchema => "use a database that belongs to mailguide alone",
            Self::Refused => {
                "check the user, the password and the name of the database; the user must be allowed to create tables"
            }
            Self::Tls => "check sslmode and sslrootcert in its URL, and the server's certificate",
            Self::Unreachable => "check that it runs, and the host and the port in its URL",
            Self::Unstorable => "please report this",
            Self::Failed => "see the log of the database or of the system",
        }
    }
}

impl StoreError {
    pub(crate) fn new(place: impl fmt::Display, cause: Cause, words: impl fmt::Display) -> Self {
        Self {
            place: place.to_string(),
            cause,
            words: words.to_string(),
        }
    }

    /// What sqlx says of the database at this place.
    pub(super) fn of(place: impl fmt::Display, error: &sqlx::Error) -> Self {
        let cause = match error {
            sqlx::Error::Database(error) => of_database(error.as_ref()),
            sqlx::Error::Io(error) if is_tls(error) => Cause::Tls,
            sqlx::Error::Io(error) => of_connection(error),
            sqlx::Error::Tls(_) => Cause::Tls,
            sqlx::Error::PoolTimedOut => {
                return Self::new(place, Cause::Unreachable, "it does not answer in time");
            }
            _ => Cause::Failed,
        };
        match error {
            sqlx::Error::Database(error) => Self::new(place, cause, error.message()),
            sqlx::Error::Io(error) => Self::new(place, cause, error),
            error => Self::new(place, cause, error),
        }
    }

    /// What the operating system says of the file at this place.
    pub(super) fn of_system(place: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(place, of_system(error), error)
    }

    /// Why the tables of the database at this place could not be brought to the newest version.
    pub(super) fn of_migration(
        place: impl fmt::Display,
        error: &MigrateError,
        newest: i64,
    ) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                let error = Self::of(place, error);
                match error.cause {
                    // Such as a table that exists already.
                    Cause::Failed => Self {
                        cause: Cause::OtherSchema,
                        ..error
                    },
                    _ => error,
                }
            }
            MigrateError::VersionMissing(version) => Self::new(
                place,
                Cause::NewerSchema,
                format_args!(
                    "a newer version of mailguide has written it (version {version} of its tables, of which this one knows {newest})"
                ),
            ),
            error => Self::new(place, Cause::OtherSchema, error),
        }
    }
}

/// Whether the handshake has failed, and not what carries it.
fn is_tls(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(cause) if cause.is::<rustls::Error>())
}

fn of_system(error: &io::Error) -> Cause {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => Cause::DiskFull,
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Cause::ReadOnly,
        Kind::NotFound
        | Kind::NotADirectory
        | Kind::IsADirectory
        | Kind::AlreadyExists
        | Kind::InvalidFilename
        | Kind::InvalidInput => Cause::NoDirectory,
        // Such as a circle of links.
        _ => Cause::Failed,
    }
}

/// Why there is no connection to a server, or to a file over one.
fn of_connection(error: &io::Error) -> Cause {
    match of_system(error) {
        // The file of a socket is missing where its server does not run.
        Cause::NoDirectory | Cause::Failed => Cause::Unreachable,
        cause => cause,
    }
}

fn of_database(error: &dyn DatabaseError) -> Cause {
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        return of_sqlite(code.parse().unwrap_or_default());
    }
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(_) => of_postgres(&code),
        None => Cause::Failed,
    }
}

/// By the result code (<https://www.sqlite.org/rescode.html>), the lower byte of an extended one.
const fn of_sqlite(code: u32) -> Cause {
    match code & 0xff {
        5 | 6 => Cause::Locked,
        8 | 14 => Cause::ReadOnly,
        13 => Cause::DiskFull,
        11 | 26 => Cause::Corrupt,
        18..=20 => Cause::Unstorable,
        _ => Cause::Failed,
    }
}

/// By the SQLSTATE (PostgreSQL's manual, appendix A).
fn of_postgres(code: &str) -> Cause {
    match (code, code.get(..2).unwrap_or_default()) {
        ("53100", _) => Cause::DiskFull,
        ("25006", _) => Cause::ReadOnly,
        ("42501" | "3D000", _) | (_, "28") => Cause::Refused,
        // Too many connections, a shutdown, a start, a statement that took too long, a lock that was not given.
        (_, "53" | "57" | "08" | "55") => Cause::Unreachable,
        ("XX001" | "XX002", _) => Cause::Corrupt,
        (_, "22" | "23") => Cause::Unstorable,
        _ => Cause::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for (code, expected) in [
            (5, Cause::Locked),
            (261, Cause::Locked),
            (1032, Cause::ReadOnly),
            (13, Cause::DiskFull),
            (26, Cause::Corrupt),
            (267, Cause::Corrupt),
            (1299, Cause::Unstorable),
            (778, Cause::Failed),
        ] {
            assert_eq!(of_sqlite(code), expected, "{code}");
        }
        for (code, expected) in [
            ("53100", Cause::DiskFull),
            ("53300", Cause::Unreachable),
            ("28P01", Cause::Refused),
            ("3D000", Cause::Refused),
            ("42501", Cause::Refused),
            ("57P03", Cause::Unreachable),
            ("57014", Cause::Unreachable),
            ("25006", Cause::ReadOnly),
            ("XX001", Cause::Corrupt),
            ("22021", Cause::Unstorable),
            ("42P01", Cause::Failed),
            ("", Cause::Failed),
        ] {
            assert_eq!(of_postgres(code), expected, "{code}");
        }
    }
}
