//! Pages that are the same for everybody are rendered once and kept.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::client::Client;
use crate::stored::Stored;

/// The pages by their paths, each from the first time that it is asked for. Whether a password may be
/// typed on a page depends on the connection, so there are two of each.
#[derive(Clone)]
pub struct Kept(Arc<HashMap<String, [OnceLock<Stored>; 2]>>);

/// No page is nearly as long, in bytes.
const LONGEST: usize = 1024 * 1024;

impl Kept {
    /// Keeps the pages with these paths and no others: a path can be spelled in many ways, and whoever
    /// asked for all of them would fill the memory.
    pub fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let pages = paths.into_iter().map(|path| (path, Default::default()));
        Self(Arc::new(pages.collect()))
    }
}

/// Answers from memory, or keeps what is rendered. What follows a `?` makes a page one of many, so
/// those are rendered each time.
pub async fn kept(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    let page = uri.query().is_none().then(|| kept.0.get(uri.path()));
    let Some(page) = page.flatten() else {
        return next.run(request).await;
    };
    let private = request.extensions().get::<Client>();
    let page = &page[usize::from(private.is_some_and(|client| client.private))];
    let headers = request.headers().clone();
    let method = request.method().clone();
    if matches!(method, Method::GET | Method::HEAD)
        && let Some(page) = page.get()
    {
        return page.answer(&headers);
    }
    let response = next.run(request).await;
    // The answer to a HEAD request has no body that could be kept.
    if method != Method::GET || response.status() != StatusCode::OK {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let pack = move || Stored::compressed(parts.headers, body);
    match tokio::task::spawn_blocking(pack).await {
        // Somebody else may have been faster; then this is dropped for the same.
        Ok(packed) => page.get_or_init(|| packed).answer(&headers),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
