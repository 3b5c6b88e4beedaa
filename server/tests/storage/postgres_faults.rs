//! What the program does with a PostgreSQL that it cannot use.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use rcgen::{CertificateParams, Issuer, KeyPair};
use server::storage::migrations::{POSTGRES, Version};
use server::storage::postgres::PostgresDatabase;
use server::storage::{Cause, Database};

use crate::directory::Directory;
use crate::postgres::{PASSWORD, PostgresServer};
use crate::program::{Program, command, refusal};

/// The tables of a version that is to come.
fn newer() -> &'static [Version] {
    let mut versions = POSTGRES.to_vec();
    versions.push((99, "moods", "CREATE TABLE moods (mood TEXT)"));
    versions.leak()
}

#[test]
fn a_server_of_databases_that_refuses_or_is_away_keeps_no_page_from_anybody() {
    let mut server = PostgresServer::start();
    let url = server.database("history");
    server.sql("postgres", "CREATE ROLE guest LOGIN PASSWORD 'guest'");
    server.database("elsewhere");
    server.sql("elsewhere", "CREATE TABLE services (name TEXT)");
    let newer_url = server.database("newer");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let database = PostgresDatabase::with_versions(&newer_url, newer()).unwrap();
        database.open().await.unwrap();
    });
    for (url, ready, words) in [
        (
            server.url("postgres", "wrong secret", "history"),
            "degraded: database refused",
            "password authentication failed for user \"postgres\": check the user, the password",
        ),
        (
            server.url("postgres", PASSWORD, "nowhere"),
            "degraded: database refused",
            "database \"nowhere\" does not exist: check the user",
        ),
        (
            server.url("guest", "guest", "history"),
            "degraded: database refused",
            "permission denied for schema public: check the user",
        ),
        (
            server.url("postgres", PASSWORD, "elsewhere"),
            "degraded: database other-schema",
            "relation \"services\" already exists: use a database that belongs to mailguide alone",
        ),
        (
            newer_url,
            "degraded: database newer-schema",
            "(version 99 of its tables, of which this one knows",
        ),
    ] {
        let program = Program::start(command(&[]).env("DATABASE_URL", &url));
        program.wait_until(ready);
        let log = program.stop();
        assert_eq!(log.matches(words).count(), 1, "{log}");
        for secret in [PASSWORD, "wrong secret", "wrong%20secret", "guest@"] {
            assert!(!log.contains(&format!(":{secret}")), "{secret}: {log}");
        }
    }
    // Away at the start, and there later.
    server.kill();
    let program = Program::start(command(&[]).env("DATABASE_URL", &url));
    program.wait_until("degraded: database unreachable");
    server.start_again();
    program.wait_until("ready");
    let log = program.stop();
    // The limits, which are shared over the database, say it for themselves.
    let told = "/history: Connection refused (os error 111): check that it runs";
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert_eq!(log.matches("stored again").count(), 1, "{log}");
    assert!(log.contains("postgres://postgres@127.0.0.1:"), "{log}");
    assert!(!log.contains("list of processes"), "{log}");
}

#[test]
fn the_url_comes_from_an_option_or_a_file_too() {
    let server = PostgresServer::start();
    let url = server.database("history");
    let directory = Directory::new();
    let file = directory.path().join("url");
    fs::write(&file, format!("{url}\n")).unwrap();
    let program = Program::start(&mut command(&[
        "--database-file".as_ref(),
        file.as_os_str(),
    ]));
    program.wait_until("ready");
    let log = program.stop();
    assert!(log.contains("the place of the history"), "{log}");
    assert!(!log.contains("WARN"), "{log}");
    let program = Program::start(&mut command(&["--database".as_ref(), url.as_ref()]));
    program.wait_until("ready");
    let log = program.stop();
    assert!(
        log.contains("list of processes: use --database-file"),
        "{log}"
    );
    assert!(!log.contains("only"), "{log}");
}

#[test]
fn a_url_that_is_none_is_an_error_that_does_not_quote_it() {
    for url in [
        "mysql://me:secret@host/name",
        "postgres://me:secret@host:99999999/name",
        "postgres://me:secret@host/name?sslmode=secret",
        "postgres://me:secret@host/name?port=secret",
        "secret",
    ] {
        for variable in [false, true] {
            let mut command = match variable {
                true => command(&[]),
                false => command(&["--database".as_ref(), url.as_ref()]),
            };
            let (status, said) = refusal(command.env("DATABASE_URL", url));
            assert_eq!(status, Some(2), "{url}: {said}");
            assert!(said.contains("expected postgres://"), "{url}: {said}");
            assert!(!said.contains("secret"), "{url}: {said}");
        }
    }
}

#[test]
fn several_servers_that_start_at_once_make_the_tables_once() {
    let server = PostgresServer::start();
    let url = server.database("history");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let open = (0..8).map(|_| {
            let database = PostgresDatabase::new(&url).unwrap();
            tokio::spawn(async move { database.open().await.map(drop) })
        });
        for opened in futures_util::future::join_all(open).await {
            opened.unwrap().unwrap();
        }
    });
    let versions = server.sql("history", "SELECT count(*) FROM _sqlx_migrations");
    assert_eq!(versions, POSTGRES.len().to_string());
}

#[test]
fn a_connection_that_must_be_verified_is_verified() {
    let directory = Directory::new();
    let (authority, certificate, key) = certificates();
    let files = directory.path();
    for (name, text) in [
        ("authority", &authority),
        ("certificate", &certificate),
        ("key", &key),
    ] {
        fs::write(files.join(name), text).unwrap();
    }
    let setting = |name: &str, file: &str| format!("{name} = '{}'", files.join(file).display());
    // The key must belong to root or to the server's user, and nobody else may read it.
    let server_key = files.join("key");
    fs::set_permissions(&server_key, fs::Permissions::from_mode(0o640)).unwrap();
    chown(&server_key, Some(0), Some(crate::postgres::ids().1)).unwrap();
    let server = PostgresServer::with_settings(&[
        "ssl = on",
        &setting("ssl_cert_file", "certificate"),
        &setting("ssl_key_file", "key"),
    ]);
    let url = server.database("history");
    let by_name = url.replace("127.0.0.1", "localhost");
    let authority = files.join("authority").display().to_string();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let open = |url: String| {
        let _runtime = runtime.enter();
        let database = PostgresDatabase::new(&url).unwrap();
        let opened = runtime.block_on(database.open()).map(drop);
        opened.map_err(|error| (error.cause, error.words))
    };
    assert_eq!(
        open(format!(
            "{by_name}?sslmode=verify-full&sslrootcert={authority}"
        )),
        Ok(())
    );
    // Another authority, and another name.
    for url in [
        format!("{by_name}?sslmode=verify-full"),
        format!("{url}?sslmode=verify-full&sslrootcert={authority}"),
    ] {
        let (cause, words) = open(url.clone()).unwrap_err();
        assert_eq!(cause, Cause::Tls, "{url}: {words}");
        assert!(words.contains("certificate"), "{url}: {words}");
    }
}

/// An authority, and a certificate for `localhost` with its key, in PEM.
fn certificates() -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let signed = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    (signed.pem(), leaf.pem(), key.serialize_pem())
}
