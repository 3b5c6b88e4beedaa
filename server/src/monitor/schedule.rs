//! Which service is checked when: often enough, not all at once, and one at a time on a host.
//!
//! It has no clock and no randomness of its own. Random numbers are from 0 to 1.

use std::collections::HashSet;
use std::time::Duration;

use probe::HostName;
use tokio::time::Instant;

/// At the start every service is checked within this time, so that something is known soon.
const FIRST_ROUND: Duration = Duration::from_secs(60);

/// So long after a first look that found trouble there is a second one.
const SECOND_LOOK: Duration = Duration::from_secs(30);

/// An interval is longer or shorter by this part of it, so that no server sees a beat.
const JITTER: f64 = 0.1;

/// The interval of a server that refuses us is doubled so often.
const MAX_DOUBLINGS: u32 = 4;

/// But never beyond this, unless the interval itself is longer.
const MAX_INTERVAL: Duration = Duration::from_secs(3600);

/// When to check a service again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// After the interval.
    Usual,
    /// After half a minute, for a second look.
    Soon,
    /// After twice the time it waited for this check: the server says that we come too often, or turns us away.
    Slower,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Check the service with this index, which counts as running from now on.
    Check(usize),
    /// Nothing before this moment.
    At(Instant),
    /// Nothing before a running check has ended.
    Wait,
}

/// When every service is checked.
#[derive(Debug)]
pub struct Schedule {
    every: Duration,
    services: Vec<Entry>,
    /// The hosts on which a check is running.
    busy: HashSet<HostName>,
}

#[derive(Debug)]
struct Entry {
    host: HostName,
    due: Instant,
    running: bool,
    begun: Instant,
    /// Whether it was checked before.
    checked: bool,
    doublings: u32,
}

impl Schedule {
    /// The services are on these hosts, and each is checked so often. The first round is spread over the interval, or
    /// over a minute.
    pub fn new(
        every: Duration,
        hosts: impl IntoIterator<Item = HostName>,
        now: Instant,
        mut random: impl FnMut() -> f64,
    ) -> Self {
        let services = hosts.into_iter().map(|host| Entry {
            host,
            due: now + every.min(FIRST_ROUND).mul_f64(random()),
            running: false,
            begun: now,
            checked: false,
            doublings: 0,
        });
        Self {
            every,
            services: services.collect(),
            busy: HashSet::new(),
        }
    }

    /// The service that has waited longest among those that are due and on whose host nothing is running.
    pub fn next(&mut self, now: Instant) -> Next {
        let entries = self.services.iter().enumerate();
        let free = entries.filter(|(_, entry)| !entry.running && !self.busy.contains(&entry.host));
        let Some((index, due)) = free
            .map(|(index, entry)| (index, entry.due))
            .min_by_key(|(_, due)| *due)
        else {
            return Next::Wait;
        };
        if due > now {
            return Next::At(due);
        }
        let entry = &mut self.services[index];
        entry.running = true;
        entry.begun = now;
        self.busy.insert(entry.host.clone());
        Next::Check(index)
    }

