//! The pages, and the table of their paths.

use std::sync::Arc;

use app::guide::Guide;
use app::guide::comparison::EnteredSettings;
use app::guide::node::START;
use app::guide::program::Program;
use app::guide::trail::Trail;
use app::pages::{
    CardPage, CheckPage, ErrorsPage, FixPage, HomePage, NetworkPage, OutlookPage, PasswordPage,
    ProgramPage, ProgramsPage, ReportPage, SettingsPage, StatusPage, TestPage, UnknownDomainPage,
};
use app::record::{Domain, parse_address};
use app::site::{Shows, Site};
use app::status::Scope;
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use leptos::prelude::*;
use serde::Deserialize;

use crate::http::page::{PageRequest, page};
use crate::http::routes::address_form::AddressForm;
use crate::http::routes::connection_test::test_page;
use crate::http::routes::failures::not_found;
use crate::http::routes::short_way;
use crate::http::state::AppState;

/// A page, or as many as there are values for the parameter in its path.
pub(crate) struct PageRoute {
    /// The path as axum matches it.
    pub(crate) path: &'static str,
    /// What answers.
    pub(crate) handler: MethodRouter<Arc<AppState>>,
    /// What of the page may change.
    pub(crate) shows: Shows,
    /// Every value of the parameter for which the page is the same for everybody.
    cached_values: fn(&Site) -> Vec<String>,
}

impl PageRoute {
    pub(crate) fn new(path: &'static str, handler: MethodRouter<Arc<AppState>>) -> Self {
        Self::each(path, handler, |_| vec![String::new()])
    }

    fn uncached(path: &'static str, handler: MethodRouter<Arc<AppState>>) -> Self {
        Self::each(path, handler, |_| Vec::new())
    }

    pub(crate) fn each(
        path: &'static str,
        handler: MethodRouter<Arc<AppState>>,
        cached_values: fn(&Site) -> Vec<String>,
    ) -> Self {
        Self {
            path,
            handler,
            shows: Shows::Changes,
            cached_values,
        }
    }

    /// A page that says how long ago something was.
    pub(crate) fn with_age(mut self) -> Self {
        self.shows = Shows::Age;
        self
    }

    /// The paths of the pages that are the same for everybody, in their canonical spelling.
    pub(crate) fn cached_paths(&self, site: &Site) -> Vec<String> {
        let before = self.path.split('{').next().unwrap_or_default();
        let values = (self.cached_values)(site).into_iter();
        values.map(|value| format!("{before}{value}")).collect()
    }
}

/// Every page of the site.
pub(crate) fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new("/", get(home)).with_age(),
        PageRoute::new("/programs", get(programs)),
        PageRoute::new("/programs/outlook", get(outlook)),
        PageRoute::each("/programs/{slug}", get(program), |site| {
            let programs = site.languages.default().guide.programs.iter();
            programs.map(|program| program.slug.clone()).collect()
        }),
        PageRoute::new("/fix", get(fix)),
        PageRoute::each("/fix/{slug}", get(node), |site| {
            site.languages
                .default()
                .guide
                .nodes
                .keys()
                .cloned()
                .collect()
        }),
        PageRoute::each("/fix/card/{slug}", get(card), |site| {
            site.languages
                .default()
                .guide
                .cards
                .keys()
                .cloned()
                .collect()
        }),
        PageRoute::new("/errors", get(errors)),
        PageRoute::new("/check", get(check)),
        PageRoute::new("/network", get(network)),
        PageRoute::new("/report", get(report)),
        PageRoute::new("/test", get(test_form).post(test_page)).with_age(),
        PageRoute::new("/status", get(status)).with_age(),
        PageRoute::each("/status/of/{name}", get(status_of), |site| {
            let scopes = Scope::of_own_pages(&site.catalogue).into_iter();
            scopes.map(|scope| scope.name()).collect()
        })
        .with_age(),
        PageRoute::each("/settings/{domain}", get(settings), |site| {
            site.domain_groups().into_iter().flatten().collect()
        })
        .with_age(),
        PageRoute::uncached("/settings", get(settings_at_home).post(find_settings)),
        PageRoute::uncached(
            "/settings/{domain}/thunderbird-android",
            get(short_way::scan_form).post(short_way::scan),
        ),
        PageRoute::uncached("/qr/{*path}", get(short_way::code_of_page)),
        PageRoute::new("/password", get(password)),
        PageRoute::new("/operators/dns", get(short_way::operators)),
        PageRoute::uncached("/operators/dns/{domain}", get(short_way::dns)),
    ]
}

async fn home(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <HomePage/> }).await
}

async fn password(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    page(&app, StatusCode::OK, &request, || view! { <PasswordPage/> }).await
}

async fn status(State(app): State<Arc<AppState>>, request: PageRequest) -> Response {
    let show = || view! { <StatusPage scope=Scope::All/> };
    page(&app, StatusCode::OK, &request, show).await
}

