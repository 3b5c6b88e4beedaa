//! What others read in the set-up files: programs of the field, and not our own readers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use time::OffsetDateTime;

use super::testing::{CENTURYLINK, DIRECT, address, record};
use super::zone::SeenKey;
use super::{apple_profile, autoconfig, autodiscover, qr, thunderbird_qr, zone};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = format!("mailguide-setup-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(program: &str, package: &str, arguments: &[&str], file: &Path) -> Output {
    let output = Command::new(program).args(arguments).arg(file).output();
    output.unwrap_or_else(|error| panic!("{program}, of the Debian package {package}: {error}"))
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

#[test]
fn a_schema_of_the_documented_elements_fits_what_outlook_gets() {
    let folder = Folder::new("schema");
    let schemas = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/setup/write/schemas/answer.xsd"
    );
    let valid = |text: &str| {
        let file = folder.file("answer.xml", text);
        let arguments = ["--noout", "--nonet", "--schema", schemas];
        let output = run("xmllint", "libxml2-utils", &arguments, &file);
        (output.status.success(), said(&output))
    };
    let now = OffsetDateTime::now_utc();
    let pop = "pop pop3 995 tls other, smtp smtp 587 starttls other";
    let mut answers: Vec<_> = [CENTURYLINK, DIRECT, pop]
        .iter()
        .map(|services| {
            let record = record("full-address", services);
            let jane = address("j&ne@example.net");
            autodiscover::write(&record, &record.groups[0], &jane).unwrap()
        })
        .collect();
    answers.push(autodiscover::error(
        autodiscover::ErrorCode::InvalidRequest,
        now,
    ));
    answers.push(autodiscover::error(
        autodiscover::ErrorCode::NoProvider,
        now,
    ));
    for answer in &answers {
        let (valid, said) = valid(answer);
        assert!(valid, "{said}\n{answer}");
    }
    // The schema is one that can fail.
    for (right, wrong) in [
        ("<SSL>on", "<SSL>off"),
        ("<Type>POP3", "<Type>POP"),
        ("<SPA>off", "<SPA>no"),
        ("<Port>993", "<Port>0"),
        ("</Account>", "</Account><Account/>"),
    ] {
        let broken = answers[0].replace(right, wrong);
        assert_ne!(broken, answers[0]);
        assert!(!valid(&broken).0, "{broken}");
    }
}

#[test]
fn an_xml_parser_reads_the_configuration() {
    let folder = Folder::new("autoconfig");
    let record = record("full-address", CENTURYLINK);
    let text = autoconfig::write(&record, &record.groups[0], "en").unwrap();
    let file = folder.file("config.xml", text);
    let read = |path: &str| {
        let output = run(
            "xmllint",
            "libxml2-utils",
            &["--nonet", "--xpath", path],
            &file,
        );
        said(&output).trim_end().to_owned()
    };
    assert_eq!(
        read("string(/clientConfig/emailProvider/displayName)"),
        "Example & Sons"
    );
    assert_eq!(read("string(//incomingServer[1]/@type)"), "imap");
    assert_eq!(
        read("string(//documentation/descr[@lang='de'])"),
        "Für \"dich\""
    );
    assert_eq!(
        read("string(/clientConfig/webMail/loginPage/@url)"),
        "https://webmail.example.net/?a&b"
    );
}

#[test]
fn python_reads_the_profile() {
    const READ: &str = "import json, plistlib, sys\n\
        profile = plistlib.load(open(sys.argv[1], 'rb'))\n\
        account = profile['PayloadContent'][0]\n\
        print(json.dumps([profile['PayloadDisplayName'], account['IncomingMailServerUseSSL'],\n\
            account['OutgoingMailServerUseSSL'], account['OutgoingMailServerPortNumber'],\n\
            account['EmailAddress'], 'PreventAppSheet' in account,\n\
            [key for key in account if key.endswith('Password')]]))";
    let folder = Folder::new("profile");
    let record = record("full-address", CENTURYLINK);
    let jane = address("j&ne@example.net");
    let incoming = apple_profile::Incoming::Imap;
    let profile = apple_profile::write(&record, &record.groups[0], Some(&jane), incoming, "Hello.");
    let file = folder.file("mail.mobileconfig", profile.unwrap());
    let output = run("python3", "python3", &["-c", READ], &file);
    assert_eq!(
        said(&output),
        "[\"Example & Sons (j&ne@example.net)\", true, true, 587, \"j&ne@example.net\", false, \
         [\"OutgoingPasswordSameAsIncomingPassword\"]]\n"
    );
}

