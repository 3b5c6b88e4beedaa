//! Wrong values of options that name a file, a directory, an address, a URL or a mail address: each is refused with
//! the option, the value, what is wrong and what is expected.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder with files of many shapes. It is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mailguide-options-{}-{number}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&folder.0);
        fs::create_dir(&folder.0).unwrap();
        let file = |name: &str, text: &str, mode| {
            let path = folder.0.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        file("empty", "", 0o600);
        file("text", "no more than a text\n", 0o600);
        file("broken", "", 0o600);
        fs::write(folder.0.join("broken"), b"\xff\xfe broken").unwrap();
        file("forbidden", "nobody may read this", 0o000);
        file("open", "everybody may read this", 0o644);
        fs::create_dir(folder.0.join("directory")).unwrap();
        fs::create_dir(folder.0.join("closed")).unwrap();
        let closed = fs::Permissions::from_mode(0o000);
        fs::set_permissions(folder.0.join("closed"), closed).unwrap();
        symlink("circle", folder.0.join("circle")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, which may read only what its user may. Root may read everything, unless that is taken from it.
fn program() -> Command {
    let program = env!("CARGO_BIN_EXE_mailguide");
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    if user.unwrap().split_whitespace().nth(1) != Some("0") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--bounding-set", "-dac_override,-dac_read_search"])
        .args(["--inh-caps", "-dac_override,-dac_read_search", program]);
    command
}

/// What the program says to these arguments, which it must refuse.
fn refusal(arguments: &[OsString]) -> String {
    let done = program()
        .args(arguments)
        .current_dir("/")
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
    said
}

/// A command with an option, and values of it that are refused: each with what is wrong, and what is expected.
struct Case<'a> {
    before: &'a [&'a str],
    option: &'a str,
    /// What stands in the value before the path.
    prefix: &'a str,
    after: &'a [&'a str],
    values: &'a [(&'a str, &'a str, &'a str)],
}

impl Case<'_> {
    fn check(&self) {
        for (value, wrong, expected) in self.values {
            let typed = format!("{}{value}", self.prefix);
            let arguments = self.before.iter().chain([&self.option]);
            let arguments = arguments.filter(|argument| !argument.is_empty());
            let mut arguments: Vec<OsString> = arguments.map(OsString::from).collect();
            arguments.push(typed.into());
            arguments.extend(self.after.iter().map(OsString::from));
            let said = refusal(&arguments);
            let line = said.lines().next().unwrap_or_default();
            for part in [self.option, value, wrong, expected] {
                assert!(
                    line.contains(part),
                    "{arguments:?}: {part:?} is not in:\n{said}"
                );
            }
        }
    }
}

const SERVE: &[&str] = &[
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--published-settings-every",
    "off",
];

fn serve<'a>(option: &'a str, values: &'a [(&'a str, &'a str, &'a str)]) -> Case<'a> {
    Case {
        before: SERVE,
        option,
        prefix: "",
        after: &[],
        values,
    }
}

const NO_FILE: &str = "No such file or directory";
const NOT_ALLOWED: &str = "Permission denied";
const A_DIRECTORY: &str = "Is a directory";

#[test]
fn a_file_that_cannot_be_used_is_named_with_its_option() {
    let folder = Folder::new();
    let path = |name| folder.path(name);
    let [text, empty, open] = [path("text"), path("empty"), path("open")];
    let [directory, forbidden, circle] = [path("directory"), path("forbidden"), path("circle")];
    let inside = path("text/inside");
    let unreadable = |expected: &'static str| {
        [
            ("/nothing/here", NO_FILE, expected),
            (
                "nothing-here",
                "No such file or directory (os error 2) in /",
                expected,
            ),
            (&*directory, A_DIRECTORY, expected),
            (&*inside, "Not a directory", expected),
            (&*forbidden, NOT_ALLOWED, expected),
            (&*circle, "Too many levels of symbolic links", expected),
        ]
    };
    serve(
        "--config",
        &unreadable("expected a file with a provider record"),
    )
    .check();
    serve(
        "--cacert",
        &unreadable("expected a file with certificates in PEM"),
    )
    .check();
    serve(
        "--limits-secret",
        &unreadable("expected a file with the secret"),
    )
    .check();
    let url = "expected a file with the URL of a PostgreSQL database";
    serve("--database-file", &unreadable(url)).check();
    for option in ["--cacert", "--config"] {
        for command in [&["probe", "q.com"][..], &["monitor", "--once"]] {
            Case {
                before: command,
                ..serve(option, &unreadable("expected a file with"))
            }
            .check();
        }
    }
    for command in [&["check-config"][..], &["record", "import"]] {
        Case {
            before: command,
            ..serve("", &unreadable("expected a "))
        }
        .check();
    }
    // Devices and directories are no certificates, also where the files are read again later.
    let pem = |expected: &'static str| {
        let mut values = unreadable(expected);
        values[2].1 = "this is not a regular file";
        values
    };
    let key = "expected a file with certificates in PEM";
    let values = pem(key);
    for (cert, key) in [
        ("--tls-cert", "--tls-key"),
        ("--profile-certificate", "--profile-key"),
    ] {
        Case {
            after: &[key, "/nothing/key"],
            ..serve(cert, &values)
        }
        .check();
    }
    // A password. A directory can be opened and has the mode of one.
    let password = unreadable("expected a file with the password");
    let mut password: Vec<_> = password
        .iter()
        .copied()
        .filter(|value| value.0 != directory)
        .collect();
    password.push((
        &directory,
        "it has mode 755",
        "expected that only its owner may read it",
    ));
    password.push((
        &open,
        "it has mode 644",
        "expected that only its owner may read it",
    ));
    password.push((&empty, "", "expected one line of text with a password"));
    {
        Case {
            after: &[
                "--alert-mail",
                "a@example.net",
                "--alert-smtp",
                "smtps://jane@example.net",
            ],
            ..serve("--alert-smtp-password", &password)
        }
        .check();
        Case {
            prefix: "jane@centurylink.net=",
            ..serve("--canary", &password)
        }
        .check();
    }
    // What can be read, and is something else.
    serve(
        "--cacert",
        &[(
            &text,
            "there is no certificate in it",
            "expected a line -----BEGIN",
        )],
    )
    .check();
    serve(
        "--limits-secret",
        &[(&text, "", "expected at least 32 random bytes")],
    )
    .check();
    let no_url = [
        (&*text, "it is no URL of PostgreSQL", "expected postgres://"),
        (
            &*empty,
            "it is no URL of PostgreSQL",
            "expected postgres://",
        ),
        (
            &*path("broken"),
            "it is no URL of PostgreSQL",
            "expected postgres://",
        ),
    ];
    serve("--database-file", &no_url).check();
}

