//! Customers who ask for the same at the same time, or soon after.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use probe::net::Disclosure;
use probe::step::{Attempt, OtherAddress};
use probe::{Endpoint, Facts, Outcome, Protocol, Security};
use tokio::time::{advance, sleep};

use super::*;

/// A permit without limits, which counts the checks of which it was told.
#[derive(Default)]
pub(super) struct Free {
    pub(super) checked: AtomicUsize,
}

impl TestPermit for Free {
    fn disclosure(&self) -> Disclosure {
        Disclosure::default()
    }

    fn settle(&self, _refusals: usize, _message_sent: bool) {}

    fn count_check(&self, _report: &EndpointReport) {
        self.checked.fetch_add(1, Ordering::Relaxed);
    }

    fn shutdown(&self) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

pub(super) fn target(id: &str, host: &str, domain: &str) -> Target {
    Target {
        endpoint: Endpoint {
            id: id.into(),
            protocol: Protocol::Imap,
            host: host.parse().unwrap(),
            port: 993.try_into().unwrap(),
            security: Security::Tls,
        },
        domain: domain.parse().ok(),
        connect_to: Vec::new(),
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

/// A check that looks up the domain and takes a second.
pub(super) fn check(target: Target) -> impl Stream<Item = ProbeEvent> + Send + Unpin {
    let steps =
        [Stage::Dns, Stage::Published].map(|stage| Step::new(stage, Outcome::Ok, Duration::ZERO));
    let report = EndpointReport::new(target.endpoint, steps.to_vec(), Duration::ZERO);
    let events = steps.map(|step| ProbeEvent::Step { endpoint: 0, step });
    let last = stream::once(async {
        sleep(Duration::from_secs(1)).await;
        ProbeEvent::Done {
            endpoint: 0,
            report,
        }
    });
    stream::iter(events).chain(last).boxed()
}

struct Site {
    cache: ResultCache,
    started: Arc<AtomicUsize>,
    permit: Arc<Free>,
    max_age: Cell<Duration>,
}

impl Site {
    fn new(seconds: u64) -> Self {
        Self {
            cache: ResultCache::new(Duration::from_secs(seconds)),
            started: Arc::default(),
            permit: Arc::default(),
            max_age: Cell::new(Duration::MAX),
        }
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    fn ask(&self, targets: Vec<Target>) -> BoxStream<'static, Observed> {
        let permit: Arc<dyn TestPermit> = self.permit.clone();
        let started = Arc::clone(&self.started);
        self.cache
            .check_with(targets, &permit, self.max_age.get(), move |target| {
                started.fetch_add(1, Ordering::Relaxed);
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
        let observed = site.ask(vec![target()]);
        if second % 7 == 0 {
            let observed: Vec<_> = observed.collect().await;
            assert_eq!(observed.len(), 3, "second {second}");
        } else {
            drop(observed);
            advance(Duration::from_secs(1)).await;
        }
    }
    let rounds = 300 / 30;
    let started = site.started();
    assert!((rounds - 1..=rounds + 1).contains(&started), "{started}");
    // Each is counted once, whether or not somebody observed it to its end.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(site.permit.checked.load(Ordering::Relaxed), started);
}

#[tokio::test(start_paused = true)]
async fn who_asks_later_is_told_the_age_and_gets_his_own_id() {
    let site = Site::new(30);
    let first: Vec<_> = site
        .ask(vec![target("a", "mail.example.net", "example.net")])
        .collect()
        .await;
    assert!(
        first.iter().all(|observed| observed.age.is_none()),
        "{first:?}"
    );
    advance(Duration::from_secs(9)).await;
    let targets = vec![
        target("x", "other.example.net", "example.net"),
        target("b", "mail.example.net", "example.net"),
    ];
    let second: Vec<_> = site.ask(targets).collect().await;
    assert_eq!(site.started(), 2);
    let old: Vec<_> = second
        .iter()
        .filter(|observed| observed.age.is_some())
        .collect();
    assert_eq!(old.len(), 3, "{second:?}");
    for observed in old {
        assert_eq!(observed.age, Some(Duration::from_secs(10)));
        match &observed.event {
            ProbeEvent::Step { endpoint, .. } => assert_eq!(*endpoint, 1),
            ProbeEvent::Done { endpoint, report } => {
                assert_eq!((*endpoint, report.endpoint.id.as_str()), (1, "b"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_wants_to_know_anew_starts_a_check_that_others_are_told() {
    let site = Site::new(30);
    let target = || target("imap", "mail.example.net", "example.net");
    let age = async |max_age| {
        site.max_age.set(max_age);
        let observed: Vec<_> = site.ask(vec![target()]).collect().await;
        observed.last().unwrap().age
    };
    let seconds = Duration::from_secs;
    // Each check takes a second.
    assert_eq!(age(Duration::MAX).await, None);
    advance(seconds(9)).await;
    assert_eq!(age(seconds(11)).await, Some(seconds(10)));
    assert_eq!(age(seconds(10)).await, None);
    assert_eq!(age(Duration::MAX).await, Some(seconds(1)));
    assert_eq!(age(Duration::ZERO).await, None);
    assert_eq!(site.started(), 3);
    // What is older than the time for which results are shared is told to nobody.
    advance(seconds(30)).await;
    assert_eq!(age(Duration::MAX).await, None);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_quite_the_same_service_is_checked_by_itself() {
    let site = Site::new(30);
    let plain = || target("imap", "mail.example.net", "example.net");
    let mut port = plain();
    port.endpoint.port = 143.try_into().unwrap();
    let mut protocol = plain();
    protocol.endpoint.protocol = Protocol::Pop3;
    let mut starttls = plain();
    starttls.endpoint.security = Security::Starttls;
    // The two are written alike, but one of them may go on without encryption.
    let mut none = plain();
    none.endpoint.security = Security::None;
    let mut elsewhere = plain();
    elsewhere.connect_to = vec!["127.0.0.1:1".parse().unwrap()];
    for (number, target) in [plain(), port, protocol, starttls, none, elsewhere]
        .into_iter()
        .enumerate()
    {
        site.ask(vec![target]).collect::<Vec<_>>().await;
        assert_eq!(site.started(), number + 1);
    }
    site.ask(vec![plain()]).collect::<Vec<_>>().await;
    assert_eq!(site.started(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_one_domain_publishes_is_not_told_to_another() {
    let site = Site::new(30);
    for (domain, expected) in [("example.net", 2), ("example.org", 1)] {
        let observed = site.ask(vec![target("imap", "mail.example.net", domain)]);
        let steps = observed.filter_map(async |observed| match observed.event {
            ProbeEvent::Step { .. } => None,
            ProbeEvent::Done { report, .. } => Some(report.steps.len()),
        });
        assert_eq!(steps.collect::<Vec<_>>().await, [expected], "{domain}");
    }
    assert_eq!(site.started(), 1);
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
        let observed: Vec<_> = site.ask(vec![target]).collect().await;
        assert_eq!(observed.len(), 3);
        assert_eq!(site.started(), started, "{networks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_sharing_everybody_gets_a_check() {
    let site = Site::new(0);
    let target = || vec![target("imap", "mail.example.net", "example.net")];
    let (one, other) = (site.ask(target()), site.ask(target()));
    assert_eq!(site.started(), 2);
    assert_eq!(one.collect::<Vec<_>>().await.len(), 3);
    assert_eq!(other.collect::<Vec<_>>().await.len(), 3);
}

/// That this machine is in trouble says nothing to those who come when it is over.
#[tokio::test(start_paused = true)]
async fn what_this_machine_could_not_do_is_told_to_nobody_else() {
    let lacking = Outcome::LocalResourcesExhausted;
    let offline = Outcome::ProbeOffline;
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
        (step(Stage::Dns, offline, Facts::None {}), false),
        (
            step(
                Stage::Connect,
                offline,
                attempts(Outcome::ConnectionTimeout),
            ),
            false,
        ),
        (step(Stage::Connect, Outcome::Ok, attempts(lacking)), false),
        (step(Stage::OtherAddresses, Outcome::Ok, others), false),
        (
            step(Stage::Connect, Outcome::Ok, attempts(Outcome::Ok)),
            true,
        ),
        (step(Stage::Dns, Outcome::DnsTimeout, Facts::None {}), true),
    ] {
        let site = Site::new(30);
        let permit: Arc<dyn TestPermit> = site.permit.clone();
        let ask = || {
            let (started, step) = (Arc::clone(&site.started), found.clone());
            let start = move |target: Target| {
                started.fetch_add(1, Ordering::Relaxed);
                let step = step.clone();
                let first = ProbeEvent::Step { endpoint: 0, step };
                stream::iter([first]).chain(check(target))
            };
            let target = target("imap", "mail.example.net", "example.net");
            site.cache
                .check_with(vec![target], &permit, Duration::MAX, start)
        };
        // The second comes while the first is running, the third when it is over.
        let first = ask();
        tokio::task::yield_now().await;
        ask().collect::<Vec<_>>().await;
        first.collect::<Vec<_>>().await;
        ask().collect::<Vec<_>>().await;
        assert_eq!(site.started(), if shared { 1 } else { 3 }, "{found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_holds_its_place_to_its_end() {
    let cache = ResultCache::new(Duration::from_secs(30));
    let permit: Arc<dyn TestPermit> = Arc::new(Free::default());
    drop(cache.check_with(
        vec![target("a", "mail.example.net", "example.net")],
        &permit,
        Duration::MAX,
        check,
    ));
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&permit), 2);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(Arc::strong_count(&permit), 1);
}
