//! Trouble counts when two looks in a row have found it: one alone may have met a hiccup of the network.

use app::status::ServiceState;
use time::UtcDateTime;

/// A look that found a service worse than it was known to be, and that no other has confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstLook {
    /// When.
    pub at: UtcDateTime,
    /// What it found.
    pub state: ServiceState,
}

/// Whether what a look finds now is told: it is no worse than what is known, or than what the look before has found.
pub fn is_confirmed(
    known: Option<ServiceState>,
    before: Option<FirstLook>,
    found: ServiceState,
) -> bool {
    let known = known.unwrap_or(ServiceState::Ok);
    let seen = before.map_or(ServiceState::Ok, |before| before.state);
    found <= known.max(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_needs_two_looks_and_recovery_one() {
        use ServiceState::{Degraded, Down, Ok};
        for (known, before, found, told) in [
            (None, None, Ok, true),
            (None, None, Down, false),
            (None, Some(Down), Down, true),
            (Some(Ok), None, Degraded, false),
            (Some(Ok), Some(Degraded), Degraded, true),
            // The second look finds less, which the first one has found, too.
            (Some(Ok), Some(Down), Degraded, true),
            (Some(Ok), Some(Down), Ok, true),
            // The second look finds more, of which it is the first.
            (Some(Ok), Some(Degraded), Down, false),
            (Some(Degraded), None, Down, false),
            (Some(Degraded), None, Degraded, true),
            (Some(Down), None, Down, true),
            (Some(Down), None, Degraded, true),
            (Some(Down), None, Ok, true),
        ] {
            let before = before.map(|state| FirstLook {
                at: UtcDateTime::UNIX_EPOCH,
                state,
            });
            let is_told = is_confirmed(known, before, found);
            assert_eq!(is_told, told, "{known:?} {before:?} {found:?}");
        }
    }
}
