//! Trusted proxies, and the headers in which they name the client.

use std::net::IpAddr;

use axum::http::header::{FORWARDED, HeaderMap, VIA};
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use super::forwarded;
use super::ip::parse_ip;

/// The proxies in front of the server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Proxies")]
pub struct ProxyOptions {
    /// Address or network of a reverse proxy whose headers are trusted; may be given several times
    #[arg(long, value_name = "ADDR[/BITS]", value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,

    /// Headers in which the proxies name the client. A proxy passes the other kind through as the client
    /// sent it, so only one kind is trusted
    #[arg(long, value_name = "KIND", default_value = "x-forwarded")]
    pub proxy_headers: ProxyHeaders,

    /// Trusted proxies forward TCP connections and begin each with a PROXY protocol header, version 2
    #[arg(long)]
    pub proxy_protocol: bool,
}

/// The headers in which a proxy names the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeaders {
    /// X-Forwarded-For and X-Forwarded-Proto
    #[default]
    XForwarded,
    /// Forwarded (RFC 7239)
    Forwarded,
}

/// The proxies whose headers are trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    trusted: Vec<IpNet>,
    headers: ProxyHeaders,
}

impl TrustedProxies {
    /// Trusts the proxies that the operator has named and no others.
    pub fn new(options: &ProxyOptions) -> Self {
        Self {
            trusted: options.trusted_proxy.clone(),
            headers: options.proxy_headers,
        }
    }

    /// Whether this address is a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// The client behind the proxy, and whether all proxies say that it used `https`.
    pub(super) fn resolve_client(&self, proxy: IpAddr, headers: &HeaderMap) -> (IpAddr, bool) {
        match self.headers {
            ProxyHeaders::XForwarded => {
                let addresses = list(headers, "x-forwarded-for");
                let hops = addresses.map(|address| (parse_ip(address), true));
                let (client, _) = self.nearest_untrusted(proxy, hops);
                // It is not known which of several values belongs to which proxy, so all must be https.
                let mut protocols = list(headers, "x-forwarded-proto").peekable();
                let https = protocols.peek().is_some()
                    && protocols.all(|protocol| protocol.eq_ignore_ascii_case("https"));
                (client, https)
            }
            ProxyHeaders::Forwarded => {
                let lines = headers.get_all(FORWARDED).into_iter().rev();
                let hops = lines.flat_map(|line| {
                    let hops = line.to_str().ok().and_then(forwarded::parse);
                    // A line that cannot be read ends the chain.
                    hops.unwrap_or_else(|| vec![forwarded::Hop::default()])
                        .into_iter()
                        .rev()
                });
                self.nearest_untrusted(proxy, hops.map(|hop| (hop.address(), hop.https())))
            }
        }
    }

    /// Follows the hops, nearest first, to the first address that is not a trusted proxy. That is the client;
    /// what it says about hops behind itself is not trusted.
    fn nearest_untrusted(
        &self,
        proxy: IpAddr,
        hops: impl Iterator<Item = (Option<IpAddr>, bool)>,
    ) -> (IpAddr, bool) {
        let mut client = proxy;
        let mut all_https = None;
        for (address, https) in hops {
            if !self.trusts(client) {
                break;
            }
            all_https = Some(https && all_https.unwrap_or(true));
            let Some(address) = address else { break };
            client = address.to_canonical();
        }
        (client, all_https.unwrap_or(false))
    }
}

/// Whether the headers show that a proxy has forwarded the request.
pub(super) fn has_proxy_headers(headers: &HeaderMap) -> bool {
    let names = [FORWARDED.as_str(), VIA.as_str(), "x-real-ip"];
    headers.keys().any(|name| {
        let name = name.as_str();
        names.contains(&name) || name.starts_with("x-forwarded-")
    })
}

/// Reads a network, or an address that is a network of its own.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>();
    let network = address.map(|address| address.to_canonical().into());
    network
        .or_else(|_| text.parse())
        .map_err(|_| "expected an address or a network, such as 127.0.0.1 or 10.0.0.0/8".into())
}

/// The items of a header that is a list, the last first.
fn list<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().rev();
    // What is not text is no address and no protocol, but it is an item.
    lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(',').map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read() {
        for (text, inside, outside) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8", "::ffff:10.255.0.1", "11.0.0.0"),
            ("fd00::/8", "fdff::1", "fe00::1"),
        ] {
            let proxies = TrustedProxies {
                trusted: vec![network(text).unwrap()],
                ..TrustedProxies::default()
            };
            assert!(proxies.trusts(inside.parse().unwrap()), "{text}");
            assert!(!proxies.trusts(outside.parse().unwrap()), "{text}");
        }
        for text in ["", "proxy.example", "10.0.0.0/33", "10.0.0"] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_header_forwarded_is_believed_where_it_is_chosen() {
        let proxies = TrustedProxies {
            trusted: vec![network("10.0.0.0/8").unwrap()],
            headers: ProxyHeaders::Forwarded,
        };
        for (lines, expected) in [
            (&["for=192.0.2.1;proto=https"][..], "192.0.2.1 true"),
            (&["for=192.0.2.1"], "192.0.2.1 false"),
            (&["for=192.0.2.1;proto=http"], "192.0.2.1 false"),
            (&[], "10.0.0.1 false"),
            (
                &["for=\"[2001:db8::1]:4711\";proto=https"],
                "2001:db8::1 true",
            ),
            // What the client has sent itself, before what the proxies have added.
            (
                &["for=203.0.113.9;proto=https, for=192.0.2.1;proto=http"],
                "192.0.2.1 false",
            ),
            (
                &["for=203.0.113.9;proto=http", "for=192.0.2.1;proto=https"],
                "192.0.2.1 true",
            ),
            (
                &["for=192.0.2.1;proto=https, for=10.0.0.2;proto=https"],
                "192.0.2.1 true",
            ),
            (
                &["for=192.0.2.1;proto=http, for=10.0.0.2;proto=https"],
                "192.0.2.1 false",
            ),
            (
                &["for=192.0.2.1;proto=https, for=unknown;proto=https"],
                "10.0.0.1 true",
            ),
            (
                &["for=192.0.2.1;proto=https, for=\"10.0.0.2"],
                "10.0.0.1 false",
            ),
            (&["for=192.0.2.1;proto=https", "="], "10.0.0.1 false"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED, line.parse().unwrap());
            }
            headers.append("x-forwarded-for", "203.0.113.1".parse().unwrap());
            headers.append("x-forwarded-proto", "https".parse().unwrap());
            let (client, https) = proxies.resolve_client("10.0.0.1".parse().unwrap(), &headers);
            assert_eq!(format!("{client} {https}"), expected, "{lines:?}");
        }
    }
}
