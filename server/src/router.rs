//! Every route, in one place.

use std::sync::Arc;

use app::check::{Refusal, TestConnection, start};
use app::guide::comparison::EnteredSettings;
use app::guide::node::START;
use app::guide::trail::Trail;
use app::pages::{
    CardPage, CheckPage, ErrorsPage, FailurePage, FixPage, HomePage, NetworkPage, NotFoundPage,
    OutlookPage, ProgramPage, ProgramsPage, ReportPage, ResultPage, SettingsPage, TestPage,
    UnknownDomainPage,
};
use app::record::{Domain, parse_address};
use app::site::Site;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERER,
    RETRY_AFTER,
};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{FromReq, PostUrl};
use serde::Deserialize;
use tower_http::catch_panic::CatchPanicLayer;

use crate::assets::Assets;
use crate::client::Client;
use crate::front::{self, Front};
use crate::kept::Kept;
use crate::limits::Limits;
use crate::listen::Application;
use crate::operations::health;
use crate::page::{self, PageRequest, context, page};
use crate::requests::{RequestId, routed};
use crate::security_txt;
use crate::state::AppState;
use crate::{body, headers, origin};

/// The whole site.
pub fn router(
    site: Arc<Site>,
    assets: Assets,
    limits: Limits,
    front: Front,
) -> impl Application + Sync {
    // Leptos renders on the runtime that runs already. A second router finds it done.
    let _ = any_spawner::Executor::init_tokio();
    let app = Arc::new(AppState::new(site, assets, limits, front));
    let pages = Router::new()
        .route("/", get(home))
        .route("/settings/{domain}", get(settings))
        .route("/programs", get(programs))
        .route("/programs/outlook", get(outlook))
        .route("/programs/{slug}", get(program))
        .route("/fix", get(fix))
        .route("/fix/{slug}", get(node))
        .route("/fix/card/{slug}", get(card))
        .route("/errors", get(errors))
        .route("/check", get(check))
        .route("/network", get(network))
        .route("/report", get(report))
        .route("/test", get(test_form));
    let tests = Router::new()
        .route("/test", post(test_page))
        .route(TestConnection::PATH, post(test_stream));
    let files = app
        .assets
        .paths()
        .filter(|path| !path.starts_with("/pkg/"))
        .fold(
            Router::new().route("/pkg/{*name}", get(file)),
            |router, path| router.route(path, get(file)),
        );
    let routes = Router::new()
        .merge(pages)
        .merge(tests)
        .merge(files)
        .route("/settings", post(find_settings))
        .route(security_txt::PATH, get(security))
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method);
    let kept = Kept::of(paths(&app.site));
    front::before(guarded(routes, app.clone()), kept, app)
}

/// What every route stands behind, the outermost last.
fn guarded(routes: Router<Arc<AppState>>, app: Arc<AppState>) -> Router {
    routes
        // Its own limit is stricter and holds for every route.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(body::whole))
        .layer(from_fn_with_state(app.clone(), only_own_pages))
        .layer(from_fn_with_state(app.clone(), only_own_names))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), page_for_bare_failures))
        .layer(from_fn(headers::fixed))
        .layer(from_fn(routed))
        .with_state(app)
}

/// The pages that are the same for everybody, in the one spelling of their paths.
fn paths(site: &Site) -> impl Iterator<Item = String> + use<'_> {
    let alone = [
        "/",
        "/programs",
        "/programs/outlook",
        "/fix",
        "/errors",
        "/check",
        "/network",
        "/report",
        "/test",
    ];
    let guide = &site.languages.default().guide;
    let programs = guide.programs.iter();
    let programs = programs.map(|program| format!("/programs/{}", program.slug));
    let nodes = guide.nodes.keys().map(|slug| format!("/fix/{slug}"));
    let cards = guide.cards.keys().map(|slug| format!("/fix/card/{slug}"));
    let domains = site.domain_groups().into_iter().flatten();
    let settings = domains.map(|domain| format!("/settings/{domain}"));
    let alone = alone.into_iter().map(ToOwned::to_owned);
    alone
        .chain(programs)
        .chain(nodes)
        .chain(cards)
        .chain(settings)
}

async fn security(State(app): State<Arc<AppState>>) -> Response {
    security_txt::answer(&app.front.contacts)
}

async fn readiness(State(app): State<Arc<AppState>>) -> impl IntoResponse {
    app.front.ready.answer()
}

async fn home(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <HomePage/> }).await
}

async fn test_form(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <TestPage/> }).await
}

async fn programs(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <ProgramsPage/> }).await
}

async fn program(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    request: PageRequest,
) -> Response {
    match app.site.languages.default().guide.program(&slug).cloned() {
        Some(program) => {
            let show = move || view! { <ProgramPage program=program.clone()/> };
            page(&app, StatusCode::OK, &request, show).await
        }
        None => not_found(State(app), request).await,
    }
}

