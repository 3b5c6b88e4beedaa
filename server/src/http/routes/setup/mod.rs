//! Set-up files for mail programs: endpoints that programs ask, and not people.
//!
//! | module | who asks |
//! |---|---|
//! | [`autoconfig`] | Thunderbird and many others |
//! | [`autodiscover`] | Outlook and Thunderbird |
//! | [`pacc`] | programs that know the newest draft |
//! | `asked` | whom a request is about |
//! | [`profile`] | iPhone, iPad and Mac: a form of the site, with the guards of its pages |
//!
//! Programs come from anywhere, without an origin, under host names of the mail domains. They get answers that are
//! the same for every address of a domain, so that nobody learns from them whether an address exists, and nothing
//! of what was asked stands in a log.

mod asked;
mod autoconfig;
mod autodiscover;
mod pacc;
pub(crate) mod profile;

use std::sync::Arc;

use app::setup::write::{
    autoconfig as autoconfig_file, autodiscover as answer, autodiscover_json, autodiscover_request,
    pacc as pacc_file,
};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::http::body::{is_long_target, received};
use crate::http::client::Client;
use crate::http::state::AppState;
use crate::limits::pages::PageDenial;

/// Everything that programs ask for over HTTPS.
pub(crate) fn routes(app: &Arc<AppState>) -> Router<Arc<AppState>> {
    let routes = on_any_scheme()
        .route(answer::PATH, post(autodiscover::xml))
        .route(autodiscover_json::PATH, get(autodiscover::json))
        .route(
            "/autodiscover/autodiscover.json/{version}/{address}",
            get(autodiscover::json_of_path),
        )
        .route(pacc_file::PATH, get(pacc::configuration));
    with_guards(routes, app)
}

/// What is answered without TLS, too, because some programs (KMail, Postbox) know no other way. It has no secrets,
/// and programs ask their people before they use it.
pub(crate) fn plain_routes(app: &Arc<AppState>) -> Router<Arc<AppState>> {
    with_guards(on_any_scheme(), app)
}

fn on_any_scheme() -> Router<Arc<AppState>> {
    let routes = Router::new();
    let handler = || get(autoconfig::configuration);
    autoconfig_file::PATHS
        .into_iter()
        .fold(routes, |routes, path| routes.route(path, handler()))
}

fn with_guards(routes: Router<Arc<AppState>>, app: &Arc<AppState>) -> Router<Arc<AppState>> {
    routes.layer(from_fn_with_state(app.clone(), guard))
}

/// Refuses requests under foreign names, with endless addresses or bodies, and of clients that ask too often.
async fn guard(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let refusal = |status, text| refused_at(&path, status, text);
    if !app.setup_hosts.accept(&request) {
        return refusal(
            StatusCode::MISDIRECTED_REQUEST,
            "no settings under this name",
        );
    }
    if is_long_target(&request) {
        return refusal(StatusCode::URI_TOO_LONG, "the address is too long");
    }
    // Before the permit, so that a client that sends slowly keeps none from others.
    let request = match received(request, autodiscover_request::MAX_LEN).await {
        Ok(request) => request,
        Err(status) => {
            return refusal(status, "the body is too long, or did not arrive in time");
        }
    };
    let client = request.extensions().get::<Client>();
    let permit = app.limits.page_permit(client.map(|client| client.address));
    let _permit = match permit {
        Ok(permit) => permit,
        Err(denial) => {
            let mut response = refusal(denied(denial), "too many requests");
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, denial.retry_after().into());
            return response;
        }
    };
    next.run(request).await
}

const fn denied(denial: PageDenial) -> StatusCode {
    match denial {
        PageDenial::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        PageDenial::TooManyAtOnce | PageDenial::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A refusal in the format in which programs ask at this path.
fn refused_at(path: &str, status: StatusCode, text: &'static str) -> Response {
    if path == answer::PATH {
        autodiscover::failure(status, answer::ErrorCode::InvalidRequest)
    } else if path.starts_with(autodiscover_json::PATH) {
        autodiscover::refusal(status, "Refused", text)
    } else {
        refused(status, text)
    }
}

/// A refusal in words for whoever looks into it. It has nothing of the request.
fn refused(status: StatusCode, text: &'static str) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    (status, [(CONTENT_TYPE, kind)], format!("{text}\n")).into_response()
}

/// A request with the path of Autodiscover in lower case: Outlook writes it as `/Autodiscover/Autodiscover.xml`, and
/// Microsoft's servers do not tell the two apart.
pub(crate) fn in_usual_case(mut request: Request) -> Request {
    let path = request.uri().path();
    let known = [answer::PATH, autodiscover_json::PATH];
    let Some(usual) = known.into_iter().find_map(|usual| {
        let begin = path.get(..usual.len())?;
        let differs = begin != usual && begin.eq_ignore_ascii_case(usual);
        differs.then_some(usual)
    }) else {
        return request;
    };
    let rest = &path[usual.len()..];
    let target = match request.uri().query() {
        Some(query) => format!("{usual}{rest}?{query}"),
        None => format!("{usual}{rest}"),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = target.parse::<PathAndQuery>().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn the_path_of_autodiscover_is_known_in_every_case() {
        for (target, expected) in [
            (
                "/Autodiscover/Autodiscover.xml",
                "/autodiscover/autodiscover.xml",
            ),
            (
                "/AUTODISCOVER/AUTODISCOVER.XML?A=B",
                "/autodiscover/autodiscover.xml?A=B",
            ),
            (
                "/autodiscover/autodiscover.xml",
                "/autodiscover/autodiscover.xml",
            ),
            (
                "/AutoDiscover/AutoDiscover.json/v1.0/Jane@Example.net?Protocol=X",
                "/autodiscover/autodiscover.json/v1.0/Jane@Example.net?Protocol=X",
            ),
            (
                "https://a.example/Autodiscover/autodiscover.xml",
                "https://a.example/autodiscover/autodiscover.xml",
            ),
            ("/Settings/Example.net", "/Settings/Example.net"),
            ("/Autodiscover/x", "/Autodiscover/x"),
            ("/", "/"),
        ] {
            let request = Request::get(target).body(Body::empty()).unwrap();
            assert_eq!(in_usual_case(request).uri().to_string(), expected);
        }
    }
}
