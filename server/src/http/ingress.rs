//! The entry point of requests, between a connection and the routes.
//!
//! Every request gets an id and a client here. Pages in the page cache are served here, before routing: every
//! layer of a router copies the layers below it for each request, which would cost more than the response.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::{ServiceExt, service_fn};
use tracing::Instrument;

use crate::http::access_log::AccessRecord;
use crate::http::application::Application;
use crate::http::client::Client;
use crate::http::language::Language;
use crate::http::page_cache::{PageCache, Variant};
use crate::http::request_id::RequestId;
use crate::http::routes::setup::in_usual_case;
use crate::http::setup_hosts::domain_of_host;
use crate::http::state::AppState;

/// Puts the ingress in front of the routes.
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
        let mut request = in_usual_case(request);
        let options = &self.app.options;
        let client = Client::of(&request, &options.proxies);
        let access = AccessRecord::begin(request.method(), client);
        let language = Language::negotiate(&self.app.site, request.headers());
        request.extensions_mut().insert(language);
        let variant = Variant {
            language,
            confidential: client.is_some_and(|client| client.confidential),
        };
        // Requests for other names are refused by the routes.
        let own = options.hosts.accept(&request);
        // The web server of a mail domain may need http, and what it needs is not for this site to say.
        let of_mail_domain = domain_of_host(&self.app.site.catalogue, &request).is_some();
        let cached = own.then(|| self.cache.get(&request, variant));
        let mut response = match cached.flatten() {
            Some(response) => response,
            // This future is large; without the box it would be moved for every response from the cache.
            None => Box::pin(self.route(request, client, own.then_some(variant), access.id)).await,
        };
        if own && !of_mail_domain && client.is_some_and(|client| client.https) {
            options.hsts.apply(&mut response);
        }
        access.finish(&mut response, &self.app.metrics);
        response
    }

    /// Answers with a route, and stores the response in the page cache if it belongs there. A request under a
    /// foreign name has no variant, because its response belongs nowhere.
    async fn route(
        &self,
        mut request: Request,
        client: Option<Client>,
        variant: Option<Variant>,
        id: RequestId,
    ) -> Response {
        let extensions = request.extensions_mut();
        extensions.insert(id);
        if let Some(client) = client {
            extensions.insert(client);
        }
        let routes = async |request| match self.routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let answer = async {
            match variant {
                Some(variant) => self.cache.answer(request, variant, routes).await,
                None => routes(request).await,
            }
        };
        let span = tracing::info_span!("request", %id);
        answer.instrument(span).await
    }
}
