//! Simulations of honest clients and attackers over days, on a paused clock.

mod relays;

use std::time::Duration;

use app::check::{Account, Refusal, RequestedSignIn, TestPermit};
use tokio::time::{Instant, advance, sleep};

use self::relays::{
    a_client_opens_so_many_relays_and_others_have_theirs,
    a_pause_of_a_provider_is_one_of_its_relays,
    a_service_has_so_many_relays_and_those_it_refuses_cost_nothing,
    relays_have_places_beside_those_of_tests,
};
use super::database::tests::TestDatabase;
use super::*;

/// Makes the counters of a simulation.
type Factory<'a> = dyn Fn(&LimitOptions, &KeyHasher) -> Arc<dyn Counters> + 'a;

fn limits(counters: &Factory<'_>, change: impl FnOnce(&mut LimitOptions)) -> Limits {
    let mut options = LimitOptions::default();
    change(&mut options);
    let keys = KeyHasher::random().unwrap();
    let counters = counters(&options, &keys);
    Limits::counted_by(counters, &options, keys, Metrics::default())
}

macro_rules! simulations {
    ($($name:ident),* $(,)?) => {
        mod in_memory {
            use super::*;
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    super::$name(&|options, _| Arc::new(MemoryCounters::new(Rates::new(options)))).await;
                }
            )*
        }

        #[test]
        fn counted_in_a_database_they_come_to_the_same() {
            let database = TestDatabase::start();
            $(
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_time().start_paused(true).build().unwrap();
                runtime.block_on($name(&|options, keys| database.counters(options, keys)));
            )*
        }
    };
}

simulations! {
    a_client_has_so_many_tests_and_others_have_theirs,
    no_quarter_of_an_hour_has_six_refusals_of_one_account,
    tests_at_the_same_moment_do_not_slip_past_the_limit,
    going_away_before_the_answer_counts_as_refused,
    what_was_never_sent_counts_nowhere,
    a_test_that_the_server_has_no_place_for_costs_no_attempt,
    a_network_of_ipv6_does_a_few_times_what_one_client_may,
    what_a_larger_network_refuses_costs_the_smaller_ones_nothing,
    a_right_password_is_tested_as_often_as_the_account_may_be,
    a_client_signs_in_to_a_few_accounts_only,
    when_many_passwords_are_refused_none_is_tested_for_a_while,
    guesses_at_the_same_moment_do_not_slip_past_the_pause,
    what_is_refused_at_one_provider_stops_nobody_at_another,
    sign_ins_wait_longer_the_more_passwords_are_refused,
    right_passwords_never_stop_the_others,
    a_client_has_a_few_places_and_does_not_wait_for_more,
    the_queue_is_short_and_its_wait_too,
    when_the_server_stops_nobody_goes_on_waiting_and_who_runs_is_told,
    who_leaves_the_queue_takes_nothing_along,
    an_account_sends_itself_one_message_in_a_quarter_of_an_hour,
    a_client_opens_so_many_relays_and_others_have_theirs,
    a_service_has_so_many_relays_and_those_it_refuses_cost_nothing,
    a_pause_of_a_provider_is_one_of_its_relays,
    relays_have_places_beside_those_of_tests,
}

fn rate(count: u32, seconds: u32) -> Rate {
    Rate::new(count.try_into().unwrap(), seconds)
}

fn limits_of_client(limits: &Limits, client: &str) -> Arc<dyn ClientLimits> {
    limits.of_client(client.parse().unwrap())
}

/// A whole request, until it has a slot.
async fn ask(
    limits: &Limits,
    client: &str,
    account: Option<&str>,
) -> Result<Arc<dyn TestPermit>, Refusal> {
    let limits_of_client = limits_of_client(limits, client);
    limits_of_client.count_request().await?;
    limits_of_client
        .acquire(account.map(|name| at_provider("lab", name)))
        .await
}

