//! Whether a run in which nothing was reached says anything about the servers, or only that this machine is
//! offline.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::controls::{ControlResult, Controls};
use crate::address::is_public;
use crate::outcome::Outcome;
use crate::patience::Patience;

/// How long after the last connection request has timed out the other endpoints are waited for.
const GRACE_PERIOD: Duration = Duration::from_millis(500);

/// Runs of the same test begin at the same moment, and one may reach its server before the next has begun.
const SAME_MOMENT: Duration = Duration::from_secs(1);

/// What all endpoints of a run have reached so far.
pub(super) struct Connectivity {
    begun: Instant,
    progress: watch::Sender<Progress>,
}

#[derive(Clone, Copy)]
struct Progress {
    /// Endpoints of which it is not known yet whether they are reached.
    undecided: usize,
    /// Whether anything came back that an offline machine would not get.
    online: bool,
}

/// What an endpoint has no answer from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The DNS does not answer for its name.
    Name,
    /// No address of it answers.
    Host,
}

impl Connectivity {
    pub(super) fn new(endpoints: usize) -> Self {
        Self {
            begun: Instant::now(),
            progress: watch::Sender::new(Progress {
                undecided: endpoints,
                online: false,
            }),
        }
    }

    /// An endpoint was reached, or has got an answer that an offline machine does not get. Counts once for each
    /// endpoint, if at all.
    pub(super) fn online(&self) {
        self.decided(true);
    }

    /// An endpoint has failed although nothing is [`Missing`]. A machine that has no socket left may be offline
    /// all the same.
    pub(super) fn failed(&self, outcome: Outcome) {
        self.decided(outcome != Outcome::LocalResourcesExhausted);
    }

    /// Whether this machine is offline, asked by an endpoint that has no answer. `asking` asks the controls, which
    /// is done only when all endpoints of the run have none, and nothing else was reached meanwhile. Ends before
    /// `deadline`.
    pub(super) async fn is_offline(
        &self,
        missing: Missing,
        controls: &Controls,
        asking: impl Future<Output = ControlResult>,
        deadline: Instant,
    ) -> bool {
        let mut progress = self.progress.subscribe();
        self.decided(false);
        let decided = progress.wait_for(|progress| progress.online || progress.undecided == 0);
        let last = Instant::now().max(self.begun + Patience::Prompt.connect()) + GRACE_PERIOD;
        match timeout_at(last.min(deadline), decided).await {
            Ok(Ok(progress)) if !progress.online => {}
            _ => return false,
        }
        let since = self.begun.checked_sub(SAME_MOMENT).unwrap_or(self.begun);
        if controls.reached_since(since) {
            return false;
        }
        match timeout_at(deadline, asking).await {
            Ok(result) => shows_offline(missing, result),
            Err(_) => false,
        }
    }

    /// One endpoint more of which it is known whether it shows that this machine is online.
    fn decided(&self, online: bool) {
        self.progress.send_modify(|progress| {
            progress.undecided = progress.undecided.saturating_sub(1);
            progress.online |= online;
        });
    }
}

/// What a failed lookup may be missing. Where the DNS has said anything about the name, it answers.
pub(super) fn missing_name(outcome: Outcome, aliases: &[String]) -> Option<Missing> {
    let silent = matches!(outcome, Outcome::DnsTimeout | Outcome::DnsServerFailed);
    (silent && aliases.is_empty()).then_some(Missing::Name)
}

/// What a connection that failed may be missing. A host that refuses is reached. That an address of an inner
/// network does not answer says nothing about the internet, unless the operator has named hosts to compare with.
pub(super) fn missing_host(
    outcome: Outcome,
    addresses: &[SocketAddr],
    hosts_named: bool,
) -> Option<Missing> {
    let silent = matches!(
        outcome,
        Outcome::ConnectionTimeout | Outcome::NetworkUnreachable
    );
    let outside = hosts_named || addresses.iter().any(|peer| is_public(peer.ip()));
    (silent && outside).then_some(Missing::Host)
}

