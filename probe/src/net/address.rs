//! Which addresses are on the public internet.
//!
//! A name of a mail provider may resolve to anything, by mistake or by intent. What is not on the
//! public internet is somebody's inner network, in the worst case ours, and is not connected to. The
//! ranges are those of the IANA special-purpose registries (RFC 6890) that are not globally reachable.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Those of the addresses that may be connected to, in the same order.
pub(super) fn permitted(mut addresses: Vec<IpAddr>, allow_private: bool) -> Vec<IpAddr> {
    addresses.retain(|address| allow_private || is_public(*address));
    addresses
}

/// Whether an address is of a public host.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Address and prefix length of the IPv4 ranges that are not public.
const NOT_PUBLIC_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),       // this network (RFC 791)
    ([10, 0, 0, 0], 8),      // private (RFC 1918)
    ([100, 64, 0, 0], 10),   // shared by carriers (RFC 6598)
    ([127, 0, 0, 0], 8),     // loopback (RFC 1122)
    ([169, 254, 0, 0], 16),  // link-local (RFC 3927), and the metadata services of clouds
    ([172, 16, 0, 0], 12),   // private (RFC 1918)
    ([192, 0, 0, 0], 24),    // protocol assignments (RFC 6890)
    ([192, 0, 2, 0], 24),    // documentation (RFC 5737)
    ([192, 31, 196, 0], 24), // AS112 (RFC 7535)
    ([192, 52, 193, 0], 24), // AMT (RFC 7450)
    ([192, 88, 99, 0], 24),  // 6to4 relays (RFC 7526)
    ([192, 168, 0, 0], 16),  // private (RFC 1918)
    ([192, 175, 48, 0], 24), // AS112 (RFC 7534)
    ([198, 18, 0, 0], 15),   // benchmarks (RFC 2544)
    ([198, 51, 100, 0], 24), // documentation (RFC 5737)
    ([203, 0, 113, 0], 24),  // documentation (RFC 5737)
    ([224, 0, 0, 0], 4),     // multicast (RFC 5771)
    ([240, 0, 0, 0], 4),     // reserved, and broadcast (RFC 1112, RFC 919)
];

/// Address and prefix length of the ranges within 2000::/3 that are not public. Everything outside of
/// 2000::/3 is not public either: loopback, IPv4 in several disguises (`::ffff:0:0/96`, NAT64),
/// unique-local, link-local, site-local and multicast addresses.
const NOT_PUBLIC_V6: &[([u16; 4], u32)] = &[
    ([0x2001, 0, 0, 0], 23), // protocol assignments, among them Teredo (RFC 2928, RFC 4380)
    ([0x2001, 0x0db8, 0, 0], 32), // documentation (RFC 3849)
    ([0x2002, 0, 0, 0], 16), // 6to4, which hides any IPv4 address (RFC 3056)
    ([0x2620, 0x004f, 0x8000, 0], 48), // AS112 (RFC 7534)
    ([0x3ffe, 0, 0, 0], 16), // the former 6bone (RFC 3701)
    ([0x3fff, 0, 0, 0], 20), // documentation (RFC 9637)
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !NOT_PUBLIC_V4.iter().any(|(network, prefix)| {
        let shift = 32 - prefix;
        bits >> shift == Ipv4Addr::from(*network).to_bits() >> shift
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let global_unicast = bits >> 125 == 0b001;
    global_unicast
        && !NOT_PUBLIC_V6.iter().any(|([a, b, c, d], prefix)| {
            let shift = 128 - prefix;
            let network = Ipv6Addr::new(*a, *b, *c, *d, 0, 0, 0, 0).to_bits();
            bits >> shift == network >> shift
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("205.219.233.9", true),
            ("9.255.255.255", true),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.167.255.255", true),
            ("198.17.255.255", true),
            ("198.20.0.0", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.1", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001::1", true),
            ("2001:4860:4860::8888", true),
            ("2001:200::1", true),
            ("::", false),
            ("::1", false),
            ("::1.1.1.1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:1.1.1.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:2::1", false),
            ("2001:1ff::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("3ffe::1", false),
            ("3fff::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_permitted_beside_others() {
        let parse = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let mixed = &["fd00::1", "1.1.1.1", "10.0.0.1", "2606:4700::1", "::1"];
        for (given, allow_private, expected) in [
            (&mixed[..], false, &["1.1.1.1", "2606:4700::1"][..]),
            (mixed, true, mixed),
            (&["10.0.0.1", "::1"], false, &[]),
            (&[], true, &[]),
        ] {
            assert_eq!(permitted(parse(given), allow_private), parse(expected));
        }
    }
}
