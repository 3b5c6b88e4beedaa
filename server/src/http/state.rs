//! What every route finds in its state.

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

/// Made once at start; all routes share it.
pub struct AppState {
    /// The records, the words and the probe.
    pub site: Arc<Site>,
    /// The browser bundle and the public files.
    pub assets: Assets,
    /// How much is done, and for whom.
    pub limits: Limits,
    /// What the operator has set.
    pub options: HttpOptions,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether the program takes requests.
    pub readiness: Readiness,
    /// The page for a server without room for another page, from the first time that it is needed.
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

    /// What a test and a page need to know of a client and its connection.
    pub(crate) fn admission(&self, client: Option<Client>) -> Admission {
        Admission {
            gate: client.map(|client| self.limits.of_client(client.address)),
            private: client.is_some_and(|client| client.confidential),
        }
    }
}

/// Extracts what a test needs to know of the client and its connection.
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
