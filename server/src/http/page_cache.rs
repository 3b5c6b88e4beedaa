//! A cache of the pages that are the same for everybody.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use app::site::{RequestPath, Revision, Shows};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CACHE_CONTROL, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;

use crate::http::encoded_body::EncodedBody;
use crate::http::language::Language;
use crate::http::page::{RenderedForCache, whole};
use crate::process::half_of_cores;

/// The pages by path, each stored at its first request, in every [`Variant`], and again at the first request after
/// a change of what pages show.
pub struct PageCache {
    pages: HashMap<String, Cached>,
    /// Counts these changes.
    revision: Revision,
    /// Limits concurrent compression, which takes most of the time. A client that requests all pages of a server
    /// that has just started must not use all cores.
    compressions: Semaphore,
}

/// A path with a page of its own.
struct Cached {
    shows: Shows,
    variants: Vec<[Entry; 2]>,
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

#[derive(Default)]
struct Entry {
    page: RwLock<Option<Arc<Page>>>,
    /// Held while the page is rendered, which happens once at a time.
    rendering: Mutex<()>,
}

struct Page {
    /// What it shows.
    revision: u64,
    content: EncodedBody,
    route: Option<MatchedPath>,
}

impl PageCache {
    /// Caches the pages with these paths and no others: a path can be spelled in many ways, and a client that
    /// requested all of them would fill the memory.
    pub fn new(
        paths: impl IntoIterator<Item = (String, Shows)>,
        languages: usize,
        revision: Revision,
    ) -> Self {
        let variants = || {
            std::iter::repeat_with(Default::default)
                .take(languages)
                .collect()
        };
        let pages = paths.into_iter().map(|(path, shows)| {
            let variants = variants();
            (path, Cached { shows, variants })
        });
        Self {
            pages: pages.collect(),
            revision,
            compressions: Semaphore::new(half_of_cores()),
        }
    }

    /// Answers from the cache, if it has the page as it is now.
    pub fn get(&self, request: &Request, variant: Variant) -> Option<Response> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let (entry, shows) = self.entry(request, variant).filter(|_| reads)?;
        let page = entry.fresh(self.revision.number(shows))?;
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
        let Some((entry, shows)) = self.entry(&request, variant).filter(|_| gets) else {
            return routes(request).await;
        };
        let _rendering = match entry.rendering.try_lock() {
            Ok(rendering) => rendering,
            // While the page is rendered anew others are given the old one; only for the first one they wait.
            Err(_) => match entry.stored().filter(|_| !wants_newest(request.headers())) {
                Some(old) => return old.answer(request.headers()),
                None => entry.rendering.lock().await,
            },
        };
        // A change while it is rendered may not be on it, so then it is rendered once more.
        let revision = self.revision.number(shows);
        if let Some(page) = entry.fresh(revision) {
            return page.answer(request.headers());
        }
        request.extensions_mut().insert(RenderedForCache);
        let headers = request.headers().clone();
        match self.render(request, revision, routes).await {
            Ok(page) => {
                let answer = page.answer(&headers);
                entry.store(page);
                answer
            }
            Err(failure) => *failure,
        }
    }

    /// The cache entry of the page. Pages with a query differ for each query, so they are not cached.
    fn entry(&self, request: &Request, variant: Variant) -> Option<(&Entry, Shows)> {
        let uri = request.uri();
        let cached = uri
            .query()
            .is_none()
            .then(|| self.pages.get(uri.path()))??;
        let both = cached.variants.get(variant.language.position)?;
        Some((&both[usize::from(variant.confidential)], cached.shows))
    }

    /// Renders a page and compresses it, or returns the error response.
    async fn render<F>(
        &self,
        request: Request,
        revision: u64,
        routes: impl FnOnce(Request) -> F,
    ) -> Result<Page, Box<Response>>
    where
        F: Future<Output = Response>,
    {
        let path = RequestPath(request.uri().path().into());
        let response = routes(request).await;
        if response.status() != StatusCode::OK {
            return Err(Box::new(response));
        }
        let (parts, body) = response.into_parts();
        let route = parts.extensions.get().cloned();
        let failed = || Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        let body = whole(body, &path).await.ok_or_else(failed)?;
        // The semaphore is never closed, so this always gets a permit.
        let _permit = self.compressions.acquire().await;
        let content = spawn_blocking(|| EncodedBody::compressed(parts.headers, body)).await;
        let content = content.map_err(|_| failed())?;
        Ok(Page {
            revision,
            content,
            route,
        })
    }
}

/// Whether a kept answer is not to be used before it is known to be the newest (RFC 9111 §5.2.1): somebody reloads, or
/// an open page was told of a change and would stay old.
fn wants_newest(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all(CACHE_CONTROL).iter();
    let mut wishes = wishes
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    wishes.any(|wish| ["no-cache", "max-age=0"].contains(&wish.trim()))
}

impl Entry {
    /// The page, unless what it shows has changed.
    fn fresh(&self, revision: u64) -> Option<Arc<Page>> {
        let page = self.stored()?;
        (page.revision == revision).then_some(page)
    }

