//! Renders a page whole, within the limits of its client and of the server.
//!
//! A page costs processor time to render, and memory until its client has taken it. Both are bounded: a
//! permit goes into the bytes of the page itself and is given back when the last of them has been sent,
//! so a client that asks and never reads holds no more than its share.

use std::convert::Infallible;
use std::sync::Arc;

use app::check::Admission;
use app::pages::FailurePage;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    HeaderMap, HeaderValue, RETRY_AFTER, VARY,
};
use axum::http::request::Parts;
use axum::http::{Extensions, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::client::Client;
use crate::encoding::{Effort, Encoding};
use crate::headers;
use crate::limits::pages::{PageDenial, PagePermit};
use crate::state::AppState;
use crate::stored::Stored;

/// The longest page, in bytes. None is nearly as long.
pub(crate) const MAX_PAGE_LEN: usize = 1024 * 1024;

/// What a page needs to know of the request for it.
#[derive(Clone)]
pub(crate) struct PageRequest {
    /// Who asks.
    pub(crate) client: Option<Client>,
    /// Which encodings the browser takes.
    accept_encoding: HeaderMap,
    /// Room for the page; none is needed where it goes into the page cache. That happens once for each page,
    /// so the limits of the client who happens to come first do not matter.
    permit: Option<Arc<PagePermit>>,
}

impl PageRequest {
    /// Takes it from the head of a request.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_ENCODING).cloned();
        Self {
            client: extensions.get().copied(),
            accept_encoding: accepted
                .map(|value| (ACCEPT_ENCODING, value))
                .into_iter()
                .collect(),
            permit: extensions.get().cloned(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for PageRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, &parts.headers))
    }
}

/// Renders a page and compresses it, or says that its turn does not come.
pub(crate) async fn page<V: IntoView + 'static>(
    app: &Arc<AppState>,
    status: StatusCode,
    request: &PageRequest,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let Some(permit) = request.permit.clone() else {
        return render(app, status, request, view).await;
    };
    let turn = match app.limits.turn().await {
        Ok(turn) => turn,
        Err(denial) => return busy(app, request, denial).await,
    };
    let (mut parts, body) = render(app, status, request, view).await.into_parts();
    let Ok(plain) = to_bytes(body, MAX_PAGE_LEN).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut accepted = Encoding::ALL.into_iter();
    let accepted = accepted.find(|encoding| encoding.is_accepted(&request.accept_encoding));
    let encoded = accepted.and_then(|encoding| {
        let name = HeaderValue::from_static(encoding.name());
        Some((encoding.encode(&plain, Effort::Fast)?, name))
    });
    drop(turn);
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .insert(VARY, HeaderValue::from_static("accept-encoding"));
    let body = match encoded {
        Some((encoded, name)) => {
            parts.headers.insert(CONTENT_ENCODING, name);
            encoded
        }
        None => plain,
    };
    Response::from_parts(parts, Body::from(with_permit(body, permit)))
}

/// What the components of a page find in their context.
pub(crate) fn context(
    app: &Arc<AppState>,
    status: StatusCode,
    admission: Admission,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let app = Arc::clone(app);
    move || {
        provide_context(app.site.clone());
        provide_context(Arc::clone(app.site.languages.default()));
        provide_context(admission.clone());
        let response = expect_context::<ResponseOptions>();
        if status != StatusCode::OK {
            response.set_status(status);
        }
        response.insert_header(CONTENT_SECURITY_POLICY, headers::PAGE_POLICY);
    }
}

/// Keeps the permit of a page that is sent while it is made.
pub(crate) fn streamed(response: Response, request: PageRequest) -> Response {
    let permit = request.permit;
    response.map(|body| {
        let stream = body.into_data_stream();
        // The permit belongs to the stream and goes with it.
        Body::from_stream(stream.inspect(move |_| {
            let _held = &permit;
        }))
    })
}

/// Says that there is no room for a page now. This page is rendered once: a server without room for
/// another page would have none for it either.
pub(crate) async fn busy(
    app: &Arc<AppState>,
    request: &PageRequest,
    denial: PageDenial,
) -> Response {
    let stored = app.busy.get_or_init(|| async {
        let failure = app.site.languages.default().pages.failure.busy.clone();
        let view = move || view! { <FailurePage failure=failure.clone()/> };
        let response = render(app, StatusCode::OK, request, view).await;
        let (mut parts, body) = response.into_parts();
        headers::add(&mut parts.headers);
        let body = to_bytes(body, MAX_PAGE_LEN).await.unwrap_or_default();
        Stored::compressed(parts.headers, body)
    });
    let mut response = stored.await.answer(&request.accept_encoding);
    *response.status_mut() = denial.status();
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, denial.retry_after().into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Leptos is given nothing of the request: no page needs it, and an address without a path would make it
/// panic.
async fn render<V: IntoView + 'static>(
    app: &Arc<AppState>,
    status: StatusCode,
    request: &PageRequest,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let context = context(app, status, app.admission(request.client));
    let render = leptos_axum::render_app_async_with_context(context, view);
    render(Request::new(Body::empty())).await
}

/// The same bytes, which give back the permit when the last of them has been sent.
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
