//! Many who ask for the same get one result.
//!
//! A check without a password says the same to everybody. However many ask, a mail server sees one
//! such check in a while; the others read along, or read what was found a moment ago and are told how
//! old it is.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::check::{Heard, Place};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use probe::PrivateNetwork;
use probe::net::{ProbeEvent as Event, Target};
use probe::{EndpointReport, HostName, Stage, Step};
use tokio::sync::watch;
use tokio::time::Instant;

/// The checks that are running or were made lately.
pub(super) struct Shared {
    fresh_for: Duration,
    /// There is one for each service at most, so this does not grow.
    checks: Mutex<HashMap<Service, Check>>,
}

/// What makes two checks the same: all of the target but its id and the customer's domain.
type Service = (String, Option<SocketAddr>, Vec<PrivateNetwork>);

/// A check that is running or was made lately.
#[derive(Clone)]
struct Check {
    started: Instant,
    /// Whose mail domain it looked up, besides what every customer needs.
    domain: Option<HostName>,
    log: watch::Receiver<Log>,
}

/// What happened so far.
#[derive(Default)]
struct Log {
    events: Vec<Event>,
    ended: bool,
    /// Whether this machine lacked something to check it with.
    lacking: bool,
}

impl Shared {
    /// Results are given to others for this long.
    pub(super) fn new(fresh_for: Duration) -> Self {
        Self {
            fresh_for,
            checks: Mutex::default(),
        }
    }

    /// Checks the targets, or finds out what is known of them. What is started goes on to its end even
    /// if nobody listens any more, or asking and going away would be a way to start it again; until
    /// then it holds the place.
    pub(super) fn probe<S>(
        &self,
        targets: Vec<Target>,
        place: &Arc<dyn Place>,
        start: impl Fn(Target) -> S,
    ) -> BoxStream<'static, Heard>
    where
        S: Stream<Item = Event> + Send + Unpin + 'static,
    {
        let now = Instant::now();
        let heard = targets.into_iter().enumerate().map(|(index, target)| {
            let service = (
                target.endpoint.to_string(),
                target.connect_to,
                target.private_networks.clone(),
            );
            let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
            let known = checks
                .get(&service)
                .filter(|check| self.is_fresh(check, now));
            let (check, age) = match known {
                Some(check) => (check.clone(), Some(now.duration_since(check.started))),
                None => {
                    let check = Check {
                        started: now,
                        domain: target.domain.clone(),
                        log: follow(start(target.clone()), Arc::clone(place)),
                    };
                    checks.insert(service, check.clone());
                    (check, None)
                }
            };
            check.told(index, target, age)
        });
        stream::select_all(heard.collect::<Vec<_>>()).boxed()
    }

    /// A check that is still running is fresh, however long it takes; one that broke off is not, and neither
    /// is one that could not be done: the next may be.
    fn is_fresh(&self, check: &Check, now: Instant) -> bool {
        let running = check.log.has_changed().is_ok();
        let Log { ended, lacking, .. } = *check.log.borrow();
        if lacking {
            return false;
        }
        let young = now.duration_since(check.started) < self.fresh_for;
        (ended && young) || (running && !self.fresh_for.is_zero())
    }
}

/// Reads a check to its end, with or without anybody who listens.
fn follow(
    mut events: impl Stream<Item = Event> + Send + Unpin + 'static,
    place: Arc<dyn Place>,
) -> watch::Receiver<Log> {
    let (sender, log) = watch::channel(Log::default());
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            // The one for whom it was started may not listen any more.
            if let Event::Done { report, .. } = &event {
                place.checked(report);
            }
            sender.send_modify(|log| {
                log.lacking |=
                    matches!(&event, Event::Step { step, .. } if step.lacked_resources());
                log.events.push(event);
            });
        }
        sender.send_modify(|log| log.ended = true);
        drop(place);
    });
    log
}

impl Check {
    /// What happened from the beginning on, for one who asked for this target.
    fn told(
        self,
        index: usize,
        target: Target,
        age: Option<Duration>,
    ) -> BoxStream<'static, Heard> {
        let same_domain = self.domain == target.domain;
        let fitting = move |event| {
            let event = fitted(event, index, &target, same_domain)?;
            Some(Heard { event, age })
        };
        stream::unfold((self.log, 0), async |(mut log, heard)| {
            // An error means that the check ended, one way or the other; what it left behind is there.
            let more = |log: &Log| log.events.len() > heard || log.ended;
            let _ = log.wait_for(more).await;
            let event = log.borrow().events.get(heard).cloned()?;
            Some((event, (log, heard + 1)))
        })
        .filter_map(move |event| std::future::ready(fitting(event)))
        .boxed()
    }
}

