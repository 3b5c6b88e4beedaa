//! Whether it is this machine that has nothing left to open a socket with.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use rustix::io::Errno;

/// Whether the system refused a socket because descriptors, memory or ports have run out here. It says
/// nothing about whoever was to be reached.
pub(super) fn exhausted(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(
            Errno::MFILE
                | Errno::NFILE
                | Errno::NOBUFS
                | Errno::NOMEM
                // No port is free, as connect(2) has it.
                | Errno::AGAIN
        )
    )
}

/// The same for a connection to this address, where one more error can mean it.
pub(super) fn exhausted_connecting(error: &io::Error, to: SocketAddr) -> bool {
    match Errno::from_io_error(error) {
        Some(Errno::ADDRNOTAVAIL) => has_source_address(to),
        _ => exhausted(error),
    }
}

/// Whether this machine has an address to connect from. Where it has one, "cannot assign requested
/// address" means that its ports are used up; where it has none, as in a container without IPv6, it means
/// just that. To ask costs no packet, and ports of UDP are not those of TCP.
fn has_source_address(to: SocketAddr) -> bool {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let asked = UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(to));
    asked.map_or_else(|error| exhausted(&error), |()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_lacks_is_told_from_what_is_on_the_way() {
        let to: SocketAddr = "127.0.0.1:1".parse().unwrap();
        for (errno, expected) in [
            (Errno::MFILE, true),
            (Errno::NFILE, true),
            (Errno::NOBUFS, true),
            (Errno::NOMEM, true),
            (Errno::AGAIN, true),
            // There is always an address to reach the machine itself from.
            (Errno::ADDRNOTAVAIL, true),
            (Errno::CONNREFUSED, false),
            (Errno::CONNRESET, false),
            (Errno::NETUNREACH, false),
            (Errno::HOSTUNREACH, false),
            (Errno::TIMEDOUT, false),
            (Errno::ACCESS, false),
            (Errno::PERM, false),
            (Errno::ADDRINUSE, false),
            (Errno::AFNOSUPPORT, false),
        ] {
            let error = io::Error::from(errno);
            assert_eq!(exhausted_connecting(&error, to), expected, "{errno}");
        }
    }
}
