//! A PostgreSQL server of its own for a test: Debian's, in a new directory, on loopback.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The password of the user `postgres`.
pub(crate) const PASSWORD: &str = "only for tests";

/// The server. It is killed when it is dropped, also when a test fails, and its directory is removed.
pub(crate) struct PostgresServer {
    directory: PathBuf,
    programs: PathBuf,
    pub(crate) port: u16,
    process: Option<Child>,
}

impl PostgresServer {
    /// Starts it with a new directory.
    pub(crate) fn start() -> Self {
        Self::with_settings(&[])
    }

    /// Starts it with these lines in its configuration.
    pub(crate) fn with_settings(settings: &[&str]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mailguide-postgres-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
        let (user, group) = ids();
        chown(&directory, Some(user), Some(group)).unwrap();
        let mut server = Self {
            directory,
            programs: programs(),
            port: free_port(),
            process: None,
        };
        let password = server.directory.join("password");
        fs::write(&password, PASSWORD).unwrap();
        chown(&password, Some(user), Some(group)).unwrap();
        let made = server
            .command("initdb")
            .args(["--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"])
            .args(["--username", "postgres", "--auth", "scram-sha-256"])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(server.data())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb: {said}");
        let lines = [
            "fsync = off",
            "listen_addresses = '127.0.0.1'",
            "shared_buffers = 16MB",
        ];
        let lines: Vec<_> = lines.iter().chain(settings).copied().collect();
        fs::write(server.data().join("mailguide.conf"), lines.join("\n")).unwrap();
        let main = server.data().join("postgresql.conf");
        let included = fs::read_to_string(&main).unwrap() + "\ninclude 'mailguide.conf'\n";
        fs::write(&main, included).unwrap();
        server.start_again();
        server
    }

    /// Starts it after it was stopped or killed, on the same port.
    pub(crate) fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-k"])
            .arg(&self.directory)
            .stderr(fs::File::create(self.directory.join("log")).unwrap());
        self.process = Some(command.spawn().unwrap());
        let begin = Instant::now();
        while !self.answers() {
            let log = fs::read_to_string(self.directory.join("log")).unwrap();
            assert!(begin.elapsed() < Duration::from_secs(30), "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it with all its processes, as a power failure would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // An immediate shutdown: the server ends its processes at once and writes nothing more.
            let id = process.id().to_string();
            let _ = Command::new("kill").args(["-QUIT", &id]).status();
            let _ = process.wait();
        }
    }

    /// Creates a database, and returns its URL with the password.
    pub(crate) fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url("postgres", PASSWORD, name)
    }

    /// The URL of a database for this user.
    pub(crate) fn url(&self, user: &str, password: &str, name: &str) -> String {
        let password = password.replace(' ', "%20");
        let port = self.port;
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{name}")
    }

    /// Executes statements with psql, and returns what it prints, without headings.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> String {
        let done = self
            .command("psql")
            .env("PGPASSWORD", PASSWORD)
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--username", "postgres"])
            .args(["--host", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--dbname", database, "--command", statements])
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{statements}: {said}");
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// The directory of the data.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn answers(&self) -> bool {
        let ready = self
            .command("pg_isready")
            .args(["--quiet", "--host", "127.0.0.1"])
            .args(["--port", &self.port.to_string()])
            .status();
        ready.unwrap().success()
    }

    /// One of PostgreSQL's programs, as the user `postgres`, because it does not run as root.
    fn command(&self, program: &str) -> Command {
        let (user, group) = ids();
        let mut command = Command::new(self.programs.join(program));
        command
            .uid(user)
            .gid(group)
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// The folder with the programs of the newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let programs = versions.flatten().map(|version| version.path().join("bin"));
    let programs = programs.filter(|folder| folder.join("initdb").exists());
    let number = |folder: &PathBuf| -> Option<u32> {
        let version = folder.parent()?.file_name()?;
        version.to_str()?.parse().ok()
    };
    programs
        .max_by_key(number)
        .expect("PostgreSQL is missing: install the Debian package postgresql")
}

/// The ids of the user `postgres` and of its group.
pub(crate) fn ids() -> (u32, u32) {
    let users = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let mut fields = line.expect("there is no user postgres").split(':').skip(2);
    let mut id = || fields.next().unwrap().parse().unwrap();
    (id(), id())
}

/// A port on which nothing listens.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
