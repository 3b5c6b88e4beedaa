//! Pages for requests that cannot be answered.

use std::sync::Arc;

use app::pages::{FailurePage, NotFoundPage};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;

use crate::http::page::{PageRequest, PageRequestHead, page};
use crate::http::request_id::RequestId;
use crate::http::state::AppState;

/// There is nothing at this path, unless it is that of a page with a slash too much at its end.
pub(crate) async fn no_route(
    State(app): State<Arc<AppState>>,
    method: Method,
    uri: Uri,
    request: PageRequest,
) -> Response {
    let reads = matches!(method, Method::GET | Method::HEAD);
    match without_slash(&uri).filter(|_| reads) {
        Some(canonical) => Redirect::permanent(&canonical).into_response(),
        None => not_found(State(app), request).await,
    }
}

/// The path and query without slashes at the end of the path, if there are any.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    // Browsers take `//` and `/\` at the beginning for another host.
    path.strip_prefix('/')?
        .starts_with(|first: char| first.is_ascii_alphanumeric())
        .then(|| match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        })
}

/// There is no page for what was asked.
pub(crate) async fn not_found(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    let view = || view! { <NotFoundPage/> };
    page(&app, StatusCode::NOT_FOUND, &request, view).await
}

/// There is something at this path, for another method.
pub(crate) async fn wrong_method() -> Response {
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}

/// The answer of a handler that panicked; the log has the reason already.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Gives a page to failures that have only a status.
pub(crate) async fn page_for_bare_failures(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_head = *request.method() == Method::HEAD;
    let id = request.extensions().get::<RequestId>().copied();
    let head = PageRequestHead::of(request.extensions(), request.headers(), request.uri());
    let response = next.run(request).await;
    let status = response.status();
    let is_bare = !response.headers().contains_key(CONTENT_SECURITY_POLICY);
    let failed = status.is_client_error() || status.is_server_error();
    if !is_bare || !failed || is_head {
        return response;
    }
    let page_request = match head.admit(&app).await {
        Ok(page_request) => page_request,
        Err(busy) => return busy,
    };
    let words = &page_request.texts(&app).pages;
    let failures = &words.failure;
    let failure = match status {
        StatusCode::FORBIDDEN => failures.foreign.clone(),
        StatusCode::NOT_FOUND => words.not_found.failure(),
        StatusCode::METHOD_NOT_ALLOWED => failures.method.clone(),
        StatusCode::MISDIRECTED_REQUEST => failures.host.clone(),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => failures.too_large.clone(),
        status if status.is_client_error() => failures.unreadable.clone(),
        _ => failures.broken.clone(),
    };
    // With the id the operator finds the failure in the log.
    let code = id.filter(|_| status.is_server_error());
    let code = code.map(|id| id.to_string()).unwrap_or_default();
    let view = move || view! { <FailurePage failure=failure.clone() code=code.clone()/> };
    page(&app, status, &page_request, view).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_page_without_it_and_to_no_other_host() {
        for (target, expected) in [
            ("/fix/", Some("/fix")),
            ("/fix//", Some("/fix")),
            (
                "/fix/gone/?trail=start.gone",
                Some("/fix/gone?trail=start.gone"),
            ),
            ("/", None),
            ("//", None),
            ("/fix", None),
            ("//example.net/", None),
            ("/%5Cexample.net/", None),
        ] {
            let uri: Uri = target.parse().unwrap();
            assert_eq!(without_slash(&uri).as_deref(), expected, "{target}");
        }
    }
}
