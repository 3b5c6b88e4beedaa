//! Looks at the addresses of a host that its check did not use.
//!
//! A check talks to the first address that answers (RFC 8305), and so does a mail program, but not to
//! the same one each time. An address that is dead, or shows another certificate, makes mail work at
//! one moment and fail at the next.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::clock::TokioClock;
use super::connect::{ConnectAttempt, connect, interleave_families};
use super::event_sink::Welcome;
use super::proxy_header::ProxyHeader;
use super::tcp_transport::encrypt;
use super::tcp_visitor::visit;
use crate::dialogue::{self, Connection, Redactor};
use crate::endpoint::{Endpoint, Security};
use crate::outcome::{Outcome, Severity};
use crate::patience::Patience;
use crate::second_looks::{ReadyForTls, SecondLooks, prepare_tls};
use crate::session::{CertificateCheck, TlsHandshake};
use crate::stage::Stage;
use crate::step::OtherAddress;
use crate::tls::TlsClient;

/// The time for a connection. The check itself has one already, so this is only to see whether the
/// address is alive.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the server of the session is waited for to say whether it wants to be visited.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(1);

/// The time for the greeting inside TLS. A session waits longer, because some servers make strangers wait for
/// half a minute; this is not worth it for another address, of which it is not known then whether it greets.
const GREETING_TIMEOUT: Duration = Duration::from_secs(8);

/// More addresses than this are not looked at.
pub(super) const MAX_OTHER_ADDRESSES: usize = 4;

/// The check of the addresses of one host that its session does not use.
pub(super) struct OtherAddressCheck<'a> {
    pub(super) proxy_header: Option<ProxyHeader>,
    pub(super) tls: &'a TlsClient,
    pub(super) endpoint: &'a Endpoint,
    pub(super) redactor: &'a Arc<Redactor>,
    pub(super) second_looks: &'a SecondLooks<TokioClock>,
    /// What the server of the session says.
    pub(super) welcome: watch::Receiver<Welcome>,
}

impl OtherAddressCheck<'_> {
    /// Checks all addresses but the one that is used. Those that have failed already are not tried
    /// again, and none is when the server that is used says a limit or a ban. Never signs in.
    pub(super) async fn run(
        &self,
        addresses: &[SocketAddr],
        used: SocketAddr,
        attempts: &[ConnectAttempt],
    ) -> Vec<OtherAddress> {
        let others = interleave_families(addresses)
            .into_iter()
            .filter(|peer| *peer != used)
            .take(MAX_OTHER_ADDRESSES);
        let checks = others.map(|peer| async move {
            match attempts.iter().find(|attempt| attempt.peer == peer) {
                Some(attempt) => Some(failed(peer.ip(), attempt.outcome, attempt.elapsed)),
                None if self.is_welcome().await && self.second_looks.wait_for_turn(peer).await => {
                    Some(self.check_one(peer).await)
                }
                None => None,
            }
        });
        join_all(checks).await.into_iter().flatten().collect()
    }

    /// Whether the server of the session has not said a limit or a ban, as far as it has said anything.
    async fn is_welcome(&self) -> bool {
        let mut welcome = self.welcome.clone();
        let said = welcome.wait_for(|welcome| *welcome != Welcome::Awaited);
        match timeout(WELCOME_TIMEOUT, said).await {
            Ok(Ok(said)) => *said == Welcome::Given,
            // The session is over, or takes its time.
            Ok(Err(_)) | Err(_) => true,
        }
    }

    async fn check_one(&self, peer: SocketAddr) -> OtherAddress {
        let begun = Instant::now();
        let mut observed = failed(peer.ip(), Outcome::Ok, Duration::ZERO);
        observed.outcome = self
            .greet(peer, &mut observed)
            .await
            .err()
            .unwrap_or(Outcome::Ok);
        observed.elapsed = begun.elapsed();
        observed
    }

    /// Goes up to the greeting inside TLS, or to TLS behind the greeting.
    async fn greet(&self, peer: SocketAddr, observed: &mut OtherAddress) -> Result<(), Outcome> {
        let address = [peer];
        let connected = connect(&address, self.proxy_header, CONNECT_TIMEOUT).await;
        let (stream, _) = connected.stream?;
        let Endpoint {
            security, protocol, ..
        } = self.endpoint;
        if *security == Security::None {
            return Ok(());
        }
        let clock = TokioClock(Instant::now());
        let visit = visit(stream);
        let client = visit.client_name.clone();
        let ready = prepare_tls(visit, self.endpoint, self.redactor, clock).await;
        let ReadyForTls { upgrade, greeting } = ready.map_err(|fault| fault.outcome)?;
        observed.greeting = greeting;
        let patience = Patience::Prompt;
        let handshake = encrypt(
            self.tls,
            upgrade,
            self.endpoint,
            self.redactor,
            &clock,
            patience,
        );
        let stream = match handshake.await {
            TlsHandshake::Verified {
                stream,
                certificate,
                ..
            } => {
                observed.fingerprint = fingerprint(certificate);
                stream
            }
            TlsHandshake::Untrusted { certificate, .. } => {
                let outcome = certificate.outcome;
                observed.fingerprint = fingerprint(certificate);
                return Err(outcome);
            }
            TlsHandshake::Failed { fault, .. } => return Err(fault.outcome),
        };
        if *security == Security::Starttls {
            return Ok(());
        }
        let mut connection = Connection::new(stream, clock, Arc::clone(self.redactor), client);
        connection.begin_stage(GREETING_TIMEOUT);
        let greeting = dialogue::greeting(*protocol, &mut connection).await;
        observed.greeting = greeting.map_err(|fault| fault.outcome)?.server_reply;
        Ok(())
    }
}

