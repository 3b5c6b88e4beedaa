//! The whole router, called without a socket.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod address;
mod assets;
mod browser_test;
mod escaping;
mod every_page;
mod headers;
mod languages;
mod many_records;
mod own_sign_in;
mod page_limits;
mod pages;
mod refusals;
mod setup;
mod short_way;
mod status;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use app::content::Files;
use app::operator::Contact;
use app::record::{Catalogue, RecordFile, built_in};
use app::site::Site;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use probe::net::{Options, Probe};
use server::http::assets::Assets;
use server::http::client::{ConnectionInfo, ProxyOptions, TrustedProxies};
use server::http::headers::Hsts;
use server::http::host::Hosts;
use server::http::options::HttpOptions;
use server::http::router::router;
use server::http::state::AppState;
use server::limits::key::KeyHasher;
use server::limits::{LimitOptions, Limits, Rate};
use server::operations::metrics::Metrics;
use server::result_cache::ResultCache;
use tower::ServiceExt;

/// The site with the built-in record. Each client may start one test, and 10.0.0.0/8 are trusted proxies.
fn site() -> Router {
    let options = LimitOptions {
        tests_per_client: Rate::new(NonZeroU32::MIN, 600),
        ..LimitOptions::default()
    };
    site_with(built_in(), &options)
}

/// The site under these names only.
fn site_of(names: &[&str]) -> Router {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    served(built_in(), &LimitOptions::default(), Hosts::new(&names))
}

/// The site with one record, whose `connect_to` is accepted.
fn site_with(record: RecordFile, options: &LimitOptions) -> Router {
    served(record, options, Hosts::default())
}

fn served(record: RecordFile, options: &LimitOptions, hosts: Hosts) -> Router {
    let content = Files::built_in().unwrap();
    served_with(&content, record, options, hosts, |_| {})
}

/// The site with what it knows changed.
fn served_site(
    record: RecordFile,
    options: &LimitOptions,
    hosts: Hosts,
    change: impl FnOnce(&mut Site),
) -> Router {
    let content = Files::built_in().unwrap();
    served_with(&content, record, options, hosts, change)
}

fn served_with(
    content: &Files,
    record: RecordFile,
    options: &LimitOptions,
    hosts: Hosts,
    change: impl FnOnce(&mut Site),
) -> Router {
    let assets = Assets::load().expect("the bundle is built before the tests: make build");
    let probe = Options {
        allow_private: true,
        ..Options::default()
    };
    let catalogue = Catalogue::read(&[record], true).unwrap();
    let probe = Probe::new(probe).unwrap();
    let mut site = Site::of(catalogue, content, "en", probe, assets.bundle()).unwrap();
    change(&mut site);
    let metrics = Metrics::default();
    let limits = Limits::new(options, KeyHasher::random().unwrap(), metrics.clone());
    let results = ResultCache::new(options.share_results);
    let mut proxies = ProxyOptions::default();
    proxies.trusted_proxy.push("10.0.0.0/8".parse().unwrap());
    let http = HttpOptions {
        proxies: TrustedProxies::new(&proxies),
        hsts: Hsts::seconds(31_536_000),
        hosts,
        contacts: vec![Contact::parse("mailto:security@example.net").unwrap()],
    };
    let state = AppState::new(site, assets, limits, results, http, metrics);
    Router::new().fallback_service(router(Arc::new(state)))
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends a request as a client on this machine would.
async fn ask(site: &Router, request: Request<Body>) -> Answer {
    ask_from(site, request, "127.0.0.1:50000").await
}

async fn ask_from(site: &Router, mut request: Request<Body>, client: &str) -> Answer {
    let client: SocketAddr = client.parse().unwrap();
    request
        .extensions_mut()
        .insert(ConnectionInfo::plain(client));
    let response = site.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// A form request, as a page of the site sends it.
fn post(path: &str, form: &str) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("content-length", form.len())
        .body(Body::from(form.to_owned()))
        .unwrap()
}
