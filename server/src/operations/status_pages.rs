//! Has the pages that show how the servers stand rendered anew when that has changed, and as time passes.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use app::site::Site;
use app::status::{ServiceKey, ShownState, Snapshot};
use tokio::time::{Instant, sleep_until};

/// Each change has every page rendered anew that is asked for, so there is one in this time at most.
const MIN_GAP: Duration = Duration::from_secs(2);

/// What pages say of how long ago something was is as exact as this.
const TICK: Duration = Duration::from_secs(60);

/// Follows what the monitor finds, for ever.
pub async fn watch(site: &Site) {
    let Some(mut changes) = site.status.subscribe() else {
        return pending().await;
    };
    let mut shown = Arc::clone(&changes.borrow_and_update());
    let mut next_tick = Instant::now() + TICK;
    let mut told = told_by_time(site);
    loop {
        tokio::select! {
            () = sleep_until(next_tick) => {
                next_tick = Instant::now() + TICK;
                let now = told_by_time(site);
                match now == told {
                    true => site.revision.tick(),
                    false => site.revision.advance(),
                }
                told = now;
            }
            changed = changes.changed() => {
                if changed.is_err() {
                    return pending().await;
                }
                let now = Arc::clone(&changes.borrow_and_update());
                let said_otherwise = differs(&shown, &now);
                shown = now;
                if said_otherwise {
                    told = told_by_time(site);
                    site.revision.advance();
                    tokio::time::sleep(MIN_GAP).await;
                }
            }
        }
    }
}

/// What is said of one group of addresses that changes when only time passes.
#[derive(PartialEq)]
struct ToldByTime {
    /// How many services do not work, apart from those that have not for long.
    down: usize,
    /// Whether trouble was over just now.
    recovered: bool,
    /// How each service stands, which nobody knows after a while, and whether it has not worked for long.
    services: Vec<(ShownState, bool)>,
}

fn told_by_time(site: &Site) -> Vec<ToldByTime> {
    let Some(seen) = site.status.seen() else {
        return Vec::new();
    };
    let records = site.catalogue.records.iter();
    let groups = records.flat_map(|record| record.groups.iter().map(move |group| (record, group)));
    let told = groups.map(|(record, group)| {
        let services = group.services.iter().map(|service| {
            let standing = seen.standing(&ServiceKey::new(record, service));
            (standing.shown(), standing.lasting(seen.now).is_some())
        });
        ToldByTime {
            down: seen.down(record, group).len(),
            recovered: seen.recovered(record, group).is_some(),
            services: services.collect(),
        }
    });
    told.collect()
}

/// Whether pages have something else to say, apart from how long ago something was and from the newest times.
fn differs(old: &Snapshot, new: &Snapshot) -> bool {
    let states = |snapshot: &Snapshot| {
        let services = snapshot.services.iter();
        let states = services.map(|(key, history)| {
            let last = history.last.as_ref();
            (key.clone(), last.map(|last| (last.state, last.reason)))
        });
        states.collect::<Vec<_>>()
    };
    old.own_network_down != new.own_network_down
        || old.incidents != new.incidents
        || old.changes != new.changes
        || states(old) != states(new)
}

#[cfg(test)]
mod tests {
    use app::record::{Catalogue, built_in};
    use app::site::{Bundle, Shows};
    use app::status::standing::RECOVERED;
    use app::status::{CheckResult, Event, Incident, Reason, ServiceState, ServiceStatus};
    use probe::Outcome;
    use probe::net::{Options, Probe};
    use time::UtcDateTime;

    use super::*;

    fn key() -> ServiceKey {
        "centurylink/imap".parse().unwrap()
    }

    fn at(seconds: i64) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(1_795_788_000 + seconds).unwrap()
    }

    fn result(seconds: i64, state: ServiceState) -> Event {
        Event::Result(CheckResult {
            service: key(),
            at: at(seconds),
            state,
            reason: Reason::Found(Outcome::Ok),
            response_time: None,
        })
    }

    /// The site, whose pages are watched.
    fn watched() -> Arc<Site> {
        let bundle = Bundle {
            style: String::new(),
            script: String::new(),
            worker: String::new(),
            worker_sums: Vec::new(),
        };
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        let probe = Probe::new(Options::default()).unwrap();
        let mut site = Site::read(catalogue, "en", probe, bundle).unwrap();
        site.status = ServiceStatus::new(TICK, Snapshot::default());
        let site = Arc::new(site);
        let watched = Arc::clone(&site);
        tokio::spawn(async move { watch(&watched).await });
        site
    }

    #[tokio::test(start_paused = true)]
    async fn what_time_alone_changes_is_a_change() {
        let site = watched();
        let numbers = || [Shows::Changes, Shows::Age].map(|shows| site.revision.number(shows));
        tokio::time::sleep(Duration::from_millis(1)).await;
        let now = UtcDateTime::now();
        let services = app::status::tell::services(&site.catalogue);
        let results = services.map(|(record, service)| {
            Event::Result(CheckResult {
                service: ServiceKey::new(record, service),
                at: now,
                state: ServiceState::Ok,
                reason: Reason::Found(Outcome::Ok),
                response_time: None,
            })
        });
        let over = Event::Incident(Incident {
            service: key(),
            begin: now - RECOVERED - RECOVERED,
            end: Some(now - RECOVERED + Duration::from_secs(1)),
            reason: Reason::Slow,
        });
        site.status.apply(results.chain([over]).collect::<Vec<_>>());
        tokio::time::sleep(TICK - Duration::from_secs(5)).await;
        assert_eq!(numbers(), [1, 1]);
        // The clock of the day does not follow the paused one.
        std::thread::sleep(Duration::from_millis(1100));
        tokio::time::sleep(TICK).await;
        assert_eq!(numbers(), [2, 2]);
        tokio::time::sleep(TICK).await;
        assert_eq!(numbers(), [2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_shown_at_once_and_an_age_once_a_minute() {
        let site = watched();
        let numbers = || [Shows::Changes, Shows::Age].map(|shows| site.revision.number(shows));
        let incident = Event::Incident(Incident {
            service: key(),
            begin: at(2),
            end: None,
            reason: Reason::Slow,
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        for (event, expected) in [
            (result(0, ServiceState::Ok), [1, 1]),
            // The same again says nothing new.
            (result(1, ServiceState::Ok), [1, 1]),
            (result(2, ServiceState::Down), [2, 2]),
            (incident, [3, 3]),
            (Event::OwnNetworkDown(Some(at(3))), [4, 4]),
        ] {
            site.status.apply([event.clone()]);
            tokio::time::sleep(MIN_GAP + Duration::from_millis(1)).await;
            assert_eq!(numbers(), expected, "{event:?}");
        }
        tokio::time::sleep(TICK).await;
        assert_eq!(numbers(), [4, 5]);
        // However many there are at once, the pages are rendered a few times only.
        for seconds in 10..1000 {
            let state = [ServiceState::Ok, ServiceState::Down][seconds as usize % 2];
            site.status.apply([result(seconds, state)]);
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        tokio::time::sleep(MIN_GAP).await;
        assert!(numbers()[0] <= 4 + 3, "{:?}", numbers());
    }
}
