//! How the mail servers stand where there are many of them: every page and every document stays small, and leads on.

use app::record::{Catalogue, RecordFile};
use app::status::scope::{MAX_ROWS, MAX_WHOLE};
use app::status::{
    Change, ChangedFact, CheckResult, Event, Incident, Reason, ServiceKey, ServiceState,
    ServiceStatus, Snapshot, Subject,
};
use axum::Router;
use axum::http::StatusCode;
use probe::Outcome;
use serde_json::Value;
use time::{Duration, UtcDateTime};

use super::status::{keys, made_history, page, text, with_status};
use super::{ask, get};

/// The longest page or document about the state of servers, in bytes. No answer that is kept may be longer than 1 MiB.
const MAX_LEN: usize = 900_000;

/// The site with these records, and what its monitor has told of their services.
fn site_of(
    records: &[RecordFile],
    status: impl FnOnce(&[ServiceKey]) -> ServiceStatus,
) -> (Router, Vec<ServiceKey>) {
    let mut all = Vec::new();
    let (site, ..) = with_status(made_history::record(), |site| {
        site.catalogue = Catalogue::read(records, false).unwrap();
        all = keys(&site.catalogue);
        status(&all)
    });
    (site, all)
}

fn with_made_history(records: &[RecordFile]) -> (Router, Vec<ServiceKey>) {
    site_of(records, |keys| {
        made_history::status(keys, UtcDateTime::now())
    })
}

/// One provider with so many services.
fn provider_of(services: usize) -> RecordFile {
    let [record] = made_history::records(1).try_into().unwrap();
    let (head, service) = record.text.split_once("[[group.service]]").unwrap();
    let (service, _) = service.split_once("[[group.service]]").unwrap();
    let service = service.replace("\"recommended\"", "\"other\"");
    let services = (0..services).map(|number| {
        let service = service.replace("id = \"imap\"", &format!("id = \"s{number}\""));
        format!(
            "[[group.service]]{}",
            service.replace("imap-0", &format!("imap-{number}"))
        )
    });
    RecordFile {
        text: head.to_owned() + &services.collect::<String>(),
        ..record
    }
}

/// A history in which no day is like the one before, and all that servers say is long.
fn restless(keys: &[ServiceKey]) -> ServiceStatus {
    let now = UtcDateTime::now();
    let mut snapshot = Snapshot::default();
    let states = [ServiceState::Ok, ServiceState::Degraded, ServiceState::Down];
    let days = (1..90).rev().map(Duration::days);
    let half_hours = (0..48).rev().map(|number| Duration::minutes(30 * number));
    let times: Vec<_> = days.chain(half_hours).collect();
    for (at, service) in keys.iter().enumerate() {
        for (number, ago) in (0..).zip(&times) {
            let state = match ago.is_zero() {
                true => ServiceState::Down,
                false => states[number % states.len()],
            };
            let millis = std::time::Duration::from_millis(1000 + 37 * number as u64 % 900);
            snapshot.apply(Event::Result(CheckResult {
                service: service.clone(),
                at: now - *ago,
                state,
                reason: Reason::Found(Outcome::ConnectionRefused),
                response_time: (state != ServiceState::Down).then_some(millis),
            }));
        }
        for days in 0..3 {
            let begin = now - Duration::days(days) - Duration::seconds(at as i64 + 60);
            snapshot.apply(Event::Incident(Incident {
                service: service.clone(),
                begin,
                end: (days > 0).then(|| begin + Duration::hours(5)),
                reason: Reason::Found(Outcome::ConnectionRefused),
            }));
        }
        snapshot.apply(Event::Change(Change {
            subject: Subject::Service(service.clone()),
            fact: ChangedFact::Capabilities,
            at: now - Duration::seconds(at as i64),
            before: "\"&<".repeat(167),
            after: "\u{1f4ef}".repeat(501),
        }));
    }
    ServiceStatus::new(made_history::EVERY, snapshot)
}

/// A page or a document, which is not too long. It is asked for as one that is not kept, which need not be compressed.
async fn bounded(site: &Router, path: &str) -> String {
    let page = page(site, &format!("{path}?")).await;
    println!("{path} has {} of {MAX_LEN} bytes", page.len());
    assert!(page.len() <= MAX_LEN, "{path} has {} bytes", page.len());
    page
}

/// Where links with this begin lead to.
fn links<'a>(page: &'a str, begin: &str) -> Vec<&'a str> {
    let links = page.split("href=\"").skip(1);
    let links = links.map(|rest| rest.split('"').next().unwrap());
    links.filter(|link| link.starts_with(begin)).collect()
}

fn rows(page: &str) -> usize {
    let rows = page.split("<li id=\"").skip(1);
    rows.filter(|row| row.contains("stroke-dasharray")).count()
}

fn cards(page: &str) -> usize {
    page.matches("class=\"card status-service\"").count()
}

/// Every link of a page to a place where something is shown whole leads there.
async fn assert_leads_on(site: &Router, page: &str, sample: usize) {
    let links = links(page, "/status/of/");
    assert!(!links.is_empty());
    for link in links.iter().step_by(links.len().div_ceil(sample)) {
        let (path, part) = link.split_once('#').unwrap_or((link, ""));
        let there = bounded(site, path).await;
        let place = format!("id=\"{part}\"");
        assert!(part.is_empty() || there.contains(&place), "{link}");
    }
}

