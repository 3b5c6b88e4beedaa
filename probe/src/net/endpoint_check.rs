//! The steps of one endpoint, in order.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::future::join;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::connect::{Connected, client_name, connect};
use super::dns::{LookupError, ResolvedHost};
use super::gate::Pass;
use super::handshake::{Encrypted, Handshake};
use super::journal::{Journal, Stop};
use super::other_addresses::{self, OtherAddressCheck};
use super::permitted::permitted;
use super::published;
use super::run_context::RunContext;
use super::target::Target;
use super::tls_diagnosis;
use crate::dialogue::{
    self, Capabilities, Connection, Fault, Greeting, MailboxUsage, Quota, Upgrade,
    VerifiedConnection,
};
use crate::endpoint::{Endpoint, Protocol, Security};
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::{Attempt, Facts};
use crate::tls::failure::refine;

/// The time for the greeting: some servers make strangers wait for six seconds (postscreen).
const GREETING: Duration = Duration::from_secs(15);
/// From this time on a greeting is slow. Honest servers under load stay below it; a server that makes
/// strangers wait does not.
const SLOW_GREETING: Duration = Duration::from_secs(5);
/// The time for a command and its answer.
const COMMAND: Duration = Duration::from_secs(10);
/// The time for a sign-in: servers delay the answer to a wrong password, more each time.
const SIGN_IN: Duration = Duration::from_secs(25);
/// The time for a quit, which nobody waits for.
const GOODBYE: Duration = Duration::from_secs(2);
/// The time to find out whether a silent server waits for TLS.
const SECOND_LOOK: Duration = Duration::from_secs(3);
/// From this part of its limit on, a mailbox is nearly full, in percent.
const NEARLY_FULL: u128 = 90;

/// A connection in the clear.
type Plain = Connection<Compat<TcpStream>, TokioClock>;

/// A connection inside verified TLS.
type Secure = VerifiedConnection<Box<Encrypted>, TokioClock>;

/// The check of one endpoint. Each method is one stage: it writes down its step, and stops the check
/// when that has failed.
pub(super) struct EndpointCheck<'a> {
    shared: &'a RunContext,
    target: &'a Target,
    /// The certificates that the server has sent.
    chain: OnceLock<Vec<CertificateDer<'static>>>,
}

impl<'a> EndpointCheck<'a> {
    pub(super) fn new(shared: &'a RunContext, target: &'a Target) -> Self {
        Self {
            shared,
            target,
            chain: OnceLock::new(),
        }
    }

    /// All steps.
    pub(super) async fn steps(&self, journal: &mut Journal) -> Result<(), Stop> {
        let Target {
            endpoint,
            domain,
            connect_to,
            ..
        } = self.target;
        if connect_to.is_some() || endpoint.host.address().is_some() {
            return self.service(journal).await;
        }
        let done = CancellationToken::new();
        let resolver = &self.shared.context.resolver;
        let answers = published::query(resolver, domain.as_ref(), endpoint, &done);
        let service = async {
            let result = self.service(journal).await;
            done.cancel();
            result
        };
        let (result, answers) = join(service, answers).await;
        let aliases = match journal.facts(Stage::Dns) {
            Some(Facts::Dns { aliases, .. }) => aliases.as_slice(),
            _ => &[],
        };
        let chain = self.chain.get().map_or(&[][..], Vec::as_slice);
        if let Some((outcome, facts)) = answers.compare(endpoint, aliases, chain) {
            journal.aside(Stage::Published, outcome, facts, answers.elapsed());
        }
        result
    }

    /// The service itself, and the other addresses of its host.
    async fn service(&self, journal: &mut Journal) -> Result<(), Stop> {
        let (addresses, port) = self.addresses(journal).await?;
        let (stream, peer, attempts) = self.connect(&addresses, port, journal).await?;
        let RunContext {
            context, redactor, ..
        } = self.shared;
        let look = OtherAddressCheck {
            trust: &context.tls,
            endpoint: &self.target.endpoint,
            redactor,
        };
        let begun = Instant::now();
        let others = async {
            let others = look.run(&addresses, peer, &attempts).await;
            (others, begun.elapsed())
        };
        let conversation = self.conversation(stream, peer, journal);
        let (result, (others, elapsed)) = join(conversation, others).await;
        if !others.is_empty() {
            let certificate = journal.facts(Stage::Certificate);
            let fingerprint = certificate.and_then(other_addresses::fingerprint);
            let outcome = other_addresses::compare(peer.ip(), fingerprint.as_deref(), &others);
            let facts = Facts::OtherAddresses { others };
            journal.aside(Stage::OtherAddresses, outcome, facts, elapsed);
        }
        result
    }