/// A whole request with a message of the account to itself.
async fn ask_with_message(
    limits: &Limits,
    client: &str,
    account: &str,
) -> Result<Arc<dyn TestPermit>, Refusal> {
    let limits_of_client = limits_of_client(limits, client);
    limits_of_client.count_request().await?;
    let requested = RequestedSignIn {
        message: true,
        ..at_provider("lab", account)
    };
    limits_of_client.acquire(Some(requested)).await
}

fn at_provider(provider: &str, name: &str) -> RequestedSignIn {
    RequestedSignIn {
        account: Account {
            provider: provider.into(),
            mailboxes: [format!("{provider} {name}")].into(),
        },
        message: false,
    }
}

/// The results of a test that has sent a password.
trait Sent {
    fn accepted(&self);
    fn refused(&self);
}

impl Sent for Arc<dyn TestPermit> {
    fn accepted(&self) {
        self.disclosure().happens();
        self.settle(0, false);
    }

    fn refused(&self) {
        self.disclosure().happens();
        self.settle(1, false);
    }
}

/// A test whose password is sent and refused, if the limits allow it.
async fn wrong_password(limits: &Limits, client: &str, account: &str) -> Result<(), Refusal> {
    let permit = ask(limits, client, Some(account)).await?;
    sleep(Duration::from_secs(2)).await;
    permit.refused();
    Ok(())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn a_client_has_so_many_tests_and_others_have_theirs(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.tests_per_client = rate(2, 600));
    let too_many = Err(Refusal::TooMany { wait: seconds(300) });
    for (client, expected) in [
        ("192.0.2.1", Ok(())),
        ("::ffff:192.0.2.1", Ok(())),
        ("192.0.2.1", too_many),
        ("192.0.2.2", Ok(())),
        ("2001:db8::1", Ok(())),
        ("2001:db8::2", Ok(())),
        ("2001:db8::3", too_many),
        ("2001:db8:0:1::3", Ok(())),
    ] {
        assert_eq!(
            ask(&limits, client, None).await.map(drop),
            expected,
            "{client}"
        );
    }
    // The reported wait is exact.
    advance(seconds(299)).await;
    assert!(ask(&limits, "192.0.2.1", None).await.is_err());
    advance(seconds(1)).await;
    assert!(ask(&limits, "192.0.2.1", None).await.is_ok());
}

/// Ten attackers with ten thousand addresses against one account.
async fn no_quarter_of_an_hour_has_six_refusals_of_one_account(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.sign_ins_per_account = rate(10_000, 1);
    });
    let begin = Instant::now();
    let mut refused = Vec::new();
    let mut client = 0_u32;
    while begin.elapsed() < seconds(86_400) {
        client += 1;
        let address = std::net::Ipv4Addr::from(0x0a00_0000 + client).to_string();
        match wrong_password(&limits, &address, "jane").await {
            Ok(()) => refused.push(begin.elapsed()),
            Err(Refusal::TooManyFailures { wait }) => {
                assert!(wait > Duration::ZERO && wait <= seconds(900), "{wait:?}");
                // A quarter of the clients does not wait that long.
                advance(if client.is_multiple_of(4) {
                    seconds(1)
                } else {
                    wait
                })
                .await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    for six in refused.windows(6) {
        assert!(six[5] - six[0] >= seconds(900), "{six:?}");
    }
    // The limit is used up, too: five in every quarter of an hour.
    let expected = 5 * 86_400 / 900;
    assert!(refused.len() >= expected * 95 / 100, "{}", refused.len());
}

async fn tests_at_the_same_moment_do_not_slip_past_the_limit(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.failed_sign_ins_per_account = rate(3, 900);
    });
    let mut places = Vec::new();
    for client in 1..=3 {
        places.push(
            ask(&limits, &format!("192.0.2.{client}"), Some("jane"))
                .await
                .unwrap(),
        );
    }
    let fourth = ask(&limits, "192.0.2.4", Some("jane")).await;
    assert!(matches!(
        fourth.map(drop),
        Err(Refusal::TooManyFailures { .. })
    ));
    // An accepted password no longer counts as pending.
    places.pop().unwrap().accepted();
    assert!(ask(&limits, "192.0.2.4", Some("jane")).await.is_ok());
}

