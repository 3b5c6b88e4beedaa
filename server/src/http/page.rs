//! Renders pages, within the limits of the client and of the server.
//!
//! A page costs processor time to render, and memory until its client has read it. Both are bounded: a
//! permit is attached to the bytes of the page and is released when the last of them has been sent, so
//! a client that requests pages and does not read them holds no more than its share.

use std::sync::Arc;

use app::address::Domain;
use app::audience::Audience;
use app::check::Admission;
use app::pages::FailurePage;
use app::site::RequestPath;
use app::texts::Texts;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, RETRY_AFTER, VARY,
};
use axum::http::request::Parts;
use axum::http::{Extensions, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use tokio::task::spawn_blocking;

use crate::http::client::Client;
use crate::http::encoded_body::EncodedBody;
use crate::http::encoding::{Effort, Encoding};
use crate::http::language::Language;
use crate::http::markup;
use crate::http::own_links;
use crate::http::state::AppState;
use crate::limits::pages::{PageDenial, PagePermit};

/// The longest page, in bytes. None is nearly as long.
pub(crate) const MAX_PAGE_LEN: usize = 1024 * 1024;

/// Marks a request whose page is stored in the page cache. This happens once for each page, so the limits of
/// the client that happens to request it first do not apply.
#[derive(Clone, Copy)]
pub(crate) struct RenderedForCache;

/// The part of a request that a page needs, and the permit to render it.
pub(crate) struct PageRequest {
    head: PageRequestHead,
    /// `None` for the page cache, which needs no permit.
    permit: Option<Arc<PagePermit>>,
}

/// The part of a request that a page needs, before it has a permit.
#[derive(Clone)]
pub(crate) struct PageRequestHead {
    client: Option<Client>,
    language: Language,
    /// Which encodings the browser accepts.
    accept_encoding: HeaderMap,
    path: RequestPath,
    /// The domain that the request names, whether there are settings for it or not.
    domain: Option<Domain>,
    for_cache: bool,
}

impl PageRequestHead {
    /// Extracts it from the head of a request.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, uri: &Uri) -> Self {
        let accepted = headers.get(ACCEPT_ENCODING).cloned();
        Self {
            client: extensions.get().copied(),
            language: extensions.get().copied().unwrap_or_default(),
            accept_encoding: accepted
                .map(|value| (ACCEPT_ENCODING, value))
                .into_iter()
                .collect(),
            path: RequestPath(uri.path().into()),
            domain: uri.query().and_then(domain),
            for_cache: extensions.get::<RenderedForCache>().is_some(),
        }
    }

    /// For whom the page is.
    fn audience(&self, app: &AppState) -> Audience {
        Audience::of(&app.site, self.domain.as_ref())
    }

    /// Asks for a permit to render a page.
    ///
    /// # Errors
    ///
    /// The response that a limit was reached.
    pub(crate) async fn admit(self, app: &AppState) -> Result<PageRequest, Response> {
        if self.for_cache {
            let (head, permit) = (self, None);
            return Ok(PageRequest { head, permit });
        }
        match app
            .limits
            .page_permit(self.client.map(|client| client.address))
        {
            Ok(permit) => {
                let (head, permit) = (self, Some(Arc::new(permit)));
                Ok(PageRequest { head, permit })
            }
            Err(denial) => Err(busy(app, &self, denial).await),
        }
    }
}

impl PageRequest {
    /// The texts in the language of the request.
    pub(crate) fn texts<'a>(&self, app: &'a AppState) -> &'a Arc<Texts> {
        self.head.language.texts(&app.site)
    }

    /// The same request for a page that is about a domain which does not stand in its query.
    pub(crate) fn about(mut self, domain: &Domain) -> Self {
        self.head.domain = Some(domain.clone());
        self
    }

    /// The domain that the page is about, where there are too many groups of addresses for one page.
    pub(crate) fn domain(&self, app: &AppState) -> Option<Domain> {
        self.head.audience(app).domain().cloned()
    }
}

impl FromRequestParts<Arc<AppState>> for PageRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self, Response> {
        let head = PageRequestHead::of(&parts.extensions, &parts.headers, &parts.uri);
        head.admit(app).await
    }
}

/// Renders a page and compresses it, or answers that the server is busy.
pub(crate) async fn page<V: IntoView + 'static>(
    app: &AppState,
    status: StatusCode,
    request: &PageRequest,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let PageRequest { head, permit } = request;
    let Some(permit) = permit.clone() else {
        // The cache compresses it, better than this.
        let (parts, body) = render(app, status, head, view).await.into_parts();
        return match whole(body, &head.path).await {
            Some(plain) => Response::from_parts(parts, Body::from(plain)),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    };
    let render_permit = match app.limits.render_permit().await {
        Ok(render_permit) => render_permit,
        Err(denial) => return busy(app, head, denial).await,
    };
    let (mut parts, body) = render(app, status, head, view).await.into_parts();
    let Some(plain) = whole(body, &head.path).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut accepted = Encoding::ALL.into_iter();
    let accepted = accepted.find(|encoding| encoding.is_accepted(&head.accept_encoding));
    let encoded = accepted.and_then(|encoding| {
        let name = HeaderValue::from_static(encoding.name());
        Some((encoding.encode(&plain, Effort::Fast)?, name))
    });
    drop(render_permit);
    parts.headers.remove(CONTENT_LENGTH);
    let body = match encoded {
        Some((encoded, name)) => {
            parts.headers.insert(CONTENT_ENCODING, name);
            encoded
        }
        None => plain,
    };
    Response::from_parts(parts, Body::from(with_permit(body, permit)))
}

