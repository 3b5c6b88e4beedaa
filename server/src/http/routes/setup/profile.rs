//! The configuration profile for iPhone, iPad and Mac.
//!
//! People ask for it with a form, so that the address stands in no log and in no history; a mistake gets a page.

use std::sync::Arc;
use std::time::SystemTime;

use app::page_words::ProviderValue;
use app::pages::UnknownDomainPage;
use app::record::{Address, AddressOrDomain, Domain, Group, Record, parse_address};
use app::setup::write::apple_profile::{Incoming, MEDIA_TYPE, write};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use leptos::prelude::*;
use serde::Deserialize;

use crate::http::page::{PageRequest, page};
use crate::http::routes::address_form::settings_path;
use crate::http::routes::failures::not_found;
use crate::http::state::AppState;
use crate::profile_signing::sign;

/// Where the profile of a domain is.
pub(crate) const PATH: &str = "/settings/{domain}/mail.mobileconfig";

/// What answers there.
pub(crate) fn handler() -> MethodRouter<Arc<AppState>> {
    get(for_nobody).post(for_address)
}

/// How mail is to be read.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    #[default]
    Imap,
    Pop3,
}

impl From<Way> for Incoming {
    fn from(way: Way) -> Self {
        match way {
            Way::Imap => Self::Imap,
            Way::Pop3 => Self::Pop3,
        }
    }
}

#[derive(Deserialize)]
struct WayQuery {
    #[serde(default)]
    incoming: Way,
}

#[derive(Deserialize)]
struct ProfileForm {
    address: String,
    #[serde(default)]
    incoming: Way,
}

/// The profile of a domain, for whoever installs it: the device asks for address and user name.
async fn for_nobody(
    State(app): State<Arc<AppState>>,
    Path(name): Path<String>,
    Query(query): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let domain = name.parse::<Domain>().ok();
    let found = domain.and_then(|domain| app.site.catalogue.find(&domain));
    let profile = match found {
        Some((record, group)) => profile(&app, &request, record, group, None, query.incoming).await,
        None => None,
    };
    match profile {
        Some(profile) => profile,
        None => not_found(State(app), request).await,
    }
}

/// The profile of an address. The address decides about the settings, and not the page on which it was typed.
async fn for_address(
    State(app): State<Arc<AppState>>,
    request: PageRequest,
    Form(form): Form<ProfileForm>,
) -> Response {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Ok(AddressOrDomain::Address(address)) = parse_address(&form.address) {
        if let Some((record, group)) = app.site.catalogue.find(address.domain()) {
            let way = form.incoming;
            let profile = profile(&app, &request, record, group, Some(&address), way).await;
            // Where there is no file, the values are typed.
            let settings = || Redirect::to(&settings_path(address.domain())).into_response();
            return profile.unwrap_or_else(settings);
        }
        status = StatusCode::NOT_FOUND;
    }
    let show = move || view! { <UnknownDomainPage typed=form.address.clone()/> };
    page(&app, status, &request, show).await
}

/// The profile, signed if the site can; `None` where the settings are not enough for one.
async fn profile(
    app: &AppState,
    request: &PageRequest,
    record: &Record,
    group: &Group,
    address: Option<&Address>,
    way: Way,
) -> Option<Response> {
    let words = &request.texts(app).pages.profile;
    let description = words.description.fill(|value| match value {
        ProviderValue::Provider => record.name.as_str(),
    });
    let mut profile = write(record, group, address, way.into(), &description).ok()?;
    if let Some(key) = &app.profile_key {
        // A signature takes as long as a page.
        let Ok(_turn) = app.limits.render_permit().await else {
            return Some(StatusCode::SERVICE_UNAVAILABLE.into_response());
        };
        match sign(&profile, &key.current_key(), SystemTime::now()) {
            Ok(signed) => profile = signed,
            // A profile that is not signed works all the same.
            Err(cause) => tracing::error!(%cause, "profile not signed"),
        }
    }
    let mut response = profile.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = HeaderValue::from_static("attachment; filename=\"mail.mobileconfig\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Some(response)
}
