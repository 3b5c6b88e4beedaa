//! The addresses that are not on the public internet, and what they are for.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What addresses that are not public are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Hosts of a network that belongs to somebody, where an operator may have a mail server.
    Internal,
    /// No single host that anybody could mean: groups, examples, protocols, and IPv4 addresses in
    /// disguise, of which it cannot be seen here where they lead.
    Special,
}

use Use::{Internal, Special};

/// The addresses that are not public: every row of the IANA special-purpose registries (RFC 6890),
/// multicast, and the part of IPv6 in which nobody is given an address. Some of the rows are reachable
/// from everywhere, but they are services of the network itself, such as AS112, and no mail server.
pub(super) const NOT_PUBLIC: &[(IpNet, Use)] = &[
    (v4([0, 0, 0, 0], 8), Special), // this network, and on Linux this host (RFC 791)
    (v4([10, 0, 0, 0], 8), Internal), // private (RFC 1918)
    (v4([100, 64, 0, 0], 10), Internal), // shared by carriers (RFC 6598)
    (v4([127, 0, 0, 0], 8), Internal), // loopback (RFC 1122)
    (v4([169, 254, 0, 0], 16), Special), // link-local (RFC 3927), metadata services of clouds
    (v4([172, 16, 0, 0], 12), Internal), // private (RFC 1918)
    (v4([192, 0, 0, 0], 24), Special), // protocol assignments (RFC 6890)
    (v4([192, 0, 2, 0], 24), Special), // documentation (RFC 5737)
    (v4([192, 31, 196, 0], 24), Special), // AS112 (RFC 7535)
    (v4([192, 52, 193, 0], 24), Special), // AMT (RFC 7450)
    (v4([192, 88, 99, 0], 24), Special), // 6to4 relays (RFC 7526), 6a44 (RFC 6751)
    (v4([192, 168, 0, 0], 16), Internal), // private (RFC 1918)
    (v4([192, 175, 48, 0], 24), Special), // AS112 (RFC 7534)
    (v4([198, 18, 0, 0], 15), Special), // benchmarks (RFC 2544)
    (v4([198, 51, 100, 0], 24), Special), // documentation (RFC 5737)
    (v4([203, 0, 113, 0], 24), Special), // documentation (RFC 5737)
    (v4([224, 0, 0, 0], 4), Special), // multicast (RFC 5771)
    (v4([240, 0, 0, 0], 4), Special), // reserved, and broadcast (RFC 1112, RFC 919)
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Internal), // loopback (RFC 4291)
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Internal), // unique-local (RFC 4193)
    // Everything before 2000::/3: the unspecified address, IPv4 in several disguises (::/96,
    // ::ffff:0:0/96, NAT64), discard-only and dummy addresses.
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 3), Special),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Special), // protocols, Teredo (RFC 2928, RFC 4380)
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Special), // documentation (RFC 3849)
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Special), // 6to4: any IPv4 address (RFC 3056)
    (v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), Special), // AS112 (RFC 7534)
    (v6([0x3ffe, 0, 0, 0, 0, 0, 0, 0], 16), Special), // the former 6bone (RFC 3701)
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Special), // documentation (RFC 9637)
    // Everything behind 2000::/3: segment routing (RFC 9602), link-local, site-local, multicast.
    (v6([0x4000, 0, 0, 0, 0, 0, 0, 0], 2), Special),
    (v6([0x8000, 0, 0, 0, 0, 0, 0, 0], 1), Special),
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> IpNet {
    let address = Ipv6Addr::new(a, b, c, d, e, f, g, h);
    IpNet::V6(Ipv6Net::new_assert(address, prefix))
}
