//! The ways to set a program up without typing that need the address, or the name under which this site is opened.

use std::sync::Arc;

use app::pages::{DnsPage, OperatorsPage, ScanPage, UnknownDomainPage, drawn};
use app::record::{AddressOrDomain, Domain, Group, Record, parse_address};
use app::setup::write::qr;
use app::site::Site;
use axum::Extension;
use axum::extract::{Form, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use probe::HostName;

use crate::http::client::Client;
use crate::http::host;
use crate::http::own_links::of_domain;
use crate::http::page::{PageRequest, page};
use crate::http::routes::address_form::{AddressForm, settings_path};
use crate::http::routes::failures::not_found;
use crate::http::state::AppState;

/// The guide to Thunderbird on Android, which has the form for the code.
pub(super) async fn scan_form() -> Redirect {
    Redirect::to("/programs/thunderbird-android")
}

/// The code that Thunderbird on Android scans, for an address. It stands in the answer to a form, so that the address
/// is in no log and no history.
pub(super) async fn scan(
    State(app): State<Arc<AppState>>,
    request: PageRequest,
    Form(form): Form<AddressForm>,
) -> Response {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Ok(AddressOrDomain::Address(address)) = parse_address(&form.address) {
        status = StatusCode::NOT_FOUND;
        if let Some((record, group)) = found(&app.site, address.domain()) {
            let request = request.about(address.domain());
            let title = &request.texts(&app).guide.words.short_way.code_alt;
            let Some(code) = drawn(&group, &address, title) else {
                // Where nothing can be scanned, the values are typed.
                return Redirect::to(&settings_path(address.domain())).into_response();
            };
            let show = move || {
                let (code, address) = (code.clone(), address.to_string());
                let (record, group) = (record.clone(), group.clone());
                view! { <ScanPage code address record group/> }
            };
            let mut response = page(&app, StatusCode::OK, &request, show).await;
            let headers = response.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            return response;
        }
    }
    let show = move || view! { <UnknownDomainPage typed=form.address.clone()/> };
    page(&app, status, &request, show).await
}

/// A QR code of a page, for the camera of a phone. It has the name under which this page was opened, which no page
/// that is kept for everybody knows.
pub(super) async fn code_of_page(
    State(app): State<Arc<AppState>>,
    Path(path): Path<String>,
    client: Option<Extension<Client>>,
    page: PageRequest,
    request: Request,
) -> Response {
    let host = host::requested(&request).filter(|_| is_page(&app.site, &path));
    let scheme = match client {
        Some(Extension(client)) if client.https => "https",
        _ => "http",
    };
    let path = format!("/{path}");
    let domain = page.domain(&app);
    let path = domain
        .and_then(|domain| of_domain(&path, &domain))
        .unwrap_or(path);
    let url = host.map(|host| format!("{scheme}://{host}{path}"));
    // A code takes as long as a page.
    let Ok(_turn) = app.limits.render_permit().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let drawn = url.and_then(|url| qr::svg(&url, &url).ok());
    let Some(drawn) = drawn else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_static("image/svg+xml");
    let kept = HeaderValue::from_static("private, max-age=3600");
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], drawn).into_response()
}

/// Whether a code leads there. Others would let anybody draw codes of anything.
fn is_page(site: &Site, path: &str) -> bool {
    match path.split_once('/') {
        Some(("programs", slug)) => site.languages.default().guide.program(slug).is_some(),
        Some(("settings", domain)) => domain
            .parse()
            .is_ok_and(|domain| found(site, &domain).is_some()),
        _ => false,
    }
}

/// The domains that operators can look at.
pub(super) async fn operators(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(
        &app,
        StatusCode::OK,
        &request,
        || view! { <OperatorsPage/> },
    )
    .await
}

/// What to publish for a domain.
pub(super) async fn dns(
    State(app): State<Arc<AppState>>,
    Path(name): Path<String>,
    request: PageRequest,
    whole: Request,
) -> Response {
    let host = host::requested(&whole).and_then(host::name);
    let host = host.and_then(|host| host.parse::<HostName>().ok());
    let domain = name.parse::<Domain>().ok();
    let known = domain.and_then(|domain| Some((found(&app.site, &domain)?, domain)));
    let (Some(((record, group), domain)), Some(host)) = (known, host) else {
        return not_found(State(app), request).await;
    };
    let show = move || {
        let (domain, record, group) = (domain.clone(), record.clone(), group.clone());
        let host = host.clone();
        view! { <DnsPage domain record group host/> }
    };
    page(&app, StatusCode::OK, &request, show).await
}

fn found(site: &Site, domain: &Domain) -> Option<(Arc<Record>, Arc<Group>)> {
    let (record, group) = site.catalogue.find(domain)?;
    Some((record.clone(), group.clone()))
}