async fn outlook(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <OutlookPage/> }).await
}

#[derive(Deserialize)]
struct TrailQuery {
    #[serde(default)]
    trail: String,
}

async fn fix(
    State(app): State<Arc<AppState>>,
    query: Query<TrailQuery>,
    request: PageRequest,
) -> Response {
    node(State(app), Path(START.to_owned()), query, request).await
}

async fn node(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    Query(query): Query<TrailQuery>,
    request: PageRequest,
) -> Response {
    let Some(node) = app.site.languages.default().guide.nodes.get(&slug).cloned() else {
        return not_found(State(app), request).await;
    };
    let trail = Trail::read(&app.site.languages.default().guide, &query.trail);
    let show = move || {
        let (slug, node, trail) = (slug.clone(), node.clone(), trail.clone());
        view! { <FixPage slug node trail/> }
    };
    page(&app, StatusCode::OK, &request, show).await
}

#[derive(Deserialize)]
struct ErrorsQuery {
    #[serde(default)]
    q: String,
}

async fn errors(
    State(app): State<Arc<AppState>>,
    Query(query): Query<ErrorsQuery>,
    request: PageRequest,
) -> Response {
    let show = move || view! { <ErrorsPage text=query.q.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn check(
    State(app): State<Arc<AppState>>,
    Query(entered): Query<EnteredSettings>,
    uri: Uri,
    request: PageRequest,
) -> Response {
    let sent = uri.query().is_some();
    let show = move || view! { <CheckPage entered=entered.clone() sent/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn network(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <NetworkPage/> }).await
}

async fn report(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <ReportPage/> }).await
}

#[derive(Deserialize)]
struct CardQuery {
    program: Option<String>,
    #[serde(default)]
    trail: String,
}

async fn card(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    Query(query): Query<CardQuery>,
    request: PageRequest,
) -> Response {
    let Some(card) = app.site.languages.default().guide.cards.get(&slug).cloned() else {
        return not_found(State(app), request).await;
    };
    // A program that nobody knows is no reason not to help.
    let program = query
        .program
        .and_then(|slug| app.site.languages.default().guide.program(&slug).cloned());
    let trail = Trail::read(&app.site.languages.default().guide, &query.trail);
    let show = move || {
        let (slug, card, program) = (slug.clone(), card.clone(), program.clone());
        view! { <CardPage slug card program trail=trail.clone()/> }
    };
    page(&app, StatusCode::OK, &request, show).await
}

async fn settings(
    State(app): State<Arc<AppState>>,
    Path(name): Path<String>,
    request: PageRequest,
) -> Response {
    let found = name.parse::<Domain>().ok().and_then(|domain| {
        let (record, group) = app.site.catalogue.find(&domain)?;
        Some((domain, record.clone(), group.clone()))
    });
    match found {
        Some((domain, record, group)) => {
            let show = move || {
                let (domain, record, group) = (domain.clone(), record.clone(), group.clone());
                view! { <SettingsPage domain record group/> }
            };
            page(&app, StatusCode::OK, &request, show).await
        }
        None => {
            page(
                &app,
                StatusCode::NOT_FOUND,
                &request,
                move || view! { <UnknownDomainPage typed=name.clone()/> },
            )
            .await
        }
    }
}

#[derive(Deserialize)]
struct AddressForm {
    address: String,
}

/// The address form without scripts: only the domain goes into the address bar.
async fn find_settings(
    State(app): State<Arc<AppState>>,
    request: PageRequest,
    Form(form): Form<AddressForm>,
) -> Response {
    match parse_address(&form.address) {
        Ok(address) => {
            Redirect::to(&format!("/settings/{}", address.domain().as_str())).into_response()
        }
        Err(_) => {
            page(
                &app,
                StatusCode::UNPROCESSABLE_ENTITY,
                &request,
                move || view! { <UnknownDomainPage typed=form.address.clone()/> },
            )
            .await
        }
    }
}

/// The question of the troubleshooter from which a test was started.
#[derive(Deserialize)]
struct AskedQuery {
    #[serde(default)]
    node: String,
    #[serde(default)]
    trail: String,
}

/// The test without scripts: the same request, answered by a page.
async fn test_page(
    State(app): State<Arc<AppState>>,
    Query(asked): Query<AskedQuery>,
    request: Request,
) -> Response {
    let page_request = PageRequest::of(request.extensions(), request.headers());
    let admission = app.admission(page_request.client);
    let trail = Trail::read(&app.site.languages.default().guide, &asked.trail);
    // The form is decoded by the server function's own decoder, so both understand the same.
    let form =
        <TestConnection as FromReq<PostUrl, Request, ServerFnError>>::from_req(request).await;
    let Ok(form) = form else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let address = form.address.clone();
    let test = start(
        &app.site,
        app.site.languages.default(),
        form.into(),
        &admission,
    )
    .await;
    let retry_after = test.refused.and_then(Refusal::retry_after);
    let status = test.refused.map_or(StatusCode::OK, Refusal::status);
    let shown = Arc::new(std::sync::Mutex::new(Some(test)));
    let render = leptos_axum::render_app_to_stream_in_order_with_context(
        context(&app, status, admission),
        move || {
            // A page is rendered once; a second time there would be nothing left to show.
            let test = shown.lock().ok().and_then(|mut test| test.take());
            let (address, node) = (address.clone(), asked.node.clone());
            let trail = trail.clone();
            test.map(|test| view! { <ResultPage test address node trail/> })
        },
    );
    let mut response = render(Request::new(Body::empty())).await;
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    uncached(page::streamed(response, page_request))
}

