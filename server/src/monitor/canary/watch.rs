//! Signs in with each account now and then, and stops after a refused password.

use std::sync::Arc;
use std::time::Duration;

use app::status::{Event, ServiceStatus};
use futures_util::future::join_all;
use probe::EndpointReport;
use time::UtcDateTime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use super::account::CanaryAccount;
use super::sign_in::{AccountFinding, SignIns, finding, own_sign_in};
use crate::limits::LimitOptions;
use crate::monitor::alert::{Alert, Alerts, SignInAlert};
use crate::monitor::leadership::Leadership;
use crate::monitor::watch::Clock;
use crate::storage::Recorder;

/// How often an account is signed in to.
const EVERY: Duration = Duration::from_secs(1800);

/// The first sign-in is within this time, or the interval of the monitor.
const FIRST: Duration = Duration::from_secs(60);

/// An interval is longer by up to this part of it. It is never shorter: the limits count.
const JITTER: f64 = 0.1;

/// How often the interval is doubled while the account does not work.
const MAX_DOUBLINGS: u32 = 3;

/// How often an account is signed in to: never more often than customers may, nor than its services are checked.
pub fn interval(monitor_every: Duration, limits: &LimitOptions) -> Duration {
    let message = limits.messages_per_account.one();
    let sign_in = limits.sign_ins_per_account.one();
    EVERY.max(monitor_every).max(message).max(sign_in)
}

/// The accounts, and who is told.
pub struct Canaries {
    /// The accounts.
    pub accounts: Vec<CanaryAccount>,
    /// How often each is signed in to.
    pub every: Duration,
    /// Signs in.
    pub sign_ins: Arc<dyn SignIns>,
    /// What is known.
    pub status: ServiceStatus,
    /// Takes what is found.
    pub recorder: Recorder,
    /// Tells operators.
    pub alerts: Alerts,
    /// The time of day.
    pub clock: Clock,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    failing_since: Option<UtcDateTime>,
    /// Whether the password was refused.
    stopped: bool,
    doublings: u32,
}

impl Canaries {
    /// Signs in for ever, while this server may. SIGHUP begins anew after a refused password.
    pub async fn run(&self, leadership: &Leadership) {
        let reloads = watch::Sender::new(0_u64);
        let reload = async {
            // Where the system gives no signal, a restart is left.
            let Ok(mut hangup) = signal(SignalKind::hangup()) else {
                return;
            };
            while hangup.recv().await.is_some() {
                reloads.send_modify(|count| *count += 1);
            }
        };
        tokio::join!(reload, self.watch(leadership, reloads.subscribe()));
    }

    async fn watch(&self, leadership: &Leadership, reloads: watch::Receiver<u64>) {
        // One account at a time.
        let turn = Mutex::new(());
        let accounts = self.accounts.iter().map(async |account| {
            let (mut leadership, mut reloads) = (leadership.clone(), reloads.clone());
            let mut standing = Standing::default();
            loop {
                leadership.begins().await;
                tokio::select! {
                    () = leadership.ends() => {}
                    () = self.account(account, &mut standing, &mut reloads, &turn) => {}
                }
            }
        });
        join_all(accounts).await;
    }

    async fn account(
        &self,
        account: &CanaryAccount,
        standing: &mut Standing,
        reloads: &mut watch::Receiver<u64>,
        turn: &Mutex<()>,
    ) {
        sleep(
            self.first_wait(account)
                .mul_f64(1.0 + JITTER * fastrand::f64()),
        )
        .await;
        loop {
            reloads.mark_unchanged();
            if !standing.stopped {
                let _turn = turn.lock().await;
                self.sign_in(account, standing).await;
            }
            let pause = self.every * 2_u32.pow(standing.doublings);
            let pause = pause.mul_f64(1.0 + JITTER * fastrand::f64());
            tokio::select! {
                () = sleep(pause) => {}
                // Only an account that was stopped is signed in to at once.
                Ok(()) = reloads.changed(), if standing.stopped => standing.stopped = false,
            }
        }
    }

