//! A cache of the pages that are the same for everybody.

use std::collections::HashMap;

use axum::body::to_bytes;
use axum::extract::{MatchedPath, Request};
use axum::http::header::HeaderMap;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;

use crate::http::encoded_body::EncodedBody;
use crate::http::language::Language;
use crate::http::page::{MAX_PAGE_LEN, RenderedForCache};
use crate::process::half_of_cores;

/// The pages by path, each stored at its first request, in every [`Variant`].
pub struct PageCache {
    pages: HashMap<String, Vec<[OnceCell<Page>; 2]>>,
    /// Limits concurrent compression, which takes most of the time. A client that requests all pages of a server
    /// that has just started must not use all cores.
    compressions: Semaphore,
}

/// The properties of a request that make the same page another one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variant {
    /// Its language.
    pub language: Language,
    /// Whether nobody between the browser and the server can read what is typed on it, so that it may ask for a
    /// password.
    pub confidential: bool,
}

struct Page {
    content: EncodedBody,
    route: Option<MatchedPath>,
}

impl PageCache {
    /// Caches the pages with these paths and no others: a path can be spelled in many ways, and a client that
    /// requested all of them would fill the memory.
    pub fn new(paths: impl IntoIterator<Item = String>, languages: usize) -> Self {
        let variants = || {
            std::iter::repeat_with(Default::default)
                .take(languages)
                .collect()
        };
        let pages = paths.into_iter().map(|path| (path, variants()));
        Self {
            pages: pages.collect(),
            compressions: Semaphore::new(half_of_cores()),
        }
    }

    /// Answers from the cache, if it has the page.
    pub fn get(&self, request: &Request, variant: Variant) -> Option<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let page = self.entry(request, variant).filter(|_| reads)?.get()?;
        Some(page.answer(request.headers()))
    }

    /// Answers with a route, and stores the response if it is a page to cache.
    pub async fn answer<F>(
        &self,
        mut request: Request,
        variant: Variant,
        routes: impl FnOnce(Request) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        // The response to a HEAD request has no body to store.
        let gets = *request.method() == Method::GET;
        let Some(page) = self.entry(&request, variant).filter(|_| gets) else {
            return routes(request).await;
        };
        request.extensions_mut().insert(RenderedForCache);
        let headers = request.headers().clone();
        // A request that arrives while the page is rendered waits for it.
        match page.get_or_try_init(|| self.render(request, routes)).await {
            Ok(page) => page.answer(&headers),
            Err(failure) => *failure,
        }
    }

    /// The cache entry of the page. Pages with a query differ for each query, so they are not cached.
    fn entry(&self, request: &Request, variant: Variant) -> Option<&OnceCell<Page>> {
        let uri = request.uri();
        let variants = uri.query().is_none().then(|| self.pages.get(uri.path()))?;
        let both = variants?.get(variant.language.position)?;
        Some(&both[usize::from(variant.confidential)])
    }

    /// Renders a page and compresses it, or returns the error response.
    async fn render<F>(
        &self,
        request: Request,
        routes: impl FnOnce(Request) -> F,
    ) -> Result<Page, Box<Response>>
    where
        F: Future<Output = Response>,
    {
        let response = routes(request).await;
        if response.status() != StatusCode::OK {
            return Err(Box::new(response));
        }
        let (parts, body) = response.into_parts();
        let route = parts.extensions.get().cloned();
        let failed = || Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        let body = to_bytes(body, MAX_PAGE_LEN).await.map_err(|_| failed())?;
        // The semaphore is never closed, so this always gets a permit.
        let _permit = self.compressions.acquire().await;
        let content = spawn_blocking(|| EncodedBody::compressed(parts.headers, body)).await;
        let content = content.map_err(|_| failed())?;
        Ok(Page { content, route })
    }
}

impl Page {
    fn answer(&self, request: &HeaderMap) -> Response {
        let mut response = self.content.answer(request);
        if let Some(route) = &self.route {
            response.extensions_mut().insert(route.clone());
        }
        response
    }
}
