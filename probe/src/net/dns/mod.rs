//! From a name to its addresses, with the reason when there are none.
//!
//! Only the DNS is asked: the hosts file of this machine is not what customers get.

mod follow;
mod root;
mod sockets;

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

pub use root::{RootKeys, RootKeysError};

use self::follow::{Missing, Trail, follow};
use self::sockets::Sockets;
use crate::endpoint::HostName;
use crate::outcome::Outcome;

/// The time for both kinds of address together.
const BUDGET: Duration = Duration::from_secs(8);

/// The time for one question to one server.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the second kind of address is waited for when the first has been found.
const SECOND_FAMILY: Duration = Duration::from_secs(1);

/// The time for DNSSEC to prove an answer, which takes several questions.
const PROOF: Duration = Duration::from_secs(4);

/// More records of a kind than this are not looked at.
const MOST: usize = 16;

/// So many questions are open at once; others wait. Each takes a socket, and a process that has no more
/// of them must not say that the DNS is silent.
pub(super) const MOST_QUESTIONS: usize = 128;

/// The DNS servers, each asked again when it does not answer.
type Servers = RetryDnsHandle<NameServerPool<Sockets>>;

/// Asks the DNS. The answer is a part of the diagnosis, so it is never an old one.
pub(super) struct Resolver {
    sockets: Sockets,
    servers: Servers,
    validating: DnssecDnsHandle<Servers>,
    room: Semaphore,
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// IPv6 and IPv4, never empty.
    pub(super) addresses: Vec<IpAddr>,
    /// The names that the host stands for, each leading to the next.
    pub(super) aliases: Vec<String>,
}

/// Why a host has no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// [`Outcome::NameNotFound`], [`Outcome::NoAddress`], [`Outcome::DnsServerFailed`],
    /// [`Outcome::DnsTimeout`] or [`Outcome::LocalResourcesExhausted`].
    pub(super) outcome: Outcome,
    /// The names that the host stands for. The last one is to blame.
    pub(super) aliases: Vec<String>,
    /// The error code with which the server answered, such as `SERVFAIL`.
    pub(super) code: Option<String>,
}

