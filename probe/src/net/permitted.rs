//! Which addresses may be connected to.
//!
//! A name of a mail provider may resolve to anything, by mistake or by intent. What is not on the
//! public internet is somebody's inner network, in the worst case ours, and is only connected to where
//! the operator has named that network for this provider.

use std::net::IpAddr;

use crate::address::{PrivateNetwork, is_public};

/// Those of the addresses that may be connected to, in the same order.
pub(super) fn permitted(
    mut addresses: Vec<IpAddr>,
    named: &[PrivateNetwork],
    allow_private: bool,
) -> Vec<IpAddr> {
    addresses.retain(|address| {
        allow_private
            || is_public(*address)
            || named.iter().any(|network| network.contains(*address))
    });
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_and_named_addresses_are_permitted_beside_others() {
        let mixed = "fd00::1 1.1.1.1 10.20.0.1 10.21.0.1 2606:4700::1 ::1 127.0.0.1 ::ffff:10.20.0.1 \
            64:ff9b::a14:1 2002:a14:1::1";
        let public = "1.1.1.1 2606:4700::1";
        for (given, named, allow_private, expected) in [
            (mixed, "", false, public),
            (mixed, "", true, mixed),
            (
                mixed,
                "10.20.0.0/16",
                false,
                "1.1.1.1 10.20.0.1 2606:4700::1",
            ),
            (
                mixed,
                "10.21.0.1/32 fd00::/8",
                false,
                "fd00::1 1.1.1.1 10.21.0.1 2606:4700::1",
            ),
            // Loopback must be named itself, and each family for itself.
            (
                mixed,
                "127.0.0.0/8",
                false,
                "1.1.1.1 2606:4700::1 127.0.0.1",
            ),
            (mixed, "::1/128", false, "1.1.1.1 2606:4700::1 ::1"),
            (mixed, "192.168.0.0/16", false, public),
            ("10.20.0.1 ::1", "192.168.0.0/16", false, ""),
            ("", "", true, ""),
        ] {
            let parse = |text: &str| -> Vec<IpAddr> {
                let words = text.split_whitespace();
                words.map(|text| text.parse().unwrap()).collect()
            };
            let networks = named.split_whitespace().map(|text| text.parse().unwrap());
            let networks: Vec<PrivateNetwork> = networks.collect();
            let found = permitted(parse(given), &networks, allow_private);
            assert_eq!(found, parse(expected), "{given} with {named}");
        }
    }
}
