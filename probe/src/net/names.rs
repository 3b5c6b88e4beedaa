//! What else the DNS says of a domain, and connections that are not to mail servers: for those who look for the
//! settings of a provider. The rules are those of a check: no search list, no hosts file, and no address that is
//! not public unless the operator allows it.

use std::net::{IpAddr, SocketAddr};

use hickory_resolver::proto::rr::{RData, RecordType};
use rustls::ClientConfig;
use tokio::net::TcpStream;

use super::connect::connect;
use super::dns::text;
use super::permitted::permitted;
use super::probe::Probe;
use super::tlsa;
use crate::endpoint::HostName;
use crate::outcome::Outcome;
use crate::patience::Patience;

/// Where a domain says that a service is (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceLocation {
    /// The lowest is tried first.
    pub priority: u16,
    /// Among those of a priority, the share of each.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, or `.` where the service is not offered.
    pub target: String,
}

impl Probe {
    /// The SRV records of a name such as `_imaps._tcp.example.net`: empty when there are none, and `None` when the
    /// DNS does not answer.
    pub async fn service_locations(&self, name: &str) -> Option<Vec<ServiceLocation>> {
        let records = self.context.resolver.records(name, RecordType::SRV).await?;
        let locations = records.into_iter().filter_map(|record| match record.data {
            RData::SRV(srv) => Some(ServiceLocation {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: text(&srv.target),
            }),
            _ => None,
        });
        Some(locations.collect())
    }

    /// The hosts that take mail for a domain, the preferred one first (RFC 5321 §5.1): empty when there are none, and
    /// `None` when the DNS does not answer.
    pub async fn mail_exchangers(&self, domain: &str) -> Option<Vec<HostName>> {
        let records = self
            .context
            .resolver
            .records(domain, RecordType::MX)
            .await?;
        let mut hosts: Vec<(u16, HostName)> = records
            .into_iter()
            .filter_map(|record| match record.data {
                RData::MX(mx) => Some((mx.preference, text(&mx.exchange).parse().ok()?)),
                _ => None,
            })
            .collect();
        hosts.sort_by_key(|(preference, _)| *preference);
        Some(hosts.into_iter().map(|(_, host)| host).collect())
    }

    /// The addresses of a host, behind all its aliases: empty when there are none, and `None` when the DNS does not
    /// answer.
    pub async fn addresses(&self, host: &HostName) -> Option<Vec<IpAddr>> {
        match self.context.resolver.lookup(host).await {
            Ok(resolved) => Some(resolved.addresses),
            Err(failure) => match failure.outcome {
                Outcome::NameNotFound | Outcome::NoAddress => Some(Vec::new()),
                _ => None,
            },
        }
    }

    /// The texts of a name, each as one (RFC 7208 §3.3): empty when there are none, and `None` when the DNS does not
    /// answer.
    pub async fn texts(&self, name: &str) -> Option<Vec<String>> {
        let records = self.context.resolver.records(name, RecordType::TXT).await?;
        let texts = records.into_iter().filter_map(|record| match record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
        Some(texts.collect())
    }

    /// The keys and certificates that a service is said to have, by a name such as `_993._tcp.mail.example.net`, as
    /// they are written in a zone file (RFC 6698 §2.2): empty when there are none, and `None` when the DNS does not
    /// answer.
    pub async fn certificate_associations(&self, name: &str) -> Option<Vec<String>> {
        let records = self
            .context
            .resolver
            .records(name, RecordType::TLSA)
            .await?;
        let associations = records.into_iter().filter_map(|record| match record.data {
            RData::TLSA(association) => Some(tlsa::text(&association)),
            _ => None,
        });
        Some(associations.collect())
    }

    /// Opens a TCP connection to a host.
    ///
    /// # Errors
    ///
    /// Why there is none, in the words of a check.
    pub async fn open(&self, host: &HostName, port: u16) -> Result<TcpStream, Outcome> {
        let context = &self.context;
        let addresses = match host.address() {
            Some(address) => vec![address],
            None => {
                let resolved = context.resolver.lookup(host).await;
                resolved.map_err(|error| error.outcome)?.addresses
            }
        };
        let addresses = permitted(addresses, &[], context.allow_private);
        if addresses.is_empty() {
            return Err(Outcome::AddressNotPublic);
        }
        let addresses = addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, port));
        let addresses: Vec<SocketAddr> = addresses.collect();
        connect(&addresses, None, Patience::Prompt.connect())
            .await
            .stream
            .map(|(stream, _)| stream)
    }

    /// How TLS is done: with the Mozilla roots and those of the operator.
    pub fn tls_config(&self) -> ClientConfig {
        self.context.tls.config()
    }
}
