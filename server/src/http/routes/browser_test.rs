//! The test whose sign-in runs in the browser: what the browser is to do, and the words for what it finds.

use std::sync::Arc;

use app::check::{BrowserTest, Refusal, present};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::http::page::PageRequest;
use crate::http::state::{AppState, TestContext};

/// The path of the route.
pub(crate) const BROWSER_TEST_PATH: &str = "/api/browser-test";

/// Answers with what to do, or with the words for what has been observed. It costs about as much as a page, and is
/// limited as one.
pub(crate) async fn browser_test(
    State(app): State<Arc<AppState>>,
    TestContext { admission, texts }: TestContext,
    _permit: PageRequest,
    test: Result<Json<BrowserTest>, JsonRejection>,
) -> Response {
    // What the error says of the text is of use to nobody: the worker and the server are of one version.
    let Ok(Json(test)) = test else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = present(&app.site, &texts, test, &admission).await;
    let status = answer.refused.map_or(StatusCode::OK, Refusal::status);
    let wait = answer.refused.and_then(Refusal::retry_after);
    let mut response = (status, Json(answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = wait {
        headers.insert(RETRY_AFTER, wait);
    }
    response
}