async fn going_away_before_the_answer_counts_as_refused(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.failed_sign_ins_per_account = rate(2, 900);
    });
    for _ in 0..2 {
        let permit = ask(&limits, "192.0.2.1", Some("jane")).await.unwrap();
        permit.disclosure().happens();
    }
    let third = ask(&limits, "192.0.2.1", Some("jane")).await.map(drop);
    assert_eq!(third, Err(Refusal::TooManyFailures { wait: seconds(900) }));
}

/// Two hundred clients that disconnect before the password is sent, half of them for one account.
async fn what_was_never_sent_counts_nowhere(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_per_client = rate(1000, 1);
        options.accounts_per_client = rate(3, 3600);
        options.failed_sign_ins = rate(4, 900);
    });
    for number in 0..200 {
        let account = ["jane", &number.to_string()][number % 2].to_owned();
        let client = format!("2001:db8:0:{:x}::1", number % 8);
        let permit = ask(&limits, &client, Some(&account)).await.unwrap();
        // Also when the test itself reports that nothing was refused.
        if number % 3 == 0 {
            permit.settle(0, false);
        }
    }
    assert!(ask(&limits, "2001:db8::1", Some("jane")).await.is_ok());
}

async fn a_test_that_the_server_has_no_place_for_costs_no_attempt(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once = 1.try_into().unwrap();
        options.queue_wait = seconds(1);
        options.failed_sign_ins_per_account = rate(1, 900);
        options.sign_ins_per_account = rate(1, 600);
    });
    let running = ask(&limits, "192.0.2.1", None).await.unwrap();
    for _ in 0..3 {
        let busy = ask(&limits, "192.0.2.2", Some("jane")).await;
        assert_eq!(busy.map(drop), Err(Refusal::Busy));
    }
    drop(running);
    assert!(ask(&limits, "192.0.2.2", Some("jane")).await.is_ok());
}

/// Every limit on clients, for an attacker with a whole /48 of addresses.
async fn a_network_of_ipv6_does_a_few_times_what_one_client_may(counters: &Factory<'_>) {
    for (change, account) in [
        (
            (|options| options.tests_per_client = rate(2, 600)) as fn(&mut LimitOptions),
            None,
        ),
        (
            |options| options.tests_at_once_per_client = 2.try_into().unwrap(),
            None,
        ),
        (
            |options| {
                options.accounts_per_client = rate(2, 600);
                options.failed_sign_ins = rate(1000, 600);
            },
            Some(()),
        ),
    ] {
        let limits = limits(counters, change);
        let mut held = Vec::new();
        let mut passed = [0; 3];
        for number in 0..0x400_u32 {
            // Each /64 sends three requests, the /64s of a /56 one after the other.
            let client = format!(
                "2001:db8:0:{:x}::{number}",
                (number / 3 % 8) + (number / 24) * 256
            );
            let account = account.map(|()| number.to_string());
            match ask(&limits, &client, account.as_deref()).await {
                Ok(permit) => {
                    if account.is_some() {
                        permit.accepted();
                    }
                    held.push(permit);
                    passed[0] += usize::from(number < 3);
                    passed[1] += usize::from(number < 24);
                    passed[2] += 1;
                }
                Err(Refusal::Busy) => panic!("{number}"),
                Err(_) => {}
            }
        }
        assert_eq!(passed, [2, 8, 32]);
        // Clients in other networks are not limited.
        assert!(ask(&limits, "2001:db8:1::1", None).await.is_ok());
    }
}

async fn what_a_larger_network_refuses_costs_the_smaller_ones_nothing(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.tests_per_client = rate(1, 600));
    for client in 0..4 {
        let client = format!("2001:db8:0:{client:x}::1");
        assert!(ask(&limits, &client, None).await.is_ok());
    }
    for _ in 0..9 {
        assert!(ask(&limits, "2001:db8:0:4::1", None).await.is_err());
    }
    advance(seconds(150)).await;
    assert!(ask(&limits, "2001:db8:0:4::1", None).await.is_ok());
}

