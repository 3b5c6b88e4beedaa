//! Opens a TCP connection to the first address that answers, and keeps what the others did.
//!
//! Happy Eyeballs (RFC 8305) is written by hand because the result of every attempt is a part of the
//! diagnosis, and crates for it return the connection only.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};

use super::proxy_header::ProxyHeader;
use super::resources::exhausted_connecting;
use crate::outcome::Outcome;
use crate::step::Attempt;

/// How long an attempt may run alone (RFC 8305 §8).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// More attempts than this are not made.
pub(super) const MAX_ATTEMPTS: usize = 8;

/// The result of trying.
pub(super) struct Connected {
    /// The open connection and its address, or why there is none.
    pub(super) stream: Result<(TcpStream, SocketAddr), Outcome>,
    /// Every attempt that came to an end.
    pub(super) attempts: Vec<ConnectAttempt>,
}

/// One attempt to connect. Two addresses may differ in their ports only.
#[derive(Clone, Debug)]
pub(super) struct ConnectAttempt {
    pub(super) peer: SocketAddr,
    pub(super) outcome: Outcome,
    pub(super) elapsed: Duration,
}

impl From<&ConnectAttempt> for Attempt {
    fn from(attempt: &ConnectAttempt) -> Self {
        Self {
            address: attempt.peer.ip(),
            outcome: attempt.outcome,
            elapsed: attempt.elapsed,
        }
    }
}

/// Connects to one of the addresses within `time`, which is for all attempts together (RFC 8305 §5): one after the
/// other, IPv6 and IPv4 in turn, each 250 ms after the one before or as soon as that has failed. The first that is open
/// wins, and begins with the header.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    header: Option<ProxyHeader>,
    time: Duration,
) -> Connected {
    let deadline = Instant::now() + time;
    let mut waiting = interleave_families(addresses)
        .into_iter()
        .take(MAX_ATTEMPTS);
    let mut running = FuturesUnordered::new();
    let mut attempts = Vec::new();
    let mut begun = Vec::new();
    loop {
        if let Some(peer) = waiting.next() {
            begun.push((peer, Instant::now()));
            running.push(async move { (peer, Instant::now(), TcpStream::connect(peer).await) });
        } else if running.is_empty() {
            return Connected {
                stream: Err(most_informative(&attempts)),
                attempts,
            };
        }
        let more = waiting.len() > 0;
        let ended = tokio::select! {
            biased;
            ended = running.next() => ended,
            () = sleep(ATTEMPT_DELAY), if more => continue,
            () = sleep_until(deadline) => {
                let ended = |peer: &SocketAddr| {
                    attempts.iter().any(|one: &ConnectAttempt| one.peer == *peer)
                };
                begun.retain(|(peer, _)| !ended(peer));
                attempts.extend(begun.into_iter().map(|(peer, start)| ConnectAttempt {
                    peer,
                    outcome: Outcome::ConnectionTimeout,
                    elapsed: start.elapsed(),
                }));
                return Connected { stream: Err(most_informative(&attempts)), attempts };
            }
        };
        let Some((peer, start, result)) = ended else {
            continue;
        };
        let result = match (result, header) {
            // The buffers of a new connection have room for it, so this does not wait.
            (Ok(mut stream), Some(header)) => header.send(&mut stream).await.map(|()| stream),
            (result, _) => result,
        };
        let error = result.as_ref().err();
        let outcome = error.map_or(Outcome::Ok, |error| classify(error, peer));
        attempts.push(ConnectAttempt {
            peer,
            outcome,
            elapsed: start.elapsed(),
        });
        if let Ok(stream) = result {
            // Commands are single small packets, each of which waits for an answer.
            let _ = stream.set_nodelay(true);
            return Connected {
                stream: Ok((stream, peer)),
                attempts,
            };
        }
    }
}

