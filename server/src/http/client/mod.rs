//! The client of a request, and whether others could read the request on its way.
//!
//! | module | idea |
//! |---|---|
//! | `proxies` | trusted proxies, and the headers in which they name the client |
//! | `forwarded` | the header `Forwarded` (RFC 7239) |
//! | `ip` | addresses as proxies write them |
//!
//! Anybody can send a header. So nothing that a request says about its client is trusted, unless it came
//! from a proxy that the operator has named.

mod forwarded;
mod ip;
mod proxies;

use std::net::{IpAddr, SocketAddr};

use axum::http::{Request, Version};

pub use self::proxies::{ProxyHeaders, ProxyOptions, TrustedProxies};
use crate::http::host;

/// What the listener knows of the connection of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The peer, or the client that a proxy has named with the PROXY protocol.
    pub peer: SocketAddr,
    /// Whether it is encrypted up to this program.
    pub tls: bool,
    /// Whether a proxy forwards the connection, so that the peer is not the other end.
    pub proxied: bool,
}

impl ConnectionInfo {
    /// A connection without TLS and without a proxy.
    pub fn plain(peer: SocketAddr) -> Self {
        Self {
            peer,
            tls: false,
            proxied: false,
        }
    }
}

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address, for the limits.
    pub address: IpAddr,
    /// Whether the browser has opened an address that begins with `https`.
    pub https: bool,
    /// Whether nobody between the browser and this server can read the request.
    pub confidential: bool,
}

impl Client {
    /// Resolves the client of a request; `None` where the request came over no connection.
    pub fn of<B>(request: &Request<B>, proxies: &TrustedProxies) -> Option<Self> {
        let connection = request.extensions().get::<ConnectionInfo>()?;
        let peer = connection.peer.ip().to_canonical();
        if proxies.trusts(peer) && !connection.proxied {
            let (address, https) = proxies.resolve_client(peer, request.headers());
            return Some(Self {
                address,
                https,
                confidential: https,
            });
        }
        // Browsers do not use HTTP/1.0, but nginx does by default to the servers behind it.
        let local = peer.is_loopback()
            && request.version() >= Version::HTTP_11
            && !connection.proxied
            && !proxies::has_proxy_headers(request.headers())
            && host::requested(request).is_none_or(is_local);
        Some(Self {
            address: peer,
            https: connection.tls,
            confidential: connection.tls || local,
        })
    }
}

