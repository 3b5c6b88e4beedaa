//! From a name to its addresses, with the reason when there are none.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::time::timeout;

use crate::endpoint::HostName;
use crate::outcome::Outcome;

/// The time for both kinds of address together.
const BUDGET: Duration = Duration::from_secs(8);

/// The time for one question to one server.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the second kind of address is waited for when the first has been found.
const SECOND_FAMILY: Duration = Duration::from_secs(1);

/// More addresses than this are not tried.
const MOST: usize = 16;

/// Asks the DNS.
pub(super) struct Resolver(TokioResolver);

impl Resolver {
    /// Asks `nameserver`, or the servers of the system.
    pub(super) fn new(nameserver: Option<SocketAddr>) -> Result<Self, NetError> {
        let local = SocketAddr::from(([127, 0, 0, 1], 53));
        let mut builder = match nameserver {
            Some(server) => only(server),
            // Without a configuration the local host is asked, as resolv.conf(5) has it.
            None => TokioResolver::builder_tokio().unwrap_or_else(|_| only(local)),
        };
        let options = builder.options_mut();
        options.timeout = PATIENCE;
        options.attempts = 2;
        // The answer is a part of the diagnosis, so it is never an old one.
        options.cache_size = 0;
        Ok(Self(builder.build()?))
    }

    /// All addresses of a host, IPv6 and IPv4.
    ///
    /// # Errors
    ///
    /// [`Outcome::NameNotFound`], [`Outcome::NoAddress`], [`Outcome::DnsServerFailed`] or
    /// [`Outcome::DnsTimeout`].
    pub(super) async fn lookup(&self, host: &HostName) -> Result<Vec<IpAddr>, Outcome> {
        let mut name = Name::from_ascii(host.as_str()).map_err(|_| Outcome::NameNotFound)?;
        // The name is complete; the search list of this machine must not be tried on it.
        name.set_fqdn(true);
        let both = timeout(BUDGET, self.both(&name)).await;
        both.unwrap_or(Err(Outcome::DnsTimeout))
    }

    async fn both(&self, name: &Name) -> Result<Vec<IpAddr>, Outcome> {
        let v6 = Box::pin(self.one(name, RecordType::AAAA));
        let v4 = Box::pin(self.one(name, RecordType::A));
        let (first, second) = match select(v6, v4).await {
            Either::Left((found, other)) | Either::Right((found, other)) => (found, other),
        };
        let second = match first {
            Ok(_) => timeout(SECOND_FAMILY, second)
                .await
                .unwrap_or(Err(Outcome::DnsTimeout)),
            // That a name does not exist is true for every kind of record (RFC 8020).
            Err(Outcome::NameNotFound) => return first,
            Err(_) => second.await,
        };
        combine(first, second)
    }

    async fn one(&self, name: &Name, kind: RecordType) -> Result<Vec<IpAddr>, Outcome> {
        let answer = self
            .0
            .lookup(name.clone(), kind)
            .await
            .map_err(|error| cause(&error))?;
        let addresses = answer
            .answers()
            .iter()
            .filter_map(|record| record.data.ip_addr());
        let addresses: Vec<IpAddr> = addresses.take(MOST).collect();
        if addresses.is_empty() {
            Err(Outcome::NoAddress)
        } else {
            Ok(addresses)
        }
    }
}

fn only(server: SocketAddr) -> hickory_resolver::ResolverBuilder<TokioRuntimeProvider> {
    let mut servers = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut servers.connections {
        connection.port = server.port();
    }
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![servers]);
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
}

fn cause(error: &NetError) -> Outcome {
    match error {
        _ if error.is_nx_domain() => Outcome::NameNotFound,
        NetError::Dns(DnsError::NoRecordsFound(_)) => Outcome::NoAddress,
        NetError::Timeout => Outcome::DnsTimeout,
        NetError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Outcome::DnsTimeout,
        _ => Outcome::DnsServerFailed,
    }
}

/// One kind of address is enough. When there is neither, the graver reason counts: an answer that is
/// missing may have held an address.
fn combine(
    first: Result<Vec<IpAddr>, Outcome>,
    second: Result<Vec<IpAddr>, Outcome>,
) -> Result<Vec<IpAddr>, Outcome> {
    match (first, second) {
        (Ok(mut first), Ok(second)) => {
            first.extend(second);
            Ok(first)
        }
        (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        (Err(first), Err(second)) => {
            let gravest = [
                Outcome::NameNotFound,
                Outcome::DnsServerFailed,
                Outcome::DnsTimeout,
            ];
            let gravest = gravest
                .into_iter()
                .find(|cause| [first, second].contains(cause));
            Err(gravest.unwrap_or(Outcome::NoAddress))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_family_is_enough() {
        let address = |text: &str| Ok(vec![text.parse().unwrap()]);
        let (v4, v6) = (address("1.1.1.1"), address("2606:4700::1"));
        let none = Err(Outcome::NoAddress);
        let failed = Err(Outcome::DnsServerFailed);
        let late = Err(Outcome::DnsTimeout);
        for (first, second, expected) in [
            (
                &v6,
                &v4,
                Ok(vec![
                    "2606:4700::1".parse().unwrap(),
                    "1.1.1.1".parse().unwrap(),
                ]),
            ),
            (&v6, &none, v6.clone()),
            (&failed, &v4, v4.clone()),
            (&late, &v4, v4.clone()),
            (&none, &none, none.clone()),
            (&none, &failed, failed.clone()),
            (&late, &none, late.clone()),
            (&late, &failed, failed.clone()),
        ] {
            assert_eq!(combine(first.clone(), second.clone()), expected);
        }
    }
}
