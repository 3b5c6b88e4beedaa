//! How the mail servers stand, on pages, for programs and for open pages.

use std::time::Duration;

use app::record::{Catalogue, RecordFile, built_in};
use app::site::{Shows, Site};
use app::status::{
    CheckResult, Event, Incident, Reason, ServiceKey, ServiceState, ServiceStatus, Snapshot, tell,
};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use probe::Outcome;
use serde_json::Value;
use server::http::client::ConnectionInfo;
use server::http::host::Hosts;
use server::limits::LimitOptions;
use time::UtcDateTime;
use tower::ServiceExt;

use super::{ask, get, served_site};

#[path = "../made_history/mod.rs"]
pub(super) mod made_history;

/// The site with the made history, and what changes it.
fn made() -> (Router, ServiceStatus, app::site::Revision) {
    with_status(made_history::record(), |site| {
        made_history::status(&keys(&site.catalogue), UtcDateTime::now())
    })
}

pub(super) fn with_status(
    record: RecordFile,
    status: impl FnOnce(&mut Site) -> ServiceStatus,
) -> (Router, ServiceStatus, app::site::Revision) {
    let mut kept = None;
    let router = served_site(record, &LimitOptions::default(), Hosts::default(), |site| {
        site.status = status(site);
        kept = Some((site.status.clone(), site.revision.clone()));
    });
    let (status, revision) = kept.unwrap();
    (router, status, revision)
}

pub(super) fn keys(catalogue: &Catalogue) -> Vec<ServiceKey> {
    let services = tell::services(catalogue);
    services
        .map(|(record, service)| ServiceKey::new(record, service))
        .collect()
}

