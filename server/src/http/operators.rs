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
    use probe::Outcome;
    use tower::ServiceExt;

    use super::*;
    use crate::operations::probe_health::tests::report;
    use crate::storage::{Cause, StoreError};

    #[tokio::test]
    async fn operators_are_told_how_it_is() {
        for (path, before, after) in [
            ("/healthz", 200, 200),
            ("/readyz", 200, 503),
            ("/metrics", 200, 200),
            ("/", 404, 404),
        ] {
            let metrics = Metrics::default();
            let ready = Readiness::new(
                metrics.probe_health().clone(),
                metrics.database_health().clone(),
            );
            let router = router(metrics, ready.clone());
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

    #[tokio::test]
    async fn a_test_that_does_not_work_takes_no_instance_out() {
        use Outcome::{LocalResourcesExhausted, ProbeOffline};
        let metrics = Metrics::default();
        let ready = Readiness::new(
            metrics.probe_health().clone(),
            metrics.database_health().clone(),
        );
        let router = router(metrics.clone(), ready.clone());
        let ask = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8(body.to_vec()).unwrap())
        };
        for (found, expected, offline, exhausted) in [
            (ProbeOffline, "degraded: probe-offline\n", 1, 0),
            (
                LocalResourcesExhausted,
                "degraded: local-resources-exhausted\n",
                0,
                1,
            ),
            // It ends by itself when a server is reached again.
            (Outcome::Ok, "ready\n", 0, 0),
        ] {
            metrics.check(&report(found));
            assert_eq!(ask("/readyz").await, (200, expected.to_owned()));
            let (_, counted) = ask("/metrics").await;
            for (cause, value) in [
                (ProbeOffline, offline),
                (LocalResourcesExhausted, exhausted),
            ] {
                let line = format!("mailguide_degraded{{cause=\"{cause}\"}} {value}");
                assert!(
                    counted.lines().any(|found| found == line),
                    "{line}\n{counted}"
                );
            }
            let line = format!("mailguide_checks_total{{service=\"imap\",outcome=\"{found}\"}} 1");
            assert!(
                counted.lines().any(|found| found == line),
                "{line}\n{counted}"
            );
        }
        // With a database that fails, too.
        metrics.check(&report(ProbeOffline));
        let full = StoreError::new("here", Cause::DiskFull, "full");
        metrics.database_health().failed(&full);
        let both = "degraded: probe-offline, database disk-full\n";
        assert_eq!(ask("/readyz").await, (200, both.to_owned()));
        metrics.check(&report(Outcome::Ok));
        let database = "degraded: database disk-full\n";
        assert_eq!(ask("/readyz").await, (200, database.to_owned()));
        metrics.database_health().works("here");
        assert_eq!(ask("/readyz").await, (200, "ready\n".to_owned()));
        ready.set_stopping();
        assert_eq!(ask("/readyz").await, (503, "stopping\n".to_owned()));
    }
}
