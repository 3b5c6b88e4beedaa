//! What the program does with a file that it cannot use.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use app::status::ServiceState;
use server::storage::migrations::{SQLITE, Version};
use server::storage::sqlite::{FILE, SqliteFile};
use server::storage::{Cause, Database};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::directory::{Directory, SmallDisk};
use crate::events::{at, result};
use crate::program::{Program, command, refusal};

/// The tables of a version that is to come.
fn newer() -> &'static [Version] {
    let mut versions = SQLITE.to_vec();
    versions.push((99, "moods", "CREATE TABLE moods (mood TEXT) STRICT"));
    versions.leak()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// A file with these versions of the tables, and some results.
fn make_file(directory: &Path, versions: &'static [Version]) {
    run(async {
        let file = SqliteFile::with_versions(directory, versions).unwrap();
        let store = file.open().await.unwrap();
        let results = (0..2000).map(|check| result("lab/imap", check * 1800, ServiceState::Ok));
        store.write(&results.collect::<Vec<_>>()).await.unwrap();
        store.close().await;
    });
}

async fn connection(directory: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(directory.join(FILE))
        .create_if_missing(true);
    options.connect().await.unwrap()
}

#[test]
fn a_fault_of_the_configuration_is_an_error_that_names_the_file_and_what_to_do() {
    type Prepare = fn(&Path);
    let cases: &[(&str, Prepare, &str, &str)] = &[
        (
            "no database",
            |directory| fs::write(directory.join(FILE), "x".repeat(9000)).unwrap(),
            FILE,
            "file is not a database: restore it from a backup, or move it away",
        ),
        (
            "a newer version",
            |directory| make_file(directory, newer()),
            FILE,
            "a newer version of mailguide has written it (version 99 of its tables, of which this one knows",
        ),
        (
            "tables of something else",
            |directory| {
                run(async {
                    let mut other = connection(directory).await;
                    let made = other.execute("CREATE TABLE services (name TEXT)").await;
                    made.unwrap();
                    other.close().await.unwrap();
                });
            },
            FILE,
            "table services already exists: use a database that belongs to mailguide alone",
        ),
        (
            "a directory in its place",
            |directory| fs::create_dir(directory.join(FILE)).unwrap(),
            FILE,
            "Is a directory (os error 21): expected a directory, or a place for a new one, in which mailguide.db is a file",
        ),
        (
            "a file in the place of the directory",
            |directory| {
                fs::remove_dir(directory).unwrap();
                fs::write(directory, "").unwrap();
            },
            "",
            "it is no directory: expected a directory, or a place for a new one",
        ),
    ];
    for (name, prepare, file, expected) in cases {
        let directory = Directory::new();
        prepare(directory.path());
        assert_refused(name, directory.path(), file, expected);
        if directory.path().is_file() {
            fs::remove_file(directory.path()).unwrap();
        }
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error() {
    let disk = SmallDisk::new();
    disk.make_read_only();
    let expected = "Read-only file system (os error 30): the user of the program must be allowed to write there";
    assert_refused("a new file", disk.path(), FILE, expected);
    let disk = SmallDisk::new();
    make_file(disk.path(), SQLITE);
    disk.make_read_only();
    assert_refused("an old file", disk.path(), FILE, expected);
}

#[test]
fn a_second_server_does_not_get_the_file_until_the_first_has_ended() {
    let directory = Directory::new();
    let data = ["--data".as_ref(), directory.path().as_os_str()];
    let first = Program::start(&mut command(&data));
    let expected = "another mailguide has it open: give each server a directory of its own";
    assert_refused("the second", directory.path(), "", expected);
    first.wait_until("ready");
    // It was killed, and left nothing that would have to be removed.
    drop(first);
    let second = Program::start(&mut command(&data));
    second.wait_until("ready");
    second.stop();
}

fn assert_refused(name: &str, directory: &Path, file: &str, expected: &str) {
    let data = ["--data".as_ref(), directory.as_os_str()];
    let (status, said) = refusal(&mut command(&data));
    assert_eq!(status, Some(2), "{name}: {said}");
    let place = directory.join(file).display().to_string();
    let place = place.trim_end_matches('/');
    let line = said.lines().find(|line| line.starts_with("mailguide: "));
    let line = line.unwrap_or_else(|| panic!("{name}: {said}"));
    assert!(
        line.starts_with(&format!("mailguide: --data {place}: ")),
        "{name}: {said}"
    );
    assert!(line.contains(expected), "{name}: {said}");
}

#[test]
fn an_old_file_is_brought_to_the_newest_version_with_all_that_is_in_it() {
    let directory = Directory::new();
    make_file(directory.path(), &SQLITE[..1]);
    run(async {
        let file = SqliteFile::in_directory(directory.path()).unwrap();
        let store = file.open().await.unwrap();
        let loaded = store.load(at(2000 * 1800)).await.unwrap();
        let days = loaded.services.values().next().unwrap().days.values();
        assert_eq!(days.map(|day| day.ok).sum::<u32>(), 2000);
        store.close().await;
    });
}

#[test]
fn without_an_option_the_history_is_kept_in_memory_and_nothing_is_written() {
    let directory = Directory::new();
    let mut command = command(&[]);
    command
        .current_dir(directory.path())
        .env("HOME", directory.path());
    let program = Program::start(&mut command);
    program.wait_until("ready");
    let log = program.stop();
    let told = "the history is kept in memory only: --data stores it";
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn only_its_user_can_read_what_it_creates() {
    let directory = Directory::new();
    let data = directory.path().join("new").join("mailguide");
    let program = Program::start(&mut command(&["--data".as_ref(), data.as_os_str()]));
    program.wait_until("ready");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut files = 0;
    for file in fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    // With those of SQLite beside it while it is open.
    assert_eq!(files, 3);
    program.stop();
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
    // What is there already stays as the operator has made it.
    let shared = Permissions::from_mode(0o750);
    fs::set_permissions(&data, shared).unwrap();
    Program::start(&mut command(&["--data".as_ref(), data.as_os_str()])).stop();
    assert_eq!(mode(&data), 0o750);
}

#[test]
fn a_disk_that_is_full_at_the_start_keeps_no_page_from_anybody() {
    let disk = SmallDisk::new();
    disk.fill();
    let program = Program::start(&mut command(&["--data".as_ref(), disk.path().as_os_str()]));
    program.wait_until("degraded: database disk-full");
    assert_eq!(program.metric("mailguide_database_degraded"), "1");
    disk.empty();
    program.wait_until("ready");
    assert_eq!(program.metric("mailguide_database_degraded"), "0");
    let log = program.stop();
    let file = disk.path().join(FILE).display().to_string();
    let said: Vec<_> = log.lines().filter(|line| line.contains(&file)).collect();
    assert_eq!(said.len(), 3, "{log}");
    assert!(said[0].contains("make room on the disk"), "{log}");
    assert!(said[1].contains("the place of the history"), "{log}");
    assert!(said[2].contains("the history is stored again"), "{log}");
}

#[test]
fn a_file_that_is_locked_at_the_start_keeps_no_page_from_anybody() {
    let directory = Directory::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut other = runtime.block_on(connection(directory.path()));
    let locked = "CREATE TABLE x (y TEXT); DROP TABLE x; BEGIN EXCLUSIVE";
    runtime.block_on(other.execute(locked)).unwrap();
    let data = ["--data".as_ref(), directory.path().as_os_str()];
    let program = Program::start(&mut command(&data));
    program.wait_until("degraded: database locked");
    runtime.block_on(other.execute("COMMIT")).unwrap();
    program.wait_until("ready");
    let log = program.stop();
    let expected = "database is locked: end the other program that has locked it";
    assert_eq!(log.matches(expected).count(), 1, "{log}");
}

#[test]
fn a_file_that_is_damaged_somewhere_keeps_no_page_from_anybody() {
    let directory = Directory::new();
    make_file(directory.path(), SQLITE);
    let path = directory.path().join(FILE);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let len = file.metadata().unwrap().len();
    // All but the first pages, in which the tables are described.
    let damage = vec![b'x'; usize::try_from(len - 20 * 4096).unwrap()];
    file.write_at(&damage, 20 * 4096).unwrap();
    let data = ["--data".as_ref(), directory.path().as_os_str()];
    let program = Program::start(&mut command(&data));
    program.wait_until("degraded: database corrupt");
    let log = program.stop();
    let expected = format!(
        "{}: database disk image is malformed: restore it",
        path.display()
    );
    assert_eq!(log.matches(&expected).count(), 1, "{log}");
    assert_eq!(Cause::Corrupt.to_string(), "corrupt");
}
