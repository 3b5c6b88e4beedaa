//! The configuration file of Thunderbird and others.

use std::sync::Arc;

use app::setup::write::autoconfig::{MEDIA_TYPE, write};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::asked::{Named, named};
use super::refused;
use crate::http::setup_hosts::domain_of_host;
use crate::http::state::AppState;

/// The file of the domain of the address or, without one, of the host. An address of a domain that is not known gets
/// the one of the host, too: a program may ask for a domain whose mail comes to one of ours (MX).
pub(super) async fn configuration(State(app): State<Arc<AppState>>, request: Request) -> Response {
    let catalogue = &app.site.catalogue;
    let found = match named(&request, "emailaddress") {
        Named::Unreadable => return refused(StatusCode::BAD_REQUEST, "this is no email address"),
        Named::Domain(domain) => catalogue.find(&domain),
        Named::Nothing => None,
    };
    let of_host = || {
        let domain = domain_of_host(catalogue, &request)?;
        catalogue.find(&domain)
    };
    let Some((record, group)) = found.or_else(of_host) else {
        return refused(StatusCode::NOT_FOUND, "no settings for this domain");
    };
    match write(record, group, &app.site.languages.default().language) {
        Ok(file) => {
            let headers = [
                (CONTENT_TYPE, MEDIA_TYPE),
                (CACHE_CONTROL, "public, max-age=3600"),
            ];
            (headers, file).into_response()
        }
        Err(_) => refused(
            StatusCode::NOT_FOUND,
            "no encrypted settings for this domain",
        ),
    }
}
