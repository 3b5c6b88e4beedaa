//! A site with many records: no page grows with them, and everybody finds their own settings.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};

use app::record::{Catalogue, RecordFile, built_in};
use axum::Router;
use axum::http::StatusCode;
use server::http::host::Hosts;
use server::limits::{LimitOptions, Rate};

use super::{Answer, ask, get, post, served_site};

/// Large enough for the longest guide, and far below what a page may have.
const MAX_LEN: usize = 200_000;

/// Pages from which links lead to all others.
const FIRST: [&str; 5] = [
    "/",
    "/report",
    "/network",
    "/errors",
    "/settings/provider-42.example",
];

/// A record with a domain and servers of its own.
fn record(number: usize, note: &str) -> RecordFile {
    let services = [
        ("imap", "imap", 993),
        ("pop", "pop3", 995),
        ("smtp", "smtp", 465),
    ];
    let services = services.map(|(id, protocol, port)| {
        format!(
            r#"
[[group.service]]
id = "{id}-{number}"
protocol = "{protocol}"
host = "{id}.provider-{number}.example"
port = {port}
security = "tls"
role = "recommended"
source = "help"
note = "Note {note}"
connect_to = "127.0.0.1:9"
"#
        )
    });
    let record = format!(
        r#"
id = "provider-{number}"
name = "Provider {number}"
[links]
support = {{ url = "https://provider-{number}.example/help", source = "help" }}
[[source]]
id = "help"
title = "Help"
url = "https://provider-{number}.example/"
read = "2026-11-23"
[[group]]
id = "all"
name = "Addresses of provider {number}"
domains = ["provider-{number}.example", "too.provider-{number}.example"]
user_name = {{ form = "full-address", source = "help" }}
sign_in = {{ method = "password", source = "help" }}
{}"#,
        services.concat()
    );
    RecordFile::new(format!("{number}.toml"), record.into_bytes()).unwrap()
}

fn site(records: usize) -> Router {
    site_with_notes(records, "")
}

fn site_with_notes(records: usize, note: &str) -> Router {
    let many = |seconds| Rate::new(NonZeroU32::MAX, seconds);
    let options = LimitOptions {
        tests_per_client: many(600),
        pages_per_client: many(60),
        pages_at_once_per_client: NonZeroUsize::MAX,
        ..LimitOptions::default()
    };
    let files: Vec<_> = (0..records).map(|number| record(number, note)).collect();
    let catalogue = Catalogue::read(&files, true).unwrap();
    served_site(built_in(), &options, Hosts::default(), |site| {
        site.catalogue = catalogue;
    })
}

/// The targets of the links to other pages.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let links = page.split("<a ").skip(1);
    let links = links.filter_map(|link| {
        let tag = link.split_once('>')?.0;
        tag.split_once("href=\"")?.1.split('"').next()
    });
    links.filter(|target| target.starts_with('/'))
}

/// Every page to which links lead, with a domain in its query or none. A query of any kind keeps it out of the cache,
/// which takes its time to compress.
async fn every_page(site: &Router, query: &str) -> BTreeMap<String, Answer> {
    let mut pages = BTreeMap::new();
    let mut next: Vec<_> = FIRST.map(str::to_owned).into();
    while let Some(path) = next.pop() {
        if pages.contains_key(&path) || path.starts_with("/operators/") {
            continue;
        }
        let answer = ask(site, get(&format!("{path}?{query}"))).await;
        let text = answer.text();
        let paths = links(&text).filter_map(|target| target.split(['?', '#']).next());
        next.extend(paths.map(str::to_owned));
        pages.insert(path, answer);
    }
    pages
}

/// Whether a page is the same for every domain.
fn is_general(path: &str) -> bool {
    path.starts_with("/settings/") || ["/status", "/password"].contains(&path)
}

