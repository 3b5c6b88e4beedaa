//! How often a server is visited besides the session with it.
//!
//! A server counts the connections of each client, and bans who comes too often. What it does not want to
//! say in one session is not worth a ban: the customer's mail program may share the address of this machine.

#[cfg(all(test, feature = "net"))]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::dialogue::Clock;
#[cfg(feature = "net")]
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
pub(crate) struct SecondLooks<C> {
    /// One for all sessions of the run.
    clock: C,
    visits: Mutex<HashMap<SocketAddr, Visits>>,
}

#[derive(Default)]
struct Visits {
    second_looks: usize,
    last: Option<Duration>,
}

impl<C: Clock> SecondLooks<C> {
    /// Nothing was visited so far.
    pub(crate) fn new(clock: C) -> Self {
        Self {
            clock,
            visits: Mutex::default(),
        }
    }

    /// A session has connected to this server.
    pub(crate) fn visited(&self, server: SocketAddr) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.entry(server).or_default().last = Some(self.clock.now());
    }

    /// Waits until the server may be visited once more, and counts the visit. Returns `false` at once when
    /// it was visited often enough.
    pub(crate) async fn wait_for_turn(&self, server: SocketAddr) -> bool {
        let turn = self.next_turn(server);
        if let Some(turn) = turn {
            self.clock.sleep_until(turn).await;
        }
        turn.is_some()
    }

    /// The turns are given out in advance, so that those who wait at the same time keep apart, too.
    fn next_turn(&self, server: SocketAddr) -> Option<Duration> {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if second_looks_at(&visits, server.ip()) == MAX_SECOND_LOOKS_PER_ADDRESS {
            return None;
        }
        let visits = visits.entry(server).or_default();
        if visits.second_looks == MAX_SECOND_LOOKS {
            return None;
        }
        let now = self.clock.now();
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
#[cfg(feature = "net")]
pub(crate) fn turns_away(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::GreetingBusy
            | Outcome::GreetingRefused
            | Outcome::RateLimited
            | Outcome::TooManyConnections
            | Outcome::TryLater
    )
}
