//! The tables of the databases, version by version. The program has them inside.
//!
//! A version that was released never changes: what is to become different is another one. Those up to 9 are the
//! history, which both databases have; those from 10 on are what several servers share, in PostgreSQL only.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// A version of the tables: its number, its name, and the statements that lead to it from the one before.
pub type Version = (i64, &'static str, &'static str);

/// The versions of SQLite's tables.
pub const SQLITE: &[Version] = &[
    (
        1,
        "results",
        include_str!("../../migrations/sqlite/0001_results.sql"),
    ),
    (
        2,
        "events",
        include_str!("../../migrations/sqlite/0002_events.sql"),
    ),
];

/// The versions of PostgreSQL's tables.
pub const POSTGRES: &[Version] = &[
    (
        1,
        "results",
        include_str!("../../migrations/postgres/0001_results.sql"),
    ),
    (
        2,
        "events",
        include_str!("../../migrations/postgres/0002_events.sql"),
    ),
    (
        10,
        "limits",
        include_str!("../../migrations/postgres/0010_limits.sql"),
    ),
    (
        11,
        "monitor_leader",
        include_str!("../../migrations/postgres/0011_monitor_leader.sql"),
    ),
    (
        12,
        "shared_checks",
        include_str!("../../migrations/postgres/0012_shared_checks.sql"),
    ),
    (
        13,
        "relays",
        include_str!("../../migrations/postgres/0013_relays.sql"),
    ),
];

/// Brings tables to the last of these versions.
pub(super) fn migrator(versions: &[Version]) -> Migrator {
    let migrations = versions.iter().map(|(number, name, statements)| {
        let kind = MigrationType::Simple;
        Migration::new(
            *number,
            (*name).into(),
            kind,
            statements.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

/// The number of the last version.
pub(super) fn newest(versions: &[Version]) -> i64 {
    versions
        .iter()
        .map(|(number, ..)| *number)
        .max()
        .unwrap_or_default()
}
