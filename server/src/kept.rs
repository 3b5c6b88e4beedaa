//! Pages that are the same for everybody are rendered once and kept.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::client::{Client, Proxies};
use crate::stored::Stored;

/// The pages that were asked for, under their paths. Whether a password may be typed on a page depends
/// on the connection, so there are two of each.
#[derive(Clone, Default)]
pub struct Kept(Arc<RwLock<HashMap<Key, Arc<Stored>>>>);

type Key = (String, bool);

/// More pages than the site has, with some room for other spellings of their paths. Without an end,
/// clients could fill the memory with such spellings.
const MOST: usize = 512;

/// No page is nearly as long, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Answers from memory, or keeps what is rendered. What follows a `?` makes a page one of many, so
/// those are rendered each time.
pub async fn kept(
    State((kept, proxies)): State<(Kept, Proxies)>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || request.uri().query().is_some() {
        return next.run(request).await;
    }
    let private = Client::of(&request, &proxies).is_some_and(|client| client.private);
    let key = (request.uri().path().to_owned(), private);
    if let Some(page) = kept.get(&key) {
        return page.answer(request.headers());
    }
    let headers = request.headers().clone();
    let whole = request.method() == Method::GET;
    let response = next.run(request).await;
    if !whole || response.status() != StatusCode::OK {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let pack = move || Arc::new(Stored::compressed(parts.headers, body));
    let Ok(page) = tokio::task::spawn_blocking(pack).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    kept.put(key, Arc::clone(&page));
    page.answer(&headers)
}

impl Kept {
    fn get(&self, key: &Key) -> Option<Arc<Stored>> {
        let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(key).cloned()
    }

    fn put(&self, key: Key, page: Arc<Stored>) {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if pages.len() < MOST {
            pages.insert(key, page);
        }
    }
}
