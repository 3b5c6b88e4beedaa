//! Guards: what a request must pass before it reaches its route. A refusal is only a status.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::client::Client;
use crate::http::origin;
use crate::http::state::AppState;

/// Refuses cross-site requests.
pub(crate) async fn own_pages_only(request: Request, next: Next) -> Response {
    let client = request.extensions().get::<Client>();
    if origin::is_allowed(&request, client.is_some_and(|client| client.https)) {
        return next.run(request).await;
    }
    StatusCode::FORBIDDEN.into_response()
}

/// Refuses requests for other host names.
pub(crate) async fn own_names_only(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    if app.options.hosts.accept(&request) {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}
