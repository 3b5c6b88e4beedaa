//! The shared state of all routes.

use std::convert::Infallible;
use std::sync::Arc;

use app::check::Admission;
use app::site::Site;
use app::texts::Texts;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::{OnceCell, Semaphore};

use crate::http::assets::Assets;
use crate::http::client::Client;
use crate::http::encoded_body::EncodedBody;
use crate::http::host::Hosts;
use crate::http::language::Language;
use crate::http::options::HttpOptions;
use crate::http::routes::status::listeners::Listeners;
use crate::http::setup_hosts::setup_hosts;
use crate::limits::Limits;
use crate::operations::metrics::Metrics;
use crate::operations::readiness::Readiness;
use crate::profile_signing::CurrentKey;
use crate::relay::RunningRelays;
use crate::result_cache::ResultCache;

/// How many browsers may be told at once that a limit does not allow them a relay. It takes two seconds at most.
const MAX_RELAY_FAREWELLS: usize = 64;

/// Created once at start and shared by all routes.
pub struct AppState {
    /// The records, the texts and the probe.
    pub site: Arc<Site>,
    /// The browser bundle and the public files.
    pub assets: Assets,
    /// The limits on tests and pages.
    pub limits: Limits,
    /// The checks without a password, running and recent.
    pub results: Arc<ResultCache>,
    /// The options of the operator.
    pub options: HttpOptions,
    /// The metrics.
    pub metrics: Metrics,
    /// Whether the program accepts new work.
    pub readiness: Readiness,
    /// The relays that run.
    pub relays: RunningRelays,
    /// Those that are told that a limit does not allow them a relay.
    pub(crate) relay_farewells: Arc<Semaphore>,
    /// The pages that wait for changes of how the mail servers stand.
    pub(crate) listeners: Listeners,
    /// The key with which profiles are signed; without it they are not.
    pub profile_key: Option<Arc<dyn CurrentKey>>,
    /// The names under which mail programs ask for settings, and those of the site.
    pub setup_hosts: Hosts,
    /// The page for requests that a limit refuses, in each language, rendered when it is first needed.
    busy_pages: Vec<OnceCell<EncodedBody>>,
}

impl AppState {
    /// The state before the first request.
    pub fn new(
        site: Site,
        assets: Assets,
        limits: Limits,
        results: ResultCache,
        options: HttpOptions,
        metrics: Metrics,
    ) -> Self {
        let busy_pages = site.languages.all().iter().map(|_| OnceCell::new());
        let setup_hosts = options.hosts.clone().and(setup_hosts(&site.catalogue));
        let readiness = Readiness::new(
            metrics.probe_health().clone(),
            metrics.database_health().clone(),
        );
        Self {
            busy_pages: busy_pages.collect(),
            site: Arc::new(site),
            assets,
            limits,
            results: Arc::new(results),
            options,
            metrics,
            readiness,
            relays: RunningRelays::default(),
            relay_farewells: Arc::new(Semaphore::new(MAX_RELAY_FAREWELLS)),
            listeners: Listeners::default(),
            profile_key: None,
            setup_hosts,
        }
    }

    /// The page for requests that a limit refuses, in this language.
    pub(crate) fn busy_page(&self, language: Language) -> &OnceCell<EncodedBody> {
        &self.busy_pages[language.position]
    }

    /// The facts about a client and its connection that a test and a page need.
    pub(crate) fn admission(&self, client: Option<Client>) -> Admission {
        Admission {
            limits: client.map(|client| self.limits.of_client(client.address)),
            client: client.map(|client| client.address),
            checks: self.results.clone(),
            confidential: client.is_some_and(|client| client.confidential),
        }
    }
}

/// Extracts what a test needs of its request besides the form.
pub(crate) struct TestContext {
    /// The limits and the connection of the client.
    pub(crate) admission: Admission,
    /// The texts in the language of the request.
    pub(crate) texts: Arc<Texts>,
}

impl FromRequestParts<Arc<AppState>> for TestContext {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<AppState>,
    ) -> Result<Self, Infallible> {
        let language: Language = parts.extensions.get().copied().unwrap_or_default();
        Ok(Self {
            admission: app.admission(parts.extensions.get().copied()),
            texts: Arc::clone(language.texts(&app.site)),
        })
    }
}