/// Whether this host always means the machine itself. A proxy that adds no headers usually passes on the name
/// of the site.
fn is_local(host: &str) -> bool {
    let Some(name) = host::name(host) else {
        return false;
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    let loopback = address.is_ok_and(|address| address.is_loopback());
    loopback || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client of a request with these headers, as `address`, `address https` or
    /// `address confidential`.
    fn client(trusted: &str, connection: ConnectionInfo, headers: &[(&str, &str)]) -> String {
        let mut options = ProxyOptions::default();
        let networks = trusted.split_whitespace();
        options.trusted_proxy = networks
            .map(|network| proxies::network(network).unwrap())
            .collect();
        let mut request = Request::new(());
        request.extensions_mut().insert(connection);
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let client = Client::of(&request, &TrustedProxies::new(&options)).unwrap();
        let how = match (client.https, client.confidential) {
            (true, true) => " https",
            (false, true) => " confidential",
            (true, false) => " https but not confidential",
            (false, false) => "",
        };
        format!("{}{how}", client.address)
    }

    fn plain(peer: &str) -> ConnectionInfo {
        ConnectionInfo::plain(SocketAddr::new(peer.parse().unwrap(), 50_000))
    }

    #[test]
    fn who_asks_is_known_whatever_strangers_claim() {
        for (trusted, peer, headers, expected) in [
            // Nobody is trusted.
            ("", "192.0.2.1", &[][..], "192.0.2.1"),
            (
                "",
                "192.0.2.1",
                &[
                    ("x-forwarded-for", "10.9.9.9"),
                    ("x-forwarded-proto", "https"),
                ],
                "192.0.2.1",
            ),
            (
                "",
                "192.0.2.1",
                &[("forwarded", "for=10.9.9.9;proto=https")],
                "192.0.2.1",
            ),
            ("", "192.0.2.1", &[("host", "localhost")], "192.0.2.1"),
            // The machine itself, unless somebody shows that he speaks for others.
            ("", "127.0.0.1", &[], "127.0.0.1 confidential"),
            (
                "",
                "::ffff:127.0.0.1",
                &[("host", "127.0.0.1:3000")],
                "127.0.0.1 confidential",
            ),
            ("", "::1", &[("host", "[::1]:3000")], "::1 confidential"),
            (
                "",
                "127.0.0.1",
                &[("host", "localhost:3000")],
                "127.0.0.1 confidential",
            ),
            (
                "",
                "127.0.0.1",
                &[("host", "Help.Localhost")],
                "127.0.0.1 confidential",
            ),
            ("", "127.0.0.1", &[("host", "help.example")], "127.0.0.1"),
            (
                "",
                "127.0.0.1",
                &[("host", "localhost.example")],
                "127.0.0.1",
            ),
            ("", "127.0.0.1", &[("host", "a b")], "127.0.0.1"),
            (
                "",
                "127.0.0.1",
                &[("x-forwarded-for", "192.0.2.1")],
                "127.0.0.1",
            ),
            (
                "",
                "127.0.0.1",
                &[("x-forwarded-proto", "https")],
                "127.0.0.1",
            ),
            (
                "",
                "127.0.0.1",
                &[("forwarded", "for=192.0.2.1")],
                "127.0.0.1",
            ),
            ("", "127.0.0.1", &[("via", "1.1 proxy")], "127.0.0.1"),
            ("", "127.0.0.1", &[("x-real-ip", "192.0.2.1")], "127.0.0.1"),
            // One proxy.
            (
                "127.0.0.1",
                "127.0.0.1",
                &[
                    ("x-forwarded-for", "192.0.2.1"),
                    ("x-forwarded-proto", "https"),
                ],
                "192.0.2.1 https",
            ),
            (
                "127.0.0.1",
                "127.0.0.1",
                &[
                    ("x-forwarded-for", "192.0.2.1"),
                    ("x-forwarded-proto", "http"),
                ],
                "192.0.2.1",
            ),
            (
                "127.0.0.1",
                "127.0.0.1",
                &[("x-forwarded-for", "192.0.2.1")],
                "192.0.2.1",
            ),
            ("127.0.0.1", "127.0.0.1", &[], "127.0.0.1"),
            (
                "127.0.0.1",
                "::ffff:127.0.0.1",
                &[("x-forwarded-for", "::ffff:192.0.2.1")],
                "192.0.2.1",
            ),
            (
                "10.0.0.0/8 fd00::/8",
                "fd00::1",
                &[
                    ("x-forwarded-for", "2001:db8::1"),
                    ("x-forwarded-proto", "HTTPS"),
                ],
                "2001:db8::1 https",
            ),
            (
                "10.0.0.0/8",
                "11.0.0.1",
                &[
                    ("x-forwarded-for", "192.0.2.1"),
                    ("x-forwarded-proto", "https"),
                ],
                "11.0.0.1",
            ),
            // What the client had sent itself stands left of what the proxy has added.
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "10.9.9.9, 203.0.113.9, 192.0.2.1")],
                "192.0.2.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[
                    ("x-forwarded-for", "203.0.113.9"),
                    ("x-forwarded-for", "192.0.2.1"),
                ],
                "192.0.2.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-proto", "https, http")],
                "10.0.0.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[
                    ("x-forwarded-proto", "https"),
                    ("x-forwarded-proto", "http"),
                ],
                "10.0.0.1",
            ),
            // Two proxies.
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[
                    ("x-forwarded-for", "203.0.113.9, 192.0.2.1, 10.0.0.2"),
                    ("x-forwarded-proto", "https, https"),
                ],
                "192.0.2.1 https",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "10.0.0.3, 10.0.0.2")],
                "10.0.0.3",
            ),
            // What cannot be read ends the chain.
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "192.0.2.1, unknown")],
                "10.0.0.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "")],
                "10.0.0.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "192.0.2.1:4711")],
                "192.0.2.1",
            ),
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("x-forwarded-for", "[2001:db8::1]:4711")],
                "2001:db8::1",
            ),
            // The other kind of header passes through most proxies untouched, so it is not looked at.
            (
                "10.0.0.0/8",
                "10.0.0.1",
                &[("forwarded", "for=192.0.2.1;proto=https")],
                "10.0.0.1",
            ),
        ] {
            assert_eq!(
                client(trusted, plain(peer), headers),
                expected,
                "{trusted} {peer} {headers:?}"
            );
        }
    }

    #[test]
    fn a_connection_that_is_passed_on_is_private_only_with_tls_of_our_own() {
        let claims = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "https"),
        ];
        for (peer, tls, expected) in [
            ("192.0.2.1", false, "192.0.2.1"),
            ("192.0.2.1", true, "192.0.2.1 https"),
            // The client of the proxy, who happens to have an address like one that is trusted here.
            ("127.0.0.1", false, "127.0.0.1"),
            ("10.0.0.1", false, "10.0.0.1"),
        ] {
            let connection = ConnectionInfo {
                tls,
                proxied: true,
                ..plain(peer)
            };
            assert_eq!(
                client("10.0.0.0/8 127.0.0.1", connection, &claims),
                expected,
                "{peer}"
            );
        }
        let local = ConnectionInfo {
            proxied: true,
            ..plain("127.0.0.1")
        };
        assert_eq!(client("", local, &[]), "127.0.0.1");
        let own = ConnectionInfo {
            tls: true,
            ..plain("192.0.2.1")
        };
        assert_eq!(client("", own, &claims), "192.0.2.1 https");
        // What a proxy says counts, not that it uses TLS itself.
        let proxy = ConnectionInfo {
            tls: true,
            ..plain("10.0.0.1")
        };
        assert_eq!(client("10.0.0.0/8", proxy, &[]), "10.0.0.1");
    }

    #[test]
    fn an_old_protocol_on_this_machine_is_a_proxy_that_says_nothing() {
        for (version, confidential) in [(Version::HTTP_10, false), (Version::HTTP_11, true)] {
            let mut request = Request::new(());
            *request.version_mut() = version;
            request.extensions_mut().insert(plain("127.0.0.1"));
            let client = Client::of(&request, &TrustedProxies::default()).unwrap();
            assert_eq!(client.confidential, confidential, "{version:?}");
        }
    }
}
