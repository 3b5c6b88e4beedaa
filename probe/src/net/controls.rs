//! What answers whatever becomes of a mail provider: the DNS of the root and of the top-level domains, and hosts
//! with which a connection can be opened. When it does not answer, this machine is offline.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::time::{Instant, timeout, timeout_at};

use super::connect::connect;
use super::dns::Resolver;
use super::permitted::permitted;
use crate::endpoint::HostName;
use crate::outcome::Outcome;
use crate::patience::Patience;

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
    /// Whether a name server of a top-level domain was ever reached from here.
    name_servers_reached: AtomicBool,
    /// Whether the log says that this cannot be expected.
    warned: Once,
}

/// Which of the controls answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ControlResult {
    /// Whether the DNS answers for the root or a top-level domain, whatever it says.
    pub(super) names_answer: bool,
    /// Whether one of the hosts answers, if any is known whose silence would mean something.
    pub(super) hosts_answer: Option<bool>,
}

impl Controls {
    pub(super) fn new(hosts: Vec<SocketAddr>) -> Self {
        Self {
            hosts,
            last: tokio::sync::Mutex::default(),
            reached: Mutex::default(),
            name_servers_reached: AtomicBool::new(false),
            warned: Once::new(),
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
            let hosts_answer = match timeout_at(deadline, addresses).await {
                Ok(addresses) => self.judge_name_servers(any_answers(&addresses, deadline).await),
                // The DNS has only remembered the names of the servers.
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

    /// What it means whether a name server of a top-level domain can be connected to.
    ///
    /// Many networks let nobody but their resolver connect to port 53. There its silence means nothing, or an
    /// outage of a provider would be called our own; so it counts only if one was reached from here before. That
    /// mail servers were reached before does not show it.
    fn judge_name_servers(&self, answers: Option<bool>) -> Option<bool> {
        match answers {
            Some(true) => self.name_servers_reached.store(true, Ordering::Relaxed),
            Some(false) if !self.name_servers_reached.load(Ordering::Relaxed) => {
                if self.was_reached() {
                    self.warned.call_once(|| {
                        tracing::warn!(
                            "connections to name servers (TCP port 53) seem to be blocked, so it cannot be told \
                             reliably whether the connection test is offline: name control hosts that always answer"
                        );
                    });
                }
                return None;
            }
            Some(false) | None => {}
        }
        answers
    }

    fn was_reached(&self) -> bool {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.is_some()
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
    match timeout_at(deadline, connect(hosts, None, Patience::Prompt.connect()))
        .await
        .map(|connected| connected.stream)
    {
        Ok(Ok(_) | Err(Outcome::ConnectionRefused | Outcome::ConnectionReset)) => Some(true),
        Ok(Err(Outcome::LocalResourcesExhausted)) => None,
        Ok(Err(_)) | Err(_) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    /// Counts what is logged.
    #[derive(Clone, Default)]
    struct Log(Arc<AtomicUsize>);

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn silent_name_servers_mean_something_only_where_they_have_answered_before() {
        for (reached, answers, expected, lines) in [
            (false, &[Some(false), Some(false)][..], None, 0),
            (true, &[Some(false), Some(false)], None, 1),
            (true, &[Some(true)], Some(true), 0),
            (true, &[Some(true), Some(false)], Some(false), 0),
            (
                true,
                &[Some(false), Some(true), Some(false)],
                Some(false),
                1,
            ),
            // There were none to connect to.
            (true, &[None], None, 0),
            (true, &[None, Some(false)], None, 1),
        ] {
            let controls = Controls::new(Vec::new());
            if reached {
                controls.note_reached();
            }
            let log = Log::default();
            let found = tracing::subscriber::with_default(log.clone(), || {
                let judged = answers.iter().map(|one| controls.judge_name_servers(*one));
                judged.last().flatten()
            });
            assert_eq!(found, expected, "{reached} {answers:?}");
            assert_eq!(
                log.0.load(Ordering::Relaxed),
                lines,
                "{reached} {answers:?}"
            );
        }
    }
}