/// What the other addresses mean for somebody who reaches `host` at `used`, which showed the
/// certificate with this fingerprint.
pub(super) fn compare(used: IpAddr, fingerprint: Option<&str>, others: &[OtherAddress]) -> Outcome {
    // That this machine has no way there says nothing about the server. Nor does a greeting that did not come in
    // the little time for it, where the connection was opened: the server may only make strangers wait.
    let counts = |other: &&OtherAddress| {
        !matches!(
            other.outcome,
            Outcome::NetworkUnreachable | Outcome::LocalResourcesExhausted | Outcome::NoGreeting
        )
    };
    let unreachable = |other: &OtherAddress| {
        let stage = other.outcome.stage();
        stage == Some(Stage::Connect) && other.outcome.severity() == Severity::Failure
    };
    let family = |v6: bool| {
        others
            .iter()
            .filter(counts)
            .filter(move |other| other.address.is_ipv6() == v6)
    };
    let mut v6 = family(true).peekable();
    let (some_v6, all_v6_dead) = (v6.peek().is_some(), v6.all(unreachable));
    let fails = |other: &OtherAddress| other.outcome.severity() == Severity::Failure;
    if used.is_ipv4() && some_v6 && all_v6_dead && !family(false).any(fails) {
        Outcome::Ipv6OnlyFailed
    } else if others
        .iter()
        .filter(counts)
        .any(|other| fails(other) && other.outcome.stage() != Some(Stage::Certificate))
    {
        Outcome::SomeAddressesFailed
    } else if others.iter().any(|other| {
        fails(other) && counts(&other)
            || other.fingerprint.is_some() && other.fingerprint.as_deref() != fingerprint
    }) {
        Outcome::AddressesDiffer
    } else {
        Outcome::Ok
    }
}

fn failed(address: IpAddr, outcome: Outcome, elapsed: Duration) -> OtherAddress {
    OtherAddress {
        address,
        outcome,
        fingerprint: None,
        greeting: None,
        elapsed,
    }
}

fn fingerprint(certificate: CertificateCheck) -> Option<String> {
    certificate.facts.map(|facts| facts.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_others_mean_depends_on_who_fails_and_how() {
        use Outcome::{
            AddressesDiffer, CertificateExpired, ConnectionRefused, ConnectionTimeout,
            GreetingBusy, Ipv6OnlyFailed, LocalResourcesExhausted, NetworkUnreachable, NoGreeting,
            NoReply, Ok, SomeAddressesFailed, TlsClosed,
        };
        let (v4, v6) = ("192.0.2.1", "2001:db8::1");
        let other = |(address, outcome, fingerprint): &(&str, Outcome, &str)| OtherAddress {
            fingerprint: Some((*fingerprint).to_owned()).filter(|text| !text.is_empty()),
            ..failed(address.parse().unwrap(), *outcome, Duration::ZERO)
        };
        for (used, others, expected) in [
            (v4, &[][..], Ok),
            (v4, &[(v6, Ok, "a")], Ok),
            (v6, &[(v4, Ok, "a")], Ok),
            (v4, &[(v6, ConnectionTimeout, "")], Ipv6OnlyFailed),
            (v4, &[(v6, ConnectionRefused, "")], Ipv6OnlyFailed),
            (v4, &[(v6, NetworkUnreachable, "")], Ok),
            (v4, &[(v6, LocalResourcesExhausted, "")], Ok),
            (v6, &[(v4, LocalResourcesExhausted, "")], Ok),
            // The server may only take its time with strangers, also one that is reached with STARTTLS.
            (v4, &[(v6, NoGreeting, "a")], Ok),
            (v4, &[("192.0.2.2", NoGreeting, "")], Ok),
            (v4, &[("192.0.2.2", NoGreeting, "b")], AddressesDiffer),
            (
                v4,
                &[(v6, ConnectionRefused, ""), ("192.0.2.2", NoGreeting, "a")],
                Ipv6OnlyFailed,
            ),
            (
                v4,
                &[("192.0.2.2", NoGreeting, ""), ("192.0.2.3", TlsClosed, "")],
                SomeAddressesFailed,
            ),
            // It has greeted, and does not go on.
            (v4, &[("192.0.2.2", NoReply, "")], SomeAddressesFailed),
            (
                v4,
                &[(v6, ConnectionRefused, ""), ("2001:db8::2", Ok, "a")],
                SomeAddressesFailed,
            ),
            (
                v4,
                &[(v6, ConnectionRefused, ""), ("192.0.2.2", Ok, "a")],
                Ipv6OnlyFailed,
            ),
            (
                v4,
                &[(v6, ConnectionRefused, ""), ("192.0.2.2", TlsClosed, "")],
                SomeAddressesFailed,
            ),
            (v6, &[(v4, ConnectionTimeout, "")], SomeAddressesFailed),
            (
                v4,
                &[("192.0.2.2", ConnectionRefused, "")],
                SomeAddressesFailed,
            ),
            (v4, &[("192.0.2.2", GreetingBusy, "a")], SomeAddressesFailed),
            (v4, &[(v6, TlsClosed, "")], SomeAddressesFailed),
            (
                v4,
                &[("192.0.2.2", CertificateExpired, "b")],
                AddressesDiffer,
            ),
            (v4, &[("192.0.2.2", Ok, "b")], AddressesDiffer),
            (
                v4,
                &[(v6, NetworkUnreachable, ""), ("192.0.2.2", Ok, "b")],
                AddressesDiffer,
            ),
        ] {
            let others: Vec<OtherAddress> = others.iter().map(other).collect();
            let found = compare(used.parse().unwrap(), Some("a"), &others);
            assert_eq!(found, expected, "{used}: {others:?}");
        }
    }
}
