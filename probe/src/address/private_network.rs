//! A network that is not public and that an operator has named.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::special_purpose::{NOT_PUBLIC, Use};

/// A network that is not public and in which mail servers may be. Every value of this type lies wholly
/// within one of the ranges that are meant for such networks, so naming one never opens another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrivateNetwork(IpNet);

impl PrivateNetwork {
    /// Whether an address belongs to the network. An IPv4 address in the disguise of an IPv6 address
    /// does not: a server that really is there has an address of its own.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl fmt::Display for PrivateNetwork {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for PrivateNetwork {
    type Err = PrivateNetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network: IpNet = text
            .parse()
            .map_err(|_| PrivateNetworkError::NotANetwork(text.to_owned()))?;
        if network != network.trunc() {
            return Err(PrivateNetworkError::NotTheFirstAddress {
                text: text.to_owned(),
                meant: network.trunc(),
            });
        }
        if !internal_ranges().any(|range| range.contains(&network)) {
            return Err(PrivateNetworkError::NotPrivate(text.to_owned()));
        }
        Ok(Self(network))
    }
}

/// Why a text is not a private network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateNetworkError {
    /// It is not an address with a prefix length.
    #[error(
        "{0:?} is not a network: expected an address and a prefix length, such as 10.20.0.0/16"
    )]
    NotANetwork(String),
    /// The address has bits behind the prefix, so one of the two is probably a mistake.
    #[error(
        "{text:?} begins within a network: expected its first address, {meant}, or a longer prefix"
    )]
    NotTheFirstAddress {
        /// The text.
        text: String,
        /// The network in which the address lies.
        meant: IpNet,
    },
    /// Some of its addresses are public, or of no host at all.
    #[error("{0:?} is not private: expected a network within {ranges}", ranges = ranges())]
    NotPrivate(String),
}

/// The ranges in which a private network can lie.
fn internal_ranges() -> impl Iterator<Item = &'static IpNet> {
    let rows = NOT_PUBLIC.iter().filter(|(_, used)| *used == Use::Internal);
    rows.map(|(network, _)| network)
}

fn ranges() -> String {
    let ranges: Vec<_> = internal_ranges().map(ToString::to_string).collect();
    let (last, others) = ranges.split_last().expect("there are several");
    format!("{} or {last}", others.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_networks_of_inner_hosts_can_be_named() {
        for text in [
            "10.0.0.0/8",
            "10.20.0.0/16",
            "10.20.30.40/32",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.168.7.0/24",
            "::1/128",
            "fc00::/7",
            "fd12:3456:789a::/48",
        ] {
            let network = text.parse::<PrivateNetwork>();
            assert_eq!(network.unwrap().to_string(), text);
        }
        for (text, expected) in [
            ("", "is not a network"),
            ("10.20.0.1", "is not a network"),
            ("10.20.0.0/33", "is not a network"),
            ("10.20/16", "is not a network"),
            ("10.20.0.0/255.255.0.0", "is not a network"),
            ("mail.example.net", "is not a network"),
            (" 10.20.0.0/16", "is not a network"),
            (
                "10.20.30.40/16",
                "expected its first address, 10.20.0.0/16, or",
            ),
            ("fd00::1/64", "expected its first address, fd00::/64, or"),
            ("0.0.0.0/0", "is not private"),
            ("10.0.0.0/7", "is not private"),
            ("100.0.0.0/8", "is not private"),
            ("172.0.0.0/11", "is not private"),
            ("192.0.0.0/8", "is not private"),
            ("8.8.8.0/24", "is not private"),
            // On Linux this leads to loopback.
            ("0.0.0.0/8", "is not private"),
            ("0.0.0.0/32", "is not private"),
            ("169.254.169.254/32", "is not private"),
            ("224.0.0.0/24", "is not private"),
            ("::/0", "is not private"),
            ("::/127", "is not private"),
            ("::/128", "is not private"),
            ("2606:4700::/32", "is not private"),
            ("fe80::/64", "is not private"),
            ("ff02::/16", "is not private"),
            // IPv4 networks in disguise.
            ("::ffff:10.20.0.0/112", "is not private"),
            ("64:ff9b::a14:0/112", "is not private"),
            ("2002:a14::/32", "is not private"),
        ] {
            let error = text.parse::<PrivateNetwork>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{text:?} ")), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(
            "1.0.0.0/8"
                .parse::<PrivateNetwork>()
                .unwrap_err()
                .to_string(),
            "\"1.0.0.0/8\" is not private: expected a network within 10.0.0.0/8, 100.64.0.0/10, \
             127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, ::1/128 or fc00::/7"
        );
    }
}
