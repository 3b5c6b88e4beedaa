//! The responses to health checks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::operations::readiness::{Readiness, ReadinessState};

/// `/healthz`: 200 while the program answers requests.
pub(crate) async fn health() -> &'static str {
    "alive\n"
}

/// `/readyz`: 200 while the program accepts new work, and 503 while it stops.
///
/// While the connection test does not work it is still 200, with the cause in the body: the instances behind one
/// load balancer mostly share their connection, so all of them would be taken out at once, and with them the
/// guide, which needs no connection.
pub(crate) async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    match readiness.state() {
        ReadinessState::Ready => (StatusCode::OK, "ready\n".to_owned()),
        ReadinessState::Degraded(cause) => (StatusCode::OK, format!("degraded: {cause}\n")),
        ReadinessState::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned()),
    }
}
