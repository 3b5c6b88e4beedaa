//! From a name to its addresses, with the reason when there are none.
//!
//! Only the DNS is asked: the hosts file of this machine is not what customers get.

mod counting_provider;
mod resolution;
mod root_keys;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_resolver::config::{NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::xfer::RetryDnsHandle;
use hickory_resolver::proto::op::{DnsRequestOptions, ResponseCode};
use hickory_resolver::proto::rr::rdata::{SRV, TLSA};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig};
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use root_keys::{RootKeys, RootKeysError};

use self::counting_provider::CountingProvider;
use self::resolution::{NoRecords, Resolution, resolve};
use crate::endpoint::HostName;
use crate::outcome::Outcome;

/// The time for the addresses of both families together.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(8);

/// The time for one query to one server.
const QUERY_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the addresses of the second family are waited for when the first has some.
const SECOND_FAMILY_TIMEOUT: Duration = Duration::from_secs(1);

/// The time to validate an answer with DNSSEC, which takes several queries.
const DNSSEC_TIMEOUT: Duration = Duration::from_secs(4);

/// More records of a type than this are not looked at.
const MAX_RECORDS: usize = 16;

/// So many queries are under way at once; others wait. Each takes a socket, and a process that has no
/// more of them must not say that the DNS is silent.
pub(super) const MAX_QUERIES: usize = 128;

/// The DNS servers, each asked again when it does not answer.
type Servers = RetryDnsHandle<NameServerPool<CountingProvider>>;

/// Asks the DNS. The answer is a part of the diagnosis, so it is never an old one.
pub(super) struct Resolver {
    provider: CountingProvider,
    servers: Servers,
    validating: DnssecDnsHandle<Servers>,
    query_slots: Semaphore,
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvedHost {
    /// IPv6 and IPv4, never empty.
    pub(super) addresses: Vec<IpAddr>,
    /// The names that the host stands for, each leading to the next.
    pub(super) aliases: Vec<String>,
}

/// Why a host has no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LookupError {
    /// [`Outcome::NameNotFound`], [`Outcome::NoAddress`], [`Outcome::DnsServerFailed`],
    /// [`Outcome::DnsTimeout`] or [`Outcome::LocalResourcesExhausted`].
    pub(super) outcome: Outcome,
    /// The names that the host stands for. The last one is at fault.
    pub(super) aliases: Vec<String>,
    /// The error code with which the server answered, such as `SERVFAIL`.
    pub(super) code: Option<String>,
}

/// What the DNS says about the certificates of a service.
#[derive(Debug, Default)]
pub(super) struct TlsaAnswer {
    pub(super) records: Vec<TLSA>,
    /// Whether DNSSEC proves the records, from the root on, as validated here. What a DNS server says
    /// it has validated is not believed: anyone on the way to it could say so.
    pub(super) authenticated: bool,
}

impl Resolver {
    /// Asks `nameserver`, or the servers of the system.
    pub(super) fn new(nameserver: Option<SocketAddr>, root: &RootKeys) -> Result<Self, NetError> {
        let local = SocketAddr::from(([127, 0, 0, 1], 53));
        let (config, mut options) = match nameserver {
            Some(server) => single_server(server),
            // Without a configuration the local host is asked, as resolv.conf(5) has it.
            None => read_system_conf().unwrap_or_else(|_| single_server(local)),
        };
        options.timeout = QUERY_TIMEOUT;
        let context = Arc::new(PoolContext::new(options, TlsConfig::new()?));
        let provider = CountingProvider::default();
        let pool = NameServerPool::from_config(config.name_servers, context, provider.clone());
        let servers = RetryDnsHandle::new(pool, 2);
        let validating = DnssecDnsHandle::with_trust_anchor(servers.clone(), Arc::clone(&root.0));
        Ok(Self {
            provider,
            servers,
            validating,
            query_slots: Semaphore::new(MAX_QUERIES),
        })
    }

    /// All addresses of a host, IPv6 and IPv4.
    pub(super) async fn lookup(&self, host: &HostName) -> Result<ResolvedHost, LookupError> {
        // The local host is never asked for in the DNS (RFC 6761 §6.3).
        if host.as_str() == "localhost" || host.as_str().ends_with(".localhost") {
            let addresses = vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
            let aliases = Vec::new();
            return Ok(ResolvedHost { addresses, aliases });
        }
        let name = fqdn(host.as_str()).ok_or_else(|| LookupError::from(NoRecords::NxDomain))?;
        let both = timeout(LOOKUP_TIMEOUT, self.both_families(&name)).await;
        both.unwrap_or_else(|_| Err(LookupError::from(NoRecords::Timeout)))
    }

