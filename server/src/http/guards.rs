//! Middleware that refuses requests before they reach a route.

use std::sync::Arc;

use app::pages::FailurePage;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

use crate::http::client::Client;
use crate::http::origin;
use crate::http::page::{PageRequestHead, page};
use crate::http::state::AppState;

/// Refuses cross-site requests.
pub(crate) async fn own_pages_only(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>();
    if origin::is_allowed(&request, client.is_some_and(|client| client.https)) {
        return next.run(request).await;
    }
    let head = PageRequestHead::of(&app, request.extensions(), request.headers());
    let page_request = match head.admit(&app).await {
        Ok(page_request) => page_request,
        Err(busy) => return busy,
    };
    let failure = page_request.texts(&app).pages.failure.foreign.clone();
    let view = move || view! { <FailurePage failure=failure.clone()/> };
    page(&app, StatusCode::FORBIDDEN, &page_request, view).await
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
