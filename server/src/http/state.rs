//! The shared state of all routes.

use std::sync::Arc;

use app::check::Admission;
use app::site::Site;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use tokio::sync::OnceCell;

use crate::http::assets::Assets;
use crate::http::client::Client;
use crate::http::encoded_body::EncodedBody;
use crate::http::options::HttpOptions;
use crate::limits::Limits;
use crate::operations::metrics::Metrics;
use crate::operations::readiness::Readiness;

/// Created once at start and shared by all routes.
pub struct AppState {
    /// The records, the texts and the probe.
    pub site: Arc<Site>,
    /// The browser bundle and the public files.
    pub assets: Assets,
    /// The limits on tests and pages.
    pub limits: Limits,
    /// The options of the operator.
    pub options: HttpOptions,
    /// The metrics.
    pub metrics: Metrics,
    /// Whether the program accepts new work.
    pub readiness: Readiness,
    /// The page for requests that a limit refuses, rendered when it is first needed.
    pub(crate) busy_page: OnceCell<EncodedBody>,
}

impl AppState {
    /// The state before the first request.
    pub fn new(
        site: Site,
        assets: Assets,
        limits: Limits,
        options: HttpOptions,
        metrics: Metrics,
    ) -> Self {
        Self {
            site: Arc::new(site),
            assets,
            limits,
            options,
            metrics,
            readiness: Readiness::default(),
            busy_page: OnceCell::new(),
        }
    }

    /// The facts about a client and its connection that a test and a page need.
    pub(crate) fn admission(&self, client: Option<Client>) -> Admission {
        Admission {
            gate: client.map(|client| self.limits.of_client(client.address)),
            private: client.is_some_and(|client| client.confidential),
        }
    }
}

/// Extracts the facts about the client and its connection that a test needs.
pub(crate) struct ClientAdmission(pub(crate) Admission);

impl FromRequestParts<Arc<AppState>> for ClientAdmission {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<AppState>,
    ) -> Result<Self, Infallible> {
        Ok(Self(app.admission(parts.extensions.get().copied())))
    }
}