    /// The records of a name. `None` when the DNS does not answer, and empty when it answers that there are none.
    pub(super) async fn records(&self, name: &str, record_type: RecordType) -> Option<Vec<Record>> {
        let resolution = self.query(&fqdn(name)?, record_type).await;
        let mut records = match resolution.records {
            Ok(records) => records,
            Err(NoRecords::NxDomain | NoRecords::NoData | NoRecords::AliasLoop) => Vec::new(),
            Err(_) => return None,
        };
        records.truncate(MAX_RECORDS);
        Some(records)
    }

    /// The name servers of a zone, by its name. `None` when the DNS does not answer, and empty when it answers
    /// that there are none.
    pub(super) async fn name_servers(&self, zone: &str) -> Option<Vec<HostName>> {
        let records = self.records(zone, RecordType::NS).await?;
        let servers = records.into_iter().filter_map(|record| match record.data {
            RData::NS(server) => text(&server.0).parse().ok(),
            _ => None,
        });
        Some(servers.collect())
    }

    /// Where a domain says that a service is, by a name such as `_imaps._tcp.example.net`. Empty when
    /// it says nothing, or that cannot be found out.
    pub(super) async fn srv(&self, service: &str) -> Vec<SRV> {
        let resolution = match fqdn(service) {
            Some(name) => self.query(&name, RecordType::SRV).await,
            None => return Vec::new(),
        };
        let records = resolution.records.unwrap_or_default().into_iter();
        let records = records.filter_map(|record| match record.data {
            RData::SRV(srv) => Some(srv),
            _ => None,
        });
        records.take(MAX_RECORDS).collect()
    }

    /// Which certificates a service has, by a name such as `_993._tcp.mail.example.net`. Empty when
    /// the DNS does not say it, or that cannot be found out.
    pub(super) async fn tlsa(&self, service: &str) -> TlsaAnswer {
        let Some(name) = fqdn(service) else {
            return TlsaAnswer::default();
        };
        let resolution = self.query(&name, RecordType::TLSA).await;
        let records = tlsa_records(resolution);
        if records.is_empty() {
            return TlsaAnswer::default();
        }
        // Most hosts have no such record, so only now the chain of trust is queried.
        let options = options(true);
        let validation = async {
            let _permit = self.query_slots.acquire().await;
            resolve(&self.validating, &name, RecordType::TLSA, options).await
        };
        match timeout(DNSSEC_TIMEOUT, validation).await {
            Ok(resolution) if resolution.dnssec_validated => TlsaAnswer {
                records: tlsa_records(resolution),
                authenticated: true,
            },
            _ => TlsaAnswer {
                records,
                authenticated: false,
            },
        }
    }

    async fn both_families(&self, name: &Name) -> Result<ResolvedHost, LookupError> {
        let v6 = Box::pin(self.one_family(name, RecordType::AAAA));
        let v4 = Box::pin(self.one_family(name, RecordType::A));
        let (first, second) = match select(v6, v4).await {
            Either::Left((found, other)) | Either::Right((found, other)) => (found, other),
        };
        let second = match &first {
            Ok(_) => timeout(SECOND_FAMILY_TIMEOUT, second)
                .await
                .unwrap_or_else(|_| Err(LookupError::from(NoRecords::Timeout))),
            // That a name does not exist is true for every kind of record (RFC 8020).
            Err(failure) if failure.outcome == Outcome::NameNotFound => return first,
            Err(_) => second.await,
        };
        merge_families(first, second)
    }

    async fn one_family(
        &self,
        name: &Name,
        record_type: RecordType,
    ) -> Result<ResolvedHost, LookupError> {
        let Resolution {
            aliases, records, ..
        } = self.query(name, record_type).await;
        let aliases = aliases.iter().map(text).collect();
        match records {
            Ok(records) => {
                let addresses = records.iter().filter_map(|record| record.data.ip_addr());
                let addresses = addresses.take(MAX_RECORDS).collect();
                Ok(ResolvedHost { addresses, aliases })
            }
            Err(reason) => Err(LookupError {
                aliases,
                ..LookupError::from(reason)
            }),
        }
    }

    async fn query(&self, name: &Name, record_type: RecordType) -> Resolution {
        let _permit = self.query_slots.acquire().await;
        let before = self.provider.socket_failures();
        let mut resolution = resolve(&self.servers, name, record_type, options(false)).await;
        let unanswered = matches!(
            resolution.records,
            Err(NoRecords::Timeout | NoRecords::Malformed)
        );
        if unanswered && self.provider.socket_failures() > before {
            resolution.records = Err(NoRecords::NoSocket);
        }
        resolution
    }
}

