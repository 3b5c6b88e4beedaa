//! Pages that are the same for everybody are rendered once and kept.

use std::collections::HashMap;

use axum::body::to_bytes;
use axum::extract::{MatchedPath, Request};
use axum::http::header::HeaderMap;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::spawn_blocking;

use crate::page::MAX_PAGE_LEN;
use crate::process::half_of_cores;
use crate::stored::Stored;

/// The pages by their paths, each from the first time that it is asked for. Whether a password may be
/// typed on a page depends on the connection, so there are two of each.
pub struct Kept {
    pages: HashMap<String, [OnceCell<Page>; 2]>,
    /// Compression takes most of the time. Whoever asks for all pages of a server that has just started
    /// must leave the rest of the processor to the others.
    compressions: Semaphore,
}

struct Page {
    content: Stored,
    route: Option<MatchedPath>,
}

impl Kept {
    /// Keeps the pages with these paths and no others: a path can be spelled in many ways, and whoever
    /// asked for all of them would fill the memory.
    pub fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let pages = paths.into_iter().map(|path| (path, Default::default()));
        Self {
            pages: pages.collect(),
            compressions: Semaphore::new(half_of_cores()),
        }
    }

    /// Answers from memory, if the page is there. `private` says whether nobody else can read what is typed
    /// on it.
    pub fn at_once(&self, request: &Request, private: bool) -> Option<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let page = self.place(request, private).filter(|_| reads)?.get()?;
        Some(page.answer(request.headers()))
    }

    /// Whether the answer to this request is a page that is kept, or will be.
    pub fn keeps(&self, request: &Request) -> bool {
        *request.method() == Method::GET && self.place(request, false).is_some()
    }

    /// Answers by a route, and keeps what is to be kept.
    pub async fn answer<F>(
        &self,
        request: Request,
        private: bool,
        routes: impl FnOnce(Request) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        // The answer to a HEAD request has no body that could be kept.
        let keeps = self.keeps(&request);
        let Some(page) = self.place(&request, private).filter(|_| keeps) else {
            return routes(request).await;
        };
        let headers = request.headers().clone();
        // Who comes while it is rendered waits for it.
        match page.get_or_try_init(|| self.render(request, routes)).await {
            Ok(page) => page.answer(&headers),
            Err(failure) => *failure,
        }
    }

    /// Where the page is kept. What follows a `?` makes a page one of many, so those are rendered each time.
    fn place(&self, request: &Request, private: bool) -> Option<&OnceCell<Page>> {
        let uri = request.uri();
        let both = uri.query().is_none().then(|| self.pages.get(uri.path()))?;
        Some(&both?[usize::from(private)])
    }

    /// Renders a page and compresses it, or gives the answer that says why there is none.
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
        // It is never closed, so there is always a permit some time.
        let _permit = self.compressions.acquire().await;
        let content = spawn_blocking(|| Stored::compressed(parts.headers, body)).await;
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
