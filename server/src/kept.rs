//! Pages that are the same for everybody are rendered once and kept.

use std::collections::HashMap;

use axum::body::to_bytes;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{ACCEPT_ENCODING, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::stored::Stored;

/// The pages by their paths, each from the first time that it is asked for. Whether a password may be
/// typed on a page depends on the connection, so there are two of each.
pub struct Kept(HashMap<String, [OnceCell<Page>; 2]>);

struct Page {
    content: Stored,
    route: Option<MatchedPath>,
}

/// No page is nearly as long, in bytes.
const LONGEST: usize = 1024 * 1024;

impl Kept {
    /// Keeps the pages with these paths and no others: a path can be spelled in many ways, and whoever
    /// asked for all of them would fill the memory.
    pub fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let pages = paths.into_iter().map(|path| (path, Default::default()));
        Self(pages.collect())
    }

    /// Answers from memory, if the page is there. `private` says whether nobody else can read what is typed
    /// on it.
    pub fn at_once(&self, request: &Request, private: bool) -> Option<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let page = self.place(request, private).filter(|_| reads)?.get()?;
        Some(page.answer(request.headers()))
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
        let reads = *request.method() == Method::GET;
        let Some(page) = self.place(&request, private).filter(|_| reads) else {
            return routes(request).await;
        };
        let headers = request.headers().clone();
        // Who comes while it is rendered waits for it.
        match page.get_or_try_init(|| Page::render(request, routes)).await {
            Ok(page) => page.answer(&headers),
            Err(failure) => *failure,
        }
    }

    /// Where the page is kept. What follows a `?` makes a page one of many, so those are rendered each time.
    fn place(&self, request: &Request, private: bool) -> Option<&OnceCell<Page>> {
        let uri = request.uri();
        let both = uri.query().is_none().then(|| self.0.get(uri.path()))?;
        Some(&both?[usize::from(private)])
    }
}

impl Page {
    /// Renders a page and compresses it, or gives the answer that says why there is none.
    async fn render<F>(
        mut request: Request,
        routes: impl FnOnce(Request) -> F,
    ) -> Result<Self, Box<Response>>
    where
        F: Future<Output = Response>,
    {
        // Only what is plain can be kept in every form.
        request.headers_mut().remove(ACCEPT_ENCODING);
        let response = routes(request).await;
        if response.status() != StatusCode::OK {
            return Err(Box::new(response));
        }
        let (parts, body) = response.into_parts();
        let route = parts.extensions.get().cloned();
        let failed = || Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        let body = to_bytes(body, LONGEST).await.map_err(|_| failed())?;
        let content = spawn_blocking(|| Stored::compressed(parts.headers, body)).await;
        let content = content.map_err(|_| failed())?;
        Ok(Self { content, route })
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let mut response = self.content.answer(request);
        if let Some(route) = &self.route {
            response.extensions_mut().insert(route.clone());
        }
        response
    }
}
