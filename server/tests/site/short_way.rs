//! The ways to set a program up without typing.

use std::sync::Arc;
use std::time::Duration;

use app::published::{Answer as Published, AskPublished, Observation, PublishedSettings, Source};
use app::record::{Catalogue, Domain, built_in};
use app::setup::read::read;
use app::setup::write::autoconfig;
use axum::http::StatusCode;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use server::http::host::Hosts;
use server::limits::LimitOptions;

use super::{ask, get, post, served_site, site};

/// Every domain publishes what the record says, but for those that publish nothing.
struct Publishes {
    catalogue: Catalogue,
    nothing: Vec<Domain>,
}

impl AskPublished for Publishes {
    fn ask(&self, domain: &Domain) -> BoxFuture<'static, Vec<Observation>> {
        let found = self.catalogue.find(domain);
        let found = found.filter(|_| !self.nothing.contains(domain));
        let file = found.and_then(|(record, group)| autoconfig::write(record, group, "en").ok());
        let answer = match file {
            Some(file) => Published::Found(read(file.as_bytes()).unwrap().1),
            None => Published::Absent,
        };
        let source = Source::Autoconfig;
        async move { vec![Observation { source, answer }] }.boxed()
    }
}

async fn guide_to_thunderbird(nothing: &[&str]) -> String {
    let catalogue = || Catalogue::read(&[built_in()], true).unwrap();
    let nothing = nothing.iter().map(|name| name.parse().unwrap()).collect();
    let asks = Publishes {
        catalogue: catalogue(),
        nothing,
    };
    let published = PublishedSettings::new(&catalogue(), Arc::new(asks), Duration::from_secs(3600));
    for domain in published.domains() {
        published.ask(domain).await;
    }
    let site = served_site(
        built_in(),
        &LimitOptions::default(),
        Hosts::default(),
        |site| {
            site.published = published.clone();
        },
    );
    ask(&site, get("/programs/thunderbird")).await.text()
}

/// What stands above steps that rely on what is published.
const FINDS: &str = "it finds the settings by itself";

#[tokio::test]
async fn thunderbird_is_promised_to_find_the_settings_only_where_all_domains_were_seen_to_be_ours()
{
    let page = guide_to_thunderbird(&[]).await;
    assert_eq!(page.matches(FINDS).count(), 1, "{page}");
    assert!(page.contains("Or type the settings yourself"), "{page}");
    let page = guide_to_thunderbird(&["q.com"]).await;
    assert!(!page.contains(FINDS), "{page}");
    assert!(!page.contains("Or type the settings yourself"), "{page}");
    let page = ask(&site(), get("/programs/thunderbird")).await.text();
    assert!(!page.contains(FINDS), "{page}");
}

#[tokio::test]
async fn what_a_device_says_of_the_file_is_said_as_it_will_be() {
    for (signs, says) in [(true, "“Verified” in green"), (false, "“Not Signed”")] {
        let site = served_site(
            built_in(),
            &LimitOptions::default(),
            Hosts::default(),
            |site| {
                site.verified_profiles = signs;
            },
        );
        let page = ask(&site, get("/programs/apple-mail-ios")).await.text();
        assert!(page.contains(says), "{signs}: {page}");
    }
}

#[tokio::test]
async fn codes_lead_to_pages_of_this_site_only() {
    let site = site();
    for (path, status) in [
        ("/qr/programs/apple-mail-ios", StatusCode::OK),
        ("/qr/settings/q.com", StatusCode::OK),
        ("/qr/settings/elsewhere.example", StatusCode::NOT_FOUND),
        ("/qr/programs/nothing", StatusCode::NOT_FOUND),
        ("/qr//evil.example/", StatusCode::NOT_FOUND),
        ("/qr/programs/../../evil", StatusCode::NOT_FOUND),
        ("/qr/settings/q.com%0d%0a", StatusCode::NOT_FOUND),
    ] {
        let mut request = get(path);
        let host = "help.example:8443".parse().unwrap();
        request.headers_mut().insert("host", host);
        let answer = ask(&site, request).await;
        assert_eq!(answer.status, status, "{path}");
        if status == StatusCode::OK {
            let url = format!(
                "<title>http:&#x2F;&#x2F;help.example:8443{}",
                path[3..].replace('/', "&#x2F;")
            );
            assert!(answer.text().contains(&url), "{}", answer.text());
            assert_eq!(answer.header("content-type"), "image/svg+xml");
        }
    }
}

#[tokio::test]
async fn where_there_is_nothing_to_fetch_the_values_are_shown() {
    let site = site();
    let address = "address=jane%40qwestoffice.net";
    for path in [
        "/settings/q.com/mail.mobileconfig",
        "/settings/q.com/thunderbird-android",
    ] {
        let answer = ask(&site, post(path, address)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.header("location"), "/settings/qwestoffice.net");
    }
    let answer = ask(
        &site,
        post(
            "/settings/q.com/thunderbird-android",
            "address=jane%40q.com",
        ),
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = ask(&site, get("/settings/q.com/thunderbird-android")).await;
    assert_eq!(answer.header("location"), "/programs/thunderbird-android");
}

#[tokio::test]
async fn operators_see_the_records_with_the_name_of_this_site() {
    for (path, host, status, text) in [
        (
            "/operators/dns",
            "help.example",
            StatusCode::OK,
            "/operators/dns/q.com",
        ),
        (
            "/operators/dns/q.com",
            "help.example",
            StatusCode::OK,
            "autoconfig.q.com. IN CNAME help.example.",
        ),
        (
            "/operators/dns/q.com",
            "192.0.2.7:8080",
            StatusCode::OK,
            "autoconfig.q.com. IN A 192.0.2.7",
        ),
        (
            "/operators/dns/elsewhere.example",
            "help.example",
            StatusCode::NOT_FOUND,
            "no page",
        ),
    ] {
        let mut request = get(path);
        request.headers_mut().insert("host", host.parse().unwrap());
        let answer = ask(&site(), request).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.text().contains(text),
            "{path} {host}: {}",
            answer.text()
        );
    }
}
