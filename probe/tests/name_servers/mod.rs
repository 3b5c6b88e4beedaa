//! NSD with zones of ours, and Unbound that asks it and validates. Both on loopback, for as long as
//! a test lasts.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How a zone is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// Rightly.
    Well,
    /// Rightly, with NSEC3 records instead of NSEC.
    WellWithHashes,
    /// Not at all, and the root says so.
    Not,
    /// With a key that is not the one that the root names.
    WithAnotherKey,
    /// Rightly, until the year 2020.
    Until2020,
}

/// The servers that run, with their files.
pub(crate) struct NameServers {
    /// Knows the zones and nothing else, and follows no alias into another zone. Of the zone `lame` it
    /// should know, but has lost, the records.
    pub(crate) authoritative: SocketAddr,
    /// Asks the other one, follows aliases, and fails where DNSSEC is wrong. It gets no answer about
    /// names under `silent`, and refuses to speak about those under `refused`.
    pub(crate) recursive: SocketAddr,
    /// The key of the root.
    pub(crate) root_key: String,
    running: Vec<Child>,
    folder: PathBuf,
}

impl NameServers {
    /// Starts both with these zones, each a top-level domain with its records.
    pub(crate) fn start(zones: &[(&str, Signed, String)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("name-servers-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        fs::create_dir_all(&folder).unwrap();

        let mut delegations = String::from("ns. A 127.0.0.1\nlame. NS ns.\nsilent. NS ns.\n");
        for (zone, signed, records) in zones {
            delegations += &format!("{zone}. NS ns.\n");
            delegations += &write_zone(&folder, zone, *signed, records).unwrap_or_default();
        }
        write_zone(&folder, "", Signed::Well, &delegations);
        let root_key = fs::read_to_string(folder.join("root.key")).unwrap();

        let (authoritative, recursive) = (free_address(), free_address());
        let names: Vec<&str> = zones
            .iter()
            .map(|(zone, ..)| *zone)
            .chain(["", "lame"])
            .collect();
        let nsd = configure(&folder, "nsd.conf", &nsd(&folder, authoritative, &names));
        let unbound = unbound(&folder, recursive, authoritative, &names);
        let unbound = configure(&folder, "unbound.conf", &unbound);
        let mut servers = Self {
            authoritative,
            recursive,
            root_key,
            running: Vec::new(),
            folder,
        };
        for (program, file, address) in
            [("nsd", nsd, authoritative), ("unbound", unbound, recursive)]
        {
            let output = File::create(servers.folder.join(program)).unwrap();
            let child = command(program, program)
                .args(["-d", "-c"])
                .arg(file)
                .stdout(output.try_clone().unwrap())
                .stderr(output)
                .spawn();
            servers.running.push(child.unwrap());
            servers.wait_for(program, address, "", &[]);
        }
        servers
    }

    /// Gives a zone that is not signed other records. When this returns, both servers answer with
    /// those whose time to live is zero.
    pub(crate) fn change(&self, zone: &str, records: &str) {
        static SERIAL: AtomicU32 = AtomicU32::new(0x5e41_a100);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        write_records(&self.folder, zone, serial, records);
        let [nsd, ..] = &self.running[..] else {
            panic!("NSD does not run")
        };
        let pid = nsd.id().to_string();
        let reload = Command::new("kill").args(["-HUP", &pid]).status();
        assert!(reload.unwrap().success());
        self.wait_for("nsd", self.authoritative, zone, &serial.to_be_bytes());
    }

    /// What the recursive server was asked so far: names and kinds of record, such as `mail.plain. A`.
    pub(crate) fn questions(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("unbound")).unwrap();
        let questions = log.lines().filter_map(|line| {
            let (_, question) = line.split_once("info: 127.0.0.1 ")?;
            Some(question.strip_suffix(" IN")?.to_owned())
        });
        questions.collect()
    }

    /// Waits until a server knows a zone, by a SOA record with these bytes in it.
    fn wait_for(&self, program: &str, server: SocketAddr, zone: &str, expected: &[u8]) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let patience = Some(Duration::from_millis(50));
        socket.set_read_timeout(patience).unwrap();
        let mut query = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        if !zone.is_empty() {
            query.push(zone.len().try_into().unwrap());
            query.extend(zone.bytes());
        }
        query.extend([0, 0, 6, 0, 1]);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            let mut answer = [0; 512];
            socket.send_to(&query, server).unwrap();
            if let Ok(length) = socket.recv(&mut answer)
                && (expected.is_empty() || contains(&answer[..length], expected))
            {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        let said = fs::read_to_string(self.folder.join(program)).unwrap();
        panic!("{program} does not answer: {said}");
    }
}

impl Drop for NameServers {
    fn drop(&mut self) {
        for child in &mut self.running {
            // NSD has children of its own, which it ends when it is asked to end.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Writes a zone, and returns the DS records that its parent must have.
fn write_zone(folder: &Path, zone: &str, signed: Signed, records: &str) -> Option<String> {
    let name = write_records(folder, zone, 1, records);
    if signed == Signed::Not {
        return None;
    }
    let (ds, key) = new_key(folder, zone, &name);
    let dates = match signed {
        Signed::Until2020 => &["-i", "20190101", "-e", "20200101"][..],
        Signed::WellWithHashes => &["-n"],
        _ => &[],
    };
    let file = format!("{name}.signed");
    run(
        folder,
        "ldns-signzone",
        &[dates, &["-f", &file, &name, &key]].concat(),
    );
    fs::rename(folder.join(file), folder.join(&name)).unwrap();
    match signed {
        Signed::WithAnotherKey => Some(new_key(folder, zone, "other").0),
        _ => Some(ds),
    }
}

/// Writes the file of a zone, and returns its name.
fn write_records(folder: &Path, zone: &str, serial: u32, records: &str) -> String {
    let name = file_name(zone);
    let soa = format!("@ SOA ns. hostmaster. {serial} 3600 600 86400 60");
    let text = format!("$ORIGIN {zone}.\n$TTL 60\n{soa}\n@ NS ns.\n{records}\n");
    fs::write(folder.join(&name), text).unwrap();
    name
}

/// Makes a key. Returns its DS record and the name by which it is found, and leaves the key itself in
/// `FILE.key`.
fn new_key(folder: &Path, zone: &str, file: &str) -> (String, String) {
    let zone = format!("{zone}.");
    let random = ["-r", "/dev/urandom"];
    let arguments = [&random[..], &["-k", "-a", "ECDSAP256SHA256", &zone]].concat();
    let name = run(folder, "ldns-keygen", &arguments).trim().to_owned();
    let read = |kind: &str| fs::read_to_string(folder.join(format!("{name}.{kind}"))).unwrap();
    fs::write(folder.join(format!("{file}.key")), read("key")).unwrap();
    (read("ds"), name)
}

fn nsd(folder: &Path, address: SocketAddr, zones: &[&str]) -> String {
    let folder = folder.display();
    let mut text = format!(
        "server:
  ip-address: 127.0.0.1@{port}
  username: \"\"
  chroot: \"\"
  zonesdir: \"{folder}\"
  database: \"\"
  pidfile: \"{folder}/nsd.pid\"
  xfrdfile: \"{folder}/xfrd.state\"
  xfrdir: \"{folder}\"
  zonelistfile: \"{folder}/zone.list\"
  server-count: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
",
        port = address.port()
    );
    for zone in zones {
        let file = file_name(zone);
        text += &format!("zone:\n  name: \"{zone}.\"\n  zonefile: \"{file}\"\n");
    }
    text
}

fn unbound(folder: &Path, address: SocketAddr, upstream: SocketAddr, zones: &[&str]) -> String {
    let folder = folder.display();
    let mut text = format!(
        "server:
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  username: \"\"
  chroot: \"\"
  directory: \"{folder}\"
  pidfile: \"\"
  use-syslog: no
  num-threads: 1
  log-queries: yes
  cache-max-negative-ttl: 0
  do-not-query-localhost: no
  trust-anchor-file: \"root.key\"
  local-zone: \"refused.\" refuse
  local-zone: \"test.\" nodefault
remote-control:
  control-enable: no
stub-zone:
  name: \"silent.\"
  stub-addr: 127.0.0.1@{closed}
",
        port = address.port(),
        closed = free_address().port(),
    );
    for zone in zones {
        let upstream = upstream.port();
        text += &format!("stub-zone:\n  name: \"{zone}.\"\n  stub-addr: 127.0.0.1@{upstream}\n");
    }
    text
}

fn configure(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn file_name(zone: &str) -> String {
    if zone.is_empty() { "root" } else { zone }.to_owned()
}

/// A port that is free for UDP and TCP at this moment.
fn free_address() -> SocketAddr {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let mut command = command(program, "ldnsutils");
    let output = command.current_dir(folder).args(arguments).output();
    let output = output.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A program, also where daemons are not on the PATH.
fn command(program: &str, package: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let daemons = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let found = std::env::split_paths(&path)
        .chain(daemons)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    let Some(file) = found else {
        panic!("{program} is missing: install the Debian package {package}");
    };
    let mut command = Command::new(file);
    command.stdin(Stdio::null());
    command
}
