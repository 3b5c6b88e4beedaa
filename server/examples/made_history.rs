//! Serves the site with a made history of 90 days, to look at its pages: `cargo run -p server --example made_history
//! 127.0.0.1:3104 [calm|own-network|new|many]`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a tool for people who build the site"
)]

use std::net::SocketAddr;
use std::sync::Arc;

use app::record::{Catalogue, built_in};
use app::site::Site;
use app::status::{Event, ServiceKey, ServiceStatus, Snapshot, tell};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use probe::net::{Options, Probe};
use server::http::assets::Assets;
use server::http::client::ConnectionInfo;
use server::http::options::HttpOptions;
use server::http::router::router;
use server::http::state::AppState;
use server::limits::key::KeyHasher;
use server::limits::{LimitOptions, Limits};
use server::operations::metrics::Metrics;
use server::result_cache::ResultCache;
use time::UtcDateTime;

#[path = "../tests/made_history/mod.rs"]
mod made_history;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:3104".to_owned());
    let kind = arguments.next().unwrap_or_default();
    let records = match kind.as_str() {
        "calm" => vec![built_in()],
        "many" => made_history::records(100),
        _ => vec![made_history::record(), built_in()],
    };
    let catalogue = Catalogue::read(&records, true).unwrap();
    let services: Vec<_> = tell::services(&catalogue)
        .map(|(record, service)| ServiceKey::new(record, service))
        .filter(|key| key.record() != "centurylink" || kind == "calm")
        .collect();
    let assets = Assets::load().unwrap();
    let probe = Probe::new(Options::default()).unwrap();
    let mut site = Site::read(catalogue, "en", probe, assets.bundle()).unwrap();
    let now = UtcDateTime::now();
    site.status = match kind.as_str() {
        "off" => ServiceStatus::default(),
        "new" => ServiceStatus::new(made_history::EVERY, Snapshot::default()),
        _ => made_history::status(&services, now),
    };
    if kind == "own-network" {
        let since = now - time::Duration::minutes(12);
        site.status.apply([Event::OwnNetworkDown(Some(since))]);
    }
    let metrics = Metrics::default();
    let limits = Limits::new(
        &LimitOptions::default(),
        KeyHasher::random().unwrap(),
        metrics.clone(),
    );
    let results = ResultCache::new(std::time::Duration::ZERO);
    let state = AppState::new(
        site,
        assets,
        limits,
        results,
        HttpOptions::default(),
        metrics,
    );
    let site = Router::new()
        .fallback_service(router(Arc::new(state)))
        .layer(from_fn(async |mut request: Request, next: Next| {
            let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
            if let Some(ConnectInfo(client)) = client.copied() {
                request
                    .extensions_mut()
                    .insert(ConnectionInfo::plain(client));
            }
            next.run(request).await
        }));
    let listener = tokio::net::TcpListener::bind(&address).await.unwrap();
    println!("http://{address}/status");
    let service = site.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await.unwrap();
}
