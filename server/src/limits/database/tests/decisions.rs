//! What only a database can get wrong.

use app::check::{Account, RequestedSignIn};
use futures_util::future::join_all;
use sqlx::Connection;

use super::*;
use crate::limits::rate::Rate;

fn rate(count: u32, seconds: u32) -> Rate {
    Rate::new(count.try_into().unwrap(), seconds)
}

fn sign_in(keys: &KeyHasher, client: u8, mailboxes: &[&str]) -> SignIn {
    let requested = RequestedSignIn {
        account: Account {
            provider: "lab".into(),
            mailboxes: mailboxes
                .iter()
                .map(|mailbox| (*mailbox).to_owned())
                .collect(),
        },
        message: false,
    };
    SignIn::new(keys, keys.client([192, 0, 2, client].into()), &requested)
}

const fn sent(refusals: usize) -> SignInEnd {
    SignInEnd::Sent {
        refusals,
        message: false,
    }
}

impl DatabaseCounters {
    async fn ended(&self, sign_in: &SignIn, end: SignInEnd) {
        let settled = Settled {
            sign_in: sign_in.clone(),
            end,
            at: Instant::now(),
        };
        self.settle(&settled).await.unwrap();
    }
}

/// A database whose clock the test sets, in seconds.
struct Clock(PgPool);

impl Clock {
    async fn set(&self, seconds: i64) {
        let set =
            query("UPDATE test_clock SET now = $1").bind(1_000_000 * (1_700_000_000 + seconds));
        set.execute(&self.0).await.unwrap();
    }
}

#[test]
fn what_a_server_leaves_behind_when_it_dies_counts_until_it_is_over() {
    let database = TestDatabase::start();
    let url = database.create();
    let options = LimitOptions {
        failed_sign_ins_per_account: rate(2, 900),
        tests_at_once_per_client: 1.try_into().unwrap(),
        ..LimitOptions::default()
    };
    database.block(async move {
        let keys = KeyHasher::random().unwrap();
        let clock = Clock(PgPool::connect_with(url.clone()).await.unwrap());
        clock.set(0).await;
        let dies = DatabaseCounters::new(url.clone(), &options, &keys);
        let other = DatabaseCounters {
            server: 2,
            ..DatabaseCounters::new(url, &options, &keys)
        };
        assert_eq!(dies.renew().await.unwrap(), 1);
        assert_eq!(other.renew().await.unwrap(), 2);
        // It is alone, so it may be stopped, and its secret be another one next time.
        let client = keys.client([192, 0, 2, 1].into());
        assert!(dies.take_place(Id::next(), &client).await.unwrap());
        assert!(!other.take_place(Id::next(), &client).await.unwrap());
        let pending = sign_in(&keys, 1, &["jane"]);
        dies.count_sign_in(&pending).await.unwrap().unwrap();
        // It dies now. Its place is free after its lease, and its sign-in counts as refused for its whole time.
        let lease = i64::try_from(other.test_lease.as_secs()).unwrap();
        for (seconds, servers, place, refused) in [
            (14, 2, false, false),
            (15, 1, true, false),
            (lease + 899, 1, true, false),
            (lease + 901, 1, true, true),
        ] {
            clock.set(seconds).await;
            assert_eq!(other.renew().await.unwrap(), servers, "{seconds}");
            let id = Id::next();
            assert_eq!(
                other.take_place(id, &client).await.unwrap(),
                place,
                "{seconds}"
            );
            other.leave_place(id, &client).await.unwrap();
            let one = sign_in(&keys, 2, &["jane"]);
            other.count_sign_in(&one).await.unwrap().unwrap();
            let two = sign_in(&keys, 3, &["jane"]);
            let two_counted = other.count_sign_in(&two).await.unwrap();
            assert_eq!(two_counted.is_ok(), refused, "{seconds} {two_counted:?}");
            other.ended(&one, SignInEnd::NotSent).await;
            other.ended(&two, SignInEnd::NotSent).await;
        }
        // It was only frozen, and says late how its sign-in ended.
        dies.ended(&pending, sent(2)).await;
        let denied = other
            .count_sign_in(&sign_in(&keys, 4, &["jane"]))
            .await
            .unwrap();
        assert_eq!(denied.unwrap_err().limit, RateLimit::FailuresPerAccount);
    });
}

#[test]
fn many_decisions_at_once_count_exactly_and_never_wait_for_each_other_in_a_circle() {
    let database = TestDatabase::start();
    let url = database.create();
    let options = LimitOptions {
        failed_sign_ins_per_account: rate(40, 900),
        failed_sign_ins: rate(1000, 900),
        sign_ins_per_account: rate(10_000, 600),
        messages_per_account: rate(10_000, 600),
        accounts_per_client: rate(100, 600),
        tests_per_client: rate(50, 600),
        ..LimitOptions::default()
    };
    database.block(async move {
        let keys = Arc::new(KeyHasher::random().unwrap());
        let servers: Vec<_> = (0..3)
            .map(|_| Arc::new(DatabaseCounters::new(url.clone(), &options, &keys)))
            .collect();
        // On a busy machine it takes a while to connect.
        let connect = servers.iter().cycle().take(12);
        let connect = connect.map(async |server| while server.renew().await.is_err() {});
        join_all(connect).await;
        // Each pair of tasks has the same mailboxes, in the other order, and the same networks.
        let tasks = (0..12_usize).map(|task| {
            let (server, keys) = (Arc::clone(&servers[task % 3]), Arc::clone(&keys));
            tokio::spawn(async move {
                let client = keys.client("2001:db8::1".parse().unwrap());
                let (mut tests, mut refused) = (0, 0);
                for _ in 0..30 {
                    tests += u32::from(server.count_test(&client).await.unwrap().is_ok());
                    let mut one = sign_in(&keys, 1, &["a", "b", "c"]);
                    one.message = true;
                    if task % 2 == 0 {
                        one.mailboxes.reverse();
                    }
                    if server.count_sign_in(&one).await.unwrap().is_ok() {
                        refused += 1;
                        server.ended(&one, sent(1)).await;
                    }
                }
                (tests, refused)
            })
        });
        let (mut tests, mut refused) = (0, 0);
        for task in tasks.collect::<Vec<_>>() {
            let (tests_of_one, refused_of_one) = task.await.unwrap();
            tests += tests_of_one;
            refused += refused_of_one;
        }
        assert_eq!((tests, refused), (50, 40));
    });
}

