//! The table against the registries of IANA.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::is_public;
use super::special_purpose::NOT_PUBLIC;

/// Every row of the IANA IPv4 and IPv6 Special-Purpose Address Registries, as of October 2025, and
/// what is special besides. Behind each, whether the address before its first and the one after its
/// last are public; `-` where there is none.
const REGISTRIES: &str = "
0.0.0.0/8          -   yes  this network
0.0.0.0/32         -   no   this host
10.0.0.0/8         yes yes  private use
100.64.0.0/10      yes yes  shared address space
127.0.0.0/8        yes yes  loopback
169.254.0.0/16     yes yes  link local
172.16.0.0/12      yes yes  private use
192.0.0.0/24       yes yes  IETF protocol assignments
192.0.0.0/29       yes no   IPv4 service continuity
192.0.0.8/32       no  no   IPv4 dummy address
192.0.0.9/32       no  no   port control protocol anycast
192.0.0.10/32      no  no   TURN anycast
192.0.0.170/32     no  no   NAT64/DNS64 discovery
192.0.0.171/32     no  no   NAT64/DNS64 discovery
192.0.2.0/24       yes yes  documentation
192.31.196.0/24    yes yes  AS112
192.52.193.0/24    yes yes  AMT
192.88.99.0/24     yes yes  6to4 relay anycast
192.88.99.2/32     no  no   6a44 relay anycast
192.168.0.0/16     yes yes  private use
192.175.48.0/24    yes yes  direct delegation AS112
198.18.0.0/15      yes yes  benchmarking
198.51.100.0/24    yes yes  documentation
203.0.113.0/24     yes yes  documentation
240.0.0.0/4        no  -    reserved
255.255.255.255/32 no  -    limited broadcast
::1/128            no  no   loopback
::/128             -   no   unspecified
::ffff:0:0/96      no  no   IPv4-mapped
64:ff9b::/96       no  no   IPv4-IPv6 translation
64:ff9b:1::/48     no  no   IPv4-IPv6 translation
100::/64           no  no   discard-only
100:0:0:1::/64     no  no   dummy prefix
2001::/23          yes yes  IETF protocol assignments
2001::/32          yes no   Teredo
2001:1::1/128      no  no   port control protocol anycast
2001:1::2/128      no  no   TURN anycast
2001:1::3/128      no  no   DNS-SD anycast
2001:2::/48        no  no   benchmarking
2001:3::/32        no  no   AMT
2001:4:112::/48    no  no   AS112
2001:10::/28       no  no   ORCHID
2001:20::/28       no  no   ORCHIDv2
2001:30::/28       no  no   drone remote ID
2001:db8::/32      yes yes  documentation
2002::/16          yes yes  6to4
2620:4f:8000::/48  yes yes  direct delegation AS112
3fff::/20          no  yes  documentation
5f00::/16          no  no   segment routing
fc00::/7           no  no   unique-local
fe80::/10          no  no   link-local
224.0.0.0/4        yes no   multicast (RFC 5771)
::/96              -   no   IPv4-compatible (RFC 4291)
::ffff:0:0:0/96    no  no   IPv4-translated (RFC 2765)
::/3               -   yes  not given to anybody (RFC 4291)
3ffe::/16          yes no   the former 6bone (RFC 3701)
4000::/2           yes no   not given to anybody (RFC 4291)
8000::/1           no  -    not given to anybody (RFC 4291)
fec0::/10          no  no   site-local (RFC 3879)
ff00::/8           no  -    multicast (RFC 4291)
";

#[test]
fn no_address_of_the_registries_is_public_and_their_neighbours_are() {
    for row in REGISTRIES.trim().lines() {
        let mut columns = row.split_whitespace();
        let [network, before, after] = [(); 3].map(|()| columns.next().unwrap());
        let network: IpNet = network.parse().unwrap();
        assert_eq!(network, network.trunc(), "{row}");
        let (first, last) = (network.network(), network.broadcast());
        for (address, expected) in [
            (neighbour(first, -1), before),
            (Some(first), "no"),
            (Some(last), "no"),
            (neighbour(last, 1), after),
        ] {
            let found = match address {
                None => "-",
                Some(address) if is_public(address) => "yes",
                Some(_) => "no",
            };
            assert_eq!(found, expected, "{address:?}: {row}");
        }
    }
}

#[test]
fn every_range_of_the_table_is_one_of_the_registries() {
    let known: Vec<IpNet> = REGISTRIES
        .trim()
        .lines()
        .map(|row| row.split(' ').next().unwrap().parse().unwrap())
        .collect();
    for (network, _) in NOT_PUBLIC {
        assert!(known.contains(network), "{network}");
    }
}

#[test]
fn no_ipv4_address_passes_in_disguise() {
    let prefix = |text: &str| text.parse::<Ipv6Addr>().unwrap().to_bits();
    for inner in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "1.1.1.1",
    ] {
        let bits = u128::from(inner.parse::<Ipv4Addr>().unwrap().to_bits());
        for (disguise, hidden) in [
            ("IPv4-compatible (RFC 4291)", bits),
            ("IPv4-mapped (RFC 4291)", prefix("::ffff:0:0") | bits),
            ("IPv4-translated (RFC 2765)", prefix("::ffff:0:0:0") | bits),
            ("NAT64 (RFC 6052)", prefix("64:ff9b::") | bits),
            (
                "NAT64 of one's own (RFC 8215)",
                prefix("64:ff9b:1::") | bits,
            ),
            (
                // The address goes around a byte that is not used.
                "the same with a prefix of 48 bits",
                prefix("64:ff9b:1::") | bits >> 16 << 64 | (bits & 0xffff) << 40,
            ),
            ("6to4 (RFC 3056)", prefix("2002::") | bits << 80),
            (
                "the server of Teredo (RFC 4380)",
                prefix("2001::") | bits << 64,
            ),
            (
                "the client of Teredo, all bits turned over",
                prefix("2001::") | bits ^ 0xffff_ffff,
            ),
        ] {
            let hidden = Ipv6Addr::from_bits(hidden);
            assert!(!is_public(hidden.into()), "{inner} in {hidden}: {disguise}");
        }
    }
}

#[test]
fn addresses_of_mail_servers_are_public() {
    for address in [
        "1.1.1.1",
        "205.219.233.9",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

/// The address just before or after another one, if there is one.
fn neighbour(address: IpAddr, step: i8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits().checked_add_signed(step.into());
            bits.map(|bits| Ipv4Addr::from_bits(bits).into())
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits().checked_add_signed(step.into());
            bits.map(|bits| Ipv6Addr::from_bits(bits).into())
        }
    }
}
