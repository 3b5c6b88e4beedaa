//! The host name of a request, and whether this site is served under it.

use axum::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{Request, StatusCode, Version};
use axum::response::{IntoResponse, Response};

/// The names under which the site is served; under every name if there are none.
///
/// Otherwise a foreign name that points to the address of this server would be the same site to a browser
/// (DNS rebinding), and scripts under that name could use the pages.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// These names, each as [`parse`] has read it.
    pub fn new(names: &[String]) -> Self {
        Self(names.to_vec())
    }

    /// These names and others; still every name, if there are none.
    pub fn and(mut self, others: Vec<String>) -> Self {
        if !self.0.is_empty() {
            self.0.extend(others);
        }
        self
    }

    /// Whether the site is served under the host name of the request.
    pub fn accept<B>(&self, request: &Request<B>) -> bool {
        self.0.is_empty()
            || requested(request).is_some_and(|host| {
                let name = name(host);
                name.is_some_and(|name| self.0.contains(&name))
            })
    }
}

/// Reads a host name without a port, as it is typed on the command line.
///
/// # Errors
///
/// When the text is not a host name, or has a port.
pub fn parse(text: &str) -> Result<String, String> {
    let name = name(text).filter(|name| text.len() <= name.len() + 1);
    name.ok_or_else(|| "expected a host name without a port, such as help.example.net".to_owned())
}

/// The host and port of the request: from the request target with HTTP/2, from the `Host` header with HTTP/1.
pub fn requested<B>(request: &Request<B>) -> Option<&str> {
    let named = request.uri().authority().map(Authority::as_str);
    named.or_else(|| request.headers().get(HOST)?.to_str().ok())
}

/// A request names no host, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmbiguousHost;

impl IntoResponse for AmbiguousHost {
    fn into_response(self) -> Response {
        let text = "expected one Host header with the name of this site\n";
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, kind)], text).into_response()
    }
}

/// Checks that a request names exactly one host: a proxy in front of this server may have understood the
/// other one (RFC 9112 §3.2, RFC 9113 §8.3.1).
///
/// # Errors
///
/// When it names no host, or several.
pub fn check_one_host<B>(request: &Request<B>) -> Result<(), AmbiguousHost> {
    names_one_host(request).then_some(()).ok_or(AmbiguousHost)
}

fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return false;
    }
    let authority = request.uri().authority().map(Authority::as_str);
    match (authority, header) {
        // Old health checks use HTTP/1.0, in which the header is optional.
        (None, None) => request.version() < Version::HTTP_11,
        (Some(_), None) => request.version() == Version::HTTP_2,
        (authority, Some(header)) => header.to_str().is_ok_and(|header| {
            let same = |authority: &str| authority.eq_ignore_ascii_case(header);
            name(header).is_some() && authority.is_none_or(same)
        }),
    }
}

/// The name without the port, in lower case and without the trailing dot.
pub(crate) fn name(host: &str) -> Option<String> {
    // A user name before the host serves only to deceive people about the host.
    let authority: Authority = host.parse().ok().filter(|_| !host.contains('@'))?;
    let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: Version, uri: &str, hosts: &[&str]) -> Request<()> {
        let request = Request::builder().version(version).uri(uri);
        let request = hosts
            .iter()
            .fold(request, |request, host| request.header(HOST, *host));
        request.body(()).unwrap()
    }

    #[test]
    fn the_host_is_in_the_address_or_in_the_header() {
        for (uri, header, expected) in [
            (
                "https://help.example:8443/",
                None,
                Some("help.example:8443"),
            ),
            ("/", Some("help.example"), Some("help.example")),
            (
                "https://help.example/",
                Some("other.example"),
                Some("help.example"),
            ),
            ("/", None, None),
        ] {
            let mut request = Request::builder().uri(uri);
            if let Some(header) = header {
                request = request.header(HOST, header);
            }
            assert_eq!(
                requested(&request.body(()).unwrap()),
                expected,
                "{uri} {header:?}"
            );
        }
    }

    #[test]
    fn a_request_names_one_host() {
        let own = "help.example";
        for (version, uri, hosts, expected) in [
            (Version::HTTP_11, "/", &[own][..], true),
            (Version::HTTP_11, "/", &["help.example:3000"], true),
            (Version::HTTP_11, "/", &["[::1]:3000"], true),
            (Version::HTTP_11, "/", &[], false),
            (Version::HTTP_11, "/", &[""], false),
            (Version::HTTP_11, "/", &["a b"], false),
            (Version::HTTP_11, "/", &["user@help.example"], false),
            (Version::HTTP_11, "/", &[own, own], false),
            (Version::HTTP_11, "/", &[own, "evil.example"], false),
            (Version::HTTP_11, "http://help.example/", &[own], true),
            (
                Version::HTTP_11,
                "http://help.example/",
                &["evil.example"],
                false,
            ),
            (Version::HTTP_11, "http://help.example/", &[], false),
            (Version::HTTP_10, "/", &[], true),
            (Version::HTTP_10, "/", &[own, own], false),
            (Version::HTTP_2, "https://help.example/", &[], true),
            (Version::HTTP_2, "https://help.example/", &[own], true),
            (
                Version::HTTP_2,
                "https://help.example/",
                &["evil.example"],
                false,
            ),
        ] {
            let request = request(version, uri, hosts);
            let refused = check_one_host(&request).is_err();
            assert_eq!(!refused, expected, "{version:?} {uri} {hosts:?}");
        }
    }

    #[test]
    fn only_the_names_of_the_site_are_served() {
        let hosts = ["Help.Example", "[::1]"].map(|name| parse(name).unwrap());
        let hosts = Hosts::new(&hosts);
        for (host, expected) in [
            ("help.example", true),
            ("HELP.example.:3000", true),
            ("[::1]:3000", true),
            ("evil.example", false),
            ("help.example.evil.example", false),
            ("127.0.0.1", false),
        ] {
            let request = request(Version::HTTP_11, "/", &[host]);
            assert_eq!(hosts.accept(&request), expected, "{host}");
            assert!(Hosts::default().accept(&request));
        }
        for wrong in ["", "help.example:443", "https://help.example", "a b", "a@b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