async fn a_right_password_is_tested_as_often_as_the_account_may_be(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.sign_ins_per_account = rate(10, 600);
    });
    for _ in 0..10 {
        ask(&limits, "192.0.2.1", Some("jane"))
            .await
            .unwrap()
            .accepted();
    }
    let more = ask(&limits, "192.0.2.2", Some("jane")).await.map(drop);
    assert_eq!(more, Err(Refusal::TooManySignIns { wait: seconds(60) }));
    // Other accounts, and tests without a password, are not limited.
    assert!(ask(&limits, "192.0.2.2", Some("joan")).await.is_ok());
    assert!(ask(&limits, "192.0.2.2", None).await.is_ok());
}

async fn a_client_signs_in_to_a_few_accounts_only(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.accounts_per_client = rate(3, 3600);
    });
    for account in ["a", "b", "c", "b", "a"] {
        wrong_password(&limits, "192.0.2.1", account).await.unwrap();
    }
    let wait = |result: Result<(), Refusal>| match result {
        Err(Refusal::TooManyAccounts { wait }) => wait,
        other => panic!("{other:?}"),
    };
    // "c" is the least recently used account, four seconds before the last.
    let left = wait(wrong_password(&limits, "192.0.2.1", "d").await);
    assert_eq!(left, seconds(3600 - 4));
    wrong_password(&limits, "192.0.2.2", "d").await.unwrap();
    advance(left - seconds(3)).await;
    let left = wait(wrong_password(&limits, "192.0.2.1", "d").await);
    advance(left).await;
    wrong_password(&limits, "192.0.2.1", "d").await.unwrap();
}

/// One guess for each of many accounts, from many addresses: no other limit detects this.
async fn when_many_passwords_are_refused_none_is_tested_for_a_while(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.failed_sign_ins = rate(50, 900));
    let guess = async |number: u32| {
        let client = std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string();
        wrong_password(&limits, &client, &format!("account {number}")).await
    };
    for number in 0..50 {
        guess(number).await.unwrap();
    }
    let paused = |result| matches!(result, Err(Refusal::SignInPaused { .. }));
    assert!(paused(guess(50).await));
    assert!(paused(
        ask(&limits, "192.0.2.1", Some("honest")).await.map(drop)
    ));
    assert!(ask(&limits, "192.0.2.1", None).await.is_ok());
    advance(seconds(899)).await;
    assert!(paused(guess(51).await));
    advance(seconds(1)).await;
    assert_eq!(guess(52).await, Ok(()));
}

async fn guesses_at_the_same_moment_do_not_slip_past_the_pause(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.failed_sign_ins = rate(3, 900));
    let guess = async |number: u32| {
        let account = format!("account {number}");
        ask(&limits, &format!("192.0.2.{number}"), Some(&account)).await
    };
    let mut places = Vec::new();
    for number in 1..=3 {
        places.push(guess(number).await.unwrap());
    }
    let fourth = guess(4).await.map(drop);
    assert!(matches!(fourth, Err(Refusal::SignInPaused { .. })));
    // An accepted password no longer counts as pending.
    places.pop().unwrap().accepted();
    assert!(guess(5).await.is_ok());
}

async fn what_is_refused_at_one_provider_stops_nobody_at_another(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.failed_sign_ins = rate(3, 900));
    for number in 0..3 {
        let client = format!("192.0.2.{number}");
        wrong_password(&limits, &client, &client).await.unwrap();
    }
    let of = async |provider| {
        let limits_of_client = limits_of_client(&limits, "192.0.2.9");
        let permit = limits_of_client
            .acquire(Some(at_provider(provider, "honest")))
            .await;
        permit.map(drop)
    };
    assert_eq!(
        of("lab").await,
        Err(Refusal::SignInPaused { wait: seconds(900) })
    );
    assert_eq!(of("other").await, Ok(()));
}

