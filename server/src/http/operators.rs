//! The routes for operators, on a separate port, because the metrics are not for customers.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::http::headers;
use crate::http::health::{health, ready};
use crate::operations::metrics::Metrics;
use crate::operations::readiness::Readiness;

/// The routes for operators.
pub fn router(metrics: Metrics, readiness: Readiness) -> Router {
    Router::new()
        .route("/metrics", get(show_metrics).with_state(metrics))
        .route("/healthz", get(health))
        .route("/readyz", get(ready).with_state(readiness))
        .layer(from_fn(headers::fixed))
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
        for (path, before, after) in [
            ("/healthz", 200, 200),
            ("/readyz", 200, 503),
            ("/metrics", 200, 200),
            ("/", 404, 404),
        ] {
            let ready = Readiness::default();
            let router = router(Metrics::default(), ready.clone());
            for expected in [before, after] {
                let request = Request::get(path).body(Body::empty()).unwrap();
                let answer = router.clone().oneshot(request).await.unwrap();
                assert_eq!(answer.status(), expected, "{path}");
                let body = answer.into_body().collect().await.unwrap().to_bytes();
                if path == "/metrics" {
                    assert!(body.ends_with(b"# EOF\n"));
                }
                ready.set_stopping();
            }
        }
    }
}