#[tokio::test]
async fn every_page_is_small_and_has_the_settings_of_its_domain_only() {
    let site = site(100);
    let pages = every_page(&site, "domain=provider-42.example").await;
    assert!(pages.len() > 100, "{} pages", pages.len());
    for (path, answer) in &pages {
        let text = answer.text();
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(text.len() < MAX_LEN, "{path}: {}", text.len());
        for other in [
            "Provider 41",
            ".provider-41.example:",
            "imap.provider-41",
            "https://provider-41",
        ] {
            assert!(!text.contains(other), "{path}: {other}");
        }
        let general: BTreeSet<_> = links(&text)
            .filter(|target| !target.contains("domain="))
            .collect();
        let general: Vec<_> = general
            .into_iter()
            .filter(|target| !is_general(target) && !target.starts_with("/operators/"))
            .collect();
        assert!(general.is_empty(), "{path}: {general:?}");
        let robots = text.contains("<meta name=\"robots\" content=\"noindex\">");
        assert_eq!(robots, !path.starts_with("/settings/"), "{path}");
    }
    for path in [
        "/",
        "/network",
        "/programs/thunderbird",
        "/programs/outlook-classic",
        "/programs/apple-mail-ios",
    ] {
        let text = pages[path].text();
        for host in ["imap.provider-42.example", "smtp.provider-42.example"] {
            assert!(text.contains(host), "{path}: {host}");
        }
    }
    let test = pages["/test"].text();
    assert!(test.contains("value=\"imap-42\"") && !test.contains("value=\"imap-41\""));
    assert!(
        pages["/errors"]
            .text()
            .contains("<input type=\"hidden\" name=\"domain\" value=\"provider-42.example\">")
    );
    // A link to a check compares nothing yet.
    let check = pages["/check"].text();
    assert!(
        check.contains("<option selected>provider-42.example</option>"),
        "{check}"
    );
    assert!(!check.contains("class=\"compared\""), "{check}");
    // A phone opens the same guide.
    let code = "/qr/programs/apple-mail-ios?domain=provider-42.example";
    assert!(
        pages["/programs/apple-mail-ios"]
            .text()
            .contains(&format!("src=\"{code}\""))
    );
    let mut code = get(code);
    let host = "help.example".parse().unwrap();
    code.headers_mut().insert("host", host);
    let drawn = ask(&site, code).await.text();
    assert!(
        drawn.contains("apple-mail-ios?domain=provider-42.example</title>"),
        "{drawn}"
    );
    // Every domain of a group has its settings.
    let too = ask(&site, get("/?domain=too.provider-42.example")).await;
    assert!(too.text().contains("imap.provider-42.example"));
}

#[tokio::test]
async fn a_page_without_a_domain_asks_for_the_address_and_one_with_an_unknown_domain_too() {
    let site = site(100);
    let pages = every_page(&site, "none").await;
    assert!(pages.len() > 100, "{} pages", pages.len());
    for (path, answer) in &pages {
        let text = answer.text();
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(text.len() < MAX_LEN, "{path}: {}", text.len());
        if path.starts_with("/settings/") {
            continue;
        }
        for other in [
            "Provider 0",
            "Provider 41",
            "imap.provider-",
            "https://provider-",
        ] {
            assert!(!text.contains(other), "{path}: {other}");
        }
        for wrong in ["your your", "Your your", "the your", ". your mail provider"] {
            assert!(!text.contains(wrong), "{path}: {wrong}");
        }
        for unknown in ["unknown.example", "..", "%22%3E", ""] {
            if path == "/report" {
                // It says what time it is.
                continue;
            }
            let answer = ask(&site, get(&format!("{path}?domain={unknown}"))).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {unknown}");
            if path != "/check" {
                assert!(answer.text() == text, "{path}: {unknown}");
            }
        }
    }
    for path in [
        "/network",
        "/programs/thunderbird",
        "/fix/card/server-names",
    ] {
        let text = pages.get(path).unwrap_or_else(|| panic!("{path}")).text();
        let form = format!("<input type=\"hidden\" name=\"page\" value=\"{path}\">");
        assert!(text.contains("Type your email address."), "{path}");
        assert!(text.contains(&form), "{path}");
    }
    // What has nobody's values is there for everybody, and begins its sentences as sentences begin.
    let outage = pages["/fix/card/service-problem"].text();
    assert!(
        outage.contains("The problem is at your mail provider"),
        "{outage}"
    );
    let retired = pages["/programs/windows-mail"].text();
    assert!(!retired.contains("Type your email address."), "{retired}");
}