/// The event as it is for this target: in its place, and without what concerns another domain.
fn fitted(event: Event, index: usize, target: &Target, same_domain: bool) -> Option<Event> {
    let concerns = |step: &Step| same_domain || step.stage != Stage::Published;
    match event {
        Event::Step { step, .. } => concerns(&step).then_some(Event::Step {
            endpoint: index,
            step,
        }),
        Event::Done { report, .. } => {
            let steps = report.steps.into_iter().filter(concerns).collect();
            Some(Event::Done {
                endpoint: index,
                report: EndpointReport::new(target.endpoint.clone(), steps, report.elapsed),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use probe::net::Disclosure;
    use probe::step::{Attempt, OtherAddress};
    use probe::{Endpoint, Facts, Outcome, Protocol, Security};
    use tokio::time::{advance, sleep};

    use super::*;

    /// A place without limits, which counts the checks of which it was told.
    #[derive(Default)]
    struct Free {
        checked: AtomicUsize,
    }

    impl Place for Free {
        fn disclosure(&self) -> Disclosure {
            Disclosure::default()
        }

        fn signed_in(&self, _refusals: usize) {}

        fn checked(&self, _report: &EndpointReport) {
            self.checked.fetch_add(1, Ordering::Relaxed);
        }

        fn must_end(&self) -> futures_util::future::BoxFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn target(id: &str, host: &str, domain: &str) -> Target {
        Target {
            endpoint: Endpoint {
                id: id.into(),
                protocol: Protocol::Imap,
                host: host.parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            },
            domain: domain.parse().ok(),
            connect_to: None,
            private_networks: Vec::new(),
        }
    }

    /// A check that looks up the domain and takes a second, and one that never ends on its own.
    fn check(target: Target) -> impl Stream<Item = Event> + Send + Unpin {
        let steps = [Stage::Dns, Stage::Published]
            .map(|stage| Step::new(stage, Outcome::Ok, Duration::ZERO));
        let report = EndpointReport::new(target.endpoint, steps.to_vec(), Duration::ZERO);
        let events = steps.map(|step| Event::Step { endpoint: 0, step });
        let last = stream::once(async {
            sleep(Duration::from_secs(1)).await;
            Event::Done {
                endpoint: 0,
                report,
            }
        });
        stream::iter(events).chain(last).boxed()
    }

    struct Site {
        shared: Shared,
        started: Cell<usize>,
        place: Arc<Free>,
    }

    impl Site {
        fn new(seconds: u64) -> Self {
            Self {
                shared: Shared::new(Duration::from_secs(seconds)),
                started: Cell::new(0),
                place: Arc::default(),
            }
        }

        fn ask(&self, targets: Vec<Target>) -> BoxStream<'static, Heard> {
            let place: Arc<dyn Place> = self.place.clone();
            self.shared.probe(targets, &place, |target| {
                self.started.set(self.started.get() + 1);
                check(target)
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_ask_a_service_is_checked_once_in_a_while() {
        let site = Site::new(30);
        let target = || target("imap", "mail.example.net", "example.net");
        // Somebody asks each second for five minutes, and most go away at once.
        for second in 0..300 {
            let heard = site.ask(vec![target()]);
            if second % 7 == 0 {
                let heard: Vec<_> = heard.collect().await;
                assert_eq!(heard.len(), 3, "second {second}");
            } else {
                drop(heard);
                advance(Duration::from_secs(1)).await;
            }
        }
        let rounds = 300 / 30;
        let started = site.started.get();
        assert!((rounds - 1..=rounds + 1).contains(&started), "{started}");
        // Each is counted once, whether or not somebody heard it to its end.
        sleep(Duration::from_secs(2)).await;
        assert_eq!(site.place.checked.load(Ordering::Relaxed), started);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_later_is_told_the_age_and_gets_his_own_id() {
        let site = Site::new(30);
        let first: Vec<_> = site
            .ask(vec![target("a", "mail.example.net", "example.net")])
            .collect()
            .await;
        assert!(first.iter().all(|heard| heard.age.is_none()), "{first:?}");
        advance(Duration::from_secs(9)).await;
        let targets = vec![
            target("x", "other.example.net", "example.net"),
            target("b", "mail.example.net", "example.net"),
        ];
        let second: Vec<_> = site.ask(targets).collect().await;
        assert_eq!(site.started.get(), 2);
        let old: Vec<_> = second.iter().filter(|heard| heard.age.is_some()).collect();
        assert_eq!(old.len(), 3, "{second:?}");
        for heard in old {
            assert_eq!(heard.age, Some(Duration::from_secs(10)));
            match &heard.event {
                Event::Step { endpoint, .. } => assert_eq!(*endpoint, 1),
                Event::Done { endpoint, report } => {
                    assert_eq!((*endpoint, report.endpoint.id.as_str()), (1, "b"));
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_quite_the_same_service_is_checked_by_itself() {
        let site = Site::new(30);
        let plain = || target("imap", "mail.example.net", "example.net");
        let mut port = plain();
        port.endpoint.port = 143.try_into().unwrap();
        let mut protocol = plain();
        protocol.endpoint.protocol = Protocol::Pop3;
        let mut security = plain();
        security.endpoint.security = Security::Starttls;
        let mut elsewhere = plain();
        elsewhere.connect_to = "127.0.0.1:1".parse().ok();
        for (number, target) in [plain(), port, protocol, security, elsewhere]
            .into_iter()
            .enumerate()
        {
            site.ask(vec![target]).collect::<Vec<_>>().await;
            assert_eq!(site.started.get(), number + 1);
        }
        site.ask(vec![plain()]).collect::<Vec<_>>().await;
        assert_eq!(site.started.get(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_domain_publishes_is_not_told_to_another() {
        let site = Site::new(30);
        for (domain, expected) in [("example.net", 2), ("example.org", 1)] {
            let heard = site.ask(vec![target("imap", "mail.example.net", domain)]);
            let steps = heard.filter_map(async |heard| match heard.event {
                Event::Step { .. } => None,
                Event::Done { report, .. } => Some(report.steps.len()),
            });
            assert_eq!(steps.collect::<Vec<_>>().await, [expected], "{domain}");
        }
        assert_eq!(site.started.get(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_in_the_network_of_one_record_is_not_told_to_another() {
        let site = Site::new(30);
        for (networks, started) in [
            (&["10.20.0.0/16"][..], 1),
            (&[], 2),
            (&["10.21.0.0/16"], 3),
            (&["10.20.0.0/16"], 3),
        ] {
            let mut target = target("imap", "mail.example.net", "example.net");
            target.private_networks = networks.iter().map(|text| text.parse().unwrap()).collect();
            let heard: Vec<_> = site.ask(vec![target]).collect().await;
            assert_eq!(heard.len(), 3);
            assert_eq!(site.started.get(), started, "{networks:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_sharing_everybody_gets_a_check() {
        let site = Site::new(0);
        let target = || vec![target("imap", "mail.example.net", "example.net")];
        let (one, other) = (site.ask(target()), site.ask(target()));
        assert_eq!(site.started.get(), 2);
        assert_eq!(one.collect::<Vec<_>>().await.len(), 3);
        assert_eq!(other.collect::<Vec<_>>().await.len(), 3);
    }

    /// That this machine is in trouble says nothing to those who come when it is over.
    #[tokio::test(start_paused = true)]
    async fn what_this_machine_could_not_do_is_told_to_nobody_else() {
        let lacking = Outcome::LocalResourcesExhausted;
        let step = |stage, outcome, facts| Step {
            facts,
            ..Step::new(stage, outcome, Duration::ZERO)
        };
        let address = "192.0.2.1".parse().unwrap();
        let attempts = |outcome| Facts::Connect {
            connected: None,
            attempts: vec![Attempt {
                address,
                outcome,
                elapsed: Duration::ZERO,
            }],
        };
        let others = Facts::OtherAddresses {
            others: vec![OtherAddress {
                address,
                outcome: lacking,
                fingerprint: None,
                greeting: None,
                elapsed: Duration::ZERO,
            }],
        };
        for (found, shared) in [
            (step(Stage::Dns, lacking, Facts::None {}), false),
            (step(Stage::Connect, lacking, attempts(lacking)), false),
            (step(Stage::Connect, Outcome::Ok, attempts(lacking)), false),
            (step(Stage::OtherAddresses, Outcome::Ok, others), false),
            (
                step(Stage::Connect, Outcome::Ok, attempts(Outcome::Ok)),
                true,
            ),
            (step(Stage::Dns, Outcome::DnsTimeout, Facts::None {}), true),
        ] {
            let site = Site::new(30);
            let place: Arc<dyn Place> = site.place.clone();
            let ask = || {
                let start = |target: Target| {
                    site.started.set(site.started.get() + 1);
                    let step = found.clone();
                    let first = Event::Step { endpoint: 0, step };
                    stream::iter([first]).chain(check(target))
                };
                let target = target("imap", "mail.example.net", "example.net");
                site.shared.probe(vec![target], &place, start)
            };
            // The second comes while the first is running, the third when it is over.
            let first = ask();
            tokio::task::yield_now().await;
            ask().collect::<Vec<_>>().await;
            first.collect::<Vec<_>>().await;
            ask().collect::<Vec<_>>().await;
            assert_eq!(site.started.get(), if shared { 1 } else { 3 }, "{found:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_holds_its_place_to_its_end() {
        let shared = Shared::new(Duration::from_secs(30));
        let place: Arc<dyn Place> = Arc::new(Free::default());
        drop(shared.probe(
            vec![target("a", "mail.example.net", "example.net")],
            &place,
            check,
        ));
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&place), 2);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(Arc::strong_count(&place), 1);
    }
}
