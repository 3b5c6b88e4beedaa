//! Every route, in one place.
//!
//! Routes are grouped, and each group has its own guards: protection against other sites and error pages are
//! right for a browser, and wrong for a health check.

use std::sync::Arc;

use app::check::TestConnection;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Uri;
use axum::http::header::HeaderMap;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use leptos::server_fn::ServerFn;
use tower_http::catch_panic::CatchPanicLayer;

use crate::http::access_log::routed;
use crate::http::application::Application;
use crate::http::client::Client;
use crate::http::guards::{own_names_only, own_pages_only};
use crate::http::health::{health, ready};
use crate::http::ingress::ingress;
use crate::http::page_cache::PageCache;
use crate::http::routes::browser_test::{BROWSER_TEST_PATH, browser_test};
use crate::http::routes::connection_test::test_stream;
use crate::http::routes::failures::{no_route, page_for_bare_failures, panicked, wrong_method};
use crate::http::routes::pages::{PageRoute, pages};
use crate::http::routes::{relay, setup, status};
use crate::http::state::AppState;
use crate::http::{body, headers, security_txt};

/// The whole site.
pub fn router(app: Arc<AppState>) -> impl Application + Sync {
    // Leptos renders on the current runtime. With a second router this is already done.
    let _ = any_spawner::Executor::init_tokio();
    let pages = pages();
    let machines = status::machines::routes();
    let paths = pages.iter().chain(&machines).flat_map(|page| {
        let paths = page.cached_paths(&app.site).into_iter();
        paths.map(|path| (path, page.shows))
    });
    let cache = PageCache::new(
        paths,
        app.site.languages.all().len(),
        app.site.revision.clone(),
    );
    let routes = pages.into_iter().fold(files(&app), |routes, page| {
        routes.route(page.path, page.handler)
    });
    let routes = routes.route(setup::profile::PATH, setup::profile::handler());
    let site = for_browsers(routes, &app)
        .merge(for_scripts(&app))
        .merge(for_machines(machines, &app))
        .merge(for_programs(&app));
    let routes = site
        .layer(from_fn(headers::fixed))
        .layer(from_fn(routed))
        .with_state(app.clone());
    ingress(routes, cache, app)
}

/// The bundle and the public files.
fn files(app: &AppState) -> Router<Arc<AppState>> {
    let public = app.assets.paths().filter(|path| !path.starts_with("/pkg/"));
    public.fold(
        Router::new().route("/pkg/{*name}", get(file)),
        |routes, path| routes.route(path, get(file)),
    )
}

/// Routes for browsers: only under the names of this site, forms only from its own pages, and an error page
/// for every failure.
fn for_browsers(routes: Router<Arc<AppState>>, app: &Arc<AppState>) -> Router<Arc<AppState>> {
    with_form_guards(
        routes
            .fallback(no_route)
            .method_not_allowed_fallback(wrong_method),
        app,
    )
    .layer(from_fn_with_state(app.clone(), page_for_bare_failures))
}

/// Routes for the scripts of the pages. A failure is only a status; the scripts have texts for it.
fn for_scripts(app: &Arc<AppState>) -> Router<Arc<AppState>> {
    let routes = Router::new()
        .route(TestConnection::PATH, post(test_stream))
        .route(status::events::PATH, get(status::events::events));
    if !app.site.sign_in.browser {
        return with_form_guards(routes, app);
    }
    let observed = Router::new()
        .route(BROWSER_TEST_PATH, post(browser_test))
        .layer(from_fn(body::observed));
    with_form_guards(routes.route(relay::PATH, get(relay::relay)), app)
        .merge(with_page_guards(observed, app))
}

/// Routes for machines: cross-site requests are allowed, and bodies are ignored. A health check may use any
/// host name, because it often knows only the address.
fn for_machines(routes: Vec<PageRoute>, app: &Arc<AppState>) -> Router<Arc<AppState>> {
    let health = Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready).with_state(app.readiness.clone()));
    let named = Router::new().route(security_txt::PATH, get(security));
    let named = routes
        .into_iter()
        .fold(named, |routes, one| routes.route(one.path, one.handler))
        .layer(from_fn_with_state(app.clone(), own_names_only));
    health.merge(named).layer(CatchPanicLayer::custom(panicked))
}

/// Routes for mail programs, which ask under the names of the mail domains, too.
fn for_programs(app: &Arc<AppState>) -> Router<Arc<AppState>> {
    setup::routes(app).layer(CatchPanicLayer::custom(panicked))
}

/// What is answered without TLS where everything else is redirected: set-up files that some programs ask for in no
/// other way.
pub(crate) fn without_tls(app: Arc<AppState>) -> Router {
    setup::plain_routes(&app)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), with_client))
        .with_state(app)
}

/// Tells the limits whose request it is, where no ingress does.
async fn with_client(
    State(app): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(client) = Client::of(&request, &app.options.proxies) {
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// Guards for routes that take forms of this site.
fn with_form_guards(routes: Router<Arc<AppState>>, app: &Arc<AppState>) -> Router<Arc<AppState>> {
    with_page_guards(routes.layer(from_fn(body::small_form)), app)
}

/// Guards for routes that only pages of this site use. The limit on their body stands inside of them.
fn with_page_guards(routes: Router<Arc<AppState>>, app: &Arc<AppState>) -> Router<Arc<AppState>> {
    routes
        // `body` has stricter limits, which apply to every route.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(own_pages_only))
        .layer(from_fn_with_state(app.clone(), own_names_only))
        .layer(CatchPanicLayer::custom(panicked))
}

async fn file(State(app): State<Arc<AppState>>, uri: Uri, request: HeaderMap) -> Response {
    app.assets.answer(uri.path(), &request)
}

async fn security(State(app): State<Arc<AppState>>) -> Response {
    security_txt::answer(&app.options.contacts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app::record::Catalogue;
    use app::site::Site;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use http_body_util::BodyExt;
    use probe::net::{Options, Probe};
    use tower::ServiceExt;

    use super::*;
    use crate::http::assets::Assets;
    use crate::http::options::HttpOptions;
    use crate::limits::key::KeyHasher;
    use crate::limits::{LimitOptions, Limits};
    use crate::operations::metrics::Metrics;
    use crate::result_cache::ResultCache;

    #[tokio::test]
    async fn a_handler_that_panics_gets_a_page_and_the_server_goes_on() {
        async fn broken() -> Response {
            panic!("this handler is broken")
        }
        let _ = any_spawner::Executor::init_tokio();
        let assets = Assets::load().expect("the bundle is built before the tests: make build");
        let probe = Probe::new(Options::default()).unwrap();
        let site = Site::read(Catalogue::default(), "en", probe, assets.bundle()).unwrap();
        let (keys, metrics) = (KeyHasher::random().unwrap(), Metrics::default());
        let limits = Limits::new(&LimitOptions::default(), keys, metrics.clone());
        let results = ResultCache::new(Duration::ZERO);
        let app = AppState::new(
            site,
            assets,
            limits,
            results,
            HttpOptions::default(),
            metrics,
        );
        let app = Arc::new(app);
        let routes = for_browsers(Router::new().route("/broken", get(broken)), &app);
        let router = ingress(
            routes.with_state(app.clone()),
            PageCache::new([], 1, app.site.revision.clone()),
            app,
        );
        for _ in 0..2 {
            let request = Request::get("/broken").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let id = response.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let page = String::from_utf8_lossy(&body);
            assert!(page.contains("Something went wrong on our side"), "{page}");
            assert!(!page.contains("this handler is broken"), "{page}");
            assert!(page.contains(&id), "{page}");
        }
    }
}
