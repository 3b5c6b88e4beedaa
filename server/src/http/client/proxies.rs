//! Which proxies are believed, and how they say for whom they ask.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{FORWARDED, HeaderMap, VIA};
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use super::forwarded;

/// The proxies in front of the server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Proxies")]
pub struct ProxyOptions {
    /// A proxy, or a network of proxies, to believe; may be given several times
    #[arg(long, value_name = "ADDR[/BITS]", value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,

    /// The headers in which the proxies say for whom they ask. A proxy passes the other kind through
    /// as the client has sent it, so only one can be believed
    #[arg(long, value_name = "KIND", default_value = "x-forwarded")]
    pub proxy_headers: ProxyHeaders,

    /// Those proxies pass on connections as they are, and begin each with a header of the PROXY
    /// protocol, version 2
    #[arg(long, requires = "trusted_proxy")]
    pub proxy_protocol: bool,
}

/// How a proxy says for whom it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeaders {
    /// X-Forwarded-For and X-Forwarded-Proto
    #[default]
    XForwarded,
    /// Forwarded (RFC 7239)
    Forwarded,
}

/// The proxies that are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    headers: ProxyHeaders,
}

impl Proxies {
    /// Believes nobody but those that the operator has named.
    pub fn new(options: &ProxyOptions) -> Self {
        Self {
            trusted: options.trusted_proxy.clone(),
            headers: options.proxy_headers,
        }
    }

    /// Whether what this address says of others is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// For whom the proxy asks, and whether all say that `https` was used.
    pub(super) fn believed(&self, proxy: IpAddr, headers: &HeaderMap) -> (IpAddr, bool) {
        match self.headers {
            ProxyHeaders::XForwarded => {
                let addresses = list(headers, "x-forwarded-for");
                let hops = addresses.map(|address| (parse_address(address), true));
                let (client, _) = self.walk(proxy, hops);
                // Which of several stands for which proxy cannot be told, so all must say it.
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
                self.walk(proxy, hops.map(|hop| (hop.address(), hop.https())))
            }
        }
    }

    /// Goes back from proxy to proxy, up to the first that is not trusted: he is the client, and what
    /// lies behind him is only his word. The hops come nearest first.
    fn walk(
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

/// Whether a request shows that somebody passes it on for others.
pub(super) fn speaks_for_others(headers: &HeaderMap) -> bool {
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

/// An address, perhaps with a port.
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse();
    address
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
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
            let proxies = Proxies {
                trusted: vec![network(text).unwrap()],
                ..Proxies::default()
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
        let proxies = Proxies {
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
            let (client, https) = proxies.believed("10.0.0.1".parse().unwrap(), &headers);
            assert_eq!(format!("{client} {https}"), expected, "{lines:?}");
        }
    }
}
