//! The fallback on a model of the shared counters, with a paused clock.

mod model;
mod three_servers;

use std::num::NonZeroU32;

use tokio::task::JoinHandle;
use tokio::time::{advance, sleep};

use self::model::{Line, Model};
use super::*;
use crate::limits::counters::RateLimit;
use crate::limits::key::{Key, KeyHasher};
use crate::limits::rate::Rate;

/// A server that shares the counters of a model.
struct Server {
    counters: FallbackCounters,
    line: Arc<Line>,
    running: JoinHandle<()>,
}

impl Server {
    async fn start(model: &Arc<Model>, options: &LimitOptions) -> Self {
        let line = Line::to(model);
        let counters = FallbackCounters::new(line.clone(), options, Metrics::default());
        counters.join().await.unwrap();
        let running = tokio::spawn({
            let counters = counters.clone();
            async move { counters.run().await }
        });
        Self {
            counters,
            line,
            running,
        }
    }

    async fn three(options: &LimitOptions) -> (Arc<Model>, Vec<Self>) {
        let model = Model::new(options);
        let mut servers = Vec::new();
        for _ in 0..3 {
            servers.push(Self::start(&model, options).await);
        }
        // Until each has heard of the others.
        sleep(RENEW_EVERY).await;
        (model, servers)
    }

    /// A sign-in that ends at once.
    async fn sign_in(&self, sign_in: SignIn, refusals: usize) -> Result<(), RateLimit> {
        let counted = self.counters.count_sign_in(&sign_in).await;
        counted.map_err(|denial| denial.limit)?;
        let message = sign_in.message;
        self.counters
            .settle(&sign_in, SignInEnd::Sent { refusals, message });
        Ok(())
    }
}

/// Names for the keys of a test.
struct Names(KeyHasher);

impl Names {
    fn new() -> Self {
        Self(KeyHasher::random().unwrap())
    }

    fn key(&self, name: u32) -> Key {
        self.0.client(std::net::Ipv4Addr::from(name).into())[0].key
    }

    fn client(&self, name: u32) -> ClientScopes {
        self.0.client(std::net::Ipv4Addr::from(name).into())
    }

    fn relay(&self, client: u32, service: u32) -> RelayScopes {
        RelayScopes {
            client: self.client(client),
            service: self.key(service | 1 << 30),
            provider: self.key(u32::MAX),
        }
    }

    fn sign_in(&self, client: u32, account: u32) -> SignIn {
        SignIn {
            id: Id::next(),
            client: self.client(client),
            provider: self.key(u32::MAX),
            account: self.key(account | 1 << 31),
            mailboxes: vec![self.key(account | 1 << 31)],
            message: false,
        }
    }
}

fn rate(count: u32, seconds: u32) -> Rate {
    Rate::new(count.try_into().unwrap(), seconds)
}

fn options(change: impl FnOnce(&mut LimitOptions)) -> LimitOptions {
    let mut options = LimitOptions::default();
    change(&mut options);
    options
}

#[tokio::test(start_paused = true)]
async fn servers_that_reach_their_counters_count_as_one() {
    let options = options(|options| options.tests_per_client = rate(7, 600));
    let (_model, servers) = Server::three(&options).await;
    let names = Names::new();
    let mut allowed = 0;
    for server in servers.iter().cycle().take(15) {
        let counted = server.counters.count_test(&names.client(1)).await;
        allowed += usize::from(counted.is_ok());
    }
    assert_eq!(allowed, 7);
}

#[tokio::test(start_paused = true)]
async fn relays_that_were_counted_together_count_where_a_server_is_alone() {
    let options = options(|options| options.relays_per_client = rate(9, 600));
    let (model, servers) = Server::three(&options).await;
    let names = Names::new();
    let relays = async |most: usize| {
        let mut allowed = 0;
        for server in servers.iter().cycle().take(most) {
            let counted = server.counters.count_relay(&names.relay(1, 1)).await;
            allowed += usize::from(counted.is_ok());
        }
        allowed
    };
    assert_eq!(relays(6).await, 6);
    model.down(true);
    // Each has seen two, and its part is three.
    assert_eq!(relays(30).await, 3);
}

