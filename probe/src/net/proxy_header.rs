//! The header of the PROXY protocol, version 2, with which a connection says for whom it is made. Its specification is
//! `doc/proxy-protocol.txt` of HAProxy.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ppp::v2::{Builder, Command, Protocol, Version};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// For whom a connection is made, as it is said to a server that expects a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// For this machine itself, as by a monitor (command LOCAL).
    Local,
    /// For this client (command PROXY). Its port is not known, and said to be 0.
    Client(IpAddr),
}

impl ProxyHeader {
    /// Sends it, before anything else on the connection.
    pub(super) async fn send(self, stream: &mut TcpStream) -> io::Result<()> {
        let header = self.bytes(stream.peer_addr()?)?;
        stream.write_all(&header).await
    }

    /// Its bytes for a connection to this server.
    fn bytes(self, server: SocketAddr) -> io::Result<Vec<u8>> {
        let (command, pair) = match self {
            Self::Local => (Command::Local, (server, server)),
            Self::Client(client) => (Command::Proxy, same_family(client, server)),
        };
        Builder::with_addresses(Version::Two | command, Protocol::Stream, pair).build()
    }
}

/// Client and server as addresses of one family, which is all that the header can hold.
fn same_family(client: IpAddr, server: SocketAddr) -> (SocketAddr, SocketAddr) {
    let (client, address) = (client.to_canonical(), server.ip().to_canonical());
    let (client, address) = if client.is_ipv4() == address.is_ipv4() {
        (client, address)
    } else {
        (as_v6(client).into(), as_v6(address).into())
    };
    (
        SocketAddr::new(client, 0),
        SocketAddr::new(address, server.port()),
    )
}

fn as_v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use ppp::v2::{Addresses, Header};

    use super::*;

    #[test]
    fn a_server_reads_for_whom_the_connection_is() {
        let four: SocketAddr = "198.51.100.1:993".parse().unwrap();
        let six: SocketAddr = "[2001:db8::1]:993".parse().unwrap();
        for (client, server, expected) in [
            ("192.0.2.7", four, "192.0.2.7:0 198.51.100.1:993"),
            ("::ffff:192.0.2.7", four, "192.0.2.7:0 198.51.100.1:993"),
            ("2001:db8::7", six, "[2001:db8::7]:0 [2001:db8::1]:993"),
            ("192.0.2.7", six, "[::ffff:192.0.2.7]:0 [2001:db8::1]:993"),
            (
                "2001:db8::7",
                four,
                "[2001:db8::7]:0 [::ffff:198.51.100.1]:993",
            ),
        ] {
            let bytes = ProxyHeader::Client(client.parse().unwrap()).bytes(server);
            let bytes = bytes.unwrap();
            let header = Header::try_from(bytes.as_slice()).unwrap();
            assert_eq!(header.command, Command::Proxy, "{client} {server}");
            assert_eq!(header.protocol, Protocol::Stream, "{client} {server}");
            assert_eq!(said(header.addresses), expected, "{client} {server}");
        }
        let bytes = ProxyHeader::Local.bytes(four).unwrap();
        let header = Header::try_from(bytes.as_slice()).unwrap();
        assert_eq!(header.command, Command::Local);
    }

    fn said(addresses: Addresses) -> String {
        let [source, destination]: [SocketAddr; 2] = match addresses {
            Addresses::IPv4(pair) => [
                (pair.source_address, pair.source_port).into(),
                (pair.destination_address, pair.destination_port).into(),
            ],
            Addresses::IPv6(pair) => [
                (pair.source_address, pair.source_port).into(),
                (pair.destination_address, pair.destination_port).into(),
            ],
            other => panic!("{other:?}"),
        };
        format!("{source} {destination}")
    }
}
