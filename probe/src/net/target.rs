//! What a run is given.

use std::net::{IpAddr, SocketAddr};

use super::proxy_header::ProxyHeader;
use crate::address::PrivateNetwork;
use crate::endpoint::{Endpoint, HostName};

/// One endpoint to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What is checked.
    pub endpoint: Endpoint,
    /// The domain of the customer's mail address, if it is known: what it publishes about the service is
    /// compared with the endpoint.
    pub domain: Option<HostName>,
    /// Where to connect to, whatever the DNS says; it is then not asked at all. Several count as the
    /// addresses of the host; none leaves it to the DNS. Certificates are still verified for the name of
    /// the endpoint. Only an operator may set them: such an address is not refused for being private.
    pub connect_to: Vec<SocketAddr>,
    /// The networks that are not public and may be connected to all the same, for this target only.
    pub private_networks: Vec<PrivateNetwork>,
    /// What every connection to the server begins with, where it expects to be told for whom it is made. Any other
    /// server takes the header for nonsense.
    pub proxy_header: Option<ProxyHeader>,
}

impl Target {
    /// The same for this client, if the server expects to be told.
    pub fn on_behalf_of(self, client: IpAddr) -> Self {
        let proxy_header = self.proxy_header.map(|_| ProxyHeader::Client(client));
        Self {
            proxy_header,
            ..self
        }
    }
}
