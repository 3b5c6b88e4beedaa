//! The responses to health checks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::operations::readiness::Readiness;

/// `/healthz`: 200 while the program answers requests.
pub(crate) async fn health() -> &'static str {
    "alive\n"
}

/// `/readyz`: 200 while the program accepts new work, and 503 while it stops.
pub(crate) async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    match readiness.is_ready() {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
    }
}