/// The servers of a provider, or one of them. Links to them stay right when there are more or fewer than before.
async fn status_of(
    State(app): State<Arc<AppState>>,
    Path(name): Path<String>,
    request: PageRequest,
) -> Response {
    let catalogue = &app.site.catalogue;
    let Some(scope) = Scope::named(catalogue, &name) else {
        return not_found(State(app), request).await;
    };
    let place = scope.place(catalogue);
    if place != scope.path() {
        return Redirect::temporary(&place).into_response();
    }
    let show = move || view! { <StatusPage scope=scope.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn test_form(
    State(app): State<Arc<AppState>>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let show = move || view! { <TestPage trail=trail.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn programs(
    State(app): State<Arc<AppState>>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let show = move || view! { <ProgramsPage trail=trail.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn program(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    match request.texts(&app).guide.program(&slug).cloned() {
        Some(program) => {
            let trail = way.trail(&request.texts(&app).guide);
            let show = move || view! { <ProgramPage program=program.clone() trail=trail.clone()/> };
            page(&app, StatusCode::OK, &request, show).await
        }
        None => not_found(State(app), request).await,
    }
}

async fn outlook(
    State(app): State<Arc<AppState>>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let show = move || view! { <OutlookPage trail=trail.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

/// The way through the troubleshooter that led to a page.
#[derive(Deserialize)]
struct WayQuery {
    program: Option<String>,
    #[serde(default)]
    trail: String,
}

impl WayQuery {
    /// The program, if there is one of this name.
    fn program(&self, guide: &Guide) -> Option<Arc<Program>> {
        guide.program(self.program.as_deref()?).cloned()
    }

    fn trail(&self, guide: &Guide) -> Trail {
        Trail::read(guide, &self.trail).choosing(self.program(guide).as_deref())
    }
}

async fn fix(
    State(app): State<Arc<AppState>>,
    query: Query<WayQuery>,
    request: PageRequest,
) -> Response {
    node(State(app), Path(START.to_owned()), query, request).await
}

async fn node(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let Some(node) = request.texts(&app).guide.nodes.get(&slug).cloned() else {
        return not_found(State(app), request).await;
    };
    let trail = way.trail(&request.texts(&app).guide);
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
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let program = way.program.unwrap_or_default();
    let show = move || {
        let (text, program) = (query.q.clone(), program.clone());
        view! { <ErrorsPage text program trail=trail.clone()/> }
    };
    page(&app, StatusCode::OK, &request, show).await
}

async fn check(
    State(app): State<Arc<AppState>>,
    Query(entered): Query<EnteredSettings>,
    Query(way): Query<WayQuery>,
    uri: Uri,
    request: PageRequest,
) -> Response {
    let mut fields = uri.query().into_iter().flat_map(|query| query.split('&'));
    // Where links keep the domain, it does not say that the form was sent.
    let kept = request.domain(&app).map(|_| "domain=");
    let kept: Vec<_> = ["program=", "trail="].into_iter().chain(kept).collect();
    let sent = fields.any(|field| !kept.iter().any(|name| field.starts_with(name)));
    let guide = &request.texts(&app).guide;
    let (program, trail) = (way.program(guide), way.trail(guide));
    let show = move || {
        let (entered, program) = (entered.clone(), program.clone());
        view! { <CheckPage entered sent program trail=trail.clone()/> }
    };
    page(&app, StatusCode::OK, &request, show).await
}

async fn network(
    State(app): State<Arc<AppState>>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let show = move || view! { <NetworkPage trail=trail.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn report(
    State(app): State<Arc<AppState>>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let trail = way.trail(&request.texts(&app).guide);
    let show = move || view! { <ReportPage trail=trail.clone()/> };
    page(&app, StatusCode::OK, &request, show).await
}

async fn card(
    State(app): State<Arc<AppState>>,
    Path(slug): Path<String>,
    Query(way): Query<WayQuery>,
    request: PageRequest,
) -> Response {
    let Some(card) = request.texts(&app).guide.cards.get(&slug).cloned() else {
        return not_found(State(app), request).await;
    };
    let guide = &request.texts(&app).guide;
    let (program, trail) = (way.program(guide), way.trail(guide));
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
            let request = request.about(&domain);
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

/// The address of the form, opened as a page. The settings stand on the first page.
async fn settings_at_home() -> Redirect {
    Redirect::to("/#settings")
}

/// The address form without scripts: only the domain goes into the address bar. What we have no settings for is
/// answered here, so that the whole address stays in the field.
async fn find_settings(
    State(app): State<Arc<AppState>>,
    request: PageRequest,
    Form(form): Form<AddressForm>,
) -> Response {
    let status = match parse_address(&form.address) {
        Ok(address) if app.site.catalogue.find(address.domain()).is_some() => {
            return Redirect::to(&form.target(&app.site, address.domain())).into_response();
        }
        Ok(_) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let show = move || view! { <UnknownDomainPage typed=form.address.clone()/> };
    page(&app, status, &request, show).await
}
