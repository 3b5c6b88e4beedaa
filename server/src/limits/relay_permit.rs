//! What the limits say to a relay.

use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::counters::{Denial, Place, RateLimit};

/// When to try again where nobody knows when a relay ends.
const SOON: Duration = Duration::from_secs(5);

/// A relay that may run, until this is dropped.
pub(crate) struct RelayPermit {
    pub(super) _at_once: OwnedSemaphorePermit,
    pub(super) _place: Place,
}

/// Why a relay may not run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RelayDenial {
    /// The limit, as its name in the metrics.
    pub(crate) limit: &'static str,
    /// When to try again.
    pub(crate) wait: Duration,
}

impl RelayDenial {
    /// This server has as many as it may.
    pub(super) const BUSY: Self = Self {
        limit: "relays-at-once",
        wait: SOON,
    };

    /// The client, or the service, has as many as it may.
    pub(super) const NO_PLACE: Self = Self {
        limit: "relays-at-once-per-client",
        wait: SOON,
    };
}

impl From<Denial> for RelayDenial {
    fn from(Denial { limit, wait }: Denial) -> Self {
        let limit = match limit {
            RateLimit::RelaysPerService => "relays-per-service",
            RateLimit::FailuresPerProvider => "sign-in-paused",
            _ => "relays-per-client",
        };
        Self { limit, wait }
    }
}
