//! From a documented service to an open connection: its addresses, and the one that answers first.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;

use super::clock::TokioClock;
use super::connect::{ConnectAttempt, Connected, connect};
use super::connectivity::{Connectivity, Missing, missing_host, missing_name};
use super::dns::{LookupError, ResolvedHost};
use super::permitted::permitted;
use super::run_context::ProbeContext;
use super::target::Target;
use crate::dialogue::Fault;
use crate::outcome::Outcome;
use crate::patience::Patience;
use crate::session::{StageFailed, StepLog, StepSink};
use crate::stage::Stage;
use crate::step::{Attempt, Facts, Step};

/// So long before the deadline of the run an endpoint stops to wait for whether this machine is offline.
const LAST_STEP_TIME: Duration = Duration::from_millis(100);

/// The way to one service.
pub(super) struct Reach<'a> {
    pub(super) probe: &'a ProbeContext,
    /// What the endpoints of the run have reached so far.
    pub(super) connectivity: &'a Connectivity,
    pub(super) patience: Patience,
    /// When the run ends.
    pub(super) deadline: Instant,
    pub(super) target: &'a Target,
}

/// Where the service is.
pub(super) struct Location {
    /// Never empty.
    pub(super) addresses: Vec<SocketAddr>,
    /// The names that the host stands for.
    pub(super) aliases: Vec<String>,
}

/// An open connection.
pub(super) struct OpenConnection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) attempts: Vec<ConnectAttempt>,
}

/// Connects to one service, outside of a run.
pub(super) async fn reach(
    probe: &ProbeContext,
    target: &Target,
    on_step: impl FnMut(Step),
) -> Option<TcpStream> {
    let now = Instant::now();
    let reach = Reach {
        probe,
        connectivity: &Connectivity::new(1),
        patience: Patience::Prompt,
        deadline: now + probe.deadline,
        target,
    };
    let mut log = StepLog::new(TokioClock(now), Each(on_step));
    let location = reach.locate(&mut log).await.ok()?;
    let connection = reach.connect(&location, &mut log).await.ok()?;
    Some(connection.stream)
}

/// Hands each step on as it ends.
struct Each<F>(F);

impl<F: FnMut(Step)> StepSink for Each<F> {
    fn take(&mut self, step: Step) {
        (self.0)(step);
    }
}

impl Reach<'_> {
    /// The addresses that the check may use, or else the names that the host stands for. They are
    /// looked up once and connected to as they are, so a name that leads elsewhere a moment later
    /// leads nobody there.
    pub(super) async fn locate<K: StepSink>(
        &self,
        log: &mut StepLog<TokioClock, K>,
    ) -> Result<Location, Vec<String>> {
        let Target {
            endpoint,
            connect_to,
            private_networks,
            ..
        } = self.target;
        log.begin(Stage::Dns);
        if !connect_to.is_empty() {
            let addresses: Vec<IpAddr> = connect_to.iter().map(SocketAddr::ip).collect();
            log.end(Outcome::AddressGiven, dns_facts(&addresses, &[]), None);
            return Ok(Location {
                addresses: connect_to.clone(),
                aliases: Vec::new(),
            });
        }
        let context = self.probe;
        let resolved = match endpoint.host.address() {
            Some(address) => {
                let (addresses, aliases) = (vec![address], Vec::new());
                Ok((Outcome::AddressGiven, ResolvedHost { addresses, aliases }))
            }
            None => {
                let resolved = context.resolver.lookup(&endpoint.host).await;
                resolved.map(|resolved| (Outcome::Ok, resolved))
            }
        };
        let (outcome, ResolvedHost { addresses, aliases }) = match resolved {
            Ok(resolved) => resolved,
            Err(LookupError {
                outcome,
                aliases,
                code,
            }) => {
                let missing = missing_name(outcome, &aliases);
                let fault = Fault {
                    outcome: self.unless_offline(outcome, missing).await,
                    server_reply: code,
                };
                log.fail(fault, dns_facts(&[], &aliases));
                return Err(aliases);
            }
        };
        let addresses = permitted(addresses, private_networks, context.allow_private);
        let facts = dns_facts(&addresses, &aliases);
        if addresses.is_empty() {
            self.connectivity.online();
            log.fail(Outcome::AddressNotPublic, facts);
            return Err(aliases);
        }
        log.end(outcome, facts, None);
        let port = endpoint.port.get();
        let addresses = addresses.into_iter();
        Ok(Location {
            addresses: addresses.map(|ip| SocketAddr::new(ip, port)).collect(),
            aliases,
        })
    }

    pub(super) async fn connect<K: StepSink>(
        &self,
        location: &Location,
        log: &mut StepLog<TokioClock, K>,
    ) -> Result<OpenConnection, StageFailed> {
        let context = self.probe;
        log.begin(Stage::Connect);
        let Connected { stream, attempts } = connect(
            &location.addresses,
            self.target.proxy_header,
            self.patience.connect(),
        )
        .await;
        let connected = stream.as_ref().ok().map(|(_, peer)| peer.ip());
        let facts = Facts::Connect {
            connected,
            attempts: attempts.iter().map(Attempt::from).collect(),
        };
        match stream {
            Ok((stream, peer)) => {
                self.connectivity.online();
                context.controls.note_reached();
                log.end(Outcome::Ok, facts, None);
                Ok(OpenConnection {
                    stream,
                    peer,
                    attempts,
                })
            }
            Err(outcome) => {
                let hosts_named = context.controls.has_hosts();
                let missing = missing_host(outcome, &location.addresses, hosts_named);
                if matches!(
                    outcome,
                    Outcome::ConnectionRefused | Outcome::ConnectionReset
                ) {
                    context.controls.note_reached();
                }
                let outcome = self.unless_offline(outcome, missing).await;
                Err(log.fail(outcome, facts))
            }
        }
    }

    /// The outcome of a lookup or a connection that failed, unless it is this machine that is offline.
    async fn unless_offline(&self, outcome: Outcome, missing: Option<Missing>) -> Outcome {
        let Self {
            probe,
            connectivity,
            deadline,
            ..
        } = self;
        let Some(missing) = missing else {
            connectivity.failed(outcome);
            return outcome;
        };
        // When the time is up, what is known so far is told.
        let deadline = *deadline - LAST_STEP_TIME;
        let host = &self.target.endpoint.host;
        let controls = &probe.controls;
        let asking = controls.ask(&probe.resolver, host, probe.allow_private);
        let offline = connectivity.is_offline(missing, controls, asking, deadline);
        match offline.await {
            true => Outcome::ProbeOffline,
            false => outcome,
        }
    }
}

/// What the DNS said.
fn dns_facts(addresses: &[IpAddr], aliases: &[String]) -> Facts {
    if addresses.is_empty() && aliases.is_empty() {
        return Facts::None {};
    }
    Facts::Dns {
        addresses: addresses.to_vec(),
        aliases: aliases.to_vec(),
    }
}
