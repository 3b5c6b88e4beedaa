//! What stands between a connection and the routes.
//!
//! Every request gets an id and a client here, and a page that is in the page cache is answered here: every
//! layer of a router copies what lies behind it for each request, which would cost more than the answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::{ServiceExt, service_fn};
use tracing::Instrument;

use crate::http::application::Application;
use crate::http::client::Client;
use crate::http::page_cache::PageCache;
use crate::http::request_id::{AccessRecord, RequestId};
use crate::http::state::AppState;

/// Puts the ingress before the routes.
pub(crate) fn ingress(
    routes: Router,
    cache: PageCache,
    app: Arc<AppState>,
) -> impl Application + Sync {
    let ingress = Arc::new(Ingress { app, cache, routes });
    service_fn(move |request| {
        let ingress = Arc::clone(&ingress);
        async move { Ok(ingress.answer(request).await) }
    })
}

struct Ingress {
    app: Arc<AppState>,
    cache: PageCache,
    routes: Router,
}

impl Ingress {
    async fn answer(&self, request: Request) -> Response {
        let options = &self.app.options;
        let client = Client::of(&request, &options.proxies);
        let access = AccessRecord::begin(request.method(), client);
        let confidential = client.is_some_and(|client| client.confidential);
        // Requests for other names are answered by the routes, which turn them away.
        let own = options.hosts.accept(&request);
        let cached = own.then(|| self.cache.get(&request, confidential));
        let mut response = match cached.flatten() {
            Some(response) => response,
            // This future is large; without the box every answer from the cache would move it about.
            None => Box::pin(self.route(request, client, own, access.id)).await,
        };
        if client.is_some_and(|client| client.https) {
            options.hsts.apply(&mut response);
        }
        access.finish(&mut response, &self.app.metrics);
        response
    }

    /// Answers by a route, and fills the page cache where the answer belongs there.
    async fn route(
        &self,
        mut request: Request,
        client: Option<Client>,
        own: bool,
        id: RequestId,
    ) -> Response {
        let extensions = request.extensions_mut();
        extensions.insert(id);
        if let Some(client) = client {
            extensions.insert(client);
        }
        let confidential = client.is_some_and(|client| client.confidential);
        let routes = async |request| match self.routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let answer = async {
            match own {
                true => self.cache.answer(request, confidential, routes).await,
                false => routes(request).await,
            }
        };
        let span = tracing::info_span!("request", %id);
        answer.instrument(span).await
    }
}