#[test]
fn a_directory_that_cannot_be_used_is_named_with_its_option() {
    let folder = Folder::new();
    let path = |name| folder.path(name);
    let expected = "expected a directory, or a place for a new one";
    serve(
        "--data",
        &[
            ("/proc/nothing/x", NO_FILE, expected),
            (&path("text"), "it is no directory", expected),
            (&path("text/inside"), "Not a directory", expected),
            (&path("circle"), "File exists", expected),
            (
                &path("closed"),
                NOT_ALLOWED,
                "the user of the program must be allowed to write there",
            ),
            (
                &path("closed/x"),
                NOT_ALLOWED,
                "the user of the program must be allowed to write there",
            ),
            ("/proc", NO_FILE, expected),
            (
                &format!("/tmp/{}", "x".repeat(300)),
                "File name too long",
                expected,
            ),
        ],
    )
    .check();
}

#[test]
fn an_address_that_cannot_be_used_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for option in ["--listen", "--metrics-listen", "--redirect-listen"] {
        let before: Vec<&str> = match option {
            "--listen" => vec!["serve"],
            _ => SERVE.to_vec(),
        };
        let expected = "expected the address of a network interface and a port";
        Case {
            before: &before,
            ..serve(
                option,
                &[
                    ("3000", "it has no port", expected),
                    ("127.0.0.1", "it has no port", expected),
                    ("localhost:3000", "a name is not looked up", expected),
                    (
                        "127.0.0.1:99999",
                        "the port is not a number up to 65535",
                        expected,
                    ),
                    ("http://127.0.0.1:80", "", expected),
                    ("::1:3000", "", expected),
                ],
            )
        }
        .check();
    }
    for option in ["--listen", "--metrics-listen"] {
        let before: Vec<&str> = match option {
            "--listen" => vec!["serve", "--monitor-every", "off"],
            _ => [SERVE, &["--monitor-every", "off"]].concat(),
        };
        let values = [
            (
                &*taken,
                "Address already in use",
                "expected a port on which nothing listens yet",
            ),
            (
                "192.0.2.1:3000",
                "Cannot assign requested address",
                "expected an address of this machine",
            ),
        ];
        Case {
            before: &before,
            ..serve(option, &values)
        }
        .check_last_line();
    }
    let expected = "expected an IP address and a port";
    let values = [
        ("192.0.2.1", "it has no port", expected),
        ("192.0.2.1:0", "nothing has port 0", expected),
        ("0.0.0.0:53", "nothing has this address", expected),
        ("example.net:53", "a name is not looked up", expected),
    ];
    serve("--control-host", &values).check();
    for command in [
        &["dns", "example.net", "--check"][..],
        &["record", "new", "example.net"],
    ] {
        Case {
            before: command,
            ..serve("--nameserver", &values)
        }
        .check();
    }
    serve(
        "--trusted-proxy",
        &[
            ("proxy.example.net", "", "expected an address or a network"),
            ("10.0.0.0/99", "", "expected an address or a network"),
        ],
    )
    .check();
    Case {
        before: &["probe", "example.net"],
        ..serve(
            "--connect-to",
            &[("mail.example.net:993", "", "expected HOST:PORT:ADDR:PORT")],
        )
    }
    .check();
}