#[test]
fn everything_is_forgotten_when_it_counts_no_more_and_nothing_before() {
    let database = TestDatabase::start();
    let url = database.create();
    database.block(async move {
        let keys = KeyHasher::random().unwrap();
        let pool = PgPool::connect_with(url.clone()).await.unwrap();
        let clock = Clock(pool.clone());
        clock.set(0).await;
        let options = LimitOptions::default();
        let counters = DatabaseCounters::new(url, &options, &keys);
        counters.renew().await.unwrap();
        for client in 0..=255 {
            let scopes = keys.client([198, 51, 100, client].into());
            counters.count_test(&scopes).await.unwrap().unwrap();
            counters.take_place(Id::next(), &scopes).await.unwrap();
            let one = sign_in(&keys, client, &[&client.to_string()]);
            if counters.count_sign_in(&one).await.unwrap().is_ok() && client > 9 {
                counters
                    .ended(&one, sent(usize::from(client % 2 == 0)))
                    .await;
            }
        }
        let rows = async || {
            let mut all = Vec::new();
            for table in [
                "limit_buckets",
                "limit_sign_ins",
                "limit_refusals",
                "limit_accounts",
                "limit_places",
            ] {
                let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
                all.push(
                    query_scalar::<_, i64>(count)
                        .fetch_one(&pool)
                        .await
                        .unwrap(),
                );
            }
            all
        };
        let prune = async || while counters.prune().await.unwrap() {};
        let before = rows().await;
        prune().await;
        assert_eq!(rows().await[1..], before[1..]);
        clock.set(3599).await;
        prune().await;
        let later = rows().await;
        assert_eq!(later[0], 0, "rates are back at their full count");
        assert_eq!(later[1..4], before[1..4], "the longest time is an hour");
        clock.set(3600 + 400).await;
        prune().await;
        assert_eq!(rows().await, [0; 5]);
    });
}

#[test]
fn servers_with_another_secret_are_told_apart_while_others_are_there() {
    let database = TestDatabase::start();
    let url = database.create();
    database.block(async move {
        let clock = Clock(PgPool::connect_with(url.clone()).await.unwrap());
        clock.set(0).await;
        let server = |secret: u8, server| {
            let keys = KeyHasher::configured(&[secret; 32]).unwrap();
            let counters = DatabaseCounters::new(url.clone(), &LimitOptions::default(), &keys);
            DatabaseCounters { server, ..counters }
        };
        let (first, same, other) = (server(1, 1), server(1, 2), server(2, 3));
        let is_other =
            |renewed: Result<u32, RenewError>| matches!(renewed, Err(RenewError::OtherSecret));
        assert_eq!(first.renew().await.unwrap(), 1);
        assert_eq!(same.renew().await.unwrap(), 2);
        assert!(is_other(other.renew().await));
        first.end().await.unwrap();
        assert!(is_other(other.renew().await));
        same.end().await.unwrap();
        // Nobody is left, so the secret may be changed.
        assert_eq!(other.renew().await.unwrap(), 1);
        assert!(is_other(first.renew().await));
        clock.set(16).await;
        assert_eq!(first.renew().await.unwrap(), 1);
        assert!(is_other(other.renew().await));
    });
}

/// Nobody who can read the database learns who the customers are.
#[test]
fn the_database_has_neither_addresses_nor_names() {
    let database = TestDatabase::start();
    let url = database.create();
    database.block(async move {
        let keys = KeyHasher::configured(&[7; 32]).unwrap();
        let counters = DatabaseCounters::new(url.clone(), &LimitOptions::default(), &keys);
        counters.renew().await.unwrap();
        let one = sign_in(&keys, 77, &["jane.doe@example.net"]);
        counters.count_test(&one.client).await.unwrap().unwrap();
        counters.count_sign_in(&one).await.unwrap().unwrap();
        counters.ended(&one, sent(1)).await;
        counters.take_place(Id::next(), &one.client).await.unwrap();
        let mut connection = sqlx::PgConnection::connect_with(&url).await.unwrap();
        let all = "SELECT string_agg(query_to_xml(format('SELECT * FROM %I', tablename), true, true, '')::text, '')
            FROM pg_tables WHERE schemaname = 'public'";
        let all: String = query_scalar(all).fetch_one(&mut connection).await.unwrap();
        assert!(all.contains("limit") || all.contains("sign_in"), "{all}");
        for secret in ["jane", "example.net", "192.0.2", "BwcHBwcH", "07070707"] {
            assert!(!all.contains(secret), "{secret}");
        }
    });
}