/// What the DNS says about the certificates of a service.
#[derive(Debug, Default)]
pub(super) struct Certificates {
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
            Some(server) => only(server),
            // Without a configuration the local host is asked, as resolv.conf(5) has it.
            None => read_system_conf().unwrap_or_else(|_| only(local)),
        };
        options.timeout = PATIENCE;
        let context = Arc::new(PoolContext::new(options, TlsConfig::new()?));
        let sockets = Sockets::default();
        let pool = NameServerPool::from_config(config.name_servers, context, sockets.clone());
        let servers = RetryDnsHandle::new(pool, 2);
        let validating = DnssecDnsHandle::with_trust_anchor(servers.clone(), Arc::clone(&root.0));
        Ok(Self {
            sockets,
            servers,
            validating,
            room: Semaphore::new(MOST_QUESTIONS),
        })
    }

    /// All addresses of a host, IPv6 and IPv4.
    pub(super) async fn lookup(&self, host: &HostName) -> Result<Found, Failure> {
        // The local host is never asked for in the DNS (RFC 6761 §6.3).
        if host.as_str() == "localhost" || host.as_str().ends_with(".localhost") {
            let addresses = vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
            let aliases = Vec::new();
            return Ok(Found { addresses, aliases });
        }
        let name = name(host.as_str()).ok_or_else(|| Failure::from(Missing::Name))?;
        let both = timeout(BUDGET, self.both(&name)).await;
        both.unwrap_or_else(|_| Err(Failure::from(Missing::Late)))
    }

    /// Where a domain says that a service is, by a name such as `_imaps._tcp.example.net`. Empty when
    /// it says nothing, or that cannot be found out.
    pub(super) async fn places(&self, service: &str) -> Vec<SRV> {
        let trail = match name(service) {
            Some(name) => self.plain(&name, RecordType::SRV).await,
            None => return Vec::new(),
        };
        let places = trail.records.unwrap_or_default().into_iter();
        let places = places.filter_map(|record| match record.data {
            RData::SRV(place) => Some(place),
            _ => None,
        });
        places.take(MOST).collect()
    }

    /// Which certificates a service has, by a name such as `_993._tcp.mail.example.net`. Empty when
    /// the DNS does not say it, or that cannot be found out.
    pub(super) async fn certificates(&self, service: &str) -> Certificates {
        let Some(name) = name(service) else {
            return Certificates::default();
        };
        let trail = self.plain(&name, RecordType::TLSA).await;
        let records = tlsa(trail);
        if records.is_empty() {
            return Certificates::default();
        }
        // Most hosts have no such record, so the questions for the proof are only asked now.
        let options = options(true);
        let proof = async {
            let _room = self.room.acquire().await;
            follow(&self.validating, &name, RecordType::TLSA, options).await
        };
        match timeout(PROOF, proof).await {
            Ok(trail) if trail.proven => Certificates {
                records: tlsa(trail),
                authenticated: true,
            },
            _ => Certificates {
                records,
                authenticated: false,
            },
        }
    }

    async fn both(&self, name: &Name) -> Result<Found, Failure> {
        let v6 = Box::pin(self.one(name, RecordType::AAAA));
        let v4 = Box::pin(self.one(name, RecordType::A));
        let (first, second) = match select(v6, v4).await {
            Either::Left((found, other)) | Either::Right((found, other)) => (found, other),
        };
        let second = match &first {
            Ok(_) => timeout(SECOND_FAMILY, second)
                .await
                .unwrap_or_else(|_| Err(Failure::from(Missing::Late))),
            // That a name does not exist is true for every kind of record (RFC 8020).
            Err(failure) if failure.outcome == Outcome::NameNotFound => return first,
            Err(_) => second.await,
        };
        combine(first, second)
    }

    async fn one(&self, name: &Name, kind: RecordType) -> Result<Found, Failure> {
        let Trail {
            aliases, records, ..
        } = self.plain(name, kind).await;
        let aliases = aliases.iter().map(text).collect();
        match records {
            Ok(records) => {
                let addresses = records.iter().filter_map(|record| record.data.ip_addr());
                let addresses = addresses.take(MOST).collect();
                Ok(Found { addresses, aliases })
            }
            Err(missing) => Err(Failure {
                aliases,
                ..Failure::from(missing)
            }),
        }
    }

    async fn plain(&self, name: &Name, kind: RecordType) -> Trail {
        let _room = self.room.acquire().await;
        let before = self.sockets.lacking();
        let mut trail = follow(&self.servers, name, kind, options(false)).await;
        let unanswered = matches!(trail.records, Err(Missing::Late | Missing::Garbage));
        if unanswered && self.sockets.lacking() > before {
            trail.records = Err(Missing::NoSocket);
        }
        trail
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        let outcome = match missing {
            Missing::Name => Outcome::NameNotFound,
            Missing::Kind => Outcome::NoAddress,
            Missing::Late => Outcome::DnsTimeout,
            Missing::NoSocket => Outcome::LocalResourcesExhausted,
            Missing::EndlessAliases | Missing::Refused(_) | Missing::Garbage => {
                Outcome::DnsServerFailed
            }
        };
        let code = match missing {
            Missing::Refused(code) => Some(mnemonic(code)),
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
fn name(text: &str) -> Option<Name> {
    let mut name = Name::from_ascii(text).ok()?;
    name.set_fqdn(true);
    Some(name)
}

fn tlsa(trail: Trail) -> Vec<TLSA> {
    let records = trail.records.unwrap_or_default().into_iter();
    let records = records.filter_map(|record: Record| match record.data {
        RData::TLSA(certificate) => Some(certificate),
        _ => None,
    });
    records.take(MOST).collect()
}

fn options(dnssec: bool) -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.edns_set_dnssec_ok = dnssec;
    options
}

fn only(server: SocketAddr) -> (ResolverConfig, ResolverOpts) {
    let mut servers = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut servers.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![servers]);
    (config, ResolverOpts::default())
}

/// A response code as the IANA registry of them has it.
fn mnemonic(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::NotAuth => "NOTAUTH".to_owned(),
        other => format!("RCODE {}", u16::from(other)),
    }
}

/// One kind of address is enough. When there is neither, the graver reason counts: an answer that is
/// missing may have held an address.
fn combine(
    first: Result<Found, Failure>,
    second: Result<Found, Failure>,
) -> Result<Found, Failure> {
    match (first, second) {
        (Ok(mut first), Ok(second)) => {
            first.addresses.extend(second.addresses);
            Ok(first)
        }
        (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        (Err(first), Err(second)) => {
            let gravity = |failure: &Failure| match failure.outcome {
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
            Ok(Found {
                addresses: vec![text.parse().unwrap()],
                aliases: Vec::new(),
            })
        };
        let (v4, v6) = (address("1.1.1.1"), address("2606:4700::1"));
        let both = Ok(Found {
            addresses: vec!["2606:4700::1".parse().unwrap(), "1.1.1.1".parse().unwrap()],
            aliases: Vec::new(),
        });
        let missing = |missing| Err(Failure::from(missing));
        let none = missing(Missing::Kind);
        let failed = missing(Missing::Garbage);
        let late = missing(Missing::Late);
        let unknown = missing(Missing::Name);
        let untried = missing(Missing::NoSocket);
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
            assert_eq!(combine(first.clone(), second.clone()), *expected);
        }
    }
}
