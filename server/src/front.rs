//! What stands between a connection and the routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
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
use crate::requests::Identified;
use crate::security_txt::Contact;

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
    front: Front,
    kept: Kept,
    routes: Router,
}

/// Puts the front before the routes. Pages that are kept do not come to any, because every layer of a router
/// copies what lies behind it for each request.
pub(crate) fn before(routes: Router, kept: Kept, front: Front) -> impl Application + Sync {
    let door = Arc::new(Door {
        front,
        kept,
        routes,
    });
    service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { Ok(door.answer(request).await) }
    })
}

impl Door {
    async fn answer(&self, mut request: Request) -> Response {
        let client = Client::of(&request, &self.front.proxies);
        let identified = Identified::new(request.method(), client);
        let private = client.is_some_and(|client| client.private);
        // A name that is not ours is turned away by the routes.
        let own = self.front.hosts.serve(&request);
        let kept = own.then(|| self.kept.at_once(&request, private)).flatten();
        let mut response = match kept {
            Some(response) => response,
            None => {
                let id = identified.id;
                request.extensions_mut().insert(id);
                if let Some(client) = client {
                    request.extensions_mut().insert(client);
                }
                let routes = async |request| match self.routes.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let answer = async {
                    match own {
                        true => self.kept.answer(request, private, routes).await,
                        false => routes(request).await,
                    }
                };
                let span = tracing::info_span!("request", %id);
                // It is large, and without the box it would be moved about for every page that is kept.
                Box::pin(answer.instrument(span)).await
            }
        };
        if client.is_some_and(|client| client.https) {
            self.front.hsts.say(&mut response);
        }
        identified.answered(&mut response, &self.front.metrics);
        response
    }
}
