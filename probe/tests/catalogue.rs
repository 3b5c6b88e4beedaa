//! Every behaviour of the catalogue, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use probe::net::Probe;
use probe::{Credentials, Protocol, Security, Stage};
use rcgen::date_time_ymd;
use rustls::SupportedProtocolVersion;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use scripted_server::browser::Browser;
use scripted_server::certificates::{Authority, Oddity};
use scripted_server::checking::{
    PASSWORD, check, encode, endpoint, find_leak, forms, probe, target, user, wait_until_closed,
};
use scripted_server::reports::steps;
use scripted_server::transcript::{self, Act, Word};
use scripted_server::{Received, Server};
use serde::Deserialize;

/// The behaviours that the catalogue numbers.
const NUMBERS: std::ops::RangeInclusive<u8> = 1..=86;

const SERVICES: [&str; 6] = ["imaps", "imap", "pop3s", "pop3", "smtps", "smtp"];

/// As many servers are played at once, besides those that only wait.
const MAX_CONCURRENT: usize = 16;

/// So many checks one browser makes. It makes a page wait that has opened more WebSockets.
const MAX_OF_BROWSER: usize = 200;

/// As much later than need be may a check end, on a machine that is busy with all the others.
const TIMEOUT_TOLERANCE: Duration = Duration::from_secs(10);

/// See the head of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    part: BTreeMap<String, BTreeMap<String, Part>>,
    case: Vec<Case>,
    elsewhere: BTreeMap<String, Vec<u8>>,
}

/// See the head of the other file. Its scripts are made of the same parts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServersInUse {
    case: Vec<Case>,
}

/// Something that many scripts have in common, for one service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(default)]
    script: String,
    #[serde(default)]
    steps: String,
    #[serde(default)]
    said: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    numbers: Vec<u8>,
    name: String,
    on: String,
    script: String,
    steps: String,
    #[serde(default)]
    said: String,
    #[serde(default)]
    each: Vec<Vec<String>>,
    #[serde(default)]
    dripped: String,
    #[serde(default)]
    seconds: u64,
    #[serde(default)]
    tls: Oddity,
    version: Option<String>,
    #[serde(default = "default_password")]
    password: String,
}

fn default_password() -> String {
    PASSWORD.to_owned()
}

/// One row for one service.
#[derive(Clone)]
struct Play {
    name: String,
    service: &'static str,
    script: String,
    steps: String,
    dripped: String,
    said: String,
    seconds: u64,
    tls: Oddity,
    version: &'static SupportedProtocolVersion,
    password: String,
    byte_by_byte: bool,
    first: First,
}

/// Of what a play is the first, among those that differ only in their words or in the service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// Of its row.
    OfRow,
    /// Of its row and service.
    OfService,
    /// Of nothing.
    No,
}

/// How a server is checked.
#[derive(Clone)]
enum Way {
    /// Over the sockets of this machine.
    Sockets(Probe),
    /// By the worker in a browser, through a relay.
    Relay(Arc<Browser>),
}