    /// Everything that is said over one connection.
    async fn conversation(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        journal: &mut Journal,
    ) -> Result<(), Stop> {
        let client = client_name(&stream);
        if self.target.endpoint.security == Security::Tls {
            let mut server = self
                .encrypt(Upgrade::fresh(stream), peer, client, journal)
                .await?;
            let greeting = self.greeting(server.connection(), peer, journal).await?;
            return self.account(server, greeting.capabilities, journal).await;
        }
        let mut connection = self.plain(stream, client.clone());
        let greeting = self.greeting(&mut connection, peer, journal).await?;
        if self.target.endpoint.security == Security::None {
            self.capabilities(&mut connection, greeting.capabilities, journal)
                .await?;
            journal.begin(Stage::SignIn);
            journal.end(Outcome::NotEncrypted, Facts::None {}, None);
            return self.close(&mut connection, false, journal).await;
        }
        let upgrade = self
            .starttls(connection, greeting.capabilities.as_ref(), journal)
            .await?;
        let server = self.encrypt(upgrade, peer, client, journal).await?;
        // What was said before TLS may have been said by anyone (RFC 3207 §4.2).
        self.account(server, None, journal).await
    }

    /// The addresses that the check may use. They are looked up once and connected to as they are, so
    /// a name that leads elsewhere a moment later leads nobody there.
    async fn addresses(&self, journal: &mut Journal) -> Result<(Vec<IpAddr>, u16), Stop> {
        let Target {
            endpoint,
            connect_to,
            private_networks,
            ..
        } = self.target;
        journal.begin(Stage::Dns);
        if let Some(given) = connect_to {
            let addresses = vec![given.ip()];
            let facts = names(addresses.clone(), Vec::new());
            journal.end(Outcome::AddressGiven, facts, None);
            return Ok((addresses, given.port()));
        }
        let context = &self.shared.context;
        let found = match endpoint.host.address() {
            Some(address) => {
                let (addresses, aliases) = (vec![address], Vec::new());
                Ok((Outcome::AddressGiven, ResolvedHost { addresses, aliases }))
            }
            None => {
                let found = context.resolver.lookup(&endpoint.host).await;
                found.map(|found| (Outcome::Ok, found))
            }
        };
        let (outcome, found) = match found {
            Ok(found) => found,
            Err(LookupError {
                outcome,
                aliases,
                code,
            }) => {
                let fault = Fault {
                    outcome,
                    server_reply: code,
                };
                return Err(journal.fail(fault, names(Vec::new(), aliases)));
            }
        };
        let ResolvedHost { addresses, aliases } = found;
        let addresses = permitted(addresses, private_networks, context.allow_private);
        if addresses.is_empty() {
            let fault = silent(Outcome::AddressNotPublic);
            return Err(journal.fail(fault, names(addresses, aliases)));
        }
        journal.end(outcome, names(addresses.clone(), aliases), None);
        Ok((addresses, endpoint.port.get()))
    }

    async fn connect(
        &self,
        addresses: &[IpAddr],
        port: u16,
        journal: &mut Journal,
    ) -> Result<(TcpStream, SocketAddr, Vec<Attempt>), Stop> {
        journal.begin(Stage::Connect);
        let Connected { stream, attempts } = connect(addresses, port).await;
        match stream {
            Ok((stream, peer)) => {
                let facts = Facts::Connect {
                    connected: Some(peer.ip()),
                    attempts: attempts.clone(),
                };
                journal.end(Outcome::Ok, facts, None);
                Ok((stream, peer, attempts))
            }
            Err(outcome) => Err(journal.fail(
                silent(outcome),
                Facts::Connect {
                    connected: None,
                    attempts,
                },
            )),
        }
    }