/// The address of this client as SMTP wants it (RFC 5321 §4.1.3).
pub(super) fn client_name(stream: &TcpStream) -> String {
    match stream
        .local_addr()
        .map(|address| address.ip().to_canonical())
    {
        Ok(IpAddr::V4(address)) => format!("[{address}]"),
        Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Err(_) => "[127.0.0.1]".to_owned(),
    }
}

/// IPv6 and IPv4 in turn, beginning with IPv6, each address once.
pub(super) fn interleave_families(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut v6 = addresses.iter().filter(|address| address.is_ipv6());
    let mut v4 = addresses.iter().filter(|address| address.is_ipv4());
    let mut ordered: Vec<SocketAddr> = Vec::with_capacity(addresses.len());
    loop {
        let (first, second) = (v6.next(), v4.next());
        if first.is_none() && second.is_none() {
            return ordered;
        }
        for address in [first, second].into_iter().flatten() {
            if !ordered.contains(address) {
                ordered.push(*address);
            }
        }
    }
}

fn classify(error: &io::Error, peer: SocketAddr) -> Outcome {
    match error.kind() {
        _ if exhausted_connecting(error, peer) => Outcome::LocalResourcesExhausted,
        io::ErrorKind::ConnectionRefused => Outcome::ConnectionRefused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            Outcome::ConnectionReset
        }
        io::ErrorKind::TimedOut => Outcome::ConnectionTimeout,
        // No route, no address of this family, or forbidden by a local firewall.
        _ => Outcome::NetworkUnreachable,
    }
}

/// The most informative of several reasons: a host that refuses is up. But where not every address could
/// be tried, nothing is known of the host.
fn most_informative(attempts: &[ConnectAttempt]) -> Outcome {
    let telling = [
        Outcome::LocalResourcesExhausted,
        Outcome::ConnectionRefused,
        Outcome::ConnectionReset,
        Outcome::ConnectionTimeout,
    ];
    let found = |cause: &Outcome| attempts.iter().any(|attempt| attempt.outcome == *cause);
    telling
        .into_iter()
        .find(found)
        .unwrap_or(Outcome::NetworkUnreachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let parse = |text: &str| -> Vec<SocketAddr> {
            let addresses = text.split_whitespace();
            let with_port = |address: &str| SocketAddr::new(address.parse().unwrap(), 993);
            addresses.map(with_port).collect()
        };
        for (given, expected) in [
            ("1.1.1.1 1.1.1.2 ::1 ::2 ::3", "::1 1.1.1.1 ::2 1.1.1.2 ::3"),
            ("1.1.1.1", "1.1.1.1"),
            ("::1 ::1 1.1.1.1", "::1 1.1.1.1"),
            ("", ""),
        ] {
            assert_eq!(
                interleave_families(&parse(given)),
                parse(expected),
                "{given}"
            );
        }
    }

    #[test]
    fn the_most_telling_failure_counts() {
        use Outcome::{
            ConnectionRefused, ConnectionReset, ConnectionTimeout, LocalResourcesExhausted,
            NetworkUnreachable,
        };
        for (outcomes, expected) in [
            (
                &[NetworkUnreachable, ConnectionRefused][..],
                ConnectionRefused,
            ),
            (&[ConnectionTimeout, NetworkUnreachable], ConnectionTimeout),
            (&[ConnectionTimeout, ConnectionReset], ConnectionReset),
            (
                &[ConnectionRefused, LocalResourcesExhausted],
                LocalResourcesExhausted,
            ),
            (&[NetworkUnreachable], NetworkUnreachable),
            (&[], NetworkUnreachable),
        ] {
            let attempt = |outcome: &Outcome| ConnectAttempt {
                peer: SocketAddr::from(([1, 1, 1, 1], 993)),
                outcome: *outcome,
                elapsed: Duration::ZERO,
            };
            let attempts: Vec<ConnectAttempt> = outcomes.iter().map(attempt).collect();
            assert_eq!(most_informative(&attempts), expected, "{outcomes:?}");
        }
    }
}
