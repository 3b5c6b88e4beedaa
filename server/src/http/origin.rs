//! Protection against cross-site request forgery (CSRF).
//!
//! Another site could make the browsers of its visitors post to this one, and so distribute
//! sign-in attempts over many addresses. Browsers send the origin of a request in headers.

use axum::extract::Request;
use axum::http::header::{HeaderMap, HeaderName, ORIGIN};
use axum::http::{Method, Uri};

use crate::http::host;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request is allowed: it has a safe method, or it comes from a page of this site. `https` is whether
/// the browser has opened a URL that begins with `https`.
pub fn is_allowed(request: &Request, https: bool) -> bool {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    reads || is_own(request.headers(), host::requested(request), https)
}

/// Whether a page of this site opens this WebSocket (RFC 6455 §10.2). Reading is not harmless here: what comes back is
/// for that page, and what it asks for has an effect. Every browser sends `Origin` with it, and some `Sec-Fetch-Site`,
/// too; neither may say something else.
pub fn opens_own_socket(request: &Request, https: bool) -> bool {
    let headers = request.headers();
    let site = headers.get(SEC_FETCH_SITE);
    site.is_none_or(|site| site == "same-origin")
        && is_own_origin(headers, host::requested(request), https)
}

/// Whether the headers say that a page of this site made the request.
///
/// `Sec-Fetch-Site` decides if it is present; `Origin` decides for older browsers. A request with
/// neither does not come from a current browser. The same host with `http` is another origin
/// (RFC 6454 §4), because an attacker on the path could have sent its pages.
fn is_own(headers: &HeaderMap, host: Option<&str>, https: bool) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    is_own_origin(headers, host, https)
}

/// Whether `Origin` names this site.
fn is_own_origin(headers: &HeaderMap, host: Option<&str>, https: bool) -> bool {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let (Some(origin), Some(host)) = (origin, host) else {
        return false;
    };
    let scheme = if https { "https" } else { "http" };
    origin.parse::<Uri>().is_ok_and(|origin| {
        let same_host = origin.authority().is_some_and(|from| from.as_str() == host);
        same_host && origin.scheme_str() == Some(scheme)
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_the_sites_own_pages_may_have_an_effect() {
        for (headers, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://help.example"),
                    ("host", "help.example"),
                ],
                false,
            ),
            (
                &[("origin", "https://help.example"), ("host", "help.example")],
                true,
            ),
            (
                &[
                    ("origin", "https://help.example:3000"),
                    ("host", "help.example:3000"),
                ],
                true,
            ),
            (
                &[("origin", "https://evil.example"), ("host", "help.example")],
                false,
            ),
            (
                &[("origin", "http://help.example"), ("host", "help.example")],
                false,
            ),
            (&[("origin", "null"), ("host", "help.example")], false),
            (&[("host", "help.example")], false),
            (&[], false),
        ] {
            let request = headers
                .iter()
                .fold(Request::post("/test"), |request, (name, value)| {
                    request.header(*name, *value)
                });
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_allowed(&request, true), expected, "{headers:?}");
        }
        // HTTP/2 has no `Host` header: the host is in the URI.
        for (address, expected) in [
            ("https://help.example/test", true),
            ("https://other.example/test", false),
        ] {
            let request = Request::post(address).header("origin", "https://help.example");
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_allowed(&request, true), expected, "{address}");
        }
        // Without HTTPS the origin must be `http`.
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("https://localhost:3000", false),
        ] {
            let request = Request::post("/test")
                .header("origin", origin)
                .header("host", "localhost:3000");
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_allowed(&request, false), expected, "{origin}");
        }
    }
}