impl Case<'_> {
    /// The same where the log begins first.
    fn check_last_line(&self) {
        for (value, wrong, expected) in self.values {
            let arguments = self.before.iter().chain([&self.option, value]);
            let arguments: Vec<OsString> = arguments.map(OsString::from).collect();
            let said = refusal(&arguments);
            let line = said.lines().last().unwrap_or_default();
            for part in [self.option, value, wrong, expected] {
                assert!(
                    line.contains(part),
                    "{arguments:?}: {part:?} is not in:\n{said}"
                );
            }
        }
    }
}

#[test]
fn a_url_name_or_mail_address_that_cannot_be_used_is_named_with_its_option() {
    let webhook = "expected an address with https://, or with http:// on this machine";
    serve(
        "--alert-webhook",
        &[
            ("nonsense", "", webhook),
            ("http://example.net/x", "", webhook),
            ("ftp://example.net/x", "", webhook),
            ("https://jane:secret@example.net/x", "", webhook),
            ("https://", "", webhook),
        ],
    )
    .check();
    let address = "expected one mail address without a name, such as operators@example.net";
    serve(
        "--alert-mail",
        &[
            ("nonsense", "", address),
            ("@example.net", "", address),
            ("Jane <jane@example.net>", "", address),
            ("a@example.net,b@example.net", "", address),
            ("a@example.net b@example.net", "", address),
        ],
    )
    .check();
    let smtp = "expected smtps://HOST or smtp://HOST (with STARTTLS)";
    serve(
        "--alert-smtp",
        &[
            ("mail.example.net", "", smtp),
            ("imaps://mail.example.net", "", smtp),
            ("smtps://jane:secret@example.net", "", smtp),
            ("smtps://", "", smtp),
        ],
    )
    .check();
    let canary = "expected a mail address and the file with its password";
    serve(
        "--canary",
        &[
            ("jane@example.net", "", canary),
            ("jane@example.net=", "", canary),
            ("example.net=/x", "", canary),
        ],
    )
    .check();
    let contact = "expected a URL that begins with mailto:, https:// or tel:";
    for option in ["--contact", "--security-contact"] {
        serve(
            option,
            &[
                ("jane@example.net", "", contact),
                ("http://example.net", "", contact),
            ],
        )
        .check();
    }
    let page = "expected https:// and a host name";
    serve(
        "--privacy-page",
        &[("example.net", "", page), ("http://example.net", "", page)],
    )
    .check();
    let host = "expected a host name without a port";
    serve(
        "--host",
        &[
            ("example.net:443", "", host),
            ("https://example.net", "", host),
        ],
    )
    .check();
    // The value may have a password, and is not repeated.
    for value in [
        "",
        "nonsense",
        "mysql://jane:s3cret@example.net/x",
        "postgres://jane:s3cret@host:port/x",
    ] {
        let arguments = [SERVE, &["--database", value]].concat();
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let said = refusal(&arguments);
        assert!(said.contains("--database: expected postgres://"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[test]
fn a_value_that_is_empty_or_no_text_is_named_with_its_option() {
    let command = program().args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(command.stdout).unwrap();
    let options: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"))
        .filter(|line| line.contains('<'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(options.len() > 40, "{options:?}");
    let files = [
        "config",
        "data",
        "database-file",
        "cacert",
        "limits-secret",
        "alert-smtp-password",
    ];
    let files = [
        &files[..],
        &["tls-cert", "tls-key", "profile-certificate", "profile-key"],
    ]
    .concat();
    for option in options {
        // A name of nobody is one, and the empty URL of a database is refused when it is used.
        if option == "operator" {
            continue;
        }
        let option = format!("--{option}");
        let said = refusal(&["serve".into(), option.clone().into(), "".into()]);
        assert!(said.contains(&option), "{said}");
        if files.iter().any(|file| option == format!("--{file}")) {
            continue;
        }
        let broken = OsStr::from_bytes(b"x\xff");
        let said = refusal(&["serve".into(), option.clone().into(), broken.into()]);
        let expected = format!("mailguide: {option} x\u{fffd}: expected text in UTF-8");
        // Of a few words one is chosen, and all are named.
        let of_few = format!("'{option} <");
        assert!(
            said.starts_with(&expected)
                || (said.contains(&of_few) && said.contains("[possible values: ")),
            "{said}"
        );
    }
    // The names of files may have any bytes.
    let broken = Path::new(OsStr::from_bytes(b"/nothing/\xff"));
    let said = refusal(&["serve".into(), "--config".into(), broken.into()]);
    assert!(
        said.starts_with("mailguide: --config /nothing/\u{fffd}: No such file"),
        "{said}"
    );
}

#[test]
fn the_url_in_the_environment_must_be_one() {
    for (value, expected) in [
        (&b"nonsense"[..], "DATABASE_URL: expected postgres://"),
        (
            b"postgres://\xff",
            "DATABASE_URL: it is not in UTF-8: expected the URL",
        ),
    ] {
        let done = program()
            .args(SERVE)
            .env("DATABASE_URL", OsStr::from_bytes(value))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with(&format!("mailguide: {expected}")),
            "{said}"
        );
    }
}
