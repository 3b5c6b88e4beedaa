//! The check of one endpoint: its address, a connection, the session, and what is looked at beside it.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::join;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::compat::TokioAsyncReadCompatExt;
use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::connect::client_name;
use super::event_sink::{EventSink, Welcome};
use super::other_addresses::{self, OtherAddressCheck};
use super::published;
use super::reach::{OpenConnection, Reach};
use super::run_context::RunContext;
use super::target::Target;
use super::tcp_transport::TcpTransport;
use super::tcp_visitor::TcpVisitor;
use crate::session::{Parts, ServerCertificates, Session, StageFailed, StepLog};
use crate::stage::Stage;
use crate::step::Facts;

/// The log of an endpoint.
pub(super) type Log = StepLog<TokioClock, EventSink>;

/// The check of one endpoint.
pub(super) struct EndpointCheck<'a> {
    pub(super) run: &'a RunContext,
    pub(super) target: &'a Target,
    /// What the server of the session says of it.
    pub(super) welcome: watch::Receiver<Welcome>,
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
        let reach = Reach {
            probe: &self.run.probe,
            connectivity: &self.run.connectivity,
            patience: self.run.patience,
            deadline: self.run.deadline,
            target: self.target,
        };
        let location = match reach.locate(log).await {
            Ok(location) => location,
            Err(aliases) => {
                return Observed {
                    aliases,
                    chain: Vec::new(),
                };
            }
        };
        let certificates = match reach.connect(&location, log).await {
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
            sign_in,
            second_looks,
            ..
        } = self.run;
        let redactor = &sign_in.redactor;
        second_looks.visited(peer);
        let check = OtherAddressCheck {
            tls: &probe.tls,
            proxy_header: self.target.proxy_header,
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
            credentials: sign_in.credentials.as_ref(),
            address: sign_in.address(self.target.domain.as_ref()),
            turn: parts.turn,
            delivery: parts.delivery,
            redactor: Arc::clone(redactor),
            client_name: client_name(&stream),
            transport: TcpTransport {
                tls: &probe.tls,
                endpoint: &self.target.endpoint,
                redactor,
                visitor: TcpVisitor {
                    peer,
                    proxy_header: self.target.proxy_header,
                    clock: log.clock(),
                    second_looks,
                },
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
