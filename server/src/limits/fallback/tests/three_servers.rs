//! Three servers, a hundred thousand clients and four hours, in which the counters go away and come back, for all
//! servers and for one, lose their answers, and servers die and are started again.
//!
//! The bound: in no window of time are there more than twice as many as the limit allows, and in none that lies within
//! the time in which the counters answered, or in which they did not, more than it allows. For rates, which allow a
//! burst and come back bit by bit, a window allows twice the count already.

use std::collections::{HashMap, VecDeque};

use super::*;

const HOURS: u64 = 4;
const CLIENTS: u32 = 100_000;

/// How many actions there are each second, at all servers together.
const ACTIONS: u32 = 25;

/// What was allowed for one key in the last window, and the most that ever was.
#[derive(Default)]
struct Windows<K> {
    moments: HashMap<K, VecDeque<(Instant, bool)>>,
    most: usize,
    /// The same in windows without a disturbance.
    most_undisturbed: usize,
}

impl<K: std::hash::Hash + Eq> Windows<K> {
    fn add(&mut self, key: K, time: Duration, disturbed: bool) {
        let now = Instant::now();
        let moments = self.moments.entry(key).or_default();
        moments.push_back((now, disturbed));
        while moments
            .front()
            .is_some_and(|(moment, _)| *moment + time <= now)
        {
            moments.pop_front();
        }
        self.most = self.most.max(moments.len());
        if moments.iter().all(|(_, disturbed)| !disturbed) {
            self.most_undisturbed = self.most_undisturbed.max(moments.len());
        }
    }
}

/// What happens to the servers, by the minute.
async fn disturb(
    minute: u64,
    model: &Arc<Model>,
    servers: &mut [Server],
    options: &LimitOptions,
) -> bool {
    let phase = minute % 60;
    let one = (minute / 60 % 3) as usize;
    match phase {
        10 => model.down(true),
        20 => model.down(false),
        25 => servers[one].line.broken(true),
        32 => servers[one].line.broken(false),
        35 => servers[one].line.lose_answers(true),
        36 => servers[one].line.lose_answers(false),
        40 => {
            // It is killed, and what it had not reported yet is lost.
            servers[one].running.abort();
            servers[one] = Server::start(model, options).await;
        }
        _ => {}
    }
    // A window of a quarter of an hour that begins here has seen something.
    (10..57).contains(&phase)
}

#[tokio::test(start_paused = true)]
async fn three_servers_hold_every_limit_within_its_bound() {
    let options = options(|options| options.failed_sign_ins = rate(60, 900));
    let (model, mut servers) = Server::three(&options).await;
    let names = Names::new();
    let mut random = fastrand::Rng::with_seed(18);
    let quarter = Duration::from_secs(900);
    let mut refused = Windows::default();
    let mut refused_of_all = Windows::default();
    let mut tests = Windows::default();
    let mut sign_ins = 0_u32;
    let mut in_outage = 0_u32;
    let mut disturbed = false;
    for second in 0..HOURS * 3600 {
        if second % 60 == 0 {
            disturbed = disturb(second / 60, &model, &mut servers, &options).await;
        }
        for _ in 0..ACTIONS {
            // Most come once, some again and again; an attacker tries the passwords of a few accounts from everywhere.
            let client = match random.u8(..) {
                0..8 => random.u32(..20),
                _ => random.u32(..CLIENTS),
            };
            let server = &servers[random.usize(..3)];
            let counted = server.counters.count_test(&names.client(client)).await;
            if counted.is_err() {
                continue;
            }
            tests.add(client, Duration::from_secs(600), disturbed);
            let attack = random.u8(..) < 26;
            let account = match attack {
                true => random.u32(..5),
                false => 100 + client,
            };
            let sign_in = names.sign_in(client, account);
            if server.counters.count_sign_in(&sign_in).await.is_err() {
                continue;
            }
            sign_ins += 1;
            in_outage += u32::from(!server.counters.0.reach.is_there());
            let refusals = usize::from(attack || random.u8(..) < 8);
            let end = SignInEnd::Sent {
                refusals,
                message: false,
            };
            server.counters.settle(&sign_in, end);
            if refusals > 0 {
                refused.add(account, quarter, disturbed);
                refused_of_all.add((), quarter, disturbed);
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
    println!(
        "sign-ins {sign_ins}, of them without the counters {in_outage}; refused of one account in 15 minutes: \
         at most {} (undisturbed {}, limit 5); of the provider: at most {} (undisturbed {}, limit 60); tests of one \
         client in 10 minutes: at most {} (undisturbed {}, limit 30)",
        refused.most,
        refused.most_undisturbed,
        refused_of_all.most,
        refused_of_all.most_undisturbed,
        tests.most,
        tests.most_undisturbed,
    );
    assert!(refused.most_undisturbed <= 5 && refused.most <= 10);
    assert!(refused_of_all.most_undisturbed <= 60 && refused_of_all.most <= 120);
    assert!(tests.most_undisturbed <= 60 && tests.most <= 120);
    // It was tried hard enough to mean something, also while each server was alone.
    assert!(refused.most >= 5 && refused_of_all.most >= 60 && tests.most >= 30);
    assert!(
        sign_ins > 10_000 && in_outage > 1_000,
        "{sign_ins} {in_outage}"
    );
}