pub(super) async fn page(site: &Router, path: &str) -> String {
    let answer = ask(site, get(path)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

/// The text of a page, without its markup.
pub(super) fn text(page: &str) -> String {
    let mut text = String::new();
    let body = page.split_once("<main").map_or(page, |(_, body)| body);
    for piece in body.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        text.push(' ');
    }
    let text = text.replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_page_where_it_matters_says_how_the_servers_stand() {
    let (site, ..) = made();
    let outage = "Trouble at Example Mail (Addresses at home) since";
    for (path, expected) in [
        ("/settings/mail.example", "Works · checked 3 minutes ago"),
        ("/settings/mail.example", "Slow now · checked 3 minutes ago"),
        (
            "/settings/company.example",
            "smtp.company.example, port 465, SSL/TLS works: you can use it instead.",
        ),
        ("/settings/company.example", "Works, but not perfectly"),
        ("/", outage),
        ("/test", outage),
        ("/fix", outage),
        ("/fix/send-test", outage),
        ("/programs/thunderbird", outage),
        (
            "/test",
            "There is trouble with these mail servers. You can still test.",
        ),
        ("/status", "There is trouble with 2 of 7 mail servers"),
        ("/status", "It worked in 99."),
        ("/status", "Security certificate: valid for 64 more days"),
        ("/status", "its time is over"),
        ("/status", "for 42 minutes Server refused the connection"),
        ("/status", "for 1 day 1 hour"),
        (
            "/status",
            "New security certificate : Example Mail: Incoming mail (IMAP)",
        ),
    ] {
        let text = text(&page(&site, path).await);
        assert!(text.contains(expected), "{path}: {expected}\n{text}");
    }
    // What the notice says is not said once more in the form.
    let form = text(&page(&site, "/test").await);
    assert!(
        !form.contains("smtp.mail.example port 587: Trouble"),
        "{form}"
    );
    // What goes on for long and has something in its place is said beside the value only.
    for path in ["/", "/fix"] {
        let text = text(&page(&site, path).await);
        assert!(
            !text.contains("Trouble at Example Mail (Addresses of companies)"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn nothing_is_said_of_servers_that_nobody_checks_or_can_check() {
    let (off, ..) = with_status(built_in(), |_| ServiceStatus::default());
    for path in [
        "/",
        "/test",
        "/settings/q.com",
        "/fix",
        "/programs/thunderbird",
    ] {
        let page = page(&off, path).await;
        assert!(!page.contains("href=\"/status\""), "{path}");
        assert!(!page.contains("class=\"service-state\""), "{path}");
    }
    let said = text(&page(&off, "/status").await);
    assert!(
        said.contains("does not check the mail servers by itself"),
        "{said}"
    );
    let (new, status, revision) = with_status(made_history::record(), |_| {
        ServiceStatus::new(made_history::EVERY, Snapshot::default())
    });
    let said = text(&page(&new, "/status").await);
    assert!(said.contains("The first check is under way"), "{said}");
    let (site, ..) = with_status(made_history::record(), |site| {
        let status = made_history::status(&keys(&site.catalogue), UtcDateTime::now());
        let since = UtcDateTime::now() - time::Duration::minutes(12);
        status.apply([Event::OwnNetworkDown(Some(since))]);
        status
    });
    let said = text(&page(&site, "/status").await);
    assert!(
        said.contains("We cannot check the mail servers right now Since"),
        "{said}"
    );
    for path in ["/", "/test", "/settings/mail.example"] {
        let said = text(&page(&site, path).await);
        assert!(!said.contains("Trouble"), "{path}: {said}");
        assert!(!said.contains("Works"), "{path}: {said}");
    }
    // Kept pages follow.
    status.apply([Event::OwnNetworkDown(Some(UtcDateTime::now()))]);
    revision.advance();
    let said = text(&page(&new, "/status").await);
    assert!(
        said.contains("We cannot check the mail servers right now"),
        "{said}"
    );
}

#[tokio::test]
async fn the_page_of_many_services_is_small() {
    let (site, ..) = made();
    for (path, budget) in [
        ("/status", 20_000),
        ("/", 16_000),
        ("/settings/mail.example", 14_000),
    ] {
        let mut request = get(path);
        let br = "br".parse().unwrap();
        request.headers_mut().insert("accept-encoding", br);
        let length = ask(&site, request).await.body.len();
        println!("{path} weighs {length} of {budget} bytes");
        assert!(length <= budget, "{path} weighs {length} of {budget} bytes");
    }
}

#[tokio::test]
async fn programs_of_any_site_read_what_pages_say() {
    let (site, ..) = made();
    for (path, content_type) in [
        ("/status.json", "application/json"),
        ("/status.atom", "application/atom+xml; charset=utf-8"),
        ("/status/badge.svg", "image/svg+xml"),
        ("/status/badge/made.smtp.svg", "image/svg+xml"),
    ] {
        let answer = ask(&site, get(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "cross-origin",
            "{path}"
        );
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=60",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let mut again = get(path);
        let tag = answer.header("etag").parse().unwrap();
        again.headers_mut().insert("if-none-match", tag);
        let again = ask(&site, again).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
    }
    for path in ["/status/badge/made.nothing.svg", "/status/badge/x"] {
        let status = ask(&site, get(path)).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let own_page = ask(&site, get("/status")).await;
    let policy = own_page.header("cross-origin-resource-policy");
    assert_eq!(policy, "same-origin");
    let data: Value = serde_json::from_str(&page(&site, "/status.json").await).unwrap();
    assert_eq!(data["version"], 1);
    assert_eq!(data["state"], "down");
    assert_eq!(data["interval_seconds"], 300);
    let services = data["services"].as_array().unwrap();
    let smtp = services
        .iter()
        .find(|service| service["id"] == "made/smtp")
        .unwrap();
    assert_eq!(smtp["state"], "down");
    assert_eq!(smtp["reason"], "connection-refused");
    assert_eq!(smtp["security"], "starttls");
    // Two days had no check; by the time of the day those are one whole day at least.
    let days = smtp["days"].as_array().unwrap().len();
    assert!((88..=90).contains(&days), "{days}");
    let incident = &data["incidents"][0];
    assert_eq!(incident["service"], "made/smtp");
    assert_eq!(incident["ended_at"], Value::Null);
    assert!(
        incident["seconds"].as_u64().unwrap() >= 42 * 60,
        "{incident}"
    );
    let badge = page(&site, "/status/badge/made.smtp.svg").await;
    assert!(badge.contains(">trouble</text>"), "{badge}");
}

#[tokio::test]
async fn an_entry_of_the_feed_keeps_its_id_when_the_incident_ends() {
    let (site, status, revision) = made();
    let first = |feed: &str| {
        let entry = feed.split("<entry>").nth(1).unwrap_or_default().to_owned();
        let inside = |name: &str| {
            let rest = entry.split_once(&format!("<{name}>")).unwrap().1;
            rest.split_once('<').unwrap().0.to_owned()
        };
        (inside("id"), inside("title"), inside("summary"))
    };
    let (id, title, summary) = first(&page(&site, "/status.atom").await);
    assert!(id.starts_with("urn:uuid:"), "{id}");
    let name = "Example Mail: Outgoing mail (SMTP), smtp.mail.example port 587";
    assert_eq!(title, format!("Trouble: {name}"));
    assert!(
        summary.ends_with("Server refused the connection."),
        "{summary}"
    );
    let incident = status.now().unwrap().incidents[0].clone();
    status.apply([Event::Incident(Incident {
        end: Some(UtcDateTime::now()),
        ..(*incident).clone()
    })]);
    revision.advance();
    let (same, title, summary) = first(&page(&site, "/status.atom").await);
    assert_eq!(same, id);
    assert_eq!(title, format!("Over: {name}"));
    assert!(summary.contains("for 42 minutes"), "{summary}");
}

#[tokio::test]
async fn an_open_page_is_told_of_changes_until_the_monitor_is_off() {
    let (off, ..) = with_status(built_in(), |_| ServiceStatus::default());
    let answer = ask(&off, get("/status/events")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let (site, status, revision) = made();
    let listen_showing = async |changes: &str| {
        let path = format!("/status/events?shown={changes}");
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        let client = ConnectionInfo::plain("127.0.0.1:50000".parse().unwrap());
        request.extensions_mut().insert(client);
        site.clone().oneshot(request).await.unwrap()
    };
    let changes = revision.number(Shows::Changes).to_string();
    let listen = async || listen_showing(&changes).await;
    let next = async |body: &mut Body| {
        let frame = tokio::time::timeout(Duration::from_secs(5), body.frame()).await;
        let frame = frame.unwrap().unwrap().unwrap().into_data().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    let response = listen().await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let mut body = response.into_body();
    let key: ServiceKey = "made/imap".parse().unwrap();
    status.apply([Event::Result(CheckResult {
        service: key,
        at: UtcDateTime::now(),
        state: ServiceState::Down,
        reason: Reason::Found(Outcome::ConnectionTimeout),
        response_time: None,
    })]);
    revision.advance();
    let event = next(&mut body).await;
    assert!(event.contains("event: changed\n"), "{event}");
    assert!(
        event.contains("data: {\"made/imap\":\"down\"}\n"),
        "{event}"
    );
    // A page that shows something else has missed a change, so it is told at once to look: one from before this change,
    // of another server, or of nobody.
    for shown in [&*changes, "7", "x", ""] {
        let mut late = listen_showing(shown).await.into_body();
        let event = next(&mut late).await;
        assert!(event.contains("data: {}\n"), "{shown}: {event}");
    }
    // The page as it is now says what it shows, and is told nothing.
    for path in ["/", "/fix", "/status", "/settings/mail.example"] {
        let page = page(&site, path).await;
        let (_, shown) = page.split_once("data-shown=\"").unwrap();
        let (shown, _) = shown.split_once('"').unwrap();
        let mut body = listen_showing(shown).await.into_body();
        let wait = Duration::from_secs(2);
        let silent = tokio::time::timeout(wait, body.frame()).await;
        assert!(silent.is_err(), "{path}: {shown}");
    }
    // A client has a few places, and a closed page gives its place back.
    let mut open = vec![body];
    let changes = revision.number(Shows::Changes).to_string();
    let listen = async || listen_showing(&changes).await;
    let refused = loop {
        let response = listen().await;
        if response.status() != StatusCode::OK {
            break response;
        }
        open.push(response.into_body());
        assert!(open.len() <= 64);
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(open.len(), 16);
    open.pop();
    assert_eq!(listen().await.status(), StatusCode::OK);
}