/// Guesses from many addresses are delayed before sign-ins are paused, and others can use the slots meanwhile.
async fn sign_ins_wait_longer_the_more_passwords_are_refused(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.failed_sign_ins = rate(20, 900);
        options.tests_at_once = 1.try_into().unwrap();
        options.tests_at_once_per_client = 1.try_into().unwrap();
        options.queue = 0;
    });
    let guess = async |number: u32| {
        let client = format!("192.0.2.{number}");
        let begin = Instant::now();
        ask(&limits, &client, Some(&client))
            .await
            .unwrap()
            .refused();
        begin.elapsed()
    };
    for number in 0..10 {
        assert_eq!(guess(number).await, Duration::ZERO, "{number}");
    }
    for number in 10..19 {
        let expected = Duration::from_millis(500) * (number - 9);
        assert_eq!(guess(number).await, expected, "{number}");
    }
    let slow = tokio::spawn({
        let limits = limits.clone();
        async move { ask(&limits, "192.0.2.19", Some("last")).await.map(drop) }
    });
    sleep(seconds(1)).await;
    // A delayed test holds no slot of the server, but counts as a test of its client.
    assert!(ask(&limits, "192.0.2.20", None).await.is_ok());
    assert_eq!(
        ask(&limits, "192.0.2.19", None).await.map(drop),
        Err(Refusal::TooManyAtOnce)
    );
    assert_eq!(slow.await.unwrap(), Ok(()));
    // That test was dropped before its password was sent, so one more is allowed, with the same delay.
    assert_eq!(guess(21).await, seconds(5));
    let paused = ask(&limits, "192.0.2.22", Some("honest")).await;
    assert!(matches!(
        paused.map(drop),
        Err(Refusal::SignInPaused { .. })
    ));
}

async fn right_passwords_never_stop_the_others(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.failed_sign_ins = rate(5, 900));
    for number in 0..100 {
        let permit = ask(
            &limits,
            &format!("192.0.2.{number}"),
            Some(&number.to_string()),
        )
        .await;
        permit.unwrap().accepted();
    }
}

async fn a_client_has_a_few_places_and_does_not_wait_for_more(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once_per_client = 2.try_into().unwrap();
    });
    let first = ask(&limits, "2001:db8::1", None).await.unwrap();
    let _second = ask(&limits, "2001:db8::2", None).await.unwrap();
    let begin = Instant::now();
    let third = ask(&limits, "2001:db8::3", None).await.map(drop);
    assert_eq!(third, Err(Refusal::TooManyAtOnce));
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert!(ask(&limits, "192.0.2.1", None).await.is_ok());
    drop(first);
    assert!(ask(&limits, "2001:db8::3", None).await.is_ok());
}

async fn the_queue_is_short_and_its_wait_too(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once = 1.try_into().unwrap();
        options.queue = 2;
        options.queue_wait = seconds(10);
        options.tests_per_client = rate(1, 600);
    });
    let running = ask(&limits, "192.0.2.1", None).await.unwrap();
    let waiter = |client: &'static str| {
        let limits = limits.clone();
        tokio::spawn(async move { ask(&limits, client, None).await })
    };
    let first = waiter("192.0.2.2");
    tokio::task::yield_now().await;
    let second = waiter("192.0.2.3");
    sleep(seconds(1)).await;
    // The queue is full: the test is refused at once and is not counted.
    for _ in 0..3 {
        assert_eq!(
            ask(&limits, "192.0.2.4", None).await.map(drop),
            Err(Refusal::Busy)
        );
    }
    let begin = Instant::now();
    sleep(seconds(4)).await;
    drop(running);
    // The queue is first in, first out; the slot is held until the wait of the second test times out.
    let _first = first.await.unwrap().unwrap();
    assert_eq!(begin.elapsed(), seconds(4));
    assert_eq!(second.await.unwrap().map(drop), Err(Refusal::Busy));
    assert_eq!(begin.elapsed(), seconds(9));
    drop(_first);
    assert!(ask(&limits, "192.0.2.4", None).await.is_ok());
}