#[tokio::test(flavor = "multi_thread")]
async fn every_behaviour_is_named() {
    let authority = Authority::new("Test root");
    let probe = probe(&authority);
    play_all(plays(&catalogue()), Way::Sockets(probe), authority).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_behaviour_is_named_in_a_browser() {
    let mut plays = plays(&catalogue());
    // The same dialogues read the words and put the bytes together on both ways.
    plays.retain(|play| !play.byte_by_byte && play.first != First::No);
    // A browser opens one WebSocket after the other, and makes a page wait that opens many of them. That would be too
    // late for what is to be over after seconds.
    let (mut slow, quick): (Vec<_>, Vec<_>) = plays.into_iter().partition(|play| play.seconds > 0);
    slow.retain(|play| play.first == First::OfRow && play.version == &rustls::version::TLS13);
    let quick = quick.chunks(MAX_OF_BROWSER).map(<[Play]>::to_vec);
    for plays in quick.chain([slow]) {
        let browser = Arc::new(Browser::start(None));
        play_all(plays, Way::Relay(browser), Authority::new("Test root")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_judges_certificates_by_the_time_of_the_site() {
    let authority = Authority::new("Test root");
    // The device is a century behind the site, and so are all other parts of this test.
    let browser = Browser::start(Some("Thu, 01 Jan 2099 00:00:00 GMT"));
    let config = authority.server(|params| params.not_before = date_time_ymd(2098, 1, 1));
    let script = transcript::parse("TLS");
    let server = Server::play(script, Some(config)).await;
    let endpoint = endpoint("one", Protocol::Imap, Security::Tls);
    let user = user();
    let sign_in = [user.as_str(), PASSWORD];
    let report = browser.check(&server, &endpoint, sign_in, &authority.root);
    let found = steps(&report.await);
    assert!(found.contains("certificate:ok"), "{found}");
}

async fn play_all(plays: Vec<Play>, way: Way, authority: Authority) {
    let authority = Arc::new(authority);
    let start = |play| {
        let run = run(way.clone(), Arc::clone(&authority), play);
        async { tokio::spawn(run).await.unwrap() }
    };
    // Who waits for a deadline needs nothing else, so all of them wait at the same time.
    let (slow, quick): (Vec<_>, Vec<_>) = plays.into_iter().partition(|play| play.seconds > 0);
    // With none at once the stream would wait for ever, even if it is empty.
    let slow_at_once = slow.len().max(1);
    let slow = stream::iter(slow.into_iter().map(start)).buffer_unordered(slow_at_once);
    let quick = stream::iter(quick.into_iter().map(start)).buffer_unordered(MAX_CONCURRENT);
    let results: Vec<_> = stream::select(slow, quick).collect().await;
    let count = results.len();
    let faults: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(
        faults.is_empty(),
        "{} of {count} conversations:\n\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

/// All rows for all services, in both versions of TLS, and byte by byte.
fn plays(catalogue: &Catalogue) -> Vec<Play> {
    let mut plays = Vec::new();
    let no_variants = [Vec::new()];
    for case in &catalogue.case {
        let each = if case.each.is_empty() {
            &no_variants[..]
        } else {
            &case.each
        };
        let variants = services(&case.on).enumerate();
        let variants = variants.flat_map(|(number, service)| {
            let each = each.iter().enumerate();
            each.map(move |(variant, each)| (service, each, number, variant))
        });
        for (service, each, number, variant) in variants {
            let expand = |steps: &str| catalogue.expand(steps, service, " ", |part| &part.steps);
            let play = Play {
                name: format!("{service}, {} {}", case.name, each.join(" | ")),
                service,
                script: fill(
                    &catalogue.expand(&case.script, service, "\n", |part| &part.script),
                    &case.password,
                    each,
                ),
                steps: fill(&expand(&case.steps), "", each),
                dripped: fill(&expand(&case.dripped), "", each),
                said: match catalogue.part.get(&case.said) {
                    Some(part) => part[service].said.clone(),
                    None => fill(&case.said, "", each),
                },
                seconds: case.seconds,
                tls: case.tls,
                version: &rustls::version::TLS13,
                password: case.password.clone(),
                byte_by_byte: false,
                first: match (number, variant) {
                    (0, 0) => First::OfRow,
                    (_, 0) => First::OfService,
                    _ => First::No,
                },
            };
            let encrypted = play.script.lines().any(|line| line == "TLS");
            let version = case.version.as_deref();
            if version != Some("1.2") {
                plays.push(play.clone());
            }
            if encrypted && version != Some("1.3") {
                let version = &rustls::version::TLS12;
                plays.push(Play {
                    version,
                    ..play.clone()
                });
            }
            if play.seconds == 0 && version.is_none() {
                plays.push(Play {
                    byte_by_byte: true,
                    ..play
                });
            }
        }
    }
    plays
}

impl Catalogue {
    /// Puts parts in the place of their names.
    fn expand(&self, text: &str, service: &str, between: &str, of: fn(&Part) -> &String) -> String {
        let words = text.split(between).map(|word| match self.part.get(word) {
            Some(part) => self.expand(of(&part[service]), service, between, of),
            None => word.to_owned(),
        });
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(between)
    }
}

/// Puts values in the place of what stands for them.
fn fill(text: &str, password: &str, each: &[String]) -> String {
    let [_, quoted, base64, plain] = forms(password);
    let column = |number: usize| each.get(number).map_or("", String::as_str);
    let said = if each.len() > 2 { column(2) } else { column(0) };
    [
        ("<each>", column(0)),
        ("<outcome>", column(1)),
        ("<said>", said),
        ("<user>", &user()),
        ("<user64>", &encode(&user())),
        ("<password>", password),
        ("<quoted>", &quoted),
        ("<password64>", &base64),
        ("<plain>", &plain),
        ("<length>", &password.len().to_string()),
        ("<version>", env!("CARGO_PKG_VERSION")),
    ]
    .iter()
    .fold(text.to_owned(), |text, (name, value)| {
        text.replace(name, value)
    })
}

async fn run(way: Way, authority: Arc<Authority>, play: Play) -> Result<(), String> {
    let mut script = transcript::parse(&play.script);
    if play.byte_by_byte {
        drip(&mut script);
    }
    let config = script
        .contains(&Act::Tls)
        .then(|| authority.odd_server(play.tls, play.version));
    let server = Server::play(script, config).await;
    let (protocol, security) = protocol(play.service);
    let target = target("one", protocol, security, &server);
    let begun = Instant::now();
    let reports = match way {
        Way::Sockets(probe) => {
            let credentials = Credentials::new(user(), play.password.clone().into()).unwrap();
            check(&probe, vec![target], Some(credentials)).await
        }
        Way::Relay(browser) => {
            let sign_in = [&user(), play.password.as_str()];
            let check = browser.check(&server, &target.endpoint, sign_in, &authority.root);
            vec![check.await]
        }
    };
    let took = begun.elapsed();
    let received = wait_until_closed(&server).await;
    judge(&play, &reports, &received, took).map_err(|fault| {
        let way = if play.byte_by_byte {
            ", byte by byte"
        } else {
            ""
        };
        format!("{} ({:?}{way}): {fault}", play.name, play.version)
    })
}

/// Lets the last two speeches, which are what a script is about, come byte by byte.
fn drip(script: &mut Vec<Act>) {
    let speeches = script.iter().enumerate();
    let speeches = speeches.filter(|(_, act)| matches!(act, Act::Send(_)));
    let places: Vec<usize> = speeches.map(|(place, _)| place).collect();
    let begin = places.iter().rev().take(2).next_back();
    script.insert(
        begin.copied().unwrap_or_default(),
        Act::Drip(Duration::from_millis(1)),
    );
}

/// Compares what was found with what there was to find.
fn judge(
    play: &Play,
    reports: &[probe::EndpointReport],
    received: &[Received],
    took: Duration,
) -> Result<(), String> {
    let report = &reports[0];
    let found = steps(report);
    let found = found
        .strip_prefix("dns:address-given connect:ok ")
        .unwrap_or(&found);
    // Bytes that come one by one may come before or after the client has begun TLS.
    let by_chance = play.byte_by_byte && !play.dripped.is_empty();
    if found != play.steps && !(by_chance && play.dripped.split(" or ").any(|steps| steps == found))
    {
        return Err(format!(
            "\n  {found} was found and\n  {} expected",
            play.steps
        ));
    }
    // Further connections are second looks, which keep to no script.
    if let [wrong, ..] = received[0].deviations.as_slice()
        && !by_chance
    {
        return Err(wrong.clone());
    }
    let last = report
        .steps
        .iter()
        .rfind(|step| step.stage != Stage::OtherAddresses);
    let quoted = last
        .and_then(|step| step.server_reply.as_deref())
        .unwrap_or("");
    let right = match play.said.strip_suffix('…') {
        Some(beginning) => quoted.starts_with(beginning),
        None => quoted == play.said,
    };
    // A goodbye has only two seconds, and nobody waits for the rest of it.
    let is_goodbye = last.is_some_and(|step| step.stage == Stage::Close);
    let right = right || is_goodbye && play.said.starts_with(quoted);
    if !right && !by_chance {
        return Err(format!(
            "the server said {quoted:?} and not {:?}",
            play.said
        ));
    }
    for quoted in report
        .steps
        .iter()
        .filter_map(|step| step.server_reply.as_deref())
    {
        if quoted.chars().count() > 300 || quoted.chars().any(char::is_control) {
            return Err(format!("this cannot be shown: {quoted:?}"));
        }
    }
    let least = Duration::from_secs(play.seconds);
    if took < least || took > least + TIMEOUT_TOLERANCE {
        return Err(format!("took {took:?}"));
    }
    let verified = found.contains("certificate:ok");
    if !verified
        && received
            .iter()
            .any(|received| !received.inside_tls.is_empty())
    {
        return Err(format!(
            "something was sent to a server that is not verified: {received:?}"
        ));
    }
    match find_leak(&play.password, received, reports) {
        Some(leak) => Err(leak),
        None => Ok(()),
    }
}

#[test]
fn no_behaviour_is_forgotten() {
    let catalogue = catalogue();
    let here = catalogue.case.iter().flat_map(|case| &case.numbers);
    let numbers: BTreeSet<u8> = here
        .chain(catalogue.elsewhere.values().flatten())
        .copied()
        .collect();
    assert_eq!(numbers, NUMBERS.collect());
    let mut names = BTreeSet::new();
    for play in plays(&catalogue) {
        let (version, drip) = (format!("{:?}", play.version), play.byte_by_byte);
        assert!(
            names.insert((play.name.clone(), version, drip)),
            "{} stands twice",
            play.name
        );
        // What is written wrong is found at once, and not after half a minute.
        transcript::parse(&play.script);
        let steps = format!("{} {}", play.steps, play.dripped);
        for step in steps.split_whitespace().filter(|word| *word != "or") {
            let (_, outcome) = step.split_once(':').unwrap();
            let known = probe::Outcome::ALL
                .iter()
                .any(|known| known.code() == outcome);
            assert!(known, "{}: {step}", play.name);
        }
    }
    for place in catalogue.elsewhere.keys() {
        let (file, test) = place.split_once(' ').unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.contains(&format!("fn {test}()")),
            "there is no {place}"
        );
    }
}

/// `make fuzz` begins with what the servers of the catalogue say, one file a row. Every reader must have
/// some, and none may be longer than the 8192 bytes that are taken.
#[test]
fn every_row_is_a_seed_of_fuzzing() {
    let crate_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeded = BTreeSet::new();
    let mut write = |target: &str, name: String, bytes: Vec<u8>| {
        assert!(bytes.len() <= 8192, "{target} {name}: {}", bytes.len());
        seeded.insert(target.to_owned());
        let directory = crate_directory.join("fuzz/seeds").join(target);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(name), bytes).unwrap();
    };
    let plays = plays(&catalogue());
    for (row, play) in plays.iter().filter(|play| !play.byte_by_byte).enumerate() {
        let target = play.service.trim_end_matches('s');
        let mut said = Vec::new();
        for act in transcript::parse(&play.script) {
            match act {
                Act::Send(words) => said.extend(words.into_iter().flat_map(|word| match word {
                    Word::Bytes(bytes) => bytes,
                    Word::Tag => vec![1],
                    Word::LastLine => PASSWORD.into(),
                })),
                // Between two replies the client speaks.
                Act::Expect(_) => said.push(2),
                _ => {}
            }
        }
        said.truncate(4096);
        if said.first().is_some_and(|byte| (20..24).contains(byte)) {
            write("tls", format!("row-{row}"), said.clone());
        }
        write(target, format!("row-{row}"), said);
    }
    // A response and a chain, each with its length.
    for (name, parts) in [
        (
            "stapled",
            &["stapled.ocsp", "stapled.der", "stapled-issuer.der"][..],
        ),
        (
            "chain",
            &[
                "",
                "broken-signature.pem",
                "good.pem",
                "self-signed-authority.pem",
            ],
        ),
        (
            "old",
            &[
                "",
                "version-1.pem",
                "short-key.pem",
                "version-1-self-signed.pem",
            ],
        ),
    ] {
        let with_length = parts.iter().flat_map(|name| {
            let path = crate_directory.join("tests/certificates").join(name);
            let part = match path.extension() {
                Some(extension) if extension == "pem" => {
                    CertificateDer::from_pem_file(path).unwrap().to_vec()
                }
                Some(_) => std::fs::read(path).unwrap(),
                None => Vec::new(),
            };
            let length = u16::try_from(part.len()).unwrap().to_be_bytes();
            [length.to_vec(), part].concat()
        });
        write("certificate", name.to_owned(), with_length.collect());
    }
    let targets = ["certificate", "imap", "pop3", "smtp", "tls"];
    assert_eq!(Vec::from_iter(seeded), targets);
}

/// The catalogue, with the replies of servers in use behind it.
fn catalogue() -> Catalogue {
    let mut catalogue: Catalogue = toml::from_str(include_str!("catalogue.toml")).unwrap();
    let in_use: ServersInUse = toml::from_str(include_str!("servers_in_use.toml")).unwrap();
    catalogue.case.extend(in_use.case);
    catalogue
}

fn services(on: &str) -> impl Iterator<Item = &'static str> {
    SERVICES.into_iter().filter(move |service| {
        on.split(' ').any(|word| match word {
            "all" => true,
            "implicit" => service.ends_with('s'),
            "starttls" => !service.ends_with('s'),
            word => word == *service,
        })
    })
}

fn protocol(service: &str) -> (Protocol, Security) {
    let (name, security) = match service.strip_suffix('s') {
        Some(name) => (name, Security::Tls),
        None => (service, Security::Starttls),
    };
    let protocol = match name {
        "imap" => Protocol::Imap,
        "pop3" => Protocol::Pop3,
        _ => Protocol::Smtp,
    };
    (protocol, security)
}
