//! What operators and their machines ask: is it alive, does it take work, how is it doing.
//!
//! | module | idea |
//! |---|---|
//! | [`metrics`] | what is counted, in the text format of Prometheus |
//! | [`service_manager`] | what the service manager is told, and gives |

pub mod metrics;
pub mod service_manager;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;

use self::metrics::Metrics;
use crate::http::headers;

/// Whether the program takes work. Clones share the answer.
#[derive(Clone, Debug)]
pub struct Ready(Arc<AtomicBool>);

impl Default for Ready {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Ready {
    /// From now on it does not: it was told to stop.
    pub fn no_longer(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// `/readyz`: 200 while it takes work, and then 503.
    pub fn answer(&self) -> impl IntoResponse + use<> {
        match self.0.load(Ordering::Relaxed) {
            true => (StatusCode::OK, "ready\n"),
            false => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        }
    }
}

/// What is served to operators, on a port of its own: customers need not know how much is going on.
pub fn router(metrics: Metrics, ready: Ready) -> Router {
    Router::new()
        .route("/metrics", get(show_metrics).with_state(metrics))
        .route("/healthz", get(health))
        .route("/readyz", get(readiness).with_state(ready))
        .layer(from_fn(headers::fixed))
}

/// `/healthz`: 200 as long as anything is answered at all.
pub async fn health() -> &'static str {
    "alive\n"
}

async fn readiness(State(ready): State<Ready>) -> impl IntoResponse {
    ready.answer()
}

async fn show_metrics(State(metrics): State<Metrics>) -> impl IntoResponse {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn operators_are_told_how_it_is() {
        let ready = Ready::default();
        let router = router(Metrics::default(), ready.clone());
        for (path, before, after) in [
            ("/healthz", 200, 200),
            ("/readyz", 200, 503),
            ("/metrics", 200, 200),
            ("/", 404, 404),
        ] {
            ready.0.store(true, Ordering::Relaxed);
            for expected in [before, after] {
                let request = Request::get(path).body(Body::empty()).unwrap();
                let answer = router.clone().oneshot(request).await.unwrap();
                assert_eq!(answer.status(), expected, "{path}");
                let body = answer.into_body().collect().await.unwrap().to_bytes();
                if path == "/metrics" {
                    assert!(body.ends_with(b"# EOF\n"));
                }
                ready.no_longer();
            }
        }
    }
}