#[tokio::test]
async fn few_groups_stand_on_one_page_whatever_the_query_says() {
    for (records, is_one_page) in [(12, true), (13, false)] {
        let site = site(records);
        for path in [
            "/",
            "/network",
            "/programs/thunderbird",
            "/test",
            "/fix/card/server-names",
        ] {
            let all = ask(&site, get(&format!("{path}?none"))).await.text();
            let own = ask(&site, get(&format!("{path}?domain=provider-3.example")))
                .await
                .text();
            assert_eq!(all == own, is_one_page, "{records} {path}");
            let of_last = format!("{}.example", records - 1);
            let hosts = ["imap", "smtp"]
                .iter()
                .filter(|id| all.contains(&format!("{id}.provider-{of_last}")));
            assert_eq!(hosts.count() > 0, is_one_page, "{records} {path}");
        }
    }
}

#[tokio::test]
async fn a_sentence_names_three_providers_and_no_more() {
    for (records, name, unknown) in [
        (
            1,
            "Provider 0 mail help",
            "we know Provider 0 addresses only",
        ),
        (
            3,
            "Provider 0, Provider 1 and Provider 2 mail help",
            "we know Provider 0, Provider 1 and Provider 2 addresses only",
        ),
        (
            4,
            "Mail help",
            "We have no settings for this address. Check",
        ),
        (
            13,
            "Mail help",
            "We have no settings for this address. Check",
        ),
    ] {
        let text = ask(&site(records), get("/test")).await.text();
        let site_name = format!("<meta property=\"og:site_name\" content=\"{name}\">");
        assert!(text.contains(&site_name), "{records}: {text}");
        assert!(text.contains(unknown), "{records}: {text}");
    }
}

#[tokio::test]
async fn the_form_for_the_address_leads_back_to_the_page_that_asks() {
    let many = site(13);
    for (page, target) in [
        ("", "/settings/provider-3.example"),
        (
            "/programs/thunderbird",
            "/programs/thunderbird?domain=provider-3.example",
        ),
        (
            "/fix/card/clock?program=x%26trail=y",
            "/fix/card/clock?program=x&trail=y&domain=provider-3.example",
        ),
        (
            "/settings/provider-3.example",
            "/settings/provider-3.example",
        ),
        ("//elsewhere.example/test", "/settings/provider-3.example"),
        ("/\\elsewhere.example/test", "/settings/provider-3.example"),
        (
            "https://elsewhere.example/test",
            "/settings/provider-3.example",
        ),
        ("/test%0d%0aset-cookie:x", "/settings/provider-3.example"),
    ] {
        let form = format!("address=jane@provider-3.example&page={page}");
        let answer = ask(&many, post("/settings", &form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(answer.header("location"), target, "{page}");
    }
    let form = "address=jane@provider-3.example&page=/programs/thunderbird";
    let few = ask(&site(12), post("/settings", form)).await;
    assert_eq!(few.header("location"), "/settings/provider-3.example");
}

#[tokio::test]
async fn a_test_is_of_the_services_of_the_address_even_if_the_form_had_those_of_others() {
    let nothing = "There was nothing to test";
    let form = "address=provider-3.example&services%5B0%5D=imap-4";
    let many = ask(&site(13), post("/test?domain=provider-4.example", form))
        .await
        .text();
    assert!(
        !many.contains(nothing) && many.contains("imap.provider-3.example"),
        "{many}"
    );
    assert!(many.contains("/fix?domain=provider-3.example"), "{many}");
    let few = ask(&site(12), post("/test", form)).await.text();
    assert!(few.contains(nothing), "{few}");
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_told_of_in_the_log() {
    let site = site_with_notes(12, &"x".repeat(40_000));
    for target in ["/", "/?none"] {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let logged = tracing::subscriber::set_default(subscriber);
        let answer = ask(&site, get(target)).await;
        drop(logged);
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{target}");
        assert!(answer.text().contains("Something went wrong on our side"));
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for expected in ["ERROR", "path=\"/\"", "limit=1048576", "use records with"] {
            assert!(told.contains(expected), "{target}: {expected}: {told}");
        }
    }
}
