//! The timers of the browser for the dialogues, and the time of the site for certificates.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use web_time::Instant;

use crate::dialogue::Clock;

/// Counts from the start of a run.
#[derive(Clone, Copy)]
pub(super) struct BrowserClock(Instant);

impl BrowserClock {
    /// The run begins now.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for BrowserClock {
    type Sleep = TimeoutFuture;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep_until(&self, moment: Duration) -> TimeoutFuture {
        let left = moment.saturating_sub(self.now());
        // Timers count whole milliseconds, and must not end too early.
        let milliseconds = left.as_nanos().div_ceil(1_000_000);
        TimeoutFuture::new(
            i32::try_from(milliseconds)
                .unwrap_or(i32::MAX)
                .unsigned_abs(),
        )
    }
}

/// The time of the site. A device whose clock is wrong would take good certificates for expired ones.
#[derive(Debug)]
pub(super) struct SiteTime {
    /// How much later it is there than on this device, in seconds.
    pub(super) ahead: i64,
}

impl TimeProvider for SiteTime {
    fn current_time(&self) -> Option<UnixTime> {
        let here = UnixTime::now().as_secs();
        let there = here.saturating_add_signed(self.ahead);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(there)))
    }
}