#[test]
fn a_camera_reads_the_code() {
    let folder = Folder::new("qr");
    let record = record("full-address", CENTURYLINK);
    let jane = address("jane.with.a.long.name@example.net");
    let account = thunderbird_qr::write(&record.groups[0], &jane).unwrap();
    let longest = "0123456789".repeat(qr::MAX_LEN / 10);
    for text in ["https://help.example/settings/q.com", &account, &longest] {
        let picture = qr::svg(text, "Example & Sons").unwrap();
        let file = folder.file("code.svg", &picture);
        let well_formed = run("xmllint", "libxml2-utils", &["--noout", "--nonet"], &file);
        assert!(well_formed.status.success(), "{}", said(&well_formed));
        let file = folder.file("code.pbm", bitmap(&picture));
        let output = run(
            "zbarimg",
            "zbar-tools",
            &["--quiet", "--raw", "--nodbus"],
            &file,
        );
        assert_eq!(said(&output), format!("{text}\n"));
    }
}

/// The picture as a bitmap, four dots a square, from what its path draws.
fn bitmap(picture: &str) -> String {
    const SCALE: usize = 4;
    let between = |begin: &str, end: &str| {
        let (_, rest) = picture.split_once(begin).unwrap();
        rest.split_once(end).unwrap().0
    };
    let size: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
    let mut squares = vec![vec![false; size]; size];
    for run in between("fill=\"#000\" d=\"M", "\"").split('M') {
        // `4 5h7v1h-7z`: a line of seven squares.
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (len, rest) = rest.split_once('v').unwrap();
        assert_eq!(rest, format!("1h-{len}z"));
        let [x, y, len] = [x, y, len].map(|number| number.parse::<usize>().unwrap());
        squares[y][x..x + len].fill(true);
    }
    let mut out = format!("P1\n{0} {0}\n", size * SCALE);
    for row in squares
        .iter()
        .flat_map(|row| std::iter::repeat_n(row, SCALE))
    {
        for square in row
            .iter()
            .flat_map(|square| std::iter::repeat_n(square, SCALE))
        {
            write!(out, "{} ", u8::from(*square)).unwrap();
        }
        out.push('\n');
    }
    out
}

#[test]
fn a_name_server_loads_the_zone() {
    let folder = Folder::new("zone");
    let key = |host: &str| SeenKey {
        host: host.parse().unwrap(),
        port: 993.try_into().unwrap(),
        sha256: [0xa5; 32],
    };
    let keys = [key("imap.example.net"), key("imap.example.com")];
    let plain = "pop pop3 110 none other, smtp smtp 465 tls recommended";
    for services in [CENTURYLINK, DIRECT, plain] {
        for site in ["help.example.net", "192.0.2.1", "2001:db8::1"] {
            let record = record("full-address", services);
            let (domain, site) = ("example.net".parse().unwrap(), site.parse().unwrap());
            let records = zone::records(&record, &record.groups[0], &domain, &site, &keys);
            let own = zone::text(&domain, &records);
            let text = format!(
                "{own}\nexample.net. IN SOA ns.example.net. host.example.net. 1 3600 900 604800 300\n\
                 example.net. IN NS ns.example.net.\nns.example.net. IN A 192.0.2.53\n"
            );
            let file = folder.file("zone", &text);
            let output = run("/usr/sbin/nsd-checkzone", "nsd", &["example.net"], &file);
            let said = said(&output);
            assert!(
                output.status.success() && said.contains("zone example.net is ok"),
                "{said}\n{text}"
            );
            assert!(!said.contains("warning"), "{said}\n{text}");
        }
    }
}