#[tokio::test(start_paused = true)]
async fn while_nobody_reaches_them_all_together_allow_no_more_than_the_limit() {
    for (limit, expected) in [(7, 6), (3, 3), (2, 0), (1, 0)] {
        let options = options(|options| {
            options.failed_sign_ins_per_account = rate(limit, 900);
            options.tests_per_client = rate(limit, 600);
            options.relays_per_service = rate(limit, 600);
        });
        let (model, servers) = Server::three(&options).await;
        model.down(true);
        let names = Names::new();
        let mut sign_ins = 0;
        let mut tests = 0;
        let mut relays = 0;
        for round in 0..30 {
            for server in &servers {
                let sign_in = names.sign_in(round, 1);
                sign_ins += usize::from(server.sign_in(sign_in, 1).await.is_ok());
                tests += usize::from(server.counters.count_test(&names.client(1)).await.is_ok());
                let relay = names.relay(round, 1);
                relays += usize::from(server.counters.count_relay(&relay).await.is_ok());
            }
        }
        let counted = (sign_ins, tests, relays);
        assert_eq!(counted, (expected, expected, expected), "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_has_a_place_at_each_server_at_least() {
    let options = options(|options| options.tests_at_once_per_client = 2.try_into().unwrap());
    let (model, servers) = Server::three(&options).await;
    let names = Names::new();
    let client = names.client(1);
    let places = async |servers: &[Server]| {
        let mut places = Vec::new();
        for server in servers.iter().chain(servers) {
            places.extend(server.counters.take_place(&client).await);
        }
        places
    };
    let held = places(&servers).await;
    assert_eq!(held.len(), 2);
    drop(held);
    sleep(Duration::from_millis(1)).await;
    let held = places(&servers).await;
    assert_eq!(held.len(), 2, "given back");
    model.down(true);
    // Two of the servers remember the places that they have given.
    assert_eq!(places(&servers).await.len(), 1);
    drop(held);
    assert_eq!(places(&servers).await.len(), 3);
    model.down(false);
    sleep(RETRY_EVERY * 2).await;
    assert_eq!(places(&servers).await.len(), 2);
}

/// One server has counted everything itself, so it knows all when the counters are gone.
#[tokio::test(start_paused = true)]
async fn a_single_server_allows_no_more_than_the_limit_also_when_they_go_away() {
    let options = options(|options| {
        options.failed_sign_ins_per_account = rate(5, 900);
        options.sign_ins_per_account = rate(100, 600);
        options.accounts_per_client = rate(2, 3600);
    });
    for before in 0..=5 {
        let model = Model::new(&options);
        let server = Server::start(&model, &options).await;
        let names = Names::new();
        let mut refused = 0;
        for number in 0..20 {
            model.down(number >= before);
            let sign_in = names.sign_in(number % 3, 1);
            refused += usize::from(server.sign_in(sign_in, 1).await.is_ok());
        }
        assert_eq!(refused, 5, "{before}");
        // The accounts of a client, too.
        let other = server.sign_in(names.sign_in(0, 2), 0).await;
        assert_eq!(other, Ok(()));
        let third = server.sign_in(names.sign_in(0, 3), 0).await;
        assert_eq!(third, Err(RateLimit::AccountsPerClient));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_counted_with_the_others_counts_for_the_own_part_too() {
    let options = options(|options| {
        options.sign_ins_per_account = rate(3, 600);
        options.accounts_per_client = rate(2, 3600);
    });
    let model = Model::new(&options);
    let server = Server::start(&model, &options).await;
    let names = Names::new();
    for (client, account) in [(1, 1), (1, 2), (2, 1), (3, 1)] {
        let counted = server.sign_in(names.sign_in(client, account), 0).await;
        assert_eq!(counted, Ok(()));
    }
    model.down(true);
    for (client, account, limit) in [
        (1, 3, RateLimit::AccountsPerClient),
        (4, 1, RateLimit::SignInsPerAccount),
    ] {
        let denied = server.sign_in(names.sign_in(client, account), 0).await;
        assert_eq!(denied, Err(limit));
    }
}

#[tokio::test(start_paused = true)]
async fn passwords_that_were_refused_meanwhile_count_when_they_are_back() {
    let options = options(|options| options.failed_sign_ins_per_account = rate(6, 900));
    let (model, servers) = Server::three(&options).await;
    let names = Names::new();
    model.down(true);
    for server in &servers {
        for client in 0..2 {
            assert_eq!(server.sign_in(names.sign_in(client, 1), 1).await, Ok(()));
        }
    }
    // They are told everything before they decide again, however long that takes.
    for server in &servers {
        server.line.delay(Duration::from_millis(50));
    }
    model.down(false);
    let back = Instant::now();
    for server in &servers {
        while !server.counters.0.reach.is_there() {
            sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(server.counters.0.outbox.len(), 0);
    }
    sleep_until(back + RETRY_EVERY * 2).await;
    for server in &servers {
        server.line.delay(Duration::ZERO);
        let denied = server.sign_in(names.sign_in(3, 1), 1).await;
        assert_eq!(denied, Err(RateLimit::FailuresPerAccount));
    }
    // They count from when they happened.
    advance(Duration::from_millis(898_500)).await;
    assert_eq!(servers[0].sign_in(names.sign_in(3, 1), 1).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_report_whose_answer_is_lost_is_repeated_and_counts_once() {
    let options = options(|options| options.failed_sign_ins_per_account = rate(5, 900));
    let (_model, servers) = Server::three(&options).await;
    let [first, second, _] = &servers[..] else {
        panic!()
    };
    let names = Names::new();
    let sign_in = names.sign_in(1, 1);
    first.counters.count_sign_in(&sign_in).await.unwrap();
    first.line.lose_answers(true);
    first.counters.settle(
        &sign_in,
        SignInEnd::Sent {
            refusals: 2,
            message: false,
        },
    );
    sleep(Duration::from_secs(30)).await;
    assert!(!first.counters.0.reach.is_there());
    first.line.lose_answers(false);
    sleep(RETRY_EVERY * 2).await;
    assert!(first.counters.0.reach.is_there());
    let mut allowed = 0;
    for client in 2..9 {
        allowed += usize::from(second.sign_in(names.sign_in(client, 1), 1).await.is_ok());
    }
    assert_eq!(allowed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_fails_alone_is_repeated() {
    let options = options(|options| options.failed_sign_ins_per_account = rate(3, 900));
    let (_model, servers) = Server::three(&options).await;
    // Nothing else is asked now.
    sleep(RENEW_EVERY / 2).await;
    let names = Names::new();
    let sign_in = names.sign_in(1, 1);
    servers[0].counters.count_sign_in(&sign_in).await.unwrap();
    // Such as one that waits too long for a lock. That all was taken in is confirmed after it.
    servers[0].line.fail_next();
    let (refusals, message) = (3, false);
    let end = SignInEnd::Sent { refusals, message };
    servers[0].counters.settle(&sign_in, end);
    sleep(RETRY_EVERY * 3).await;
    let denied = servers[1].sign_in(names.sign_in(2, 1), 1).await;
    assert_eq!(denied, Err(RateLimit::FailuresPerAccount));
}

/// The counters have counted a sign-in, and the server does not know it.
#[tokio::test(start_paused = true)]
async fn a_sign_in_whose_answer_is_lost_counts_once_or_not_at_all() {
    let options = options(|options| options.failed_sign_ins_per_account = rate(3, 900));
    for share_is_left in [true, false] {
        let (_model, servers) = Server::three(&options).await;
        let [first, second, _] = &servers[..] else {
            panic!()
        };
        let names = Names::new();
        if !share_is_left {
            first.sign_in(names.sign_in(1, 1), 1).await.unwrap();
            sleep(Duration::from_millis(1)).await;
        }
        first.line.lose_answers(true);
        let sign_in = names.sign_in(2, 1);
        let allowed = first.sign_in(sign_in, 1).await;
        assert_eq!(allowed.is_ok(), share_is_left);
        first.line.lose_answers(false);
        sleep(RETRY_EVERY * 2).await;
        let mut allowed = 0;
        for client in 3..9 {
            allowed += usize::from(second.sign_in(names.sign_in(client, 1), 1).await.is_ok());
        }
        assert_eq!(allowed, 2, "{share_is_left}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_before_the_answer_has_counted_nothing() {
    let options = options(|options| {
        options.failed_sign_ins_per_account = rate(1, 900);
        options.tests_at_once_per_client = 1.try_into().unwrap();
    });
    let (_model, servers) = Server::three(&options).await;
    let names = Names::new();
    let server = &servers[0];
    server.line.delay(Duration::from_millis(500));
    let sign_in = names.sign_in(1, 1);
    let client = names.client(1);
    for asked in [
        server.counters.count_sign_in(&sign_in).map(drop).boxed(),
        server.counters.take_place(&client).map(drop).boxed(),
    ] {
        assert!(timeout(Duration::from_millis(100), asked).await.is_err());
    }
    server.line.delay(Duration::ZERO);
    sleep(Duration::from_secs(1)).await;
    assert!(server.counters.take_place(&client).await.is_some());
    assert_eq!(servers[1].sign_in(names.sign_in(2, 1), 1).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_reports_everything_first() {
    let options = options(|options| options.failed_sign_ins_per_account = rate(3, 900));
    let (model, servers) = Server::three(&options).await;
    let [first, second, _] = &servers[..] else {
        panic!()
    };
    let names = Names::new();
    first.running.abort();
    let place = first.counters.take_place(&names.client(1)).await;
    for client in 0..3 {
        first.sign_in(names.sign_in(client, 1), 1).await.unwrap();
    }
    first.counters.end().await;
    assert_eq!(first.counters.0.outbox.len(), 0);
    assert_eq!(model.servers(), 2);
    let denied = second.sign_in(names.sign_in(9, 1), 1).await;
    assert_eq!(denied, Err(RateLimit::FailuresPerAccount));
    drop(place);
    // One that cannot report does not wait for ever.
    let begin = Instant::now();
    second.running.abort();
    second.sign_in(names.sign_in(9, 2), 1).await.unwrap();
    second.line.delay(Duration::from_secs(3600));
    second.counters.end().await;
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn one_with_another_secret_does_not_start_and_does_not_share() {
    let options = LimitOptions::default();
    let (model, servers) = Server::three(&options).await;
    let line = Line::to(&model);
    line.other_secret(true);
    let stranger = FallbackCounters::new(line, &options, Metrics::default());
    assert!(matches!(
        stranger.join().await,
        Err(RenewError::OtherSecret)
    ));
    servers[0].line.other_secret(true);
    sleep(RENEW_EVERY * 2).await;
    let shares = |server: &Server| server.counters.0.reach.is_there();
    assert_eq!(
        servers.iter().map(shares).collect::<Vec<_>>(),
        [false, true, true]
    );
}

#[tokio::test(start_paused = true)]
async fn before_they_were_ever_reached_a_server_takes_itself_for_one_of_eight() {
    let options = options(|options| {
        options.failed_sign_ins_per_account = rate(17, 900);
        options.sign_ins_per_account = rate(100, 600);
        options.accounts_per_client = rate(100, 600);
    });
    let model = Model::new(&options);
    model.down(true);
    let server = Server::start(&model, &options).await;
    let names = Names::new();
    let mut allowed = 0;
    for client in 0..20 {
        allowed += u32::from(server.sign_in(names.sign_in(client, 1), 1).await.is_ok());
    }
    assert_eq!(allowed, 17 / 8);
    assert_eq!(
        Rates::new(&options).share(NonZeroU32::MIN).rates,
        Rates::new(&options)
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_reported_is_bounded_and_refusals_are_kept_longest() {
    let options = LimitOptions::default();
    let model = Model::new(&options);
    model.down(true);
    let server = Server::start(&model, &options).await;
    let names = Names::new();
    let sign_in = names.sign_in(1, 1);
    let settle = |refusals, times| {
        for _ in 0..times {
            server.counters.settle(
                &sign_in,
                SignInEnd::Sent {
                    refusals,
                    message: false,
                },
            );
        }
        server.counters.0.outbox.len()
    };
    assert_eq!(settle(0, 70_000), 65_536);
    assert_eq!(settle(1, 70_000), 131_072);
    // What counts for nothing any more is not reported.
    advance(Duration::from_secs(3601)).await;
    model.down(false);
    sleep(RETRY_EVERY * 2).await;
    assert_eq!(server.counters.0.outbox.len(), 0);
    assert_eq!(model.settled(), 0);
}