/// The test as a stream of lines, from the server function.
async fn test_stream(State(app): State<Arc<AppState>>, mut request: Request) -> Response {
    // Where a browser says that it takes a page, Leptos answers a form that it cannot read by leading back
    // to whatever page the request says it came from.
    request.headers_mut().remove(ACCEPT);
    request.headers_mut().remove(REFERER);
    let admission = app.admission(request.extensions().get().copied());
    let context = context(&app, StatusCode::OK, admission);
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await;
    let mut response = uncached(answer.into_response());
    // The function itself never fails: then its form could not be read, which is no fault of the program.
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

async fn file(State(app): State<Arc<AppState>>, uri: Uri, request: HeaderMap) -> Response {
    app.assets.answer(uri.path(), &request)
}

async fn not_found(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(
        &app,
        StatusCode::NOT_FOUND,
        &request,
        || view! { <NotFoundPage/> },
    )
    .await
}

async fn wrong_method() -> Response {
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}

/// Turns away what other sites caused.
async fn only_own_pages(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let https = request
        .extensions()
        .get::<Client>()
        .is_some_and(|client| client.https);
    if origin::is_allowed(&request, https) {
        return next.run(request).await;
    }
    let failure = app.site.languages.default().pages.failure.foreign.clone();
    let request = PageRequest::of(request.extensions(), request.headers());
    page(
        &app,
        StatusCode::FORBIDDEN,
        &request,
        move || view! { <FailurePage failure=failure.clone()/> },
    )
    .await
}

/// Turns away what is meant for another site. Health checks know only an address.
async fn only_own_names(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    if health || app.front.hosts.serve(&request) {
        return next.run(request).await;
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

/// Gives a page to failures that have only a status.
async fn page_for_bare_failures(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let method = request.method().clone();
    let id = request.extensions().get::<RequestId>().copied();
    let page_request = PageRequest::of(request.extensions(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let bare = !response.headers().contains_key(CONTENT_SECURITY_POLICY);
    let failed = status.is_client_error() || status.is_server_error();
    if !bare || !failed || api || method == Method::HEAD {
        return response;
    }
    let failures = &app.site.languages.default().pages.failure;
    let failure = match status {
        StatusCode::NOT_FOUND => &failures.missing,
        StatusCode::METHOD_NOT_ALLOWED => &failures.method,
        StatusCode::MISDIRECTED_REQUEST => &failures.host,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => &failures.too_large,
        status if status.is_client_error() => &failures.unreadable,
        _ => &failures.broken,
    };
    let failure = failure.clone();
    // With it the operator finds in the log what happened.
    let code = id.filter(|_| status.is_server_error());
    let code = code.map(|id| id.to_string()).unwrap_or_default();
    page(
        &app,
        status,
        &page_request,
        move || view! { <FailurePage failure=failure.clone() code=code.clone()/> },
    )
    .await
}

/// The log has the panic already.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Results are about one person and one moment: nobody may keep them, and no proxy may hold them back.
fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

#[cfg(test)]
mod tests {
    use app::record::Catalogue;
    use http_body_util::BodyExt;
    use probe::net::{Options, Probe};
    use tower::ServiceExt;

    use super::*;
    use crate::limits::LimitOptions;
    use crate::limits::key::Keys;
    use crate::operations::metrics::Metrics;

    #[tokio::test]
    async fn a_handler_that_panics_gets_a_page_and_the_server_goes_on() {
        async fn broken() -> Response {
            panic!("this handler is broken")
        }
        let _ = any_spawner::Executor::init_tokio();
        let assets = Assets::load().expect("the bundle is built before the tests: make build");
        let probe = Probe::new(Options::default()).unwrap();
        let site = Site::read(Catalogue::default(), "en", probe, assets.bundle()).unwrap();
        let limits = Limits::new(
            &LimitOptions::default(),
            Keys::random().unwrap(),
            Metrics::default(),
        );
        let app = AppState::new(Arc::new(site), assets, limits, Front::default());
        let app = Arc::new(app);
        let routes = guarded(Router::new().route("/broken", get(broken)), app.clone());
        let router = front::before(routes, Kept::of([]), app);
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