    async fn greeting<S: Stream>(
        &self,
        connection: &mut Connection<S, TokioClock>,
        peer: SocketAddr,
        journal: &mut Journal,
    ) -> Result<Greeting, Stop> {
        journal.begin(Stage::Greeting);
        let begun = Instant::now();
        connection.begin_stage(GREETING);
        match dialogue::greeting(self.target.endpoint.protocol, connection).await {
            Ok(greeting) => {
                let slow = begun.elapsed() >= SLOW_GREETING;
                let outcome = if slow {
                    Outcome::SlowGreeting
                } else {
                    Outcome::Ok
                };
                journal.end(outcome, NOTHING, greeting.server_reply.clone());
                Ok(greeting)
            }
            Err(fault) => {
                let mut fault = refine(fault, connection.stream_error());
                let silence = fault.outcome == Outcome::NoGreeting;
                // A server that waits for TLS says nothing until it is spoken to.
                if silence
                    && self.target.endpoint.security != Security::Tls
                    && self.speaks_tls(peer).await
                {
                    fault.outcome = Outcome::TlsOnPlainPort;
                }
                Err(journal.fail(fault, NOTHING))
            }
        }
    }

    async fn starttls(
        &self,
        mut connection: Plain,
        known: Option<&Capabilities>,
        journal: &mut Journal,
    ) -> Result<Upgrade<TcpStream>, Stop> {
        journal.begin(Stage::Starttls);
        connection.begin_stage(COMMAND);
        match dialogue::starttls(self.target.endpoint.protocol, &mut connection, known).await {
            Ok(said) => match connection.into_upgrade() {
                Ok(upgrade) => {
                    journal.end(Outcome::Ok, NOTHING, said);
                    Ok(upgrade.map(Compat::into_inner))
                }
                // The connection is dropped here, and nothing more is sent over it.
                Err(fault) => Err(journal.fail(fault, NOTHING)),
            },
            Err(fault) => Err(self.failed(&mut connection, fault, NOTHING, journal).await),
        }
    }

    async fn encrypt(
        &self,
        upgrade: Upgrade<TcpStream>,
        peer: SocketAddr,
        client: String,
        journal: &mut Journal,
    ) -> Result<Secure, Stop> {
        journal.begin(Stage::Tls);
        let RunContext {
            context, redactor, ..
        } = self.shared;
        let Endpoint { host, security, .. } = &self.target.endpoint;
        match context
            .tls
            .handshake(upgrade, host, *security, redactor)
            .await
        {
            Handshake::Verified {
                stream,
                tls,
                outcome,
                certificate,
                chain,
            } => {
                self.remember(chain);
                journal.end(Outcome::Ok, tls, None);
                journal.begin(Stage::Certificate);
                journal.end(outcome, certificate, None);
                Ok(VerifiedConnection::new(
                    stream,
                    clock(),
                    Arc::clone(redactor),
                    client,
                ))
            }
            Handshake::Untrusted {
                tls,
                outcome,
                certificate,
                chain,
            } => {
                self.remember(chain);
                journal.end(Outcome::Ok, tls, None);
                journal.begin(Stage::Certificate);
                Err(journal.fail(silent(outcome), certificate))
            }
            Handshake::Failed { fault, tls } => Err(journal.fail(fault, tls)),
            Handshake::Unexplained(fault) => {
                let ours = context.tls.provider();
                let (fault, tls) =
                    tls_diagnosis::diagnose(fault, peer, &self.target.endpoint, redactor, ours)
                        .await;
                Err(journal.fail(fault, tls))
            }
        }
    }

    /// Keeps the certificates for the comparison with what the DNS publishes.
    fn remember(&self, chain: Vec<CertificateDer<'static>>) {
        // A service is encrypted only once.
        let _ = self.chain.set(chain);
    }

    /// Everything that happens inside verified TLS.
    async fn account(
        &self,
        mut server: Secure,
        known: Option<Capabilities>,
        journal: &mut Journal,
    ) -> Result<(), Stop> {
        let capabilities = self
            .capabilities(server.connection(), known, journal)
            .await?;
        let Some(signed_in) = self.sign_in(&mut server, &capabilities, journal).await? else {
            return self.close(server.connection(), false, journal).await;
        };
        let asked = self
            .mailbox(server.connection(), signed_in.as_ref(), journal)
            .await?;
        self.close(server.connection(), !asked, journal).await
    }

    async fn capabilities<S: Stream>(
        &self,
        connection: &mut Connection<S, TokioClock>,
        known: Option<Capabilities>,
        journal: &mut Journal,
    ) -> Result<Capabilities, Stop> {
        let protocol = self.target.endpoint.protocol;
        journal.begin(Stage::Capabilities);
        connection.begin_stage(COMMAND);
        let found = match known {
            Some(known) => Ok(known),
            None => dialogue::capabilities(protocol, connection).await,
        };
        let found = match found {
            Ok(found) => found,
            Err(fault) => return Err(self.failed(connection, fault, NOTHING, journal).await),
        };
        let facts = Facts::Capabilities {
            capabilities: found.words.clone(),
            mechanisms: found.mechanisms.clone(),
        };
        // Without encryption it is right not to offer it.
        let expected = self.target.endpoint.security != Security::None;
        if expected && !dialogue::password_sign_in_offered(protocol, &found) {
            let fault = silent(Outcome::PasswordSignInNotOffered);
            return Err(self.failed(connection, fault, facts, journal).await);
        }
        journal.end(Outcome::Ok, facts, None);
        Ok(found)
    }