impl From<NoRecords> for LookupError {
    fn from(missing: NoRecords) -> Self {
        let outcome = match missing {
            NoRecords::NxDomain => Outcome::NameNotFound,
            NoRecords::NoData => Outcome::NoAddress,
            NoRecords::Timeout => Outcome::DnsTimeout,
            NoRecords::NoSocket => Outcome::LocalResourcesExhausted,
            NoRecords::AliasLoop | NoRecords::ErrorCode(_) | NoRecords::Malformed => {
                Outcome::DnsServerFailed
            }
        };
        let code = match missing {
            NoRecords::ErrorCode(code) => Some(response_code_name(code)),
            _ => None,
        };
        Self {
            outcome,
            aliases: Vec::new(),
            code,
        }
    }
}

/// A name as it is shown: in ASCII, lower case, and without the final dot, unless it is the root.
pub(super) fn text(name: &Name) -> String {
    let mut text = name.to_ascii().to_ascii_lowercase();
    if text.len() > 1 && text.ends_with('.') {
        text.pop();
    }
    text
}

/// A name that is complete: the search list of this machine must not be tried on it.
fn fqdn(text: &str) -> Option<Name> {
    let mut name = Name::from_ascii(text).ok()?;
    name.set_fqdn(true);
    Some(name)
}

fn tlsa_records(resolution: Resolution) -> Vec<TLSA> {
    let records = resolution.records.unwrap_or_default().into_iter();
    let records = records.filter_map(|record: Record| match record.data {
        RData::TLSA(certificate) => Some(certificate),
        _ => None,
    });
    records.take(MAX_RECORDS).collect()
}

fn options(dnssec: bool) -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.edns_set_dnssec_ok = dnssec;
    options
}

fn single_server(server: SocketAddr) -> (ResolverConfig, ResolverOpts) {
    let mut servers = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut servers.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![servers]);
    (config, ResolverOpts::default())
}

/// A response code as the IANA registry of them has it.
fn response_code_name(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::NotAuth => "NOTAUTH".to_owned(),
        other => format!("RCODE {}", u16::from(other)),
    }
}

/// One family is enough. When there is neither, the graver reason counts: an answer that is missing
/// may have held an address.
fn merge_families(
    first: Result<ResolvedHost, LookupError>,
    second: Result<ResolvedHost, LookupError>,
) -> Result<ResolvedHost, LookupError> {
    match (first, second) {
        (Ok(mut first), Ok(second)) => {
            first.addresses.extend(second.addresses);
            Ok(first)
        }
        (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        (Err(first), Err(second)) => {
            let gravity = |failure: &LookupError| match failure.outcome {
                Outcome::NameNotFound => 4,
                Outcome::LocalResourcesExhausted => 3,
                Outcome::DnsServerFailed => 2,
                Outcome::DnsTimeout => 1,
                _ => 0,
            };
            Err(if gravity(&second) > gravity(&first) {
                second
            } else {
                first
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_family_is_enough() {
        let address = |text: &str| {
            Ok(ResolvedHost {
                addresses: vec![text.parse().unwrap()],
                aliases: Vec::new(),
            })
        };
        let (v4, v6) = (address("1.1.1.1"), address("2606:4700::1"));
        let both = Ok(ResolvedHost {
            addresses: vec!["2606:4700::1".parse().unwrap(), "1.1.1.1".parse().unwrap()],
            aliases: Vec::new(),
        });
        let missing = |missing| Err(LookupError::from(missing));
        let none = missing(NoRecords::NoData);
        let failed = missing(NoRecords::Malformed);
        let late = missing(NoRecords::Timeout);
        let unknown = missing(NoRecords::NxDomain);
        let untried = missing(NoRecords::NoSocket);
        for (first, second, expected) in [
            (&v6, &v4, &both),
            (&v6, &none, &v6),
            (&failed, &v4, &v4),
            (&late, &v4, &v4),
            (&none, &none, &none),
            (&none, &failed, &failed),
            (&late, &none, &late),
            (&late, &failed, &failed),
            (&failed, &unknown, &unknown),
            (&failed, &untried, &untried),
            (&untried, &v4, &v4),
            (&untried, &unknown, &unknown),
        ] {
            assert_eq!(merge_families(first.clone(), second.clone()), *expected);
        }
    }
}
