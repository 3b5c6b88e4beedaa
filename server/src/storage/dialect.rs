//! What differs between the databases, so that every statement is written once.

use futures_util::future::BoxFuture;
use sqlx::postgres::Postgres;
use sqlx::sqlite::Sqlite;
use sqlx::{Database, Executor, Pool, QueryBuilder, Row, Transaction};

/// A database that stores the history. Its statements use what SQLite and PostgreSQL have in common: placeholders as
/// `$1`, rows of values, `ON CONFLICT` and `RETURNING`.
pub trait Dialect: Database {
    /// Begins a transaction in which nobody else writes.
    fn begin_writing(
        pool: &Pool<Self>,
    ) -> BoxFuture<'_, Result<Transaction<'static, Self>, sqlx::Error>>;

    /// Gives the statement an integer.
    fn bind_integer(statement: &mut QueryBuilder<Self>, value: Option<i64>);

    /// Gives the statement a text.
    fn bind_text(statement: &mut QueryBuilder<Self>, value: String);

    /// The integer in this column of a row. The column has the type BIGINT.
    fn integer(row: &Self::Row, column: usize) -> Result<Option<i64>, sqlx::Error>;

    /// The text in this column of a row.
    fn text(row: &Self::Row, column: usize) -> Result<String, sqlx::Error>;

    /// Executes a statement, and returns its rows.
    fn rows<'a>(
        connection: &'a mut Self::Connection,
        statement: QueryBuilder<Self>,
    ) -> BoxFuture<'a, Result<Vec<Self::Row>, sqlx::Error>>;

    /// Executes a statement, and returns how many rows it has changed.
    fn execute<'a>(
        connection: &'a mut Self::Connection,
        statement: QueryBuilder<Self>,
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>>;
}

macro_rules! dialect {
    ($database:ty, $begin:item) => {
        impl Dialect for $database {
            $begin

            fn bind_integer(statement: &mut QueryBuilder<Self>, value: Option<i64>) {
                statement.push_bind(value);
            }

            fn bind_text(statement: &mut QueryBuilder<Self>, value: String) {
                statement.push_bind(value);
            }

            fn integer(row: &Self::Row, column: usize) -> Result<Option<i64>, sqlx::Error> {
                row.try_get(column)
            }

            fn text(row: &Self::Row, column: usize) -> Result<String, sqlx::Error> {
                row.try_get(column)
            }

            fn rows<'a>(
                connection: &'a mut Self::Connection,
                mut statement: QueryBuilder<Self>,
            ) -> BoxFuture<'a, Result<Vec<Self::Row>, sqlx::Error>> {
                // Statements have as many values as there are events, so they are not kept for another time.
                Box::pin(async move { connection.fetch_all(statement.build().persistent(false)).await })
            }

            fn execute<'a>(
                connection: &'a mut Self::Connection,
                mut statement: QueryBuilder<Self>,
            ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
                Box::pin(async move {
                    let done = connection.execute(statement.build().persistent(false)).await?;
                    Ok(done.rows_affected())
                })
            }
        }
    };
}

dialect!(
    Sqlite,
    fn begin_writing(
        pool: &Pool<Self>,
    ) -> BoxFuture<'_, Result<Transaction<'static, Self>, sqlx::Error>> {
        // A transaction that begins with reading could find at its first write that another program has written.
        Box::pin(pool.begin_with("BEGIN IMMEDIATE"))
    }
);

dialect!(
    Postgres,
    fn begin_writing(
        pool: &Pool<Self>,
    ) -> BoxFuture<'_, Result<Transaction<'static, Self>, sqlx::Error>> {
        Box::pin(async move {
            let mut transaction = pool.begin().await?;
            // The number says what is locked: "history" in ASCII.
            let lock = "SELECT pg_advisory_xact_lock(x'686973746f7279'::bigint)";
            transaction.execute(lock).await?;
            Ok(transaction)
        })
    }
);

/// A statement with a list of rows of values in its middle: `INSERT INTO … VALUES (…), (…) ON CONFLICT …`.
pub(super) fn with_rows<DB: Dialect, T>(
    before: &str,
    rows: impl IntoIterator<Item = T>,
    values: impl Fn(T) -> Vec<Value>,
    after: &str,
) -> QueryBuilder<DB> {
    let mut statement = QueryBuilder::new(before);
    statement.push(" VALUES ");
    for (number, row) in rows.into_iter().enumerate() {
        statement.push(if number == 0 { "(" } else { ", (" });
        for (column, value) in values(row).into_iter().enumerate() {
            if column > 0 {
                statement.push(", ");
            }
            bind(&mut statement, value);
        }
        statement.push(")");
    }
    statement.push(after);
    statement
}

/// A statement with one integer at the end of each part but the last.
pub(super) fn with_integers<DB: Dialect, const N: usize>(
    parts: [(&str, i64); N],
    end: &str,
) -> QueryBuilder<DB> {
    let mut statement = QueryBuilder::default();
    for (part, value) in parts {
        statement.push(part);
        DB::bind_integer(&mut statement, Some(value));
    }
    statement.push(end);
    statement
}

/// A value of a statement.
pub(super) enum Value {
    Integer(i64),
    OptionalInteger(Option<i64>),
    Text(String),
}

fn bind<DB: Dialect>(statement: &mut QueryBuilder<DB>, value: Value) {
    match value {
        Value::Integer(value) => DB::bind_integer(statement, Some(value)),
        Value::OptionalInteger(value) => DB::bind_integer(statement, value),
        Value::Text(value) => DB::bind_text(statement, value),
    }
}
