//! How many tests may run, and for whom.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use app::check::Refusal;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The time over which a client's tests are counted.
const WINDOW: Duration = Duration::from_secs(600);

/// The limits of one server.
#[derive(Clone)]
pub struct Limits {
    clients: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    places: Arc<Semaphore>,
}

impl Limits {
    /// Allows each client so many tests in ten minutes, and all together so many at once.
    pub fn new(tests_per_client: NonZeroU32, tests_at_once: NonZeroU32) -> Self {
        let refill = WINDOW / tests_per_client.get();
        // The quota is only `None` for a refill of zero, which ten minutes divided by a `u32` is not.
        let quota = Quota::with_period(refill)
            .unwrap_or(Quota::per_minute(NonZeroU32::MIN))
            .allow_burst(tests_per_client);
        Self {
            clients: Arc::new(RateLimiter::keyed(quota)),
            places: Arc::new(Semaphore::new(tests_at_once.get() as usize)),
        }
    }

    /// Gives a client a place for one test. The place is free again when it is dropped.
    ///
    /// # Errors
    ///
    /// When the client has started too many tests, or every place is taken.
    pub fn admit(&self, client: IpAddr) -> Result<OwnedSemaphorePermit, Refusal> {
        // Every place is asked for first: a busy server must not use up the client's tests.
        let place = self
            .places
            .clone()
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        self.clients
            .check_key(&network(client))
            .map_err(|not_until| {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Refusal::TooMany {
                    minutes: wait.as_secs().div_ceil(60),
                }
            })?;
        // Addresses that have not been seen for a while are forgotten, or memory would grow for ever.
        if self.clients.len() > 10_000 {
            self.clients.retain_recent();
        }
        Ok(place)
    }
}

/// What counts as one client: an IPv4 address, or the /64 network that one IPv6 customer has.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(tests_per_client: u32, tests_at_once: u32) -> Limits {
        let number = |number| NonZeroU32::new(number).unwrap();
        Limits::new(number(tests_per_client), number(tests_at_once))
    }

    #[test]
    fn a_client_has_so_many_tests_and_others_have_theirs() {
        let limits = limits(2, 10);
        let admit = |client: &str| limits.admit(client.parse().unwrap()).map(drop);
        assert_eq!(admit("192.0.2.1"), Ok(()));
        assert_eq!(admit("::ffff:192.0.2.1"), Ok(()));
        assert_eq!(admit("192.0.2.1"), Err(Refusal::TooMany { minutes: 5 }));
        assert_eq!(admit("192.0.2.2"), Ok(()));
        assert_eq!(admit("2001:db8::1"), Ok(()));
        assert_eq!(admit("2001:db8::2"), Ok(()));
        assert_eq!(admit("2001:db8::3"), Err(Refusal::TooMany { minutes: 5 }));
        assert_eq!(admit("2001:db8:0:1::3"), Ok(()));
    }

    #[test]
    fn places_are_given_back_and_a_full_house_costs_nobody_a_test() {
        let limits = limits(2, 1);
        let client: IpAddr = "192.0.2.1".parse().unwrap();
        let place = limits.admit(client);
        assert!(place.is_ok());
        for _ in 0..5 {
            assert_eq!(limits.admit(client).map(drop), Err(Refusal::Busy));
        }
        drop(place);
        assert_eq!(limits.admit(client).map(drop), Ok(()));
    }
}