    fn stored(&self) -> Option<Arc<Page>> {
        let page = self.page.read().unwrap_or_else(PoisonError::into_inner);
        page.clone()
    }

    fn store(&self, page: Page) {
        let mut stored = self.page.write().unwrap_or_else(PoisonError::into_inner);
        *stored = Some(Arc::new(page));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::HeaderValue;
    use futures_util::future::join_all;
    use http_body_util::BodyExt;
    use tokio::time::sleep;

    use super::*;

    /// A route that takes a while and counts how often it was asked.
    struct Route {
        renderings: AtomicUsize,
        revision: Revision,
    }

    impl Route {
        async fn render(&self) -> Response {
            self.renderings.fetch_add(1, Ordering::Relaxed);
            let shows = self.revision.number(Shows::Age);
            sleep(Duration::from_millis(20)).await;
            format!("revision {shows}").into_response()
        }

        fn renderings(&self) -> usize {
            self.renderings.load(Ordering::Relaxed)
        }
    }

    fn request() -> Request {
        Request::get("/page").body(Body::empty()).unwrap()
    }

    async fn text(response: Response) -> String {
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8_lossy(&body).into_owned()
    }

    async fn ask(cache: &PageCache, route: &Route) -> String {
        let variant = Variant::default();
        match cache.get(&request(), variant) {
            Some(answer) => text(answer).await,
            None => text(cache.answer(request(), variant, |_| route.render()).await).await,
        }
    }

    #[tokio::test]
    async fn a_page_is_rendered_once_for_each_change_of_what_it_shows() {
        let revision = Revision::default();
        let cache = PageCache::new([("/page".to_owned(), Shows::Changes)], 1, revision.clone());
        let route = Route {
            renderings: AtomicUsize::new(0),
            revision: revision.clone(),
        };
        // Before there is any, everybody waits for the one that is rendered.
        let answers = join_all((0..20).map(|_| ask(&cache, &route))).await;
        assert!(
            answers.iter().all(|text| text == "revision 0"),
            "{answers:?}"
        );
        assert_eq!(route.renderings(), 1);
        assert!(cache.get(&request(), Variant::default()).is_some());
        for change in 1..=2 {
            revision.advance();
            assert!(cache.get(&request(), Variant::default()).is_none());
            // The first one gets the new page, and nobody else waits for that.
            let answers = join_all((0..20).map(|_| ask(&cache, &route))).await;
            let new = format!("revision {change}");
            let old = format!("revision {}", change - 1);
            assert_eq!(answers[0], new);
            assert!(answers[1..].iter().all(|text| *text == old), "{answers:?}");
            assert_eq!(ask(&cache, &route).await, new);
            assert_eq!(route.renderings(), 1 + change);
        }
    }

    #[tokio::test]
    async fn who_asks_for_the_newest_page_waits_for_it() {
        let revision = Revision::default();
        let cache = PageCache::new([("/page".to_owned(), Shows::Changes)], 1, revision.clone());
        let route = Route {
            renderings: AtomicUsize::new(0),
            revision: revision.clone(),
        };
        ask(&cache, &route).await;
        revision.advance();
        let ask_for = async |wish: &'static str| {
            let mut request = request();
            let wish = HeaderValue::from_static(wish);
            request.headers_mut().insert(CACHE_CONTROL, wish);
            let variant = Variant::default();
            text(cache.answer(request, variant, |_| route.render()).await).await
        };
        let wishes = [
            "",
            "no-cache",
            "max-age=0",
            "no-store, max-age=0",
            "max-age=60",
        ];
        let answers = join_all(wishes.map(ask_for)).await;
        let expected = [1, 1, 1, 1, 0].map(|number| format!("revision {number}"));
        assert_eq!(answers, expected);
        assert_eq!(route.renderings(), 2);
    }

    #[tokio::test]
    async fn a_page_that_says_how_long_ago_something_was_is_rendered_anew_as_time_passes() {
        for (shows, expected) in [(Shows::Changes, "revision 0"), (Shows::Age, "revision 1")] {
            let revision = Revision::default();
            let cache = PageCache::new([("/page".to_owned(), shows)], 1, revision.clone());
            let route = Route {
                renderings: AtomicUsize::new(0),
                revision: revision.clone(),
            };
            assert_eq!(ask(&cache, &route).await, "revision 0");
            revision.tick();
            assert_eq!(ask(&cache, &route).await, expected);
        }
    }

    #[tokio::test]
    async fn a_change_while_a_page_is_rendered_is_not_lost() {
        let revision = Revision::default();
        let cache = PageCache::new([("/page".to_owned(), Shows::Changes)], 1, revision.clone());
        let route = Route {
            renderings: AtomicUsize::new(0),
            revision: revision.clone(),
        };
        let changes = async {
            sleep(Duration::from_millis(5)).await;
            revision.advance();
        };
        let (first, ()) = tokio::join!(ask(&cache, &route), changes);
        assert_eq!(first, "revision 0");
        assert_eq!(ask(&cache, &route).await, "revision 1");
    }
}
