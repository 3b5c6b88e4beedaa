//! What answers whatever becomes of a mail provider: the DNS of the root and of the top-level domains, and hosts
//! with which a connection can be opened. When it does not answer, this machine is offline.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::time::{Instant, timeout, timeout_at};

use super::connect::connect;
use super::dns::Resolver;
use super::permitted::permitted;
use crate::endpoint::HostName;
use crate::outcome::Outcome;

/// The time for all controls together.
const CONTROL_TIMEOUT: Duration = Duration::from_secs(2);

/// The time for the DNS among them, where it names the hosts.
const NAMES_TIMEOUT: Duration = Duration::from_secs(1);

/// So long the controls are not asked again: all tests of this process share what they say.
const VALIDITY: Duration = Duration::from_secs(5);

/// More name servers than this are not looked up.
const MAX_NAME_SERVERS: usize = 2;

/// More hosts than this are not connected to.
pub(super) const MAX_HOSTS: usize = 4;

/// The port of name servers.
const DNS_PORT: u16 = 53;

/// The controls, shared by all runs of a probe.
pub(super) struct Controls {
    /// Those that the operator has named; without any it is the name servers of a top-level domain.
    hosts: Vec<SocketAddr>,
    /// Locked while they are asked, so that this is done once for all who want to know.
    last: tokio::sync::Mutex<Option<(Instant, ControlResult)>>,
    /// When a server was last reached, whichever.
    reached: Mutex<Option<Instant>>,
}

/// Which of the controls answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ControlResult {
    /// Whether the DNS answers for the root or a top-level domain, whatever it says.
    pub(super) names_answer: bool,
    /// Whether one of the hosts answers, if any is known.
    pub(super) hosts_answer: Option<bool>,
}

impl Controls {
    pub(super) fn new(hosts: Vec<SocketAddr>) -> Self {
        Self {
            hosts,
            last: tokio::sync::Mutex::default(),
            reached: Mutex::default(),
        }
    }

    /// Whether the operator has named hosts, which then also stand for networks that are not public.
    pub(super) fn has_hosts(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// A server answered, so this machine is not offline.
    pub(super) fn note_reached(&self) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether any server answered since then.
    pub(super) fn reached_since(&self, moment: Instant) -> bool {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.is_some_and(|reached| reached >= moment)
    }

    /// Asks the controls, or tells what they said a moment ago. `host` is one whose top-level domain is asked for.
    pub(super) async fn ask(
        &self,
        resolver: &Resolver,
        host: &HostName,
        allow_private: bool,
    ) -> ControlResult {
        let mut last = self.last.lock().await;
        if let Some((asked, result)) = *last
            && asked.elapsed() < VALIDITY
        {
            return result;
        }
        let deadline = Instant::now() + CONTROL_TIMEOUT;
        let result = if self.has_hosts() {
            let servers = name_servers(resolver, host, CONTROL_TIMEOUT);
            let (servers, answers) = join(servers, any_answers(&self.hosts, deadline)).await;
            ControlResult {
                names_answer: servers.is_some(),
                hosts_answer: answers,
            }
        } else {
            let servers = name_servers(resolver, host, NAMES_TIMEOUT).await;
            let names_answer = servers.is_some();
            let servers = servers.unwrap_or_default();
            let addresses = addresses(resolver, &servers, allow_private);
            // A name server of the internet that has no address in time is no more an answer than a silent one.
            let hosts_answer = match timeout_at(deadline, addresses).await {
                Ok(addresses) => any_answers(&addresses, deadline).await,
                Err(_) => Some(false),
            };
            ControlResult {
                names_answer,
                hosts_answer,
            }
        };
        *last = Some((Instant::now(), result));
        result
    }
}

/// The name servers of the top-level domain, or else of the root. `None` when the DNS answers for neither.
async fn name_servers(
    resolver: &Resolver,
    host: &HostName,
    time: Duration,
) -> Option<Vec<HostName>> {
    let top_level = match host.address() {
        Some(_) => ".",
        None => host.as_str().rsplit('.').next().unwrap_or("."),
    };
    let ask = async |zone| {
        let answer = timeout(time, resolver.name_servers(zone)).await;
        answer.ok().flatten()
    };
    let answers = join(ask(top_level), ask(".")).await;
    let mut answers: Vec<_> = [answers.0, answers.1].into_iter().flatten().collect();
    let best = answers.iter().position(|servers| !servers.is_empty());
    (!answers.is_empty()).then(|| answers.swap_remove(best.unwrap_or_default()))
}

/// Where these name servers can be connected to.
async fn addresses(
    resolver: &Resolver,
    servers: &[HostName],
    allow_private: bool,
) -> Vec<SocketAddr> {
    let lookups = servers.iter().take(MAX_NAME_SERVERS);
    let found = join_all(lookups.map(|server| resolver.lookup(server))).await;
    let addresses = found.into_iter().flatten().flat_map(|host| host.addresses);
    let addresses = permitted(addresses.collect(), &[], allow_private);
    let sockets = addresses
        .into_iter()
        .map(|ip| SocketAddr::new(ip, DNS_PORT));
    sockets.collect()
}

/// Whether one of the hosts answers a connection request, be it with a refusal. `None` when there are no hosts,
/// or this machine has no socket to find out.
async fn any_answers(hosts: &[SocketAddr], deadline: Instant) -> Option<bool> {
    if hosts.is_empty() {
        return None;
    }
    let hosts = &hosts[..hosts.len().min(MAX_HOSTS)];
    match timeout_at(deadline, connect(hosts))
        .await
        .map(|connected| connected.stream)
    {
        Ok(Ok(_) | Err(Outcome::ConnectionRefused | Outcome::ConnectionReset)) => Some(true),
        Ok(Err(Outcome::LocalResourcesExhausted)) => None,
        Ok(Err(_)) | Err(_) => Some(false),
    }
}
