//! Redirects from `http` to `https`.

use app::setup::write::autodiscover;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};

use crate::http::headers;
use crate::http::host::{self, Hosts};

/// Redirects every request to the same path on the port with TLS, under one of these names, but for those that
/// `answered` has routes for.
pub fn router(port: u16, hosts: Hosts, answered: Router) -> Router {
    Router::new()
        .fallback(redirect)
        .with_state((port, hosts))
        .merge(answered)
        .layer(from_fn(headers::fixed))
}

async fn redirect(State((port, hosts)): State<(u16, Hosts)>, request: Request) -> Response {
    if !hosts.accept(&request) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    // What was in the form could already be read by others; a redirect would hide that.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::FORBIDDEN, "Open this page with https://\n").into_response();
    }
    match location(&request, port) {
        Some(location) => (status(&request), [(LOCATION, location)]).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Outlook, which asks for a redirect of Autodiscover, knows the older status only.
fn status(request: &Request) -> StatusCode {
    let path = request.uri().path();
    match path.eq_ignore_ascii_case(autodiscover::PATH) {
        true => StatusCode::FOUND,
        false => StatusCode::PERMANENT_REDIRECT,
    }
}

fn location(request: &Request, port: u16) -> Option<HeaderValue> {
    let name = host::name(host::requested(request)?)?;
    let port = match port {
        443 => String::new(),
        port => format!(":{port}"),
    };
    let path = request.uri().path_and_query();
    let path = path.map_or("/", |path| path.as_str());
    // The target of `OPTIONS *` is no path.
    let path = if path.starts_with('/') { path } else { "/" };
    HeaderValue::try_from(format!("https://{name}{port}{path}")).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn requests_to_read_are_sent_on_and_others_are_not() {
        for (method, host, path, port, expected) in [
            ("GET", "help.example", "/", 443, "308 https://help.example/"),
            (
                "HEAD",
                "help.example:80",
                "/a?b=c%20d",
                443,
                "308 https://help.example/a?b=c%20d",
            ),
            (
                "GET",
                "help.example:8080",
                "/a",
                8443,
                "308 https://help.example:8443/a",
            ),
            ("GET", "[::1]:8080", "/a", 8443, "308 https://[::1]:8443/a"),
            (
                "GET",
                "help.example",
                "//evil.example",
                443,
                "308 https://help.example//evil.example",
            ),
            (
                "GET",
                "autodiscover.help.example",
                "/AutoDiscover/autodiscover.xml",
                443,
                "302 https://autodiscover.help.example/AutoDiscover/autodiscover.xml",
            ),
            ("GET", "user@help.example", "/", 443, "400"),
            ("GET", "a b", "/", 443, "400"),
            ("GET", "", "/", 443, "400"),
            ("POST", "help.example", "/test", 443, "403"),
            ("DELETE", "help.example", "/", 443, "403"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("host", host);
            let request = request.body(Body::empty()).unwrap();
            let answer = router(port, Hosts::default(), Router::new())
                .oneshot(request)
                .await
                .unwrap();
            let status = answer.status().as_u16();
            let location = answer.headers().get(LOCATION);
            let found = match location {
                Some(location) => format!("{status} {}", location.to_str().unwrap()),
                None => status.to_string(),
            };
            assert_eq!(found, expected, "{method} {host} {path}");
            assert!(answer.headers().contains_key("content-security-policy"));
        }
    }

    #[tokio::test]
    async fn nobody_is_sent_to_another_site() {
        let hosts = Hosts::new(&[host::parse("help.example").unwrap()]);
        for (host, expected) in [("help.example:80", 308), ("evil.example", 421)] {
            let request = Request::get("/").header("host", host);
            let request = request.body(Body::empty()).unwrap();
            let answer = router(443, hosts.clone(), Router::new())
                .oneshot(request)
                .await
                .unwrap();
            assert_eq!(answer.status().as_u16(), expected, "{host}");
        }
    }
}