    /// Signs in, if there is something to sign in with and it was not refused elsewhere. Returns what
    /// the server can do from now on, if it said so.
    async fn sign_in(
        &self,
        server: &mut Secure,
        capabilities: &Capabilities,
        journal: &mut Journal,
    ) -> Result<Option<Option<Capabilities>>, Stop> {
        journal.begin(Stage::SignIn);
        let Some(credentials) = &self.shared.credentials else {
            journal.end(Outcome::NoPassword, NOTHING, None);
            return Ok(None);
        };
        let pass = self.shared.gate.enter().await;
        // Waiting for the others is not this server's time.
        journal.begin(Stage::SignIn);
        let lead = match pass {
            Pass::Lead(lead) => Some(lead),
            Pass::Follow => None,
            Pass::Stop => {
                journal.end(Outcome::NotTried, NOTHING, None);
                return Ok(None);
            }
        };
        server.connection().begin_stage(SIGN_IN);
        let protocol = self.target.endpoint.protocol;
        let answer = dialogue::sign_in(protocol, server, capabilities, credentials).await;
        if let Some(lead) = lead {
            lead.settle(
                answer
                    .as_ref()
                    .err()
                    .map_or(Outcome::Ok, |fault| fault.outcome),
            );
        }
        match answer {
            Ok(accepted) => {
                let facts = Facts::SignIn {
                    mechanism: accepted.mechanism.to_owned(),
                };
                journal.end(Outcome::Ok, facts, accepted.server_reply);
                Ok(Some(accepted.capabilities))
            }
            Err(fault) => Err(self
                .failed(server.connection(), fault, NOTHING, journal)
                .await),
        }
    }

    /// Returns whether the server answered anything, which it does not when it is not asked.
    async fn mailbox<S: Stream>(
        &self,
        connection: &mut Connection<S, TokioClock>,
        known: Option<&Capabilities>,
        journal: &mut Journal,
    ) -> Result<bool, Stop> {
        if self.target.endpoint.protocol == Protocol::Smtp {
            return Ok(false);
        }
        journal.begin(Stage::Mailbox);
        connection.begin_stage(COMMAND);
        match dialogue::mailbox(self.target.endpoint.protocol, connection, known).await {
            Ok(Some(usage)) => {
                let MailboxUsage { storage, messages } = usage;
                let facts = Facts::Mailbox {
                    used: storage.map(|amount| amount.used),
                    limit: storage.and_then(|amount| amount.limit),
                    messages: messages.map(|amount| amount.used),
                    message_limit: messages.and_then(|amount| amount.limit),
                };
                match fullness(usage) {
                    Outcome::MailboxFull => Err(self
                        .failed(connection, silent(Outcome::MailboxFull), facts, journal)
                        .await),
                    outcome => {
                        journal.end(outcome, facts, None);
                        Ok(true)
                    }
                }
            }
            Ok(None) => Ok(known.is_none_or(|known| known.has("QUOTA"))),
            Err(fault) => Err(self.failed(connection, fault, NOTHING, journal).await),
        }
    }

    /// Says goodbye. `unproven` is whether the server has said nothing since the sign-in; hanging up
    /// then means that it cannot open the mailbox. Otherwise it does no harm to miss a goodbye.
    async fn close<S: Stream>(
        &self,
        connection: &mut Connection<S, TokioClock>,
        unproven: bool,
        journal: &mut Journal,
    ) -> Result<(), Stop> {
        journal.begin(Stage::Close);
        connection.begin_stage(GOODBYE);
        let said = match dialogue::quit(self.target.endpoint.protocol, connection).await {
            Ok(said) => said,
            Err(fault) if unproven && fault.outcome == Outcome::ClosedEarly => {
                let fault = fault.with(Outcome::DroppedAfterSignIn);
                return Err(journal.fail(fault, NOTHING));
            }
            Err(fault) => fault.server_reply,
        };
        connection.close().await;
        journal.end(Outcome::Ok, NOTHING, said);
        Ok(())
    }

