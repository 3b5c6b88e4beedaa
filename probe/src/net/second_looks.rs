//! How often a server is visited besides the session with it.
//!
//! A server counts the connections of each client, and bans who comes too often. What it does not want to
//! say in one session is not worth a ban: the customer's mail program may share the address of this machine.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::outcome::Outcome;

/// The most visits to one server in a run, besides its session.
const MAX_SECOND_LOOKS: usize = 2;

/// The most visits to all servers at one IP address in a run, besides their sessions, because a firewall or a
/// program such as fail2ban counts them together. With four services at the address, which is what most providers
/// have at most, each may be visited once more, and one of them twice, so that its fault is found to the end.
const MAX_SECOND_LOOKS_PER_ADDRESS: usize = 5;

/// The least time between two visits to a server, its session included.
const PAUSE: Duration = Duration::from_millis(500);

/// The visits to all servers of a run.
///
/// A server is an address and a port: behind each port there is often a program of its own, with limits of its
/// own, and a service that had to share with the others could not be diagnosed.
#[derive(Default)]
pub(super) struct SecondLooks(Mutex<HashMap<SocketAddr, Visits>>);

#[derive(Default)]
struct Visits {
    second_looks: usize,
    last: Option<Instant>,
}

impl SecondLooks {
    /// A session has connected to this server.
    pub(super) fn visited(&self, server: SocketAddr) {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        visits.entry(server).or_default().last = Some(Instant::now());
    }

    /// Waits until the server may be visited once more, and counts the visit. Returns `false` at once when
    /// it was visited often enough.
    pub(super) async fn wait_for_turn(&self, server: SocketAddr) -> bool {
        let turn = self.next_turn(server);
        if let Some(turn) = turn {
            sleep_until(turn).await;
        }
        turn.is_some()
    }

    /// The turns are given out in advance, so that those who wait at the same time keep apart, too.
    fn next_turn(&self, server: SocketAddr) -> Option<Instant> {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if second_looks_at(&visits, server.ip()) == MAX_SECOND_LOOKS_PER_ADDRESS {
            return None;
        }
        let visits = visits.entry(server).or_default();
        if visits.second_looks == MAX_SECOND_LOOKS {
            return None;
        }
        let now = Instant::now();
        let turn = visits.last.map_or(now, |last| now.max(last + PAUSE));
        visits.second_looks += 1;
        visits.last = Some(turn);
        Some(turn)
    }
}

fn second_looks_at(visits: &HashMap<SocketAddr, Visits>, address: IpAddr) -> usize {
    let servers = visits.iter().filter(|(server, _)| server.ip() == address);
    servers.map(|(_, visits)| visits.second_looks).sum()
}

/// Whether a server says with this outcome that it does not want to be visited now.
pub(super) fn turns_away(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::GreetingBusy
            | Outcome::GreetingRefused
            | Outcome::RateLimited
            | Outcome::TooManyConnections
            | Outcome::TryLater
    )
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_is_visited_twice_more_half_a_second_apart() {
        let [server, other] = [993, 995].map(|port| SocketAddr::from(([192, 0, 2, 1], port)));
        let looks = &SecondLooks::default();
        let begun = Instant::now();
        looks.visited(server);
        // Those who come at the same time take turns; another server has turns of its own.
        let visits = [server, server, server, other, other, other];
        let visits = visits.map(|server| async move {
            let allowed = looks.wait_for_turn(server).await;
            (allowed, begun.elapsed().as_millis())
        });
        let expected = [
            (true, 500),
            (true, 1000),
            (false, 0),
            (true, 0),
            (true, 500),
            (false, 0),
        ];
        assert_eq!(join_all(visits).await, expected);

        // Time that went by with the server itself counts.
        let looks = SecondLooks::default();
        looks.visited(server);
        tokio::time::advance(Duration::from_secs(6)).await;
        let begun = Instant::now();
        assert!(looks.wait_for_turn(server).await);
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn all_servers_at_an_address_are_visited_five_times_more() {
        let looks = &SecondLooks::default();
        let server = |host, port| SocketAddr::from(([192, 0, 2, host], port));
        for (server, allowed) in [
            (server(1, 993), true),
            (server(1, 995), true),
            (server(1, 465), true),
            (server(1, 587), true),
            (server(1, 993), true),
            (server(1, 995), false),
            (server(1, 143), false),
            (server(2, 993), true),
        ] {
            assert_eq!(looks.next_turn(server).is_some(), allowed, "{server}");
        }
    }
}
