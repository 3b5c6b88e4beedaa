//! The check of one endpoint: its address, a connection, the session, and what is looked at beside it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::compat::TokioAsyncReadCompatExt;
use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::connect::{ConnectAttempt, Connected, client_name, connect};
use super::connectivity::{Missing, missing_host, missing_name};
use super::dns::{LookupError, ResolvedHost};
use super::event_sink::{EventSink, Welcome};
use super::other_addresses::{self, OtherAddressCheck};
use super::permitted::permitted;
use super::published;
use super::run_context::RunContext;
use super::target::Target;
use super::tcp_transport::TcpTransport;
use crate::dialogue::Fault;
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;
use crate::session::{DeliveryPart, ServerCertificates, Session, SignInTurn, StageFailed, StepLog};
use crate::stage::Stage;
use crate::step::{Attempt, Facts};

/// So long before the deadline of the run an endpoint stops to wait for whether this machine is offline.
const LAST_STEP_TIME: Duration = Duration::from_millis(100);

/// The log of an endpoint.
pub(super) type Log = StepLog<TokioClock, EventSink>;

/// The check of one endpoint.
pub(super) struct EndpointCheck<'a> {
    pub(super) run: &'a RunContext,
    pub(super) target: &'a Target,
    /// What the server of the session says of it.
    pub(super) welcome: watch::Receiver<Welcome>,
}

/// What one endpoint does for all of them together. It is given up as soon as the check cannot come so far.
pub(super) struct Parts<'a> {
    pub(super) turn: Option<SignInTurn<'a>>,
    pub(super) delivery: Option<DeliveryPart<'a>>,
}

/// Where the service is.
struct Location {
    /// Never empty.
    addresses: Vec<SocketAddr>,
    /// The names that the host stands for.
    aliases: Vec<String>,
}

/// An open connection.
struct OpenConnection {
    stream: TcpStream,
    peer: SocketAddr,
    attempts: Vec<ConnectAttempt>,
}

/// What the check of a service saw that is compared with what the DNS publishes.
struct Observed {
    aliases: Vec<String>,
    /// The certificates as they were sent; empty when there were none.
    chain: Vec<Vec<u8>>,
}

impl<'a> EndpointCheck<'a> {
    /// Runs the check to its end. Its steps go to the log.
    pub(super) async fn run(&self, parts: Parts<'a>, log: &mut Log) {
        let Target {
            endpoint,
            domain,
            connect_to,
            ..
        } = self.target;
        if !connect_to.is_empty() || endpoint.host.address().is_some() {
            self.service(parts, log).await;
            return;
        }
        let done = CancellationToken::new();
        let resolver = &self.run.probe.resolver;
        let published = published::query(resolver, domain.as_ref(), endpoint, &done);
        let service = async {
            let observed = self.service(parts, log).await;
            done.cancel();
            observed
        };
        let (Observed { aliases, chain }, published) = join(service, published).await;
        if let Some((outcome, facts)) = published.compare(endpoint, &aliases, &chain) {
            log.add(Stage::Published, outcome, facts, published.elapsed());
        }
    }

    /// The service itself, and the other addresses of its host.
    async fn service(&self, parts: Parts<'a>, log: &mut Log) -> Observed {
        let location = match self.locate(log).await {
            Ok(location) => location,
            Err(aliases) => {
                return Observed {
                    aliases,
                    chain: Vec::new(),
                };
            }
        };
        let certificates = match self.connect(&location, log).await {
            Ok(connection) => {
                self.session(connection, &location.addresses, parts, log)
                    .await
            }
            Err(StageFailed) => None,
        };
        Observed {
            aliases: location.aliases,
            chain: certificates.map_or_else(Vec::new, |certificates| certificates.chain),
        }
    }

    /// The addresses that the check may use, or else the names that the host stands for. They are
    /// looked up once and connected to as they are, so a name that leads elsewhere a moment later
    /// leads nobody there.
    async fn locate(&self, log: &mut Log) -> Result<Location, Vec<String>> {
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
        let context = &self.run.probe;
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
            self.run.connectivity.online();
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

    async fn connect(
        &self,
        location: &Location,
        log: &mut Log,
    ) -> Result<OpenConnection, StageFailed> {
        let context = &self.run.probe;
        log.begin(Stage::Connect);
        let Connected { stream, attempts } =
            connect(&location.addresses, self.run.patience.connect()).await;
        let connected = stream.as_ref().ok().map(|(_, peer)| peer.ip());
        let facts = Facts::Connect {
            connected,
            attempts: attempts.iter().map(Attempt::from).collect(),
        };
        match stream {
            Ok((stream, peer)) => {
                self.run.connectivity.online();
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
        let RunContext {
            probe,
            connectivity,
            deadline,
            ..
        } = self.run;
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

    /// The session, while the other addresses of the host are looked at.
    async fn session(
        &self,
        connection: OpenConnection,
        addresses: &[SocketAddr],
        parts: Parts<'a>,
        log: &mut Log,
    ) -> Option<ServerCertificates> {
        let OpenConnection {
            stream,
            peer,
            attempts,
        } = connection;
        let RunContext {
            probe,
            credentials,
            redactor,
            second_looks,
            ..
        } = self.run;
        let domain = self.target.domain.as_ref();
        let address = credentials
            .as_ref()
            .and_then(|credentials| EnvelopeAddress::of_user(credentials.user(), domain));
        second_looks.visited(peer);
        let check = OtherAddressCheck {
            tls: &probe.tls,
            endpoint: &self.target.endpoint,
            redactor,
            second_looks,
            welcome: self.welcome.clone(),
        };
        let begun = Instant::now();
        let others = async {
            let others = check.run(addresses, peer, &attempts).await;
            (others, begun.elapsed())
        };
        let session = Session {
            endpoint: &self.target.endpoint,
            credentials: credentials.as_ref(),
            address,
            turn: parts.turn,
            delivery: parts.delivery,
            redactor: Arc::clone(redactor),
            client_name: client_name(&stream),
            transport: TcpTransport {
                tls: &probe.tls,
                endpoint: &self.target.endpoint,
                redactor,
                peer,
                second_looks,
                patience: self.run.patience,
            },
            log: &mut *log,
        };
        let (certificates, (others, elapsed)) = join(session.run(stream.compat()), others).await;
        if !others.is_empty() {
            let shown = certificates.as_ref();
            let fingerprint = shown.and_then(|shown| shown.fingerprint.as_deref());
            let outcome = other_addresses::compare(peer.ip(), fingerprint, &others);
            let facts = Facts::OtherAddresses { others };
            log.add(Stage::OtherAddresses, outcome, facts, elapsed);
        }
        certificates
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
