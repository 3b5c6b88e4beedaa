//! The configuration of PACC.

use std::sync::Arc;

use app::setup::write::pacc::{MEDIA_TYPE, write};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::refused;
use crate::http::setup_hosts::domain_of_host;
use crate::http::state::AppState;

/// The configuration of the domain of the host. It is not kept by caches: the digest in the DNS is of these bytes.
pub(super) async fn configuration(State(app): State<Arc<AppState>>, request: Request) -> Response {
    let catalogue = &app.site.catalogue;
    let domain = domain_of_host(catalogue, &request);
    let found = domain.and_then(|domain| catalogue.find(&domain));
    let written = found.and_then(|(record, group)| write(record, group).ok());
    match written {
        Some(text) => ([(CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        None => refused(StatusCode::NOT_FOUND, "no settings in this format"),
    }
}
