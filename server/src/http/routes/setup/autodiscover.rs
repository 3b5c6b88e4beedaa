//! Autodiscover: the settings in XML, and in JSON where to ask for them.

use std::sync::Arc;

use app::record::Domain;
use app::setup::write::autodiscover::{ErrorCode, MEDIA_TYPE, error, write};
use app::setup::write::{autodiscover_json, autodiscover_request};
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use time::OffsetDateTime;

use super::asked::{Named, named, named_by, parameter_of};
use crate::http::body::media_type;
use crate::http::host;
use crate::http::state::AppState;

/// The settings of an address. Programs read an error only with the status 200; another status is for what no program
/// sends.
pub(super) async fn xml(
    State(app): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kind = media_type(&headers);
    if !["", "text/xml", "application/xml"].contains(&&*kind) {
        return failure(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::InvalidRequest,
        );
    }
    let address = match autodiscover_request::read(&body) {
        Ok(address) => address,
        Err(code) => return failure(StatusCode::OK, code),
    };
    let found = app.site.catalogue.find(address.domain());
    let written = found.and_then(|(record, group)| write(record, group, &address).ok());
    match written {
        Some(text) => answer(StatusCode::OK, MEDIA_TYPE, text),
        None => failure(StatusCode::OK, ErrorCode::InvalidRequest),
    }
}

pub(super) fn failure(status: StatusCode, code: ErrorCode) -> Response {
    answer(status, MEDIA_TYPE, error(code, OffsetDateTime::now_utc()))
}

/// Where to post, for the address in the query.
pub(super) async fn json(State(app): State<Arc<AppState>>, request: Request) -> Response {
    let address = named(&request, "Email");
    where_to_post(&app, &request, &address)
}

/// The same for the address in the path, as Outlook asks.
pub(super) async fn json_of_path(
    State(app): State<Arc<AppState>>,
    Path((_version, address)): Path<(String, String)>,
    request: Request,
) -> Response {
    where_to_post(&app, &request, &named_by(&address))
}

fn where_to_post(app: &AppState, request: &Request, address: &Named) -> Response {
    let known = |domain: &Domain| app.site.catalogue.find(domain).is_some();
    match address {
        Named::Domain(domain) if known(domain) => {}
        Named::Domain(_) => {
            let text = "There are no settings for this domain";
            return refusal(StatusCode::NOT_FOUND, "UnknownDomain", text);
        }
        Named::Nothing | Named::Unreadable => {
            let text = "A valid email address must be provided";
            return refusal(StatusCode::BAD_REQUEST, "InvalidAddress", text);
        }
    }
    // The host that was found is the one to go on with: the certificate is for its name.
    let requested = host::requested(request).filter(|host| host::name(host).is_some());
    let Some(host) = requested.map(str::to_ascii_lowercase) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let protocol = parameter_of(request, "Protocol").unwrap_or_default();
    match autodiscover_json::write(&protocol, &host) {
        Ok(text) => answer(StatusCode::OK, autodiscover_json::MEDIA_TYPE, text),
        Err(invalid) => answer(
            StatusCode::BAD_REQUEST,
            autodiscover_json::MEDIA_TYPE,
            invalid.0,
        ),
    }
}

pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let text = json!({ "ErrorCode": code, "ErrorMessage": message }).to_string();
    answer(status, autodiscover_json::MEDIA_TYPE, text)
}

fn answer(status: StatusCode, media_type: &'static str, text: String) -> Response {
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}
