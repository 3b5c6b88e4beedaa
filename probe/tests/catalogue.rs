//! Every behaviour of the catalogue, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod scripted_server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use probe::net::Probe;
use probe::{Protocol, Security};
use rustls::ServerConfig;
use scripted_server::checking::{assert_secret, check, credentials, probe, settled, steps, target};
use scripted_server::language::{self, unescape};
use scripted_server::{Authority, Do, Server};
use serde::Deserialize;

/// The behaviours that the catalogue numbers.
const NUMBERS: std::ops::RangeInclusive<u8> = 1..=86;

/// As many servers are played at once; most of them only wait.
const AT_ONCE: usize = 48;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    case: Vec<Case>,
    elsewhere: BTreeMap<String, Vec<u8>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    number: Option<u8>,
    name: String,
    service: String,
    script: String,
    steps: String,
    dripped: Option<String>,
    said: Option<String>,
    clear: Option<String>,
    seconds: Option<u64>,
}

/// How the same words arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Whole,
    ByteByByte,
}

#[tokio::test]
async fn every_behaviour_is_named() {
    let authority = Authority::new("Test root");
    let probe = probe(&authority);
    let versions = [
        ("TLS 1.3", authority.server_of(&rustls::version::TLS13)),
        ("TLS 1.2", authority.server_of(&rustls::version::TLS12)),
    ];
    let mut plays = Vec::new();
    for case in catalogue().case {
        let script = language::parse(&case.script);
        let encrypted = script.iter().any(|act| matches!(act, Do::Tls));
        // Without TLS there is nothing to do twice.
        for (version, config) in &versions[..if encrypted { 2 } else { 1 }] {
            plays.push((case.clone(), script.clone(), *version, config, Way::Whole));
        }
        // A byte at a time takes as long as there are bytes.
        let few = script.iter().map(Do::length).sum::<usize>() < 1000;
        if few && case.seconds.is_none() {
            let (version, config) = &versions[0];
            plays.push((case, script, *version, config, Way::ByteByByte));
        }
    }
    let plays = plays
        .into_iter()
        .map(|(case, script, version, config, way)| {
            play(&probe, case, script, version, Arc::clone(config), way)
        });
    let faults: Vec<String> = stream::iter(plays)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |result| result.err())
        .collect()
        .await;
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

async fn play(
    probe: &Probe,
    case: Case,
    script: Vec<Do>,
    version: &str,
    config: Arc<ServerConfig>,
    way: Way,
) -> Result<(), String> {
    let name = format!("{} ({version}, {way:?})", case.name);
    let script = match way {
        Way::Whole => script,
        Way::ByteByByte => script.into_iter().map(Do::byte_by_byte).collect(),
    };
    let server = Server::start(script, Some(config)).await;
    let (protocol, security) = service(&case.service);
    let target = target("one", protocol, security, &server);
    let begun = Instant::now();
    let reports = check(probe, vec![target], Some(credentials())).await;
    let took = begun.elapsed();
    let report = &reports[0];
    // Bytes that come one by one may come before or after the client has begun TLS.
    let dripped = case.dripped.filter(|_| way == Way::ByteByByte);
    let by_chance = dripped.is_some();
    let expected = format!("{} or {}", case.steps, dripped.unwrap_or_default());
    let found = steps(report);
    let fits = |expected: &str| found == format!("dns:address-given connect:ok {expected}");
    if !expected.split(" or ").any(fits) {
        return Err(format!("{name}:\n  {found}\n  {expected}was expected"));
    }
    // What must wait for a deadline may take that long and, where it looks again, a little more.
    let (least, most) = match case.seconds {
        Some(seconds) => (seconds, seconds + 9),
        None if by_chance => (0, 17),
        None => (0, 8),
    };
    if took < Duration::from_secs(least) || took > Duration::from_secs(most) {
        return Err(format!("{name}: took {took:?}"));
    }
    let last = report
        .steps
        .iter()
        .rfind(|step| step.stage != probe::Stage::OtherAddresses);
    let quoted = last
        .and_then(|step| step.server_said.as_deref())
        .unwrap_or("");
    if let Some(said) = &case.said
        && !by_chance
        && !quoted.contains(said)
    {
        return Err(format!("{name}: the server said {quoted:?}"));
    }
    let heard = settled(&server).await;
    if heard.early {
        return Err(format!("{name}: something was sent before its time"));
    }
    if let Some(clear) = &case.clear
        && !by_chance
        && heard.clear != unescape(clear)
    {
        let clear = String::from_utf8_lossy(&heard.clear);
        return Err(format!("{name}: the server heard {clear:?}"));
    }
    assert_secret(&heard, &reports, &name);
    Ok(())
}

#[test]
fn no_behaviour_is_forgotten() {
    let Catalogue { case, elsewhere } = catalogue();
    let numbers: BTreeSet<u8> = case
        .iter()
        .filter_map(|case| case.number)
        .chain(elsewhere.values().flatten().copied())
        .collect();
    let missing: Vec<u8> = NUMBERS.filter(|number| !numbers.contains(number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(numbers.iter().next_back(), Some(NUMBERS.end()));
    let mut names = BTreeSet::new();
    for case in &case {
        assert!(
            names.insert((&case.name, &case.service)),
            "{} stands twice",
            case.name
        );
    }
    for file in elsewhere.keys() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(file);
        assert!(path.exists(), "{file}");
    }
}

/// Writes what the servers of the catalogue say to `fuzz/seeds`, one file a row, for `make fuzz`.
#[test]
#[ignore = "a tool, not a test"]
fn write_the_seeds_for_fuzzing() {
    let crate_directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = |target: &str, name: String, bytes: Vec<u8>| {
        let directory = crate_directory.join("fuzz/seeds").join(target);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(name), bytes).unwrap();
    };
    for (row, case) in catalogue().case.into_iter().enumerate() {
        let target = case.service.trim_end_matches('s');
        let mut said = Vec::new();
        for act in language::parse(&case.script) {
            match act {
                Do::Say(bytes) | Do::Drip(_, bytes) => said.extend(bytes),
                // Between two replies the client speaks.
                Do::Hear => said.push(2),
                _ => {}
            }
        }
        said.truncate(4096);
        if said.first().is_some_and(|byte| (20..24).contains(byte)) {
            write("tls", format!("row-{row}"), said.clone());
        }
        write(target, format!("row-{row}"), said);
    }
    let read =
        |name: &str| std::fs::read(crate_directory.join("tests/certificates").join(name)).unwrap();
    let parts = ["stapled.ocsp", "stapled.der", "stapled-issuer.der"].map(read);
    let with_length = parts.into_iter().flat_map(|part| {
        let length = u16::try_from(part.len()).unwrap().to_be_bytes();
        [length.to_vec(), part].concat()
    });
    write("certificate", "stapled".to_owned(), with_length.collect());
}

fn catalogue() -> Catalogue {
    toml::from_str(include_str!("catalogue.toml")).unwrap()
}

fn service(name: &str) -> (Protocol, Security) {
    let (name, security) = match name.strip_suffix('s') {
        Some(name) => (name, Security::Tls),
        None => (name, Security::Starttls),
    };
    let protocol = match name {
        "imap" => Protocol::Imap,
        "pop3" => Protocol::Pop3,
        "smtp" => Protocol::Smtp,
        _ => panic!("{name} is no service"),
    };
    (protocol, security)
}