/// Renders a page as a stream, in parts as they become ready, and holds its permit until it has been sent.
pub(crate) async fn streamed_page<V: IntoView + 'static>(
    app: &AppState,
    status: StatusCode,
    request: PageRequest,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let texts = Arc::clone(request.texts(app));
    let PageRequest { head, permit } = request;
    let audience = head.audience(app);
    let domain = audience.domain().cloned();
    let admission = app.admission(head.client);
    let context = context(app, status, admission, texts, head.path, audience);
    let render = leptos_axum::render_app_to_stream_in_order_with_context(context, view);
    let response = markup::valid(render(request_for_leptos()).await, domain);
    response.map(|body| {
        let stream = body.into_data_stream();
        // The permit belongs to the stream and is dropped with it.
        Body::from_stream(stream.inspect(move |_| {
            let _held = &permit;
        }))
    })
}

/// Provides the context of the components of a page.
pub(crate) fn context(
    app: &AppState,
    status: StatusCode,
    admission: Admission,
    texts: Arc<Texts>,
    path: RequestPath,
    audience: Audience,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let site = app.site.clone();
    let policy = app.assets.page_policy();
    let vary = HeaderValue::from_static(match site.languages.all().len() {
        1 => "accept-encoding",
        _ => "accept-encoding, accept-language",
    });
    move || {
        provide_context(site.clone());
        provide_context(texts.clone());
        provide_context(admission.clone());
        provide_context(path.clone());
        provide_context(audience.clone());
        let response = expect_context::<ResponseOptions>();
        if status != StatusCode::OK {
            response.set_status(status);
        }
        response.insert_header(CONTENT_SECURITY_POLICY, policy.clone());
        if let Ok(language) = HeaderValue::from_str(&texts.language) {
            response.insert_header(CONTENT_LANGUAGE, language);
        }
        response.insert_header(VARY, vary.clone());
    }
}

/// The response that a limit was reached. Its page is rendered once, because a server that cannot render
/// another page could not render this one either.
async fn busy(app: &AppState, request: &PageRequestHead, denial: PageDenial) -> Response {
    let texts = request.language.texts(&app.site);
    // It is the same for every path.
    let request = &PageRequestHead {
        path: RequestPath::default(),
        domain: None,
        ..request.clone()
    };
    let render_once = || async {
        let failure = texts.pages.failure.busy.clone();
        let view = move || view! { <FailurePage failure=failure.clone()/> };
        let (parts, body) = render(app, StatusCode::OK, request, view)
            .await
            .into_parts();
        let body = whole(body, &request.path).await.ok_or(())?;
        // Compression as small as possible takes longer than an asynchronous task may block.
        let encoded = spawn_blocking(|| EncodedBody::compressed(parts.headers, body));
        encoded.await.map_err(|_| ())
    };
    let page = app.busy_page(request.language);
    let Ok(page) = page.get_or_try_init(render_once).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut response = page.answer(&request.accept_encoding);
    *response.status_mut() = match denial {
        PageDenial::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        PageDenial::TooManyAtOnce | PageDenial::Busy => StatusCode::SERVICE_UNAVAILABLE,
    };
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, denial.retry_after().into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn render<V: IntoView + 'static>(
    app: &AppState,
    status: StatusCode,
    request: &PageRequestHead,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let texts = Arc::clone(request.language.texts(&app.site));
    let (path, audience) = (request.path.clone(), request.audience(app));
    let domain = audience.domain().cloned();
    let admission = app.admission(request.client);
    let context = context(app, status, admission, texts, path, audience);
    let render = leptos_axum::render_app_async_with_context(context, view);
    markup::valid(render(request_for_leptos()).await, domain)
}

/// The bytes of a rendered page. `None` if it is too large: it would keep too much memory for each client that reads it
/// slowly.
pub(crate) async fn whole(body: Body, path: &RequestPath) -> Option<Bytes> {
    let whole = to_bytes(body, MAX_PAGE_LEN).await;
    if whole.is_err() {
        tracing::error!(
            path = &*path.0,
            limit = MAX_PAGE_LEN,
            "this page is larger than so many bytes, so nobody gets it; use records with fewer domains, services or \
             shorter texts, or several sites"
        );
    }
    whole.ok()
}

/// The domain in a query. Whatever else is written there is none.
fn domain(query: &str) -> Option<Domain> {
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(name, _)| *name == own_links::DOMAIN)?;
    value.parse().ok()
}

/// Leptos gets an empty request: no page reads it, and a request without a path, such as `OPTIONS *`, would
/// make Leptos panic.
fn request_for_leptos() -> Request<Body> {
    Request::new(Body::empty())
}

/// The same bytes, which release the permit when the last of them has been sent.
fn with_permit(bytes: Bytes, permit: Arc<PagePermit>) -> Bytes {
    struct Permitted {
        bytes: Bytes,
        _permit: Arc<PagePermit>,
    }
    impl AsRef<[u8]> for Permitted {
        fn as_ref(&self) -> &[u8] {
            &self.bytes
        }
    }
    let _permit = permit;
    Bytes::from_owner(Permitted { bytes, _permit })
}
