//! Mail servers as they are named on the command line.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::str::FromStr;

use app::record::{AddressOrDomain, parse_address};
use probe::{Endpoint, HostName, Protocol, Security};

/// What to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    /// The documented services of an address or domain.
    Documented(AddressOrDomain),
    /// One server.
    One(Endpoint),
}

impl Servers {
    /// Whether this is a whole mail address, which says who signs in.
    pub fn is_address(&self) -> bool {
        matches!(self, Self::Documented(AddressOrDomain::Address(_)))
    }
}

impl FromStr for Servers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") {
            return parse_url(text).map(Self::One);
        }
        parse_address(text).map(Self::Documented).map_err(|error| {
            format!("{error}: expected a domain such as centurylink.net, or a URL such as imaps://mail.example.net")
        })
    }
}

/// Other addresses for one host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The host that is meant.
    pub host: HostName,
    /// Its port.
    pub port: NonZeroU16,
    /// Where to connect to, as to the addresses of the host. Never empty.
    pub to: Vec<SocketAddr>,
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (host, rest) = split_host(text)?;
            let (port, to) = rest.strip_prefix(':')?.split_once(':')?;
            Some(Self {
                host: host.parse().ok()?,
                port: port.parse().ok()?,
                to: to.split(',').map(parse_socket).collect::<Option<_>>()?,
            })
        };
        parse().ok_or_else(|| {
            "expected HOST:PORT:ADDR:PORT[,ADDR:PORT...], such as mail.example.net:993:127.0.0.1:10993"
                .into()
        })
    }
}

fn parse_url(text: &str) -> Result<Endpoint, String> {
    let expected = "expected imaps:// imap:// pop3s:// pop3:// smtps:// or smtp:// with a host and perhaps a port";
    let (scheme, rest) = text.split_once("://").ok_or(expected)?;
    let (protocol, security, usual) = match scheme.to_ascii_lowercase().as_str() {
        "imaps" => (Protocol::Imap, Security::Tls, 993),
        "imap" => (Protocol::Imap, Security::Starttls, 143),
        "pop3s" => (Protocol::Pop3, Security::Tls, 995),
        "pop3" => (Protocol::Pop3, Security::Starttls, 110),
        "smtps" => (Protocol::Smtp, Security::Tls, 465),
        "smtp" => (Protocol::Smtp, Security::Starttls, 587),
        _ => return Err(format!("unknown scheme {scheme:?}: {expected}")),
    };
    let (host, port) = split_host(rest.trim_end_matches('/')).ok_or(expected)?;
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => NonZeroU16::new(usual).ok_or(expected)?,
        None => return Err(expected.into()),
        Some(port) => port
            .parse()
            .map_err(|_| format!("port {port:?}: expected a number from 1 to 65535"))?,
    };
    let host = host
        .parse::<HostName>()
        .map_err(|error| error.to_string())?;
    Ok(Endpoint {
        id: String::new(),
        protocol,
        host,
        port,
        security,
    })
}

/// An address and a port, which is not 0.
fn parse_socket(text: &str) -> Option<SocketAddr> {
    let (address, port) = split_host(text)?;
    let port = port.strip_prefix(':')?.parse::<NonZeroU16>().ok()?;
    let address: IpAddr = address.parse().ok()?;
    Some(SocketAddr::new(address, port.get()))
}

/// Splits `host:rest` or `[address]:rest` behind the host.
fn split_host(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('[') {
        return inner.split_once(']');
    }
    let end = text.find(':').unwrap_or(text.len());
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_parsed() {
        for (text, expected) in [
            (
                "imaps://mail.example.net",
                Ok("imaps://mail.example.net:993"),
            ),
            (
                "IMAP://mail.example.net/",
                Ok("imap://mail.example.net:143"),
            ),
            (
                "pop3s://mail.example.net:10995",
                Ok("pop3s://mail.example.net:10995"),
            ),
            ("smtp://[::1]:25", Ok("smtp://[::1]:25")),
            ("smtps://127.0.0.1", Ok("smtps://127.0.0.1:465")),
            ("http://mail.example.net", Err("unknown scheme")),
            ("imaps://", Err("is not a host name")),
            ("imaps://mail.example.net:0", Err("expected a number")),
            ("imaps://mail.example.net:99999", Err("expected a number")),
            (
                "imaps://mail.example.net:993/inbox",
                Err("expected a number"),
            ),
            ("centurylink", Err("expected a domain")),
        ] {
            let found = text.parse::<Servers>().map(|servers| match servers {
                Servers::One(endpoint) => endpoint.to_string(),
                Servers::Documented(address) => address.domain().to_string(),
            });
            match expected {
                Ok(url) => assert_eq!(found.as_deref(), Ok(url), "{text}"),
                Err(part) => assert!(
                    found.as_ref().is_err_and(|e| e.contains(part)),
                    "{text}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn connect_to_is_parsed() {
        for (text, expected) in [
            (
                "mail.example.net:993:127.0.0.1:10993",
                Some("127.0.0.1:10993"),
            ),
            ("mail.example.net:993:[::1]:10993", Some("[::1]:10993")),
            (
                "mail.example.net:993:127.0.0.1:10993,[::1]:10994",
                Some("127.0.0.1:10993 [::1]:10994"),
            ),
            ("mail.example.net:993:127.0.0.1:10993,", None),
            ("mail.example.net:993:127.0.0.1:10993,[::1]", None),
            ("mail.example.net:993:other.example:10993", None),
            ("mail.example.net:993", None),
            ("mail.example.net:993:127.0.0.1:0", None),
            ("", None),
        ] {
            let found = text.parse::<ConnectTo>().ok().map(|connect_to| {
                let addresses = connect_to.to.iter().map(ToString::to_string);
                addresses.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