#[tokio::test]
async fn many_providers_have_rows_and_a_page_each() {
    let (site, keys) = with_made_history(&made_history::records(100));
    assert_eq!(keys.len(), 400);
    // As it is kept.
    let all = page(&site, "/status").await;
    assert!(all.len() <= MAX_LEN / 2, "{}", all.len());
    assert_eq!((rows(&all), cards(&all)), (400, 0));
    for key in &keys {
        let place = format!("id=\"{}.{}\"", key.record(), key.service());
        assert!(all.contains(&place), "{place}");
        let way = format!(
            "/status/of/{}#{}.{}",
            key.record(),
            key.record(),
            key.service()
        );
        assert!(all.contains(&way), "{way}");
    }
    assert_leads_on(&site, &all, 3).await;
    let said = text(&all);
    for expected in [
        "There is trouble with 100 of 400 mail servers",
        "Incoming mail (IMAP) Works imap-7.many.example.test, port 993, SSL/TLS",
        "90 more",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    // What is told elsewhere leads to the same places.
    let feed = bounded(&site, "/status.atom").await;
    assert!(
        feed.contains("href=\"/status/of/provider-99#provider-99.smtp\""),
        "{feed}"
    );
    let settings = page(&site, "/settings/provider-7.test").await;
    assert_eq!(links(&settings, "/status/of/")[0], "/status/of/provider-7");
    let own = bounded(&site, "/status/of/provider-7").await;
    assert_eq!((rows(&own), cards(&own)), (0, 4));
    let said = text(&own);
    assert!(
        said.contains("How the mail servers of Provider 7 stand"),
        "{said}"
    );
    assert!(
        said.contains("There is trouble with one mail server"),
        "{said}"
    );
    assert!(!said.contains("Provider 8"), "{said}");
    let data: Value = serde_json::from_str(&bounded(&site, "/status.json").await).unwrap();
    assert_eq!(data["services"].as_array().unwrap().len(), 400);
    assert_eq!(data["services"][0].get("days"), None);
    let data = bounded(&site, "/status/data/provider-7.json").await;
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data["services"].as_array().unwrap().len(), 4);
    assert!(data["services"][0]["days"].as_array().unwrap().len() >= 88);
    assert_eq!(data["incidents"][0]["service"], "provider-7/smtp");
}

#[tokio::test]
async fn nothing_becomes_too_long_however_much_happens() {
    let (site, _) = site_of(&made_history::records(100), restless);
    let all = bounded(&site, "/status").await;
    assert_eq!(rows(&all), 400);
    assert!(all.contains("There is trouble with 400 of 400 mail servers"));
    for path in ["/status.json", "/status.atom", "/status/badge.svg"] {
        bounded(&site, path).await;
    }
    let most = [provider_of(MAX_WHOLE)];
    let (site, _) = site_of(&most, restless);
    let whole = bounded(&site, "/status").await;
    assert_eq!((rows(&whole), cards(&whole)), (0, MAX_WHOLE));
    bounded(&site, "/status.json").await;
}

#[tokio::test]
async fn a_provider_with_many_services_has_rows_and_a_page_for_each() {
    let (site, _) = with_made_history(&[provider_of(MAX_ROWS + 50)]);
    let all = bounded(&site, "/status").await;
    assert_eq!(rows(&all), MAX_ROWS);
    assert!(text(&all).contains("50 more mail servers are not listed here"));
    assert_leads_on(&site, &all, 1).await;
    let provider = bounded(&site, "/status/of/provider-0").await;
    assert_eq!(rows(&provider), MAX_ROWS);
    assert_leads_on(&site, &provider, 2).await;
    let one = bounded(&site, "/status/of/provider-0.s449").await;
    assert_eq!((rows(&one), cards(&one)), (0, 1));
    assert_eq!(
        links(&one, "/status/of/provider-0"),
        ["/status/of/provider-0", "/status/of/provider-0.s449",]
    );
    let data: Value = serde_json::from_str(&bounded(&site, "/status.json").await).unwrap();
    assert_eq!(data["services_left_out"], 50);
    bounded(&site, "/status/data/provider-0.s449.json").await;
}

#[tokio::test]
async fn few_services_stand_on_one_page_and_links_to_others_lead_there() {
    let (site, _) = with_made_history(&[made_history::record()]);
    let all = bounded(&site, "/status").await;
    assert_eq!((rows(&all), cards(&all)), (0, 7));
    assert_eq!(links(&all, "/status/of"), [""; 0]);
    for (path, place) in [
        ("/status/of/made", "/status#provider-made"),
        ("/status/of/made.imap", "/status#made.imap"),
    ] {
        let answer = ask(&site, get(path)).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{path}");
        assert_eq!(answer.header("location"), place);
        let (_, part) = place.split_once('#').unwrap();
        assert!(all.contains(&format!("id=\"{part}\"")), "{place}");
    }
    for path in [
        "/status/of/x",
        "/status/of/made.x",
        "/status/of/made.",
        "/status/of/.imap",
    ] {
        let status = ask(&site, get(path)).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