    /// What another server, or this one before a restart, has done lately is not done again.
    fn first_wait(&self, account: &CanaryAccount) -> Duration {
        let (Some(known), Some(every)) = (self.status.now(), self.status.every()) else {
            return FIRST;
        };
        let spread = FIRST.min(every).mul_f64(fastrand::f64());
        let now = self.clock.now().unix_timestamp_nanos() / 1_000_000;
        let keys = account.services.iter();
        let facts = keys.filter_map(|(key, _)| known.services.get(key)?.facts.as_ref());
        let last = facts
            .filter_map(|facts| Some(facts.own_sign_in.as_ref()?.at))
            .max();
        let ago = last.and_then(|last| u64::try_from(now - i128::from(last)).ok());
        let left = ago.map(|ago| self.every.saturating_sub(Duration::from_millis(ago)));
        left.unwrap_or_default().max(spread)
    }

    async fn sign_in(&self, account: &CanaryAccount, standing: &mut Standing) {
        let at = self.clock.now();
        let reports = match self.sign_ins.sign_in(account).await {
            Ok(reports) => reports,
            Err(cause) => {
                let record = &account.record;
                tracing::warn!(record, cause, "the own account cannot be signed in to");
                return;
            }
        };
        self.record(account, &reports, at);
        let (outcome, stopped) = match finding(&reports) {
            AccountFinding::Nothing => return,
            AccountFinding::Works => {
                standing.doublings = 0;
                if let Some(since) = standing.failing_since.take() {
                    let until = Some(self.clock.now());
                    self.tell(account, probe::Outcome::Ok, false, since, until);
                }
                return;
            }
            AccountFinding::Fails(outcome) => (outcome, false),
            AccountFinding::Refused(outcome) => (outcome, true),
        };
        standing.doublings = (standing.doublings + 1).min(MAX_DOUBLINGS);
        standing.stopped = stopped;
        if standing.failing_since.is_none() || stopped {
            let since = *standing.failing_since.get_or_insert(at);
            self.tell(account, outcome, stopped, since, None);
        }
    }

    fn tell(
        &self,
        account: &CanaryAccount,
        outcome: probe::Outcome,
        stopped: bool,
        since: UtcDateTime,
        until: Option<UtcDateTime>,
    ) {
        self.alerts.tell(&Alert::SignIn(SignInAlert {
            record: account.record.clone(),
            outcome,
            stopped,
            since,
            until,
        }));
    }

    /// Has pages told of each service that was signed in to.
    fn record(&self, account: &CanaryAccount, reports: &[EndpointReport], at: UtcDateTime) {
        let Some(known) = self.status.now() else {
            return;
        };
        let mut events = Vec::new();
        for ((key, _), report) in account.services.iter().zip(reports) {
            if let Some(found) = own_sign_in(report, at) {
                let history = known.services.get(key);
                let facts = history.and_then(|history| history.facts.clone());
                let mut facts = facts.unwrap_or_default();
                facts.own_sign_in = Some(found);
                events.push(Event::Facts(key.clone(), facts));
            }
        }
        if !events.is_empty() {
            self.recorder.record(events);
        }
    }
}

#[cfg(test)]
mod tests {
    use app::record::{Catalogue, built_in};
    use app::status::Snapshot;
    use futures_util::future::{BoxFuture, FutureExt};
    use probe::{Outcome, Stage};
    use tokio::time::Instant;

    use super::super::account::Canary;
    use super::super::sign_in::tests::report;
    use super::*;

    type Script = fn(usize) -> Outcome;

    /// Signs in by a script, and notes when.
    struct Scripted {
        script: Script,
        begin: Instant,
        tries: Arc<std::sync::Mutex<Vec<f64>>>,
    }

