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
/// While the connection test or the database does not work it is still 200, with the causes in the body: the
/// instances behind one load balancer mostly share their connection and their database, so all of them would be taken
/// out at once, and with them the guide, which needs neither.
pub(crate) async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    match readiness.state() {
        ReadinessState::Ready => (StatusCode::OK, "ready\n".to_owned()),
        ReadinessState::Degraded { test, database } => {
            let test = test.map(|cause| cause.to_string());
            let database = database.map(|cause| format!("database {cause}"));
            let causes: Vec<_> = test.into_iter().chain(database).collect();
            (StatusCode::OK, format!("degraded: {}\n", causes.join(", ")))
        }
        ReadinessState::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned()),
    }
}
