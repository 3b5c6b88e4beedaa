//! Of several servers one checks a service, and the others are told what it found.
//!
//! Whatever does not work with the others, a server checks by itself, at most a second later.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use probe::{EndpointReport, HostName};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};

use super::shared::{
    Answer, Claim, LEASE, MAX_REPORT, MaxAges, OutOfReach, Service, SharedResults,
};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How often it is asked whether another server has ended its check.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// How often the claim is renewed while this server checks.
const RENEW_EVERY: Duration = Duration::from_secs(2);
const _: () = assert!(RENEW_EVERY.as_secs() + TIMEOUT.as_secs() < LEASE.as_secs());

/// How long the check of another server is waited for. A check takes at most 45 seconds.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// What a customer who asked at this time takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// How long before that a check may have begun.
    pub(super) max_age: Duration,
    /// The same for one that had ended.
    pub(super) time_to_live: Duration,
    pub(super) asked: Instant,
}

/// Who makes a check.
pub(super) enum Turn {
    /// This server.
    Mine {
        /// When that was known.
        begun: Instant,
    },
    /// Another server has made it.
    Found {
        /// When it began, by the clock of this server.
        begun: Instant,
        /// Whose mail domain was looked up, besides what is the same for every customer.
        domain: Option<HostName>,
        report: EndpointReport,
    },
}

/// A check of a service that other servers may make as well.
pub(super) struct WithOthers {
    shared: Arc<dyn SharedResults>,
    claim: Claim,
    wanted: Wanted,
}

/// What servers tell each other. What another version has written, and is not understood, is not used.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    domain: Option<HostName>,
    report: EndpointReport,
}

impl Wanted {
    /// When a check must have begun that had ended.
    pub(super) fn oldest(&self) -> Instant {
        let age = self.max_age.min(self.time_to_live);
        self.asked.checked_sub(age).unwrap_or(self.asked)
    }

    /// The same, seen from now.
    fn ages(&self) -> MaxAges {
        let since = self.asked.elapsed();
        MaxAges {
            all: self.max_age.saturating_add(since),
            ended: self.time_to_live.saturating_add(since),
        }
    }
}

impl WithOthers {
    pub(super) fn new(shared: Arc<dyn SharedResults>, service: Service, wanted: Wanted) -> Self {
        let id = fastrand::u64(..).cast_signed();
        Self {
            shared,
            claim: Claim { service, id },
            wanted,
        }
    }

    /// Waits until it is this server's turn, or until another one has checked.
    pub(super) async fn turn(&self) -> Turn {
        while self.wanted.asked.elapsed() < MAX_WAIT {
            let now = Instant::now();
            let answer = self.shared.ask(self.claim, self.wanted.ages());
            match in_time(answer).await {
                Some(Answer::Running) => sleep(ASK_EVERY).await,
                Some(Answer::Found { report, age }) => match found(&report) {
                    Some(Told { domain, report }) => {
                        return Turn::Found {
                            begun: now.checked_sub(age).unwrap_or(now),
                            domain,
                            report,
                        };
                    }
                    None => break,
                },
                Some(Answer::Mine) | None => break,
            }
        }
        let begun = Instant::now();
        Turn::Mine { begun }
    }

    /// Makes a check, and tells others what it found. If it was not claimed, that changes nothing for them; where it
    /// is not known whether it was, they need not wait in vain.
    pub(super) async fn tell_of(
        &self,
        check: impl Future<Output = Option<EndpointReport>>,
        domain: Option<HostName>,
    ) {
        let report = tokio::select! {
            report = check => report,
            never = self.renew() => never,
        };
        let told = report.and_then(|report| serde_json::to_string(&Told { domain, report }).ok());
        let told = told.filter(|told| told.len() <= MAX_REPORT);
        in_time(self.shared.end(self.claim, told)).await;
    }

    /// Renews the claim, for ever.
    async fn renew<Never>(&self) -> Never {
        loop {
            sleep(RENEW_EVERY).await;
            in_time(self.shared.renew(self.claim)).await;
        }
    }
}

/// What comes within a second. Why nothing does is said by what else needs the database.
async fn in_time<T>(answer: BoxFuture<'_, Result<T, OutOfReach>>) -> Option<T> {
    let answer = timeout(TIMEOUT, answer).await;
    let answer = answer.unwrap_or(Err(OutOfReach::Silent(TIMEOUT)));
    answer
        .inspect_err(|cause| tracing::debug!(%cause, "results are not shared"))
        .ok()
}

/// What another server has told, if it is understood.
fn found(told: &str) -> Option<Told> {
    serde_json::from_str(told)
        .inspect_err(|cause| tracing::debug!(%cause, "the result of another server is not used"))
        .ok()
}

#[cfg(test)]
mod tests;