    /// The check of a service has ended. The interval counts from its begin.
    pub fn ended(&mut self, index: usize, pace: Pace, now: Instant, random: f64) {
        let Some(entry) = self.services.get_mut(index) else {
            return;
        };
        entry.running = false;
        self.busy.remove(&entry.host);
        let jitter = 1.0 + JITTER * (2.0 * random - 1.0);
        entry.due = match pace {
            Pace::Soon => now + SECOND_LOOK.min(self.every),
            Pace::Slower => {
                entry.doublings = (entry.doublings + 1).min(MAX_DOUBLINGS);
                let longest = MAX_INTERVAL.max(self.every);
                let interval = (self.every * 2_u32.pow(entry.doublings)).min(longest);
                entry.begun + interval.mul_f64(jitter)
            }
            Pace::Usual => {
                entry.doublings = 0;
                // After the first round, which was a short one, services spread over the whole interval.
                let part = match entry.checked {
                    true => jitter,
                    false => 0.5 + 0.5 * random,
                };
                entry.begun + self.every.mul_f64(part)
            }
        };
        entry.checked = true;
        // A check that took longer than its interval does not make the next one follow at once.
        entry.due = entry.due.max(now + self.every.mul_f64(0.5 * JITTER));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: Duration = Duration::from_secs(300);

    fn host(name: &str) -> HostName {
        name.parse().unwrap()
    }

    /// Runs the schedule for a time in which each check takes so long, and returns the begin of every check, in
    /// seconds, with its service.
    fn run(
        schedule: &mut Schedule,
        time: Duration,
        check: Duration,
        mut pace: impl FnMut(usize, usize) -> Pace,
        begin: Instant,
    ) -> Vec<(usize, f64)> {
        let mut random = fastrand::Rng::with_seed(7);
        let (mut now, mut begun) = (begin, Vec::new());
        let mut running: Vec<(Instant, usize)> = Vec::new();
        while now < begin + time {
            let ends = running.iter().map(|(end, _)| *end).min();
            match schedule.next(now) {
                Next::Check(index) => {
                    begun.push((index, (now - begin).as_secs_f64()));
                    running.push((now + check, index));
                    continue;
                }
                Next::At(due) => now = ends.map_or(due, |end| end.min(due)),
                Next::Wait => now = ends.expect("something is running"),
            }
            running.retain(|(end, index)| {
                if *end <= now {
                    let count = begun.iter().filter(|(one, _)| one == index).count();
                    schedule.ended(*index, pace(*index, count), now, random.f64());
                }
                *end > now
            });
        }
        begun
    }

    fn of(begun: &[(usize, f64)], index: usize) -> Vec<f64> {
        let own = begun.iter().filter(|(one, _)| *one == index);
        own.map(|(_, at)| *at).collect()
    }

    #[tokio::test]
    async fn every_service_is_checked_in_every_interval_and_they_spread() {
        let begin = Instant::now();
        let mut random = fastrand::Rng::with_seed(1);
        let hosts = (0..100).map(|index| host(&format!("host-{index}.example")));
        let mut schedule = Schedule::new(MINUTES, hosts, begin, || random.f64());
        let day = Duration::from_secs(86400);
        let second = Duration::from_secs(1);
        let begun = run(&mut schedule, day, second, |_, _| Pace::Usual, begin);
        for index in 0..100 {
            let own = of(&begun, index);
            assert!(own[0] <= 60.0, "{own:?}");
            assert!((280..=296).contains(&own.len()), "{}", own.len());
            for pair in own.windows(2).skip(1) {
                let wait = pair[1] - pair[0];
                assert!((269.0..=331.0).contains(&wait), "{wait}");
            }
            // No server sees a beat.
            let waits = own.windows(2).skip(1).map(|pair| pair[1] - pair[0]);
            let (shortest, longest) = waits
                .fold((f64::MAX, 0.0_f64), |(shortest, longest), wait| {
                    (shortest.min(wait), longest.max(wait))
                });
            assert!(longest - shortest > 45.0, "{shortest} {longest}");
        }
        // In no ten seconds of the last hour more than a third more than three times the mean of 3.3.
        let last: Vec<f64> = begun.iter().map(|(_, at)| *at).collect();
        for ten in (82_800..86_400).step_by(10).map(f64::from) {
            let count = last.iter().filter(|at| (ten..ten + 10.0).contains(*at));
            assert!(count.count() <= 13);
        }
    }

    #[tokio::test]
    async fn a_host_has_one_check_at_a_time() {
        let begin = Instant::now();
        let hosts = ["a.example", "a.example", "a.example", "b.example"].map(host);
        let mut schedule = Schedule::new(MINUTES, hosts, begin, || 0.0);
        let slow = Duration::from_secs(20);
        let hour = Duration::from_secs(3600);
        let begun = run(&mut schedule, hour, slow, |_, _| Pace::Usual, begin);
        let mut on_a: Vec<f64> = begun
            .iter()
            .filter(|(i, _)| *i < 3)
            .map(|(_, at)| *at)
            .collect();
        on_a.sort_by(f64::total_cmp);
        assert!(on_a.len() >= 33, "{on_a:?}");
        for pair in on_a.windows(2) {
            assert!(pair[1] - pair[0] >= 20.0, "{pair:?}");
        }
        // The other host does not wait for it.
        assert_eq!(of(&begun, 3)[0], 0.0);
    }

    #[tokio::test]
    async fn trouble_is_looked_at_again_soon_and_a_refusal_later() {
        let begin = Instant::now();
        let half_an_hour = Duration::from_secs(1800);
        let second = Duration::from_secs(1);
        for (every, pace, expected) in [
            (300, Pace::Soon, 31.0),
            (5, Pace::Soon, 6.0),
            (300, Pace::Slower, 600.0),
            (5, Pace::Slower, 10.0),
        ] {
            let every = Duration::from_secs(every);
            let mut schedule = Schedule::new(every, [host("a.example")], begin, || 0.0);
            let after_first = |_, count| if count == 1 { pace } else { Pace::Usual };
            let begun = run(&mut schedule, half_an_hour, second, after_first, begin);
            let wait = begun[1].1 - begun[0].1;
            assert!(
                (wait / expected - 1.0).abs() <= JITTER,
                "{every:?} {pace:?} {wait}"
            );
            // Then it is as usual.
            let wait = begun[2].1 - begun[1].1;
            assert!(
                (wait / every.as_secs_f64() - 1.0).abs() <= JITTER,
                "{every:?} {wait}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_that_goes_on_refusing_is_asked_once_in_an_hour() {
        let begin = Instant::now();
        let mut schedule = Schedule::new(MINUTES, [host("a.example")], begin, || 0.0);
        let (day, second) = (Duration::from_secs(86400), Duration::from_secs(1));
        let begun = run(&mut schedule, day, second, |_, _| Pace::Slower, begin);
        let waits: Vec<f64> = begun.windows(2).map(|two| two[1].1 - two[0].1).collect();
        for (wait, expected) in waits.iter().zip([600.0, 1200.0, 2400.0, 3600.0, 3600.0]) {
            assert!((wait / expected - 1.0).abs() <= JITTER, "{waits:?}");
        }
        assert!(begun.len() <= 28, "{}", begun.len());
    }

    #[tokio::test]
    async fn a_check_that_takes_longer_than_the_interval_leaves_a_pause() {
        let begin = Instant::now();
        let every = Duration::from_secs(5);
        let mut schedule = Schedule::new(every, [host("a.example")], begin, || 0.0);
        let check = Duration::from_secs(45);
        let hour = Duration::from_secs(3600);
        let begun = run(&mut schedule, hour, check, |_, _| Pace::Usual, begin);
        for pair in begun.windows(2) {
            assert!(pair[1].1 - pair[0].1 >= 45.2, "{pair:?}");
        }
    }
}