/// Whether it is this machine that is offline when nothing but the controls could still answer. A resolver may
/// answer for the root from its memory, so a name counts as missing only for its provider when hosts answer, too.
/// Where no host is known to compare with, as in a DNS of its own, the DNS is believed where it answers.
fn shows_offline(missing: Missing, result: ControlResult) -> bool {
    let ControlResult {
        names_answer,
        hosts_answer,
    } = result;
    match (missing, hosts_answer) {
        (_, Some(false)) => true,
        (Missing::Host, Some(true)) => false,
        (Missing::Name, Some(true)) | (_, None) => !names_answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_offline_machine_sees_is_suspicious() {
        for (outcome, aliases, expected) in [
            (Outcome::DnsTimeout, &[][..], true),
            (Outcome::DnsServerFailed, &[], true),
            // Something was answered.
            (Outcome::DnsServerFailed, &["other.example.test"], false),
            (Outcome::NameNotFound, &[], false),
            (Outcome::NoAddress, &[], false),
            (Outcome::LocalResourcesExhausted, &[], false),
        ] {
            let aliases: Vec<String> = aliases.iter().map(ToString::to_string).collect();
            let found = missing_name(outcome, &aliases);
            assert_eq!(found.is_some(), expected, "{outcome} {aliases:?}");
        }
        for (outcome, addresses, hosts_named, expected) in [
            (Outcome::ConnectionTimeout, "1.1.1.1:993", false, true),
            (
                Outcome::NetworkUnreachable,
                "[2606:4700::1]:993",
                false,
                true,
            ),
            (Outcome::ConnectionTimeout, "10.0.0.1:993", false, false),
            (Outcome::ConnectionTimeout, "127.0.0.1:993", false, false),
            (
                Outcome::ConnectionTimeout,
                "10.0.0.1:993 1.1.1.1:993",
                false,
                true,
            ),
            (Outcome::ConnectionTimeout, "10.0.0.1:993", true, true),
            (Outcome::ConnectionRefused, "1.1.1.1:993", true, false),
            (Outcome::ConnectionReset, "1.1.1.1:993", true, false),
            (Outcome::LocalResourcesExhausted, "1.1.1.1:993", true, false),
        ] {
            let addresses = addresses.split(' ').map(|one| one.parse().unwrap());
            let addresses: Vec<SocketAddr> = addresses.collect();
            let found = missing_host(outcome, &addresses, hosts_named);
            assert_eq!(found.is_some(), expected, "{outcome} {addresses:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_was_answered_shows_that_this_machine_is_online() {
        for (outcome, expected) in [
            (Outcome::ConnectionRefused, false),
            (Outcome::NameNotFound, false),
            (Outcome::LocalResourcesExhausted, true),
        ] {
            let connectivity = Connectivity::new(2);
            connectivity.failed(outcome);
            let controls = Controls::new(Vec::new());
            let silent = ControlResult {
                names_answer: false,
                hosts_answer: Some(false),
            };
            let deadline = Instant::now() + Duration::from_secs(45);
            let asking = std::future::ready(silent);
            let offline = connectivity.is_offline(Missing::Host, &controls, asking, deadline);
            assert_eq!(offline.await, expected, "{outcome}");
        }
    }

    #[test]
    fn what_the_controls_prove_depends_on_what_is_missing() {
        use Missing::{Host, Name};
        for (missing, names_answer, hosts_answer, expected) in [
            // The provider's name servers, or hosts, are at fault.
            (Name, true, Some(true), false),
            (Host, true, Some(true), false),
            // Connections can be opened; the names are known already.
            (Host, false, Some(true), false),
            // The resolver here is at fault.
            (Name, false, Some(true), true),
            (Name, false, None, true),
            (Host, false, None, true),
            // The resolver remembers.
            (Name, true, Some(false), true),
            (Host, true, Some(false), true),
            (Name, false, Some(false), true),
            (Host, false, Some(false), true),
            // No host is known to compare with.
            (Name, true, None, false),
            (Host, true, None, false),
        ] {
            let result = ControlResult {
                names_answer,
                hosts_answer,
            };
            assert_eq!(
                shows_offline(missing, result),
                expected,
                "{missing:?} {result:?}"
            );
        }
    }
}