async fn when_the_server_stops_nobody_goes_on_waiting_and_who_runs_is_told(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once = 1.try_into().unwrap();
        options.queue_wait = seconds(600);
    });
    let running = ask(&limits, "192.0.2.1", None).await.unwrap();
    let told = running.shutdown();
    let waiting = ask(&limits, "192.0.2.2", None);
    let stop = async {
        sleep(seconds(5)).await;
        assert!(running.shutdown().now_or_never().is_none());
        limits.end_tests();
    };
    let begin = Instant::now();
    let ((), (), waited) = tokio::join!(stop, told, waiting);
    assert_eq!(begin.elapsed(), seconds(5));
    assert_eq!(waited.map(drop), Err(Refusal::Restarting));
    drop(running);
    let late = ask(&limits, "192.0.2.3", None).await;
    assert_eq!(late.map(drop), Err(Refusal::Restarting));
}

async fn who_leaves_the_queue_takes_nothing_along(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once = 1.try_into().unwrap();
        options.tests_at_once_per_client = 1.try_into().unwrap();
        options.queue = 1;
    });
    let running = ask(&limits, "192.0.2.1", None).await.unwrap();
    for _ in 0..3 {
        let waiting = ask(&limits, "192.0.2.2", None);
        let gone = tokio::time::timeout(seconds(1), waiting).await;
        assert!(gone.is_err(), "the permit was free");
    }
    drop(running);
    assert!(ask(&limits, "192.0.2.2", None).await.is_ok());
}

async fn an_account_sends_itself_one_message_in_a_quarter_of_an_hour(counters: &Factory<'_>) {
    let limits = limits(counters, |_| {});
    let denied = |result: Result<Arc<dyn TestPermit>, Refusal>| match result {
        Err(Refusal::TooManyMessages { wait }) => wait,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it may send another"),
    };
    let permit = ask_with_message(&limits, "192.0.2.1", "jane")
        .await
        .unwrap();
    // While it is under way nobody knows whether it is sent.
    let wait = denied(ask_with_message(&limits, "192.0.2.2", "jane").await);
    assert_eq!(wait, seconds(900));
    permit.disclosure().happens();
    permit.settle(0, true);
    denied(ask_with_message(&limits, "192.0.2.2", "jane").await);
    assert!(
        ask(&limits, "192.0.2.2", Some("jane")).await.is_ok(),
        "without a message"
    );
    assert!(ask_with_message(&limits, "192.0.2.2", "tom").await.is_ok());
    advance(seconds(900)).await;
    // What was not sent does not count, whether the password was or not.
    let permit = ask_with_message(&limits, "192.0.2.1", "jane")
        .await
        .unwrap();
    permit.disclosure().happens();
    permit.settle(0, false);
    drop(
        ask_with_message(&limits, "192.0.2.1", "jane")
            .await
            .unwrap(),
    );
    // Whoever leaves may have had it sent.
    let permit = ask_with_message(&limits, "192.0.2.1", "jane")
        .await
        .unwrap();
    permit.disclosure().happens();
    drop(permit);
    denied(ask_with_message(&limits, "192.0.2.1", "jane").await);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten() {
    let options = LimitOptions::default();
    let memory = MemoryCounters::new(Rates::new(&options));
    let keys = KeyHasher::random().unwrap();
    for number in 0..20_000_u32 {
        let client = keys.client(std::net::Ipv4Addr::from(number).into());
        memory.count_test(&client).await.unwrap();
        let requested = at_provider("lab", &number.to_string());
        let sign_in = sign_in::SignIn::new(&keys, client, &requested);
        memory.count_sign_in(&sign_in).await.unwrap();
        let refusals = usize::from(number % 1000 == 0);
        memory.settle(
            &sign_in,
            SignInEnd::Sent {
                refusals,
                message: false,
            },
        );
    }
    assert_eq!(memory.entries(), 20_000 * 3 + 20_000);
    advance(seconds(7_200)).await;
    memory
        .count_test(&keys.client([192, 0, 2, 1].into()))
        .await
        .unwrap();
    assert_eq!(memory.entries(), 1);
}
