//! The connection test: as a page without scripts, and as a stream of lines with them.

use std::sync::{Arc, Mutex};

use app::address::parse_address;
use app::audience::Audience;
use app::check::{Refusal, TestConnection, start};
use app::guide::trail::Trail;
use app::pages::ResultPage;
use app::site::RequestPath;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CACHE_CONTROL, HeaderName, HeaderValue, REFERER, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use leptos::server_fn::codec::{FromReq, PostUrl};
use serde::Deserialize;

use crate::http::page::{PageRequest, context, streamed_page};
use crate::http::state::{AppState, TestContext};

/// The question of the troubleshooter from which a test was started.
#[derive(Deserialize)]
pub(crate) struct QuestionQuery {
    #[serde(default)]
    node: String,
    #[serde(default)]
    trail: String,
    #[serde(default)]
    program: String,
}

/// The test without scripts: the same form, answered by a page.
pub(crate) async fn test_page(
    State(app): State<Arc<AppState>>,
    Query(asked): Query<QuestionQuery>,
    TestContext { admission, texts }: TestContext,
    page_request: PageRequest,
    request: Request,
) -> Response {
    let trail = Trail::read(&texts.guide, &asked.trail);
    let trail = trail.choosing(
        texts
            .guide
            .program(&asked.program)
            .map(|program| &**program),
    );
    // The form is decoded by the server function's own decoder, so both understand the same.
    let form =
        <TestConnection as FromReq<PostUrl, Request, ServerFnError>>::from_req(request).await;
    let Ok(form) = form else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let address = form.address.clone();
    let page_request = match parse_address(&address) {
        Ok(address) => page_request.about(address.domain()),
        Err(_) => page_request,
    };
    let test = start(&app.site, &texts, form.into(), &admission).await;
    let retry_after = test.refused.and_then(Refusal::retry_after);
    let status = test.refused.map_or(StatusCode::OK, Refusal::status);
    let test = Arc::new(Mutex::new(Some(test)));
    let view = move || {
        // A page is rendered once; a second time there would be nothing left to show.
        let test = test.lock().ok().and_then(|mut test| test.take());
        let (address, node) = (address.clone(), asked.node.clone());
        let trail = trail.clone();
        test.map(|test| view! { <ResultPage test address node trail/> })
    };
    let mut response = streamed_page(&app, status, page_request, view).await;
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    // Only the browser may keep it, so that Back shows it again instead of asking whether to send the form, and the
    // password, once more. The page holds no password; a new request gets a new test.
    kept_by(response, "private, no-cache")
}

/// The test as a stream of lines, from the server function.
pub(crate) async fn test_stream(
    State(app): State<Arc<AppState>>,
    TestContext { admission, texts }: TestContext,
    mut request: Request,
) -> Response {
    // Where a browser accepts a page, Leptos answers a form that it cannot read with a redirect to the page
    // that the request names as its referrer.
    request.headers_mut().remove(ACCEPT);
    request.headers_mut().remove(REFERER);
    let context = context(
        &app,
        StatusCode::OK,
        admission,
        texts,
        RequestPath::default(),
        Audience::default(),
    );
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await;
    let mut response = kept_by(answer.into_response(), "no-store");
    // The function itself never fails: then its form could not be read, which is no fault of the program.
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

/// Results are about one person and one moment: no proxy may store them or hold them back.
fn kept_by(mut response: Response, cache_control: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}
