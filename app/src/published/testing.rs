//! Published settings for tests, in few words.

use std::sync::Arc;

use probe::{Protocol, Security};

use super::{Answer, Difference, Observation, Source};
use crate::record::{Group, Record, parse};
use crate::setup::read::{Found, FoundHost, FoundService, FoundSignIn, FoundUserName};

pub(crate) const DOMAIN: &str = "example.net";

/// IMAP on `mail.example.net`, POP, and SMTP with an alternative; two values are known to be wrong.
pub(crate) fn record() -> Record {
    parse(include_str!("testing.toml"), "testing.toml").unwrap()
}

pub(crate) fn group() -> Arc<Group> {
    Arc::clone(&record().groups[0])
}

/// Services as `protocol host port security [user-name [sign-in]]`, between commas. One behind a `!` cannot be
/// right, and `broken` is one that cannot be read.
pub(crate) fn found(text: &str) -> Found {
    let mut found = Found::default();
    for text in text
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        if text == "broken" {
            found.broken_services += 1;
            continue;
        }
        let service = service(text.trim_start_matches('!'));
        match text.starts_with('!') {
            true => found.contradictory.push(service),
            false => found.services.push(service),
        }
    }
    found
}

fn service(text: &str) -> FoundService {
    let words: Vec<_> = text.split_whitespace().collect();
    let [protocol, host, port, security, ..] = words[..] else {
        panic!("{text}: expected protocol, host, port and security")
    };
    FoundService {
        line: 1,
        protocol: match protocol {
            "imap" => Protocol::Imap,
            "pop3" => Protocol::Pop3,
            "smtp" => Protocol::Smtp,
            other => panic!("{other}: expected imap, pop3 or smtp"),
        },
        host: FoundHost::parse(host).unwrap(),
        port: port.parse().unwrap(),
        security: match security {
            "tls" => Security::Tls,
            "starttls" => Security::Starttls,
            _ => Security::None,
        },
        sign_in: match words.get(5) {
            None => Vec::new(),
            Some(&"password") => vec![FoundSignIn::Password],
            Some(&"encrypted") => vec![FoundSignIn::EncryptedPassword],
            Some(&"oauth2") => vec![FoundSignIn::OAuth2],
            Some(_) => vec![FoundSignIn::None],
        },
        user_name: match words.get(4) {
            None => None,
            Some(&"full") => Some(FoundUserName::FullAddress),
            Some(&"local-part") => Some(FoundUserName::LocalPart),
            Some(other) => Some(FoundUserName::Other((*other).to_owned())),
        },
    }
}

/// Places and what is in them, as `source: services`, a line each. `-` is nothing, `?` is not known, and `garbage`
/// cannot be read.
pub(crate) fn observed(text: &str) -> Vec<Observation> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let observation = |line: &str| {
        let (id, services) = line.split_once(':').unwrap();
        let mut sources = <Source as strum::IntoEnumIterator>::iter();
        let source = sources.find(|source| source.id() == id).unwrap();
        let answer = match services.trim() {
            "-" => Answer::Absent,
            "?" => Answer::Unreachable("no answer".to_owned()),
            "garbage" => {
                let problem = crate::setup::read::Problem::at(1, "expected XML");
                Answer::Unreadable(problem)
            }
            services => Answer::Found(found(services)),
        };
        Observation { source, answer }
    };
    lines.map(observation).collect()
}

/// The names of differences, between spaces.
pub(crate) fn ids(differences: &[Difference]) -> String {
    let ids = differences.iter().map(Difference::id);
    ids.collect::<Vec<_>>().join(" ")
}
