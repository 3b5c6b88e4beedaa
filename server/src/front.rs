//! What stands between a connection and the routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use tower::{ServiceExt, service_fn};
use tracing::Instrument;

use crate::client::{Client, Proxies};
use crate::headers::Hsts;
use crate::host::Hosts;
use crate::kept::Kept;
use crate::listen::Application;
use crate::operations::Ready;
use crate::operations::metrics::Metrics;
use crate::page::{self, PageRequest};
use crate::requests::{Identified, RequestId};
use crate::security_txt::{self, Contact};
use crate::state::AppState;

/// What is set for all routes.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// The proxies that are believed.
    pub proxies: Proxies,
    /// For how long browsers shall use HTTPS only.
    pub hsts: Hsts,
    /// The names under which the site is served.
    pub hosts: Hosts,
    /// Whom to tell of a hole.
    pub contacts: Vec<Contact>,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether the program takes work.
    pub ready: Ready,
}

struct Door {
    app: Arc<AppState>,
    kept: Kept,
    routes: Router,
}

/// Puts the front before the routes. Pages that are kept do not come to any, because every layer of a router
/// copies what lies behind it for each request.
pub(crate) fn before(routes: Router, kept: Kept, app: Arc<AppState>) -> impl Application + Sync {
    let door = Arc::new(Door { app, kept, routes });
    service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { Ok(door.answer(request).await) }
    })
}

impl Door {
    async fn answer(&self, request: Request) -> Response {
        let front = &self.app.front;
        let client = Client::of(&request, &front.proxies);
        let identified = Identified::new(request.method(), client);
        let private = client.is_some_and(|client| client.private);
        // A name that is not ours is turned away by the routes.
        let own = front.hosts.serve(&request);
        let kept = own.then(|| self.kept.at_once(&request, private)).flatten();
        let mut response = match kept {
            Some(response) => response,
            // It is large, and without the box it would be moved about for every page that is kept.
            None => Box::pin(self.made(request, client, own, identified.id)).await,
        };
        if client.is_some_and(|client| client.https) {
            front.hsts.say(&mut response);
        }
        identified.answered(&mut response, &front.metrics);
        response
    }

    /// Answers by a route, if there is room for what it makes.
    async fn made(
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
        let keeps = own && self.kept.keeps(&request);
        if !keeps && is_page(&request, &self.app) {
            // Asked here, what has no room costs next to nothing.
            match self.app.limits.page(client.map(|client| client.address)) {
                Ok(permit) => drop(request.extensions_mut().insert(Arc::new(permit))),
                Err(denial) => {
                    let request = PageRequest::of(request.extensions(), request.headers());
                    return page::busy(&self.app, &request, denial).await;
                }
            }
        }
        let private = client.is_some_and(|client| client.private);
        let routes = async |request| match self.routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let answer = async {
            match keeps {
                true => self.kept.answer(request, private, routes).await,
                false => routes(request).await,
            }
        };
        let span = tracing::info_span!("request", %id);
        answer.instrument(span).await
    }
}

/// Whether the answer is a page, if only one that says why there is none. The others are files, short
/// texts, and what scripts ask for.
fn is_page(request: &Request, app: &AppState) -> bool {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let text = matches!(path, "/healthz" | "/readyz" | security_txt::PATH);
    let file = app.assets.has(path);
    !(path.starts_with("/api/") || reads && (text || file))
}