    /// Writes down a failure, and takes leave of a server that has done nothing wrong.
    async fn failed<S: Stream>(
        &self,
        connection: &mut Connection<S, TokioClock>,
        fault: Fault,
        facts: Facts,
        journal: &mut Journal,
    ) -> Stop {
        let fault = refine(fault, connection.stream_error());
        let outcome = fault.outcome;
        let stop = journal.fail(fault, facts);
        if deserves_goodbye(outcome) {
            connection.begin_stage(GOODBYE);
            // The check is over; what is said now changes nothing.
            let _ = dialogue::quit(self.target.endpoint.protocol, connection).await;
            connection.close().await;
        }
        stop
    }

    /// Whether a server answers to TLS, on a connection of its own.
    async fn speaks_tls(&self, peer: SocketAddr) -> bool {
        let RunContext {
            context, redactor, ..
        } = self.shared;
        let Endpoint { host, .. } = &self.target.endpoint;
        let Ok((stream, _)) = connect(&[peer.ip()], peer.port()).await.stream else {
            return false;
        };
        let upgrade = Upgrade::fresh(stream);
        let answer = context
            .tls
            .handshake(upgrade, host, Security::Tls, redactor);
        let answer = timeout(SECOND_LOOK, answer).await;
        matches!(
            answer,
            Ok(Handshake::Verified { .. } | Handshake::Untrusted { .. })
        )
    }

    fn plain(&self, stream: TcpStream, client: String) -> Plain {
        Connection::new(
            stream.compat(),
            clock(),
            Arc::clone(&self.shared.redactor),
            client,
        )
    }
}

/// What the DNS said.
fn names(addresses: Vec<IpAddr>, aliases: Vec<String>) -> Facts {
    if addresses.is_empty() && aliases.is_empty() {
        return NOTHING;
    }
    Facts::Dns { addresses, aliases }
}

const NOTHING: Facts = Facts::None {};

/// What the stages need of a stream.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

fn clock() -> TokioClock {
    TokioClock(Instant::now())
}

/// A fault about which the server had nothing to say.
fn silent(outcome: Outcome) -> Fault {
    Fault::from(outcome)
}

/// The fuller of the two ways to count is what stops new mail.
fn fullness(usage: MailboxUsage) -> Outcome {
    let amounts = [usage.storage, usage.messages].into_iter().flatten();
    let outcomes = amounts.filter_map(|Quota { used, limit }| match limit? {
        limit if used >= limit => Some(Outcome::MailboxFull),
        limit if u128::from(used) * 100 > u128::from(limit) * NEARLY_FULL => {
            Some(Outcome::MailboxNearlyFull)
        }
        _ => None,
    });
    outcomes
        .max_by_key(|outcome| outcome.severity())
        .unwrap_or(Outcome::Ok)
}

/// Whether the server answered as the protocol has it, so that it is polite to say goodbye. After a
/// breach of the protocol nothing more is sent.
fn deserves_goodbye(outcome: Outcome) -> bool {
    match outcome {
        Outcome::StarttlsNotOffered
        | Outcome::StarttlsRefused
        | Outcome::ExtendedSmtpMissing
        | Outcome::NoCapabilities
        | Outcome::PasswordSignInNotOffered
        | Outcome::MailboxFull => true,
        Outcome::SignInProtocolError | Outcome::DroppedAfterSignIn => false,
        other => other.stage() == Some(Stage::SignIn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_nearly_full_above_nine_tenths() {
        for (used, limit, outcome) in [
            (0, 100, Outcome::Ok),
            (90, 100, Outcome::Ok),
            (91, 100, Outcome::MailboxNearlyFull),
            (99, 100, Outcome::MailboxNearlyFull),
            (100, 100, Outcome::MailboxFull),
            (101, 100, Outcome::MailboxFull),
            (0, 0, Outcome::MailboxFull),
            (u64::MAX - 1, u64::MAX, Outcome::MailboxNearlyFull),
        ] {
            let amount = Some(Quota {
                used,
                limit: Some(limit),
            });
            let half = Some(Quota {
                used: 1,
                limit: Some(2),
            });
            let unlimited = Some(Quota { used, limit: None });
            for (storage, messages) in [
                (amount, None),
                (None, amount),
                (amount, half),
                (half, amount),
                (amount, unlimited),
            ] {
                let usage = MailboxUsage { storage, messages };
                assert_eq!(fullness(usage), outcome, "{used} of {limit}: {usage:?}");
            }
        }
    }
}
