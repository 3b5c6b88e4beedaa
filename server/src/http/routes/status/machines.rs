//! Pictures, data and news of how the mail servers stand. Any site may show and read them.

use std::sync::Arc;

use app::record::Catalogue;
use app::site::Site;
use app::status::data::StatusData;
use app::status::{Scope, ServiceKey, badge, feed, tell};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use time::UtcDateTime;

use crate::http::language::Language;
use crate::http::routes::pages::PageRoute;
use crate::http::state::AppState;

/// Lets pages of other sites show a picture.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// How long others may keep an answer: it is as old as this anyway.
const KEPT: &str = "public, max-age=60";

/// Their paths. They are kept like pages, because they are the same for everybody.
pub(crate) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new("/status.json", get(data)).with_age(),
        PageRoute::each("/status/data/{name}", get(data_of), documents).with_age(),
        PageRoute::new("/status.atom", get(news)).with_age(),
        PageRoute::new("/status/badge.svg", get(badge_of_all)).with_age(),
        PageRoute::each("/status/badge/{name}", get(badge_of_service), badges).with_age(),
    ]
}

/// The name of the picture of every service: `centurylink.imap.svg`.
fn badges(site: &Site) -> Vec<String> {
    let services = keys(&site.catalogue);
    services.map(|key| badge_name(&key)).collect()
}

/// The name of the document of every provider and every service: `centurylink.json`, `centurylink.imap.json`.
fn documents(site: &Site) -> Vec<String> {
    let providers = site.catalogue.records.iter();
    let providers = providers.map(|record| format!("{}.json", record.id));
    let services = keys(&site.catalogue);
    let services = services.map(|key| format!("{}.{}.json", key.record(), key.service()));
    providers.chain(services).collect()
}

fn keys(catalogue: &Catalogue) -> impl Iterator<Item = ServiceKey> {
    tell::services(catalogue).map(|(record, service)| ServiceKey::new(record, service))
}

fn badge_name(key: &ServiceKey) -> String {
    format!("{}.{}.svg", key.record(), key.service())
}

async fn data(State(app): State<Arc<AppState>>) -> Response {
    data_in(&app, &Scope::All)
}

async fn data_of(State(app): State<Arc<AppState>>, Path(name): Path<String>) -> Response {
    let scope = name.strip_suffix(".json");
    let scope = scope.and_then(|name| Scope::named(&app.site.catalogue, name));
    match scope {
        Some(scope) => data_in(&app, &scope),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn data_in(app: &AppState, scope: &Scope) -> Response {
    let seen = app.site.status.seen();
    let json = StatusData::new(seen.as_ref(), &app.site.catalogue, scope).json();
    for_all("application/json", json)
}

async fn news(
    State(app): State<Arc<AppState>>,
    Extension(language): Extension<Language>,
) -> Response {
    let site = &app.site;
    let seen = site.status.seen();
    let now = UtcDateTime::now();
    let texts = language.texts(site);
    let feed = feed::feed(texts, seen.as_ref(), &site.catalogue, now);
    for_all("application/atom+xml; charset=utf-8", feed)
}

async fn badge_of_all(
    State(app): State<Arc<AppState>>,
    Extension(language): Extension<Language>,
) -> Response {
    let site = &app.site;
    let seen = site.status.seen();
    let picture = badge::overall(language.texts(site), seen.as_ref(), &site.catalogue);
    for_all("image/svg+xml", picture)
}

async fn badge_of_service(
    State(app): State<Arc<AppState>>,
    Extension(language): Extension<Language>,
    Path(name): Path<String>,
) -> Response {
    let site = &app.site;
    let texts = language.texts(site);
    let mut services = tell::services(&site.catalogue);
    let found =
        services.find(|(record, service)| badge_name(&ServiceKey::new(record, service)) == name);
    let Some((record, service)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let seen = site.status.seen();
    let standing = seen.map(|seen| seen.standing(&ServiceKey::new(record, service)));
    let protocol = &texts.words.protocol(service.endpoint.protocol).name;
    let label = format!("{}: {protocol}", record.name);
    for_all(
        "image/svg+xml",
        badge::of_service(texts, &label, standing.as_ref()),
    )
}

fn for_all(content_type: &'static str, body: String) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, KEPT),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (RESOURCE_POLICY, "cross-origin"),
    ];
    (headers, body).into_response()
}