    impl SignIns for Scripted {
        fn sign_in<'a>(
            &'a self,
            account: &'a CanaryAccount,
        ) -> BoxFuture<'a, Result<Vec<EndpointReport>, String>> {
            let mut tries = self.tries.lock().unwrap();
            tries.push(self.begin.elapsed().as_secs_f64());
            let outcome = (self.script)(tries.len());
            let steps = [(Stage::Connect, Outcome::Ok), (Stage::SignIn, outcome)];
            let reports = account.services.iter().map(|_| report(&steps)).collect();
            async move { Ok(reports) }.boxed()
        }
    }

    /// The times of all sign-ins within so many hours, in seconds; after the half of them a reload comes.
    async fn tries(hours: u64, script: Script) -> (Vec<f64>, ServiceStatus) {
        let file = std::env::temp_dir().join(format!("mailguide-pace-{}", fastrand::u64(..)));
        std::fs::write(&file, "s3cret").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, private).unwrap();
        let canary: Canary = format!("jane@q.com={}", file.display()).parse().unwrap();
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        let accounts = CanaryAccount::all(&[canary], &catalogue).unwrap();
        std::fs::remove_file(file).unwrap();
        let status = ServiceStatus::new(Duration::from_secs(300), Snapshot::default());
        let (begin, tries) = (Instant::now(), Arc::default());
        let day = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let canaries = Canaries {
            accounts,
            every: EVERY,
            sign_ins: Arc::new(Scripted {
                script,
                begin,
                tries: Arc::clone(&tries),
            }),
            status: status.clone(),
            recorder: Recorder::in_memory(status.clone()),
            alerts: Alerts::default(),
            clock: Clock(Arc::new(move || day + begin.elapsed())),
        };
        let reloads = watch::Sender::new(0);
        let leadership = Leadership::always();
        let time = Duration::from_secs(3600 * hours);
        let reload = async {
            sleep(time / 2).await;
            reloads.send_modify(|count| *count += 1);
            sleep(time / 2).await;
        };
        tokio::select! {
            () = canaries.watch(&leadership, reloads.subscribe()) => {}
            () = reload => {}
        }
        let tries = tries.lock().unwrap().clone();
        (tries, status)
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_is_signed_in_to_twice_an_hour() {
        let (tries, status) = tries(24, |_| Outcome::Ok).await;
        assert!(
            tries[0] < 67.0 && (43..=48).contains(&tries.len()),
            "{tries:?}"
        );
        for pair in tries.windows(2) {
            let wait = pair[1] - pair[0];
            assert!((1800.0..=1981.0).contains(&wait), "{wait}");
        }
        let known = status.now().unwrap();
        let facts = known.services[&"centurylink/imap".parse().unwrap()]
            .facts
            .clone();
        assert_eq!(facts.unwrap().own_sign_in.unwrap().outcome, "ok");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_password_is_sent_once_until_a_reload() {
        let (refused, _) = tries(24, |_| Outcome::WrongCredentials).await;
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!((refused[1] - 12.0 * 3600.0).abs() < 1.0, "{refused:?}");
        // It was only a mistake in the file.
        let (tries, _) = tries(24, |number| match number {
            3 => Outcome::WrongCredentials,
            _ => Outcome::Ok,
        })
        .await;
        assert!(tries[3] >= 12.0 * 3600.0 && tries.len() > 20, "{tries:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_fails_otherwise_is_asked_less_often() {
        let (tries, _) = tries(24, |_| Outcome::NoReply).await;
        let waits: Vec<f64> = tries.windows(2).map(|two| two[1] - two[0]).collect();
        for (wait, expected) in waits.iter().zip([3600.0, 7200.0, 14400.0, 14400.0]) {
            assert!((expected..=1.11 * expected).contains(wait), "{waits:?}");
        }
    }

    #[test]
    fn customers_limits_are_kept() {
        let mut limits = LimitOptions::default();
        let minutes = |every: Duration| every.as_secs() / 60;
        let five = Duration::from_secs(300);
        assert_eq!(minutes(interval(five, &limits)), 30);
        assert_eq!(minutes(interval(Duration::from_secs(7200), &limits)), 120);
        limits.messages_per_account.time = Duration::from_secs(3600);
        assert_eq!(minutes(interval(five, &limits)), 60);
    }
}
