//! What is published is looked at again and again, and customers are told of it.

use std::sync::atomic::{AtomicBool, Ordering};

use app::site::Shows;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use server::http::assets::Assets;
use server::http::client::ConnectionInfo;
use server::http::options::HttpOptions;
use server::http::router::router;
use server::http::state::AppState;
use server::limits::key::KeyHasher;
use server::limits::{LimitOptions, Limits};
use server::operations::metrics::Metrics;
use server::operations::published_settings;
use server::result_cache::ResultCache;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use super::*;

/// What the site asks for again.
const EVERY: Duration = Duration::from_secs(2);

fn state(published: &Published, settings: PublishedSettings, metrics: &Metrics) -> Arc<AppState> {
    let assets = Assets::load().expect("the bundle is built before the tests: make build");
    let site = app::site::Site::read(catalogue(), "en", published.probe(), assets.bundle());
    let mut site = site.unwrap();
    site.published = settings;
    let options = LimitOptions::default();
    let limits = Limits::new(&options, KeyHasher::random().unwrap(), metrics.clone());
    let results = ResultCache::new(Duration::ZERO);
    Arc::new(AppState::new(
        site,
        assets,
        limits,
        results,
        HttpOptions::default(),
        metrics.clone(),
    ))
}

async fn send(router: &Router, mut request: Request<Body>) -> String {
    let client = "127.0.0.1:50000".parse().unwrap();
    let extensions = request.extensions_mut();
    extensions.insert(ConnectionInfo::plain(client));
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

fn test(path: &str) -> Request<Body> {
    let form = "address=example.test";
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("content-length", form.len())
        .body(Body::from(form))
        .unwrap()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "{what}");
}

#[tokio::test]
async fn a_change_is_seen_counted_and_told() {
    let wrong = Arc::new(AtomicBool::new(false));
    let now_wrong = Arc::clone(&wrong);
    let published = Published::start("", move |page| {
        let services: &[&str] = match now_wrong.load(Ordering::Relaxed) {
            false => &[IMAP, POP, SMTP],
            true => &["imap old.example.test 993 SSL", SMTP],
        };
        let file = page == "autoconfig.example.test/mail/config-v1.1.xml";
        file.then(|| autoconfig(services))
    })
    .await;
    let metrics = Metrics::default();
    let state = state(&published, published.settings(EVERY), &metrics);
    let site = Arc::clone(&state.site);
    let watched = (Arc::clone(&site), metrics.clone());
    let watch =
        tokio::spawn(async move { published_settings::watch(&watched.0, &watched.1).await });
    let router = Router::new().fallback_service(router(state));
    let domain = "example.test".parse().unwrap();
    let counted = |settings: &str| {
        let line = format!("mailguide_published_settings{{settings=\"{settings}\"}} 1");
        metrics.text().lines().any(|found| found == line)
    };

    until("what is ours is seen", || {
        site.published.autoconfig_is_ours(&domain)
    })
    .await;
    until("pages are told", || {
        site.revision.number(Shows::Changes) == 1
    })
    .await;
    assert!(counted("same"));
    let stream = send(&router, test("/api/test")).await;
    let events: Vec<Value> = stream
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let services = events[0]["plan"]["services"].as_array().unwrap();
    assert_eq!(services.len(), 4, "{services:?}");
    assert_eq!(services[3]["sends"], Value::Null);
    assert!(stream.contains("The right settings"), "{stream}");
    assert!(!stream.contains("find the wrong settings"), "{stream}");

    wrong.store(true, Ordering::Relaxed);
    until("the change is seen", || {
        !site.published.autoconfig_is_ours(&domain)
    })
    .await;
    until("pages are told again", || {
        site.revision.number(Shows::Changes) == 2
    })
    .await;
    assert!(counted("differs"));
    for path in ["/api/test", "/test"] {
        let answer = send(&router, test(path)).await;
        if path == "/api/test" {
            // What is wrong with the servers stands before what programs are told.
            let summary = answer.lines().rev().nth(1).unwrap();
            let summary: Value = serde_json::from_str(summary).unwrap();
            let findings = summary["summary"]["findings"].as_array().unwrap();
            assert_eq!(findings[0]["mark"], "bad", "{findings:?}");
            let last = findings.last().unwrap();
            assert_eq!(last["mark"], "notice", "{findings:?}");
            assert_eq!(last["more"]["href"], "/settings/example.test");
        }
        for words in [
            "Some mail programs find the wrong settings by themselves",
            "Thunderbird, Thunderbird for Android and Geary will offer you the wrong server.",
            "/settings/example.test",
            "old.example.test, port 993, SSL/TLS: another server",
        ] {
            assert!(answer.contains(words), "{path}: {words}\n{answer}");
        }
    }
    watch.abort();
}

#[tokio::test]
async fn a_test_that_nobody_has_asked_for_asks_itself_and_shares_the_answer() {
    let published = Published::start("", |page| {
        let file = page == "autoconfig.example.test/mail/config-v1.1.xml";
        file.then(|| autoconfig(&[POP, SMTP]))
    })
    .await;
    let metrics = Metrics::default();
    let settings = published.settings(Duration::from_secs(3600));
    let router = Router::new().fallback_service(router(state(&published, settings, &metrics)));
    let answers = [send(&router, test("/test")), send(&router, test("/test"))];
    for answer in futures_util::future::join_all(answers).await {
        for words in [
            "Some mail programs need your help to find the settings",
            "Thunderbird will offer you POP first, so choose IMAP there.",
        ] {
            assert!(answer.contains(words), "{words}\n{answer}");
        }
    }
    let requests = published.site.requests();
    let file = requests
        .iter()
        .filter(|request| request.contains(" autoconfig.example.test/mail"));
    assert_eq!(file.count(), 1, "{requests:?}");
}
